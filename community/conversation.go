package community

import (
	"cmp"
	"slices"
	"time"
)

// Status says where a conversation stands. It follows from its messages and
// from what agents did; nobody sets it directly.
type Status string

// The statuses of a conversation.
const (
	Open    Status = "open"    // the customer waits for us
	Waiting Status = "waiting" // we answered; the customer may come back
	Closed  Status = "closed"  // an agent closed it
	Filed   Status = "filed"   // heard or history: nobody has to answer, it can be opened by hand
)

// Statuses lists the statuses.
func Statuses() []Status { return []Status{Open, Waiting, Closed, Filed} }

// The rules of joining (see Joins).
const (
	JoinWithin   = 24 * time.Hour     // public messages of one author this close are one matter
	ReopenWithin = 7 * 24 * time.Hour // a conversation closed this recently is reopened
)

// Conversation is one author's open matter with one brand: one or more threads,
// so it survives a handoff. It carries what a row of the inbox shows.
type Conversation struct {
	ID      string `json:"id"`
	Brand   string `json:"brand"`
	Network string `json:"network"` // of the customer's last message
	Account string `json:"account"` // key of the account that message reached
	Channel string `json:"channel"`
	Version int64  `json:"version"`

	Author Author `json:"author"`
	Person string `json:"person"` // author key; empty: unknown author

	Status      Status    `json:"status"`
	Category    Category  `json:"category"`
	CategoryBy  string    `json:"category_by,omitempty"` // agent, when a human decided
	Triage      bool      `json:"triage"`                // the classifier would rather not say
	Urgency     Urgency   `json:"urgency"`
	UrgencyBy   string    `json:"urgency_by,omitempty"`
	UrgencyAt   time.Time `json:"urgency_at,omitzero"` // when the human decided
	HumanUrgent Urgency   `json:"-"`                   // what the human decided
	Sentiment   Sentiment `json:"sentiment"`
	Reason      Reason    `json:"reason"`
	Complaint   bool      `json:"complaint"`      // the customer holds us responsible for something
	Tags        []string  `json:"tags,omitempty"` // of its customer's messages, sorted
	Chosen      string    `json:"-"`              // the channel a rule chose; empty: by category
	Lang        string    `json:"lang"`

	Assignee   string    `json:"assignee"`
	Preview    string    `json:"preview"` // start of the customer's last message
	Private    bool      `json:"private"` // that message was private
	Messages   int       `json:"messages"`
	Unanswered int       `json:"unanswered"`
	FirstAt    time.Time `json:"first_at,omitzero"`
	LastAt     time.Time `json:"last_at,omitzero"` // the customer's last message
	AnsweredAt time.Time `json:"answered_at,omitzero"`
	OpenedBy   string    `json:"opened_by,omitempty"` // agent, when opened by hand
	OpenedAt   time.Time `json:"opened_at,omitzero"`
	ClosedBy   string    `json:"closed_by,omitempty"`
	ClosedAt   time.Time `json:"closed_at,omitzero"`
	Target     Target    `json:"target,omitempty"` // which promise Due is
	Start      time.Time `json:"start,omitzero"`   // when that promise's clock started
	Warn       time.Time `json:"warn,omitzero"`
	Due        time.Time `json:"due,omitzero"` // the earliest running reply deadline
	ReplyState string    `json:"reply_state,omitempty"`
	Case       string    `json:"case,omitempty"` // the number of its complaint
}

// Fact is what the rules need to know of one message of a conversation.
type Fact struct {
	Key       string
	At        time.Time // Message.At
	Clock     time.Time // Message.ClockStart
	Received  time.Time
	Out       bool // ours
	Answers   bool // ours, and an answer: not an acknowledgement, not a handoff
	Reply     bool // a reply's receipt, not a message: the message may come back beside it
	Gone      bool // deleted on the network
	Asks      bool // a live message that opens a conversation (Asks)
	Private   bool
	Network   string
	Account   string // account key
	Category  Category
	Abstain   bool
	Urgency   Urgency // the highest any revision had
	Sentiment Sentiment
	Reason    Reason
	Complaint bool
	Lang      string
	Preview   string
	Channel   string   // the one a rule chose
	Tags      []string // those rules gave, sorted
}

// Addressed tells whether the message was said to us, not only about us: what
// reached an account of ours is; what a query found is heard.
func (m *Message) Addressed() bool { return m.Via == "" || m.Private }

// Asks tells whether a customer's message opens a conversation: it is live, and
// addressed to us and not plainly noise, or some channel takes its category.
func Asks(m *Message, category Category, abstain bool, channels []Channel) bool {
	if m.Origin != Live {
		return false
	}
	if m.Addressed() && (abstain || category != CategoryNoise) {
		return true
	}
	for i := range channels {
		if !abstain && !channels[i].Triage && channels[i].Opens(category, m.Network) {
			return true
		}
	}
	return false
}

// Asks tells whether a customer's message with this verdict opens a
// conversation: as Asks has it, and also when a rule chose a channel for it, or
// when it was said to us and somebody's word (a rule's, a correction's) against
// the model's made it high or critical: danger is never mere noise.
func (v *Verdict) Asks(m *Message, channels []Channel) bool {
	if Asks(m, Category(v.Category.Label), v.Category.Abstain, channels) {
		return true
	}
	if m.Origin != Live {
		return false
	}
	raised := v.Said != nil && v.Said.Urgency != nil && Urgency(v.Urgency.Label).Rank() >= High.Rank()
	return m.Addressed() && raised || channelOf(channels, v.Channel) != nil
}

// Route gives the channel that has the conversation: the one a rule chose for
// the first message it chose one for, while it exists and no human said what
// the matter is about; else that of its category (Route).
func (c *Conversation) Route(channels []Channel) *Channel {
	if chosen := channelOf(channels, c.Chosen); chosen != nil && c.CategoryBy == "" {
		return chosen
	}
	return Route(channels, c.Category, c.Network, c.Triage)
}

func channelOf(channels []Channel, id string) *Channel {
	for i := range channels {
		if channels[i].ID == id && id != "" {
			return &channels[i]
		}
	}
	return nil
}

// Joins tells whether two messages of one author belong to one matter: the same
// thread of the same network, or both public and written within 24 hours. The
// relation is between two messages only, so whatever order they arrive in, the
// groups they form are the same. Unknown authors join nobody.
func Joins(a, b *Message) bool {
	if a.AuthorKey() == "" || a.AuthorKey() != b.AuthorKey() {
		return false
	}
	if a.Network == b.Network && a.Scope == b.Scope && a.Thread != "" && a.Thread == b.Thread {
		return true
	}
	return !a.Private && !b.Private && a.At().Sub(b.At()).Abs() <= JoinWithin
}

// Reopens tells whether a conversation closed at closed (zero: not closed) can
// still take a message received at received.
func Reopens(closed, received time.Time) bool {
	return closed.IsZero() || received.Sub(closed) < ReopenWithin
}

// SortFacts puts facts in the order of the conversation: by time, then key.
func SortFacts(facts []Fact) {
	slices.SortFunc(facts, func(a, b Fact) int {
		return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Key, b.Key))
	})
}

// Recount brings the conversation in line with its facts, which it sorts: who
// waits, how urgently, about what. What humans decided (CategoryBy, UrgencyBy,
// assignee, opened, closed) is taken from c and kept. The result depends on the
// set of facts only, never on their order of arrival.
func (c *Conversation) Recount(facts []Fact) {
	SortFacts(facts)
	c.Messages, c.Unanswered = 0, 0
	c.AnsweredAt, c.FirstAt, c.LastAt = time.Time{}, time.Time{}, time.Time{}
	c.Complaint, c.Chosen, c.Tags = false, "", nil
	var opening, last, shown *Fact
	support, outs := false, 0
	for i := range facts {
		f := &facts[i]
		if !f.Reply {
			c.Messages++
		}
		if f.Out {
			if !f.Gone {
				outs++
			}
			if f.Answers && !f.Gone && f.At.After(c.AnsweredAt) {
				c.AnsweredAt = f.At
			}
			continue
		}
		if opening == nil {
			opening, c.FirstAt = f, f.At
		}
		last, c.LastAt = f, f.At
		if !f.Gone {
			shown = f
			support = support || (f.Category == CategorySupport && !f.Abstain)
			c.Complaint = c.Complaint || f.Complaint
			c.Tags = AddTags(c.Tags, f.Tags)
			if c.Chosen == "" {
				c.Chosen = f.Channel
			}
		}
	}
	if last == nil {
		c.Status = Filed
		return
	}
	urgency := last.Urgency.Rank()
	turn := Low.Rank()
	for i := range facts {
		f := &facts[i]
		if !c.unanswered(f) {
			continue
		}
		c.Unanswered++
		turn = max(turn, f.Urgency.Rank())
	}
	if c.Unanswered > 0 {
		urgency = turn
	}
	c.Urgency = UrgencyOf(c.humanUrgency(urgency, facts))
	if c.CategoryBy == "" {
		c.Category, c.Triage = opening.Category, opening.Abstain
		if support {
			c.Category, c.Triage = CategorySupport, false
		}
	} else {
		c.Triage = false
	}
	c.Preview = ""
	if shown != nil { // what its author deleted is not quoted
		last, c.Preview = shown, shown.Preview
	}
	c.Sentiment, c.Lang, c.Private = last.Sentiment, last.Lang, last.Private
	c.Network, c.Account = last.Network, last.Account
	c.Reason = reasonOf(facts, opening)
	c.Status = c.status(facts, outs)
}

// unanswered tells whether a fact is a customer's message that still waits.
func (c *Conversation) unanswered(f *Fact) bool {
	if f.Out || f.Gone || !f.At.After(c.AnsweredAt) {
		return false
	}
	if !c.ClosedAt.IsZero() && !f.Received.After(c.ClosedAt) && !c.ByHand() {
		return false
	}
	return f.Asks || (c.OpenedBy != "" && !f.Received.After(c.OpenedAt))
}

// humanUrgency lets a human's urgency stand for the wait it was given in, and
// later messages raise it.
func (c *Conversation) humanUrgency(rank int, facts []Fact) int {
	if c.UrgencyBy == "" || (c.Unanswered > 0 && c.AnsweredAt.After(c.UrgencyAt)) {
		return rank
	}
	rank = c.HumanUrgent.Rank()
	for i := range facts {
		if f := &facts[i]; c.unanswered(f) && f.Received.After(c.UrgencyAt) {
			rank = max(rank, f.Urgency.Rank())
		}
	}
	return rank
}

// status follows from who waits and what agents did. A closed conversation that
// the customer came back to is no longer closed, even once answered.
func (c *Conversation) status(facts []Fact, outs int) Status {
	closed := !c.ClosedAt.IsZero() && !c.ClosedAt.Before(c.OpenedAt)
	for i := range facts {
		f := &facts[i]
		closed = closed && (f.Out || f.Gone || !f.Asks || !f.Received.After(c.ClosedAt))
	}
	switch {
	case c.Unanswered > 0:
		return Open
	case closed:
		return Closed
	case c.ByHand():
		return Open
	case outs > 0:
		return Waiting
	}
	return Filed
}

// ByHand tells whether an agent opened the conversation and it was neither
// answered nor closed since.
func (c *Conversation) ByHand() bool {
	return c.OpenedBy != "" && c.OpenedAt.After(c.AnsweredAt) && c.OpenedAt.After(c.ClosedAt)
}

// reasonOf is the opening message's contact reason, or the first later one
// that names any while the opening names none.
func reasonOf(facts []Fact, opening *Fact) Reason {
	if opening.Reason != "" && opening.Reason != "none" {
		return opening.Reason
	}
	for i := range facts {
		if f := &facts[i]; !f.Out && !f.Gone && f.Reason != "" && f.Reason != "none" {
			return f.Reason
		}
	}
	return opening.Reason
}

// Absorb takes over what humans decided on another conversation that turned out
// to be the same matter: the first decision stands; a closing counts only if
// nobody waits on the other side.
func (c *Conversation) Absorb(o *Conversation) {
	if c.CategoryBy == "" && o.CategoryBy != "" {
		c.CategoryBy, c.Category = o.CategoryBy, o.Category
	}
	if c.UrgencyBy == "" && o.UrgencyBy != "" {
		c.UrgencyBy, c.UrgencyAt, c.HumanUrgent = o.UrgencyBy, o.UrgencyAt, o.HumanUrgent
	}
	if c.Assignee == "" {
		c.Assignee = o.Assignee
	}
	if c.OpenedBy == "" {
		c.OpenedBy, c.OpenedAt = o.OpenedBy, o.OpenedAt
	}
	switch {
	case c.Unanswered > 0: // a closing covers its own side only: nobody who waits is forgotten
	case o.Unanswered > 0, o.ClosedAt.After(c.ClosedAt):
		c.ClosedBy, c.ClosedAt = o.ClosedBy, o.ClosedAt
	}
	c.Unanswered += o.Unanswered
	if c.Case == "" {
		c.Case = o.Case
	}
	if c.ReplyState == "" {
		c.ReplyState = o.ReplyState
	}
	if o.LastAt.After(c.LastAt) {
		c.Author = o.Author
	}
}

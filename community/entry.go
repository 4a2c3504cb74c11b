package community

import "time"

// Entry is one message of a conversation as it is kept and read: what was said,
// what the classifier made of it, and what became of it.
type Entry struct {
	Key          string    `json:"key"`
	Conversation string    `json:"conversation"`
	Message      Message   `json:"message"` // its newest content
	Verdict      Verdict   `json:"verdict"` // of that content, without evidence
	Urgency      Urgency   `json:"urgency"` // the highest any revision had: it never falls by itself
	Out          bool      `json:"out"`     // written by one of our accounts
	Reply        string    `json:"reply,omitempty"`
	ReplyKind    ReplyKind `json:"reply_kind,omitempty"`
	Asks         bool      `json:"asks"`
	Gone         bool      `json:"gone"`
	Bare         bool      `json:"bare"`             // only its deletion is known
	Hidden       bool      `json:"hidden,omitempty"` // we hid it on its network
	Liked        bool      `json:"liked,omitempty"`  // and we liked it there
	Revision     Revision  `json:"-"`                // of the newest content
	Edits        int       `json:"edits"`            // how many other contents it had
	Version      int64     `json:"version"`          // grows with each change of this message
}

// Fact is what the rules of a conversation need to know of the entry. account
// is the key of the account it reached.
func (e *Entry) Fact(account string) Fact {
	m, v := &e.Message, &e.Verdict
	return Fact{
		Key: e.Key, At: m.At(), Clock: m.ClockStart(), Received: m.ReceivedAt,
		Out: e.Out, Answers: e.Out && (e.ReplyKind == "" || e.ReplyKind == ReplyAnswer), Gone: e.Gone, Asks: e.Asks,
		Private: m.Private, Network: m.Network, Account: account,
		Category: Category(v.Category.Label), Abstain: v.Category.Abstain, Urgency: e.Urgency,
		Sentiment: Sentiment(v.Sentiment.Label), Reason: Reason(v.Reason.Label),
		Complaint: v.Complaint.Label == "yes", Lang: v.Language.Label, Preview: Preview(m.Text),
		Channel: v.Channel, Tags: v.Tags,
	}
}

// Fact is what a sent reply counts for before it comes back as a message: an
// answer, from the network's receipt on.
func (r *Reply) Fact() Fact {
	return Fact{
		Key: "r" + r.ID, At: r.Receipt.At, Clock: r.Receipt.At, Received: r.Receipt.At,
		Out: true, Reply: true, Answers: r.Kind == ReplyAnswer, Private: r.Visibility == Private,
	}
}

// ConversationOf is the id of the conversation that a message opens, by the
// message's key. Who joined another one is not found under it.
func ConversationOf(key string) string { return "c" + key[1:] }

// previewLength is how much of a message a row shows, in code points.
const previewLength = 160

// Preview is the start of a text on one line.
func Preview(s string) string {
	out := make([]rune, 0, previewLength)
	space := true
	for _, r := range s {
		if r == '\n' || r == '\r' || r == '\t' || r == ' ' {
			if space {
				continue
			}
			space, r = true, ' '
		} else {
			space = false
		}
		if len(out) == previewLength {
			return string(out) + "…"
		}
		out = append(out, r)
	}
	return string(out)
}

// Note is what an agent wrote for the team only.
type Note struct {
	ID           string    `json:"id"`
	Conversation string    `json:"conversation"`
	Agent        string    `json:"agent"`
	Text         string    `json:"text"`
	At           time.Time `json:"at"`
}

// Act is something an agent did to a conversation, kept for ever: who, when,
// what it was before and after.
type Act struct {
	Conversation string    `json:"conversation"`
	Agent        string    `json:"agent"`
	Verb         string    `json:"verb"` // assigned, category, urgency, closed, opened, handoff, escalated, settled ...
	From         string    `json:"from"`
	To           string    `json:"to"`
	At           time.Time `json:"at"`
}

// Matter is a whole conversation, as the conversation page reads it: everything
// is in the order of time.
type Matter struct {
	Conversation Conversation `json:"conversation"`
	Entries      []Entry      `json:"messages"`
	Replies      []Reply      `json:"replies"`
	Notes        []Note       `json:"notes"`
	Acts         []Act        `json:"acts"`
	Deadlines    []Deadline   `json:"deadlines"`
	Complaint    *Complaint   `json:"complaint,omitempty"`
}

package inbox

import (
	"context"
	"html/template"
	"slices"
	"strings"
	"time"

	"github.com/vigie-hq/vigie/community"
)

// turn is one line of a conversation's log: something said, written for the
// team, done, or the heading of a day.
type turn struct {
	Kind    string // said, ours, note, act, day, side
	Key     string
	At      time.Time
	Clock   string
	Full    string // date and time, for those who point at it
	Who     person
	Name    string
	Network network
	Text    string
	Marked  template.HTML // Text with its evidence; empty: Text as it is
	Lang    string
	Private bool
	Gone    bool
	Media   []mediaView
	URL     string
	Profile string // the author's page on the network
	Hidden  bool   // we hid it there
	Liked   bool   // we liked it there
	Can     []deedView
	Cannot  []cannotView
	Edits   []edit
	Label   string        // of a day, or what our side says of its own message
	Deed    template.HTML // what an act says
	Reply   *replyView
	Asked   bool // it waits for an answer
	CanWhy  bool
	Current bool // the one that is being explained
}

// edit is an earlier wording of a message.
type edit struct{ When, Text string }

// replyView is an answer of ours with where it stands.
type replyView struct {
	ID      string
	State   community.ReplyState
	Status  mark
	Fault   string
	Leaves  int64 // Unix milliseconds: when it goes, while it can be taken back
	Seconds int
	Window  int // how many seconds it was held for
	Mine    bool
	Waits   bool // until its account is connected again
	To      string
}

// shownEdits is how many edited messages of one conversation show their
// earlier wordings: each is a read.
const shownEdits = 20

// thread puts everything of a conversation into one log, in the order of time.
func (s *Server) thread(ctx context.Context, v community.Viewer, lang string, m *community.Matter, accounts []community.Account, allowed may, now time.Time) ([]turn, error) {
	replies := make(map[string]*community.Reply, len(m.Replies))
	for i := range m.Replies {
		replies[m.Replies[i].ID] = &m.Replies[i]
	}
	var turns []turn
	edited := 0
	for i := range m.Entries {
		e := &m.Entries[i]
		t := s.said(lang, e, accounts, replies[e.Reply])
		t.Can, t.Cannot = deedsOf(lang, e, allowed, now)
		delete(replies, e.Reply)
		if e.Edits > 0 && edited < shownEdits {
			edited++
			wordings, err := s.Reader.Revisions(ctx, v, e.Key)
			if err != nil {
				return nil, err
			}
			t.Edits = edits(lang, wordings, now)
		}
		turns = append(turns, t)
	}
	for i := range m.Replies {
		if r := replies[m.Replies[i].ID]; r != nil && r.State != community.ReplyDraft {
			turns = append(turns, s.leaving(lang, v, r, accounts, &m.Conversation, now))
		}
	}
	for _, n := range m.Notes {
		who := s.face.names.agent(n.Agent)
		turns = append(turns, turn{Kind: "note", Key: n.ID, At: n.At, Who: who, Name: who.Name, Text: n.Text})
	}
	for _, a := range m.Acts {
		turns = append(turns, turn{Kind: "act", At: a.At, Deed: s.deed(lang, a)})
	}
	slices.SortStableFunc(turns, func(a, b turn) int { return a.At.Compare(b.At) })
	return dated(lang, turns, now), nil
}

// said is a message as it stands in the log.
func (s *Server) said(lang string, e *community.Entry, accounts []community.Account, r *community.Reply) turn {
	m := &e.Message
	t := turn{
		Kind: "said", Key: e.Key, At: m.At(), Name: authorName(lang, m.Author), Network: networkOf(lang, m.Network),
		Text: m.Text, Lang: m.Lang, Private: m.Private, Gone: e.Gone, Media: mediaOf(m.Media), URL: webAddress(m.URL),
		Asked: e.Asks && !e.Out, CanWhy: !e.Out && !e.Bare, Profile: webAddress(m.Author.URL), Hidden: e.Hidden && !e.Gone, Liked: e.Liked && !e.Gone,
	}
	if t.Lang == "" {
		t.Lang = e.Verdict.Language.Label
	}
	t.Who = personOf(m.Author.ID, t.Name)
	if !e.Out {
		return t
	}
	t.Kind, t.Label = "ours", T(lang, "said.native")
	if a, ok := community.Accounts(accounts).Ours(m); ok {
		t.Name = accountName(a)
		t.Who = personOf(a.Key(), strings.TrimPrefix(t.Name, "@"))
	}
	if r != nil {
		t.Label = T(lang, "said.by", s.face.names.agent(r.Agent).Name)
	}
	switch e.ReplyKind {
	case community.ReplyHandoff:
		t.Label = T(lang, "said.handoff", s.byWhom(lang, r))
	case community.ReplyAcknowledgement:
		t.Label = T(lang, "said.acknowledgement")
	}
	key := "reply.published"
	if m.Private {
		key = "reply.sent"
	}
	t.Reply = &replyView{State: community.ReplySent, Status: mark{Icon: "checks", Word: T(lang, key), Class: "mk mk-done"}}
	return t
}

func (s *Server) byWhom(lang string, r *community.Reply) string {
	if r == nil || r.Agent == "" {
		return "Vigie"
	}
	return s.face.names.agent(r.Agent).Name
}

// leaving is an answer of ours that the network has not shown us yet.
func (s *Server) leaving(lang string, v community.Viewer, r *community.Reply, accounts []community.Account, c *community.Conversation, now time.Time) turn {
	o := accountOption(lang, accounts, r.Account)
	t := turn{
		Kind: "ours", Key: r.ID, At: r.CreatedAt, Name: o.Label, Text: r.Text, Private: r.Visibility == community.Private,
		Who: personOf(r.Account, strings.TrimPrefix(o.Label, "@")), Label: T(lang, "said.by", s.byWhom(lang, r)),
		Reply: s.replyView(lang, v, r, c, now),
	}
	parked := func(a community.Account) bool { return a.Key() == r.Account && a.State == community.AccountReconnect }
	if r.State == community.ReplyHeld && !now.Before(r.SendAfter) && slices.ContainsFunc(accounts, parked) {
		t.Reply.Waits = true
		t.Reply.Status = mark{Icon: "plug", Word: T(lang, "reply.parked"), Class: "mk mk-soon"}
	}
	switch r.Kind {
	case community.ReplyHandoff:
		t.Label = T(lang, "said.handoff", s.byWhom(lang, r))
	case community.ReplyAcknowledgement:
		t.Label = T(lang, "said.acknowledgement")
	}
	if !r.Receipt.At.IsZero() {
		t.At = r.Receipt.At
	}
	t.URL = webAddress(r.Receipt.URL)
	return t
}

// replyView says where a reply stands, in words and with what can be done.
func (s *Server) replyView(lang string, v community.Viewer, r *community.Reply, c *community.Conversation, now time.Time) *replyView {
	view := &replyView{ID: r.ID, State: r.State, Mine: r.Agent == v.Agent, To: firstName(authorName(lang, c.Author))}
	switch r.State {
	case community.ReplyHeld:
		view.Status = mark{Icon: "clock", Word: T(lang, "reply.held"), Class: "mk mk-soon"}
		view.Leaves = r.SendAfter.UnixMilli()
		view.Seconds = max(0, int((r.SendAfter.Sub(now)+time.Second-1)/time.Second))
		view.Window = max(1, int(r.SendAfter.Sub(r.UpdatedAt)/time.Second))
		if r.Fault != "" {
			view.Status = mark{Icon: "plug", Word: T(lang, "reply.deferred"), Class: "mk mk-soon"}
			view.Fault = sayFault(lang, community.Faultf(community.Unavailable, r.Fault))
		}
	case community.ReplySending:
		view.Status = mark{Icon: "send", Word: T(lang, "reply.sending"), Class: "mk"}
	case community.ReplySent:
		key := "reply.published"
		if r.Visibility == community.Private {
			key = "reply.sent"
		}
		view.Status = mark{Icon: "checks", Word: T(lang, key), Class: "mk mk-done"}
	case community.ReplyRefused:
		view.Status = mark{Icon: "warn", Word: T(lang, "reply.refused"), Class: "mk mk-late"}
		view.Fault = sayFault(lang, community.Faultf(community.Refused, r.Fault))
	case community.ReplyUnknown:
		view.Status = mark{Icon: "repeat", Word: T(lang, "reply.unknown"), Class: "mk mk-soon"}
		view.Fault = T(lang, "reply.unknown.why")
	}
	return view
}

// edits are the earlier wordings of a message, newest first: the first of what
// the reader returns is the one that is shown already.
func edits(lang string, wordings []Wording, now time.Time) []edit {
	var out []edit
	for i := 1; i < len(wordings); i++ {
		at := wordings[i].Revision.At
		if at.IsZero() {
			at = wordings[i].Revision.Seen
		}
		out = append(out, edit{When: spoken().moment(lang, at.In(now.Location()), now), Text: wordings[i].Text})
	}
	return out
}

// deed tells what a colleague did.
func (s *Server) deed(lang string, a community.Act) template.HTML {
	from, to := a.From, a.To
	key := "act." + a.Verb
	switch a.Verb {
	case "assigned":
		if to == "" {
			key, to = "act.unassigned", ""
		} else if to == a.Agent {
			key = "act.taken"
		}
		from, to = s.face.names.agent(from).Name, s.face.names.agent(to).Name
	case "category":
		from, to = T(lang, "category."+from), T(lang, "category."+to)
	case "urgency":
		from, to = T(lang, "urgency."+from), T(lang, "urgency."+to)
	case "sentiment", "reason":
		from, to = headMark(lang, a.Verb, from).Word, headMark(lang, a.Verb, to).Word
	case "complaint":
		if to == "yes" || to == "no" { // what the customer feels, not the registered case
			key, from, to = "act.complaining", headMark(lang, a.Verb, from).Word, headMark(lang, a.Verb, to).Word
			break
		}
		from, to = T(lang, "complaint."+from), T(lang, "complaint."+to)
	case "handoff":
		from, to = "@"+from, "@"+to
	case "deed":
		key += "." + from
	}
	if !spoken().has(lang, key) {
		key = "act.other"
		from = a.Verb
	}
	who := s.face.names.agent(a.Agent).Name
	if a.Agent == "" {
		who = "Vigie"
	}
	bold := func(s string) string { return "<b>" + template.HTMLEscapeString(s) + "</b>" }
	return template.HTML(T(lang, key, bold(who), bold(from), bold(to))) //nolint:gosec // arguments are escaped, sentences are ours
}

// dated puts the clock beside each turn, a heading before each day, and a line
// where the talk moves into private.
func dated(lang string, turns []turn, now time.Time) []turn {
	out := make([]turn, 0, len(turns)+4)
	day, private := 0, false
	for i := range turns {
		t := turns[i]
		t.At = t.At.In(now.Location())
		t.Clock, t.Full = clock(t.At), spoken().longDate(lang, t.At)+" "+clock(t.At)
		if d := dayNumber(t.At); d != day {
			day = d
			out = append(out, turn{Kind: "day", At: t.At, Label: spoken().day(lang, t.At, now)})
		}
		if t.Kind == "said" || t.Kind == "ours" {
			if t.Private && !private && i > 0 {
				out = append(out, turn{Kind: "side", At: t.At, Label: T(lang, "said.private")})
			}
			private = t.Private
		}
		out = append(out, t)
	}
	return out
}

// firstName is how somebody is called in a short sentence.
func firstName(name string) string {
	first, _, _ := strings.Cut(strings.TrimSpace(name), " ")
	return first
}

// webAddress lets through what a link may lead to.
func webAddress(s string) string {
	if strings.HasPrefix(s, "https://") || strings.HasPrefix(s, "http://") {
		return s
	}
	return ""
}

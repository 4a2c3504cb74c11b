package inbox

import (
	"context"
	"crypto/rand"
	"slices"
	"strings"
	"time"

	"github.com/vigie-hq/vigie/community"
	"github.com/vigie-hq/vigie/community/desk"
)

// composerView is where an answer or a note is written.
type composerView struct {
	Conversation string
	CSRF         string
	ID           string // of the reply to be: sent twice, it is one
	Basis        string // the newest message of the customer that is on the screen
	Mode         string // public, private or note
	Modes        []string
	Senders      []senderView
	Why          string // why nothing can be sent, when nothing can
	Text         string
	Note         string // why a reply came back
	Draft        bool
	First        string
	Limit        int
	Unit         string // what Limit counts, in words
	Handoff      bool   // the chosen account can only hand over
	Relay        string // the account that was written to, if all it can do is hand over
	Reach        reachView
	LinkHint     string // what a link in the text changes on this network
	Mends        bool   // the reader may connect accounts again
}

// senderView is an account an answer may leave from.
type senderView struct {
	Key, Label, Network, Guard string
	Icon                       string
	On, Off, Handoff           bool
	Public, Private            bool
	Limit, PrivateLimit        int
	Unit, PrivateUnit          string
	Waits                      string // why an answer from it would wait; empty: it leaves
	AgainTo                    string // where it is connected again
	To                         string // the account it hands over to
	ToLabel                    string
	HandPublic, HandPrivate    string // the sentence a handoff begins with
}

// newReplyID makes the client's id of a reply for a browser that cannot.
func newReplyID() string { return "r" + strings.ToLower(rand.Text()) }

// composer offers what the reader may send here, with his draft if he has one.
func (s *Server) composer(ctx context.Context, v community.Viewer, lang string, t *talkView, m *community.Matter) (*composerView, error) {
	if !t.May.Reply && !t.May.Note {
		return nil, nil //nolint:nilnil // nothing to write with is no fault
	}
	conv := &m.Conversation
	k := &composerView{
		Conversation: conv.ID, CSRF: t.CSRF, ID: newReplyID(), Basis: basis(m), First: t.First, Mode: string(community.Public),
		Mends: v.May(community.ActionSettings, conv.Brand, ""),
	}
	if conv.Private || onlyPrivately(m, s.Now()) {
		k.Mode = string(community.Private)
	}
	if t.May.Reply {
		senders, err := s.Desk.Senders(ctx, v, conv.ID)
		if err != nil {
			return nil, err
		}
		k.Senders = senderViews(lang, senders, conv)
		k.Why = reasonNot(lang, senders, conv)
		k.Reach = reachOf(lang, m, s.Now().In(s.face.names.zone(conv.Brand)))
		k.Reach.limit(k.Senders)
		if key := "compose.link." + conv.Network; spoken().has(lang, key) {
			k.LinkHint = T(lang, key)
		}
		for i := range k.Senders {
			if o := &k.Senders[i]; o.Handoff && o.Key == conv.Account {
				k.Relay = o.Key
			}
		}
	}
	for i := range m.Replies {
		if r := &m.Replies[i]; r.State == community.ReplyDraft && r.Agent == v.Agent && r.Text != "" && r.Kind != community.ReplyAcknowledgement {
			k.resume(lang, r)
		}
	}
	k.modes(t.May.Note)
	return k, nil
}

// onlyPrivately tells whether what the customer said last can be answered in
// private and not in public: a post on X that names another account.
func onlyPrivately(m *community.Matter, now time.Time) bool {
	for i := len(m.Entries) - 1; i >= 0; i-- {
		if e := &m.Entries[i]; !e.Out && !e.Gone {
			return e.Message.Answerable(community.Public, now) != nil && e.Message.Answerable(community.Private, now) == nil
		}
	}
	return false
}

// resume goes on with a draft.
func (k *composerView) resume(lang string, r *community.Reply) {
	k.ID, k.Text, k.Mode, k.Draft = r.ID, r.Text, string(r.Visibility), true
	if r.Note != "" {
		k.Note = T(lang, "fault."+r.Note)
	}
	for i := range k.Senders {
		if !k.Senders[i].Off {
			k.Senders[i].On = k.Senders[i].Key == r.Account
		}
	}
}

// modes keeps the ways of speaking that are open, and one of them chosen.
func (k *composerView) modes(note bool) {
	var public, private bool
	for i := range k.Senders {
		if o := &k.Senders[i]; !o.Off {
			public, private = public || o.Public, private || o.Private
			if o.On {
				k.Limit, k.Unit, k.Handoff = o.Limit, o.Unit, o.Handoff
			}
		}
	}
	for _, mode := range []struct {
		name string
		open bool
	}{{"public", public}, {"private", private}, {"note", note}} {
		if mode.open {
			k.Modes = append(k.Modes, mode.name)
		}
	}
	if len(k.Modes) > 0 && !slices.Contains(k.Modes, k.Mode) {
		k.Mode = k.Modes[0]
	}
	for i := range k.Senders {
		if o := &k.Senders[i]; o.On && k.Mode == string(community.Private) {
			k.Limit, k.Unit = o.PrivateLimit, o.PrivateUnit
		}
	}
}

// senderViews lays out the accounts: those that answer, those that may only
// hand over, those that cannot, with why.
func senderViews(lang string, senders []desk.SendingAccount, c *community.Conversation) []senderView {
	var support *community.Account
	for i := range senders {
		if a := &senders[i].Account; a.Role == community.RoleSupport && senders[i].Fault == "" && support == nil {
			support = a
		}
	}
	out := make([]senderView, 0, len(senders))
	chosen := false
	for i := range senders {
		o := &senders[i]
		a := &o.Account
		v := senderView{
			Key: a.Key(), Label: accountName(a), Network: a.Network, Icon: networkOf(lang, a.Network).Icon,
			Public: o.Capability.ReplyPublic && !c.Private, Private: o.Capability.ReplyPrivate,
		}
		v.Limit, v.Unit = longest(lang, &o.Capability, community.Public)
		v.PrivateLimit, v.PrivateUnit = longest(lang, &o.Capability, community.Private)
		if a.State == community.AccountReconnect && o.Fault == "" {
			v.Waits = T(lang, "compose.waits", networkOf(lang, a.Network).Name, v.Label)
			v.AgainTo = againHref(&community.Standing{Key: v.Key, Account: *a})
		}
		switch {
		case o.Fault == "":
		case o.Handoff && support != nil && community.MayHandOff(a, support) == nil:
			v.Handoff, v.Guard, v.To, v.ToLabel = true, sayFault(lang, community.Faultf(community.Forbidden, o.Fault)), support.Key(), accountName(support)
			v.HandPublic, v.HandPrivate = community.HandoffText(c.Lang, support.Handle, false), community.HandoffText(c.Lang, support.Handle, true)
		default:
			v.Off, v.Guard = true, sayFault(lang, community.Faultf(community.Forbidden, o.Fault, a.Network))
		}
		if !v.Off && !chosen {
			v.On, chosen = true, true
		}
		out = append(out, v)
	}
	return out
}

// longest is the longest text of a reply of this visibility, and what it is
// counted in where that is not plainly characters.
func longest(lang string, k *community.Capability, v community.Visibility) (limit int, unit string) {
	limit, in := k.Longest(v)
	if in == community.Bytes || in == community.Weighted {
		unit = T(lang, "counted."+string(in))
	}
	return limit, unit
}

// reasonNot says why nobody can answer here; empty when somebody can.
func reasonNot(lang string, senders []desk.SendingAccount, c *community.Conversation) string {
	for i := range senders {
		if senders[i].Fault == "" || senders[i].Handoff {
			return ""
		}
	}
	if len(senders) > 0 {
		return sayFault(lang, community.Faultf(community.Forbidden, senders[0].Fault, c.Network))
	}
	return T(lang, "compose.nobody", networkOf(lang, c.Network).Name)
}

// basis is the key of the newest message of the customer.
func basis(m *community.Matter) string {
	for i := len(m.Entries) - 1; i >= 0; i-- {
		if !m.Entries[i].Out {
			return m.Entries[i].Key
		}
	}
	return ""
}

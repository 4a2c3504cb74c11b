package inbox

import (
	"time"

	"github.com/vigie-hq/vigie/community"
)

// reachView is whether the network still lets the customer be answered, until
// when, and what is left when it does not.
type reachView struct {
	Window  *dueView // how long the last message can still be answered
	Until   string   // the same as a moment
	Private string   // how long a private answer to a public message is possible
	Why     string   // why the last message cannot be answered
	There   string   // its address on the network
	Network string
	DM      bool // it can be answered in private instead
	None    bool // no message of the customer can be answered in the way it was written
}

// reachOf looks at the customer's last message that is still there, and for any
// other that can be answered instead.
func reachOf(lang string, m *community.Matter, now time.Time) reachView {
	r := reachView{Network: networkOf(lang, m.Conversation.Network).Name, None: true}
	var last *community.Entry
	for i := range m.Entries {
		e := &m.Entries[i]
		if e.Out || e.Gone || e.Bare {
			continue
		}
		last = e
		r.None = r.None && notAnswerable(&e.Message, now) != ""
	}
	if last == nil {
		r.None = false // nothing says so: the desk decides
		return r
	}
	msg := &last.Message
	r.DM = !msg.Private && last.Able(community.DeedPrivate, now) == nil
	for _, a := range msg.Can {
		if r.DM && a.Deed == community.DeedPrivate && !a.Until.IsZero() {
			r.Private = until(lang, a.Until, now)
		}
	}
	if key := notAnswerable(msg, now); key != "" {
		r.Why, r.There = sayFault(lang, community.Faultf(community.Forbidden, key)), webAddress(msg.URL)
		return r
	}
	if end := msg.ReplyUntil; !end.IsZero() {
		d := dueView{State: "calm", Text: spoken().duration(lang, end.Sub(now)), Icon: "clock", Start: msg.At().Unix(), Warn: end.Add(-windowSoon).Unix(), At: end.Unix()}
		if end.Sub(now) <= windowSoon {
			d.State = "soon"
		}
		r.Window, r.Until = &d, spoken().moment(lang, end.In(now.Location()), now)
	}
	return r
}

// notAnswerable is the fault key of why a message cannot be answered the way it
// was written; empty when it can.
func notAnswerable(m *community.Message, now time.Time) string {
	switch {
	case !m.CanReply && m.ReplyWhy != "":
		return m.ReplyWhy
	case !m.CanReply:
		return "reply.not_answerable"
	case !m.ReplyUntil.IsZero() && !now.Before(m.ReplyUntil):
		return "reply.window"
	}
	return ""
}

// limit takes from the accounts the ways of answering that are closed.
func (r *reachView) limit(senders []senderView) {
	if !r.None {
		return
	}
	for i := range senders {
		senders[i].Public, senders[i].Private = false, senders[i].Private && r.DM
	}
}

package desk

import (
	"context"
	"strings"
	"time"

	"github.com/vigie-hq/vigie/community"
)

// link finds one of our own messages its conversation: that of the reply with
// its native id, of the message it answers, or of its private thread. Without
// any it waits, and is adopted when what it answers arrives.
func (f *filing) link(ctx context.Context, own *community.Account, e *community.Entry) error {
	m := &e.Message
	if own != nil {
		reply, err := f.tx.ReplyByReceipt(ctx, own.Key(), m.ID)
		if err != nil {
			return err
		}
		if reply != nil {
			e.Reply, e.ReplyKind, e.Conversation = reply.ID, reply.Kind, reply.Conversation
		}
	}
	if e.Conversation == "" {
		id, err := f.answered(ctx, m)
		if err != nil || id == "" {
			return err
		}
		e.Conversation = id
	}
	if err := f.load(ctx, e.Conversation); err != nil {
		return err
	}
	e.Conversation = f.after.ID
	if e.Reply == "" {
		if err := f.match(ctx, own, e); err != nil {
			return err
		}
	}
	return f.adopt(ctx, m)
}

// answered is the conversation our own message m speaks into.
func (f *filing) answered(ctx context.Context, m *community.Message) (string, error) {
	if m.InReplyTo != "" { // only what it answers says where it belongs: the thread may hold others
		parent := community.Identity{Brand: m.Brand, Network: m.Network, Scope: m.Scope, ID: m.InReplyTo}
		e, err := f.tx.Entry(ctx, parent.Key())
		if err != nil {
			return "", err
		}
		if e != nil {
			return e.Conversation, nil
		}
		return "", nil
	}
	if !m.Private {
		return "", nil
	}
	threaded, err := f.tx.Threaded(ctx, m)
	if err != nil || len(threaded) == 0 {
		return "", err
	}
	return threaded[len(threaded)-1].ID, nil
}

// match looks for the reply whose text our own message is, among those on
// their way out or of unknown fate: its coming back proves that it was sent.
// Without one, somebody answered in the network's own application.
func (f *filing) match(ctx context.Context, own *community.Account, e *community.Entry) error {
	if own == nil || e.Reply != "" {
		return nil
	}
	replies, err := f.tx.Replies(ctx, e.Conversation)
	if err != nil {
		return err
	}
	for i := range replies {
		r := &replies[i]
		settled := r.State == community.ReplySent && r.Receipt.ID == "" // by a human, who had no receipt
		onItsWay := r.State == community.ReplySending || r.State == community.ReplyUnknown
		if !(onItsWay || settled) || r.Account != own.Key() || !SameText(e.Message.Text, r.Text) {
			continue
		}
		if e.Message.At().Before(claimed(r).Add(-clockSkew)) {
			continue // said before: the same words, another post
		}
		receipt := community.Receipt{ID: e.Message.ID, URL: e.Message.URL, At: e.Message.At()}
		sent, err := r.Next(community.ReplyFound, f.desk.now())
		if err != nil {
			return err
		}
		if sent.Receipt = receipt; sent.Version == r.Version {
			sent.Version++
		}
		if err := f.tx.PutReply(ctx, r, &sent); err != nil {
			return err
		}
		e.Reply, e.ReplyKind = r.ID, r.Kind
		f.after.ReplyState = troubleOf(replaced(replies, sent))
		return nil
	}
	return nil
}

// clockSkew is how far a network's clock may be from ours.
const clockSkew = 2 * time.Minute

// claimed is the earliest moment a reply can have been sent: a lost one was
// claimed at most a lease before it was given up.
func claimed(r *community.Reply) time.Time {
	switch r.State {
	case community.ReplySending:
		return r.UpdatedAt
	case community.ReplySent:
		return r.Receipt.At.Add(-Lease)
	}
	return r.UpdatedAt.Add(-Lease)
}

// echo links a sent reply to the message of ours that came back before its
// receipt did, and was taken for an answer made elsewhere.
func (d *Desk) echo(ctx context.Context, tx Tx, r *community.Reply) error {
	if r.State != community.ReplySent || r.Receipt.ID == "" {
		return nil
	}
	target, err := tx.Entry(ctx, r.InReplyTo)
	if err != nil || target == nil {
		return err
	}
	id := target.Message.Identity()
	id.ID = r.Receipt.ID
	before, err := tx.Entry(ctx, id.Key())
	if err != nil || before == nil || !before.Out || before.Reply == r.ID {
		return err
	}
	after := *before
	after.Reply, after.ReplyKind = r.ID, r.Kind
	after.Version++
	return tx.PutEntry(ctx, before, &after)
}

// SameText tells whether a post read back from a network is the reply we sent:
// white space does not count, nor the mention a network puts before a reply.
func SameText(posted, reply string) bool {
	p, r := strings.Join(strings.Fields(posted), " "), strings.Join(strings.Fields(reply), " ")
	if p == r {
		return true
	}
	head, ok := strings.CutSuffix(p, r)
	if !ok || r == "" {
		return false
	}
	for _, word := range strings.Fields(head) {
		if !strings.HasPrefix(word, "@") {
			return false
		}
	}
	return true
}

func replaced(replies []community.Reply, r community.Reply) []community.Reply {
	for i := range replies {
		if replies[i].ID == r.ID {
			replies[i] = r
		}
	}
	return replies
}

// troubleOf is what a row shows of its replies: the worst that a human still
// has to look at, else one on its way, else nothing.
func troubleOf(replies []community.Reply) string {
	worst, rank := "", 0
	for i := range replies {
		r := &replies[i]
		n := 0
		switch {
		case r.State == community.ReplyUnknown:
			n = 5
		case r.State == community.ReplyRefused:
			n = 4
		case r.State == community.ReplyDraft && r.Note != "":
			n = 3
		case r.State == community.ReplySending, r.State == community.ReplyHeld:
			n = 2
		case r.State == community.ReplyDraft && r.Text != "":
			n = 1
		}
		if n > rank {
			worst, rank = string(r.State), n
			if n == 3 {
				worst = community.ReplyReturned
			}
		}
	}
	return worst
}

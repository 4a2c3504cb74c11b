package sql

import (
	"context"
	"database/sql"
	"encoding/json"
	"time"

	"github.com/vigie-hq/vigie/community"
)

// replyRead reads replies; a merge may have moved them, so that the
// conversation is the row's, not the one written in the body.
const replyRead = `SELECT r.body, c.id FROM reply r JOIN conversation c ON c.num = r.conversation `

func replies(ctx context.Context, q querier, where string, args ...any) ([]community.Reply, error) {
	var out []community.Reply
	err := each(ctx, q, replyRead+where, args, func(rows *sql.Rows) error {
		var body string
		var r community.Reply
		var conversation string
		if err := rows.Scan(&body, &conversation); err != nil {
			return err
		}
		if err := json.Unmarshal([]byte(body), &r); err != nil {
			return err
		}
		r.Conversation = conversation
		out = append(out, r)
		return nil
	})
	return out, err
}

func (t *Tx) oneReply(where string, args ...any) (*community.Reply, error) {
	found, err := replies(t.ctx, t, where, args...)
	if err != nil || len(found) == 0 {
		return nil, err
	}
	return &found[0], nil
}

// Reply implements desk.Tx.
func (t *Tx) Reply(_ context.Context, id string) (*community.Reply, error) {
	return t.oneReply(`WHERE r.id = $1`, id)
}

const ofConversation = `WHERE r.conversation = $1 ORDER BY r.created_at, r.id`

// Replies implements desk.Tx.
func (t *Tx) Replies(_ context.Context, conversation string) ([]community.Reply, error) {
	if t.opened[conversation] != nil { // new here: only a put reply could be there
		return nil, nil
	}
	num, ok, err := t.conversationNum(conversation)
	if err != nil || !ok {
		return nil, err
	}
	return replies(t.ctx, t, ofConversation, num)
}

// ReplyByReceipt implements desk.Tx.
func (t *Tx) ReplyByReceipt(_ context.Context, account, nativeID string) (*community.Reply, error) {
	return t.oneReply(`WHERE r.account = $1 AND r.native = $2 AND r.native <> '' AND r.state = 'sent' ORDER BY r.created_at LIMIT 1`, account, nativeID)
}

// ClaimReply implements desk.Tx. Whoever shares the store with others claims
// only what leaves from an account whose lease is his.
func (t *Tx) ClaimReply(_ context.Context, now time.Time) (*community.Reply, error) {
	const due = `WHERE r.state = 'held' AND r.send_after <= $1
		AND NOT EXISTS (SELECT 1 FROM reply s WHERE s.state = 'sending' AND s.account = r.account) `
	const first = `ORDER BY r.send_after, r.id LIMIT 1`
	if t.db.holder == "" {
		return t.oneReply(due+first, ms(now))
	}
	return t.oneReply(due+`AND EXISTS (SELECT 1 FROM lease l WHERE l.account = r.account AND l.holder = $2 AND l.until > $3) `+first,
		ms(now), t.db.holder, ms(t.db.now()))
}

// UnknownReplies implements desk.Tx.
func (t *Tx) UnknownReplies(context.Context) ([]community.Reply, error) {
	return replies(t.ctx, t, `WHERE r.state = 'unknown' ORDER BY r.created_at, r.id`)
}

// LostReplies implements desk.Tx.
func (t *Tx) LostReplies(_ context.Context, now time.Time) ([]community.Reply, error) {
	return replies(t.ctx, t, `WHERE r.state = 'sending' AND r.lease_until <= $1 ORDER BY r.lease_until, r.id`, ms(now))
}

// PutReply implements desk.Tx. Somebody else's change in between is a Fault
// Conflict "reply.version".
func (t *Tx) PutReply(_ context.Context, before, after *community.Reply) error {
	num, ok, err := t.conversationNum(after.Conversation)
	if err != nil {
		return err
	}
	if !ok {
		return missing("conversation", after.Conversation)
	}
	body, err := json.Marshal(after)
	if err != nil {
		return err
	}
	args := []any{
		after.ID, num, after.Account, after.Receipt.ID, string(after.State), after.Version,
		ms(after.CreatedAt), ms(after.SendAfter), ms(after.LeaseUntil), string(body),
	}
	var n int64
	if before == nil {
		n, err = t.affect(insert("reply", replyColumns)+` ON CONFLICT (id) DO NOTHING`, args...)
	} else {
		n, err = t.affect(update("reply", replyColumns)+` AND version = $11`, rotate(args, before.Version)...)
	}
	if err == nil && n != 1 {
		err = community.Faultf(community.Conflict, "reply.version", after.ID)
	}
	// A conversation that is new here has replies now: read them like others.
	t.settleOpening(after.Conversation)
	return err
}

var replyColumns = []string{"id", "conversation", "account", "native", "state", "version", "created_at", "send_after", "lease_until", "body"}

package sql

import (
	"context"
	"database/sql"
	"encoding/json"

	"github.com/vigie-hq/vigie/community"
)

const complaintRead = `SELECT p.body, c.id, p.num FROM complaint p JOIN conversation c ON c.num = p.conversation `

// kept is a complaint with its row's number.
type kept struct {
	num int64
	community.Complaint
}

func complaints(ctx context.Context, q querier, where string, args ...any) ([]kept, error) {
	var out []kept
	err := each(ctx, q, complaintRead+where, args, func(rows *sql.Rows) error {
		var body, conversation string
		var k kept
		if err := rows.Scan(&body, &conversation, &k.num); err != nil {
			return err
		}
		if err := json.Unmarshal([]byte(body), &k.Complaint); err != nil {
			return err
		}
		k.Conversation = conversation
		out = append(out, k)
		return nil
	})
	return out, err
}

func oneComplaint(ctx context.Context, q querier, where string, args ...any) (*community.Complaint, error) {
	found, err := complaints(ctx, q, where, args...)
	if err != nil || len(found) == 0 {
		return nil, err
	}
	return &found[0].Complaint, nil
}

// Complaint implements desk.Tx.
func (t *Tx) Complaint(_ context.Context, id string) (*community.Complaint, error) {
	return oneComplaint(t.ctx, t, `WHERE p.id = $1`, id)
}

// ofMatter finds a conversation's newest complaint.
const ofMatter = `WHERE p.conversation = $1 ORDER BY p.opened_at DESC, p.num DESC LIMIT 1`

// ComplaintOf implements desk.Tx.
func (t *Tx) ComplaintOf(_ context.Context, conversation string) (*community.Complaint, error) {
	num, ok, err := t.conversationNum(conversation)
	if err != nil || !ok {
		return nil, err
	}
	return oneComplaint(t.ctx, t, ofMatter, num)
}

// PutComplaint implements desk.Tx. Somebody else's change in between is a Fault
// Conflict "complaint.version".
func (t *Tx) PutComplaint(_ context.Context, before, after *community.Complaint) error {
	num, err := t.about(after.Conversation)
	if err != nil {
		return err
	}
	body, err := json.Marshal(after)
	if err != nil {
		return err
	}
	args := []any{after.ID, after.Brand, num, after.Version, string(after.State), bit(complaintOpen(after)), ms(after.Due), ms(after.OpenedAt), string(body)}
	var n int64
	if before == nil {
		n, err = t.affect(insert("complaint", complaintColumns)+` ON CONFLICT (id) DO NOTHING`, args...)
	} else {
		n, err = t.affect(update("complaint", complaintColumns)+` AND version = $10`, rotate(args, before.Version)...)
	}
	if err == nil && n != 1 {
		err = community.Faultf(community.Conflict, "complaint.version", after.ID)
	}
	return err
}

var complaintColumns = []string{"id", "brand", "conversation", "version", "state", "is_open", "due", "opened_at", "body"}

// complaintOpen tells whether a complaint is among those not yet closed.
func complaintOpen(c *community.Complaint) bool {
	switch c.State {
	case community.ComplaintClosed, community.ComplaintFollowed, community.ComplaintExploited:
		return false
	}
	return true
}

// NextNumber implements desk.Tx.
func (t *Tx) NextNumber(_ context.Context, brand string, year int) (n int, err error) {
	err = t.exec(`INSERT INTO complaint_number (brand, year, n) VALUES ($1, $2, 1)
		ON CONFLICT (brand, year) DO UPDATE SET n = complaint_number.n + 1`, brand, year)
	if err != nil {
		return 0, err
	}
	_, err = t.one(`SELECT n FROM complaint_number WHERE brand = $1 AND year = $2`, []any{brand, year}, &n)
	return n, err
}

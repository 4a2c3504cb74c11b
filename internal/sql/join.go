package sql

import (
	"cmp"
	"context"
	"database/sql"
	"slices"
	"time"

	"github.com/vigie-hq/vigie/community"
)

// Joinable implements desk.Tx: community.Joins, over the indexes. The author's
// number holds brand, network and scope, so that a thread is compared by name.
func (t *Tx) Joinable(_ context.Context, m *community.Message) ([]community.Conversation, error) {
	key := m.AuthorKey()
	if key == "" {
		return nil, nil
	}
	author, known, err := t.person(key)
	if err != nil || !known {
		return nil, err
	}
	var nums []int64
	if !m.Private {
		// Both sides in milliseconds, so that it does not matter which is kept.
		when, near := ms(m.At()), community.JoinWithin.Milliseconds()
		nums, err = t.nums(`SELECT num >> 20 FROM message WHERE author = $1 AND author <> 0 AND at BETWEEN $2 AND $3 AND is_private = 0 AND num > 0`,
			author.num, when-near, when+near)
		if err != nil {
			return nil, err
		}
	}
	if m.Thread != "" {
		more, err := t.nums(`SELECT num >> 20 FROM message WHERE thread_hash = $1 AND thread_hash <> 0 AND author = $2 AND thread = $3 AND num > 0
			UNION ALL SELECT num >> 20 FROM message WHERE key = $4 AND thread = $5 AND author = $6 AND num > 0`,
			hashThread(m), author.num, m.Thread, root(m), m.Thread, author.num)
		if err != nil {
			return nil, err
		}
		nums = append(nums, more...)
	}
	return t.conversations(nums)
}

// Threaded implements desk.Tx.
func (t *Tx) Threaded(_ context.Context, m *community.Message) ([]community.Conversation, error) {
	if m.Thread == "" {
		return nil, nil
	}
	nums, err := t.nums(`SELECT DISTINCT num >> 20 FROM message WHERE `+inThread+` AND is_out = 0 AND num > 0
		UNION ALL SELECT num >> 20 FROM message WHERE key = $6 AND thread = $7 AND is_out = 0 AND num > 0`, t.threadArgs(m)...)
	if err != nil {
		return nil, err
	}
	return t.conversations(nums)
}

// inThread finds a thread's messages but its root; threadArgs are its arguments
// and, after them, those that find the root.
const inThread = `thread_hash = $1 AND thread_hash <> 0 AND thread = $2 AND brand = $3 AND network = $4 AND scope = $5`

func (t *Tx) threadArgs(m *community.Message) []any {
	l := t.db.labels
	return []any{hashThread(m), m.Thread, l.find(m.Brand), l.find(m.Network), l.find(m.Scope), root(m), m.Thread}
}

// conversations reads several by number, oldest first.
func (t *Tx) conversations(nums []int64) ([]community.Conversation, error) {
	slices.Sort(nums)
	nums = slices.Compact(nums)
	var out []community.Conversation
	for _, num := range nums {
		c, err := t.conversation(num)
		if err != nil {
			return nil, err
		}
		if c != nil {
			out = append(out, *c)
		}
	}
	slices.SortStableFunc(out, func(a, b community.Conversation) int { return a.FirstAt.Compare(b.FirstAt) })
	return out, nil
}

// Orphans implements desk.Tx. There are few: their numbers are looked up first.
func (t *Tx) Orphans(_ context.Context, m *community.Message) ([]community.Entry, error) {
	l := t.db.labels
	nums, err := t.nums(`SELECT num FROM message WHERE in_reply_to = $1 AND in_reply_to <> ''
		AND num < 0 AND is_out = 1 AND brand = $2 AND network = $3 AND scope = $4`,
		m.ID, l.find(m.Brand), l.find(m.Network), l.find(m.Scope))
	if err != nil {
		return nil, err
	}
	if m.Private && m.Thread != "" {
		const ours = ` AND num < 0 AND is_out = 1 AND is_private = 1 AND in_reply_to = ''`
		more, err := t.nums(`SELECT num FROM message WHERE `+inThread+ours+
			` UNION ALL SELECT num FROM message WHERE key = $6 AND thread = $7`+ours, t.threadArgs(m)...)
		if err != nil {
			return nil, err
		}
		nums = append(nums, more...)
	}
	slices.Sort(nums)
	var out []community.Entry
	for _, num := range slices.Compact(nums) {
		found, err := entries(t.ctx, t, l, oneMessage, num)
		if err != nil {
			return nil, err
		}
		for i := range found {
			out = append(out, found[i].e)
		}
	}
	slices.SortFunc(out, func(a, b community.Entry) int {
		return cmp.Or(a.Message.At().Compare(b.Message.At()), cmp.Compare(a.Key, b.Key))
	})
	return out, nil
}

// nums reads numbers.
func (t *Tx) nums(text string, args ...any) ([]int64, error) {
	var out []int64
	err := each(t.ctx, t, text, args, func(rows *sql.Rows) error {
		var num int64
		err := rows.Scan(&num)
		out = append(out, num)
		return err
	})
	return out, err
}

// HandedOver implements desk.Tx.
func (t *Tx) HandedOver(_ context.Context, m *community.Message) ([]community.Conversation, error) {
	key := m.AuthorKey()
	if key == "" {
		return nil, nil
	}
	author, known, err := t.person(key)
	if err != nil || !known {
		return nil, err
	}
	var nums []int64
	err = each(t.ctx, t, `SELECT h.conversation, h.at FROM message m CROSS JOIN handoff h ON h.conversation = m.num >> 20
		JOIN reply r ON r.id = h.reply AND r.state IN ('held', 'sending', 'sent', 'unknown')
		WHERE m.author = $1 AND m.author <> 0 AND m.num > 0 AND h.to_account = $2`,
		[]any{author.num, community.AccountKey(m.Brand, m.Network, m.Account)}, func(rows *sql.Rows) error {
			var num int64
			var when time.Time
			if err := rows.Scan(&num, moment{&when}); err != nil {
				return err
			}
			if since := m.ReceivedAt.Sub(when); since >= 0 && since < community.ReopenWithin {
				nums = append(nums, num)
			}
			return nil
		})
	if err != nil {
		return nil, err
	}
	return t.conversations(nums)
}

// Opening implements desk.Tx.
func (t *Tx) Opening(_ context.Context, conversation string) (*community.Entry, error) {
	return t.oneEntry(conversation, `m.is_out = 0 ORDER BY m.at, m.key LIMIT 1`)
}

// Latest implements desk.Tx.
func (t *Tx) Latest(_ context.Context, conversation string) (*community.Entry, error) {
	return t.oneEntry(conversation, `m.is_out = 0 AND m.is_gone = 0 ORDER BY m.at DESC, m.key DESC LIMIT 1`)
}

func (t *Tx) oneEntry(conversation, where string) (*community.Entry, error) {
	num, ok, err := t.conversationNum(conversation)
	if err != nil || !ok {
		return nil, err
	}
	first, last := span(num)
	found, err := entries(t.ctx, t, t.db.labels, `SELECT `+entryColumns+` FROM message m WHERE m.num BETWEEN $1 AND $2 AND `+where, first, last)
	if err != nil || len(found) == 0 {
		return nil, err
	}
	e := &found[0].e
	e.Conversation, err = t.conversationID(num)
	return e, err
}

// Facts implements desk.Tx.
func (t *Tx) Facts(_ context.Context, conversation string) ([]community.Fact, error) {
	num, ok, err := t.conversationNum(conversation)
	if err != nil || !ok {
		return nil, err
	}
	first, last := span(num)
	var out []community.Fact
	err = each(t.ctx, t, `SELECT key, brand, network, account, created_at, received_at, lag, is_out, is_gone, is_asking, is_private,
		reply_kind, category, abstain, urgent, sentiment, reason, complaint, language, substr(text, 1, 2000), channel, tags
		FROM message WHERE num BETWEEN $1 AND $2`, []any{first, last}, func(rows *sql.Rows) error {
		f, err := t.fact(rows)
		out = append(out, f)
		return err
	})
	community.SortFacts(out)
	return out, err
}

// fact reads a fact by way of the entry that has it, so that there is one rule
// for both. A preview needs far less than the 2,000 characters read for it.
func (t *Tx) fact(rows *sql.Rows) (community.Fact, error) {
	var e community.Entry
	var abstain int64
	m, v, l := &e.Message, &e.Verdict, t.db.labels
	err := rows.Scan(&e.Key, named(l, &m.Brand), named(l, &m.Network), named(l, &m.Account),
		moment{&m.CreatedAt}, moment{&m.ReceivedAt}, (*int64)(&m.Lag), &e.Out, &e.Gone, &e.Asks, &m.Private,
		named(l, &e.ReplyKind), named(l, &v.Category.Label), &abstain, named(l, &e.Urgency), named(l, &v.Sentiment.Label),
		named(l, &v.Reason.Label), named(l, &v.Complaint.Label), named(l, &v.Language.Label), &m.Text,
		named(l, &v.Channel), tagSet{l, &v.Tags})
	if err != nil {
		return community.Fact{}, err
	}
	v.Category.Abstain = abstain&1 != 0
	return e.Fact(community.AccountKey(m.Brand, m.Network, m.Account)), nil
}

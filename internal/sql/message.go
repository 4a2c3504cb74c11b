package sql

import (
	"context"
	"database/sql"
	"encoding/json"
	"hash/fnv"

	"github.com/vigie-hq/vigie/community"
	"github.com/vigie-hq/vigie/community/text"
)

// A message's number is its conversation's times 2^placeBits plus its place.
// Each conversation has room for a million messages.
const placeBits = 20

// span is the numbers a conversation's messages lie between.
func span(conversation int64) (first, last int64) {
	return conversation << placeBits, conversation<<placeBits | (1<<placeBits - 1)
}

// pack is v as JSON, or nothing when there is nothing.
func pack(v any, empty bool) (string, error) {
	if empty {
		return "", nil
	}
	b, err := json.Marshal(v)
	return string(b), err
}

func unpack(s string, to any) error {
	if s == "" {
		return nil
	}
	return json.Unmarshal([]byte(s), to)
}

// threadHash is a number for the message's thread; 0 without a thread, and for
// the message a thread is named after: most messages are that, and are found by
// their own key (root), so that the index need not hold them. Rows that share a
// hash are compared by the thread itself.
func threadHash(m *community.Message) int64 {
	if m.Thread == "" || m.Thread == m.ID {
		return 0
	}
	return hashThread(m)
}

func hashThread(m *community.Message) int64 {
	h := fnv.New64a()
	for _, s := range []string{m.Brand, m.Network, m.Scope, m.Thread} {
		h.Write([]byte(s)) // a hash never fails
		h.Write([]byte{0})
	}
	return int64(h.Sum64() | 1)
}

// root is the key of the message m's thread is named after.
func root(m *community.Message) string {
	return community.Identity{Brand: m.Brand, Network: m.Network, Scope: m.Scope, ID: m.Thread}.Key()
}

// Entry implements desk.Tx.
func (t *Tx) Entry(_ context.Context, key string) (*community.Entry, error) {
	num, ok, err := t.messageNum(key)
	if err != nil || !ok {
		return nil, err
	}
	found, err := entries(t.ctx, t, t.db.labels, oneMessage, num)
	if err != nil || len(found) == 0 {
		return nil, err
	}
	e := &found[0].e
	e.Conversation, err = t.conversationID(num >> placeBits)
	return e, err
}

func (t *Tx) messageNum(key string) (num int64, ok bool, err error) {
	ok, err = t.one(`SELECT num FROM message WHERE key = $1`, []any{key}, &num)
	return num, ok, err
}

// History implements desk.Tx.
func (t *Tx) History(_ context.Context, key string) (community.History, error) {
	var h community.History
	var r community.Revision
	var bare bool
	ok, err := t.one(`SELECT is_gone, is_bare, rev_hash, rev_at, rev_seen FROM message WHERE key = $1`, []any{key},
		&h.Gone, &bare, &r.Hash, moment{&r.At}, moment{&r.Seen})
	if err != nil || !ok {
		return h, err
	}
	if !bare {
		h.Contents = append(h.Contents, r)
	}
	err = each(t.ctx, t, `SELECT hash, at, seen FROM revision WHERE message = $1 AND hash <> $2 ORDER BY hash`, []any{key, r.Hash},
		func(rows *sql.Rows) error {
			var r community.Revision
			if err := rows.Scan(&r.Hash, moment{&r.At}, moment{&r.Seen}); err != nil {
				return err
			}
			h.Contents = append(h.Contents, r)
			return nil
		})
	return h, err
}

// PutRevision implements desk.Tx.
func (t *Tx) PutRevision(_ context.Context, key string, r community.Revision, words string) error {
	return t.exec(`INSERT INTO revision (message, hash, at, seen, text) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (message, hash) DO UPDATE SET at = excluded.at, seen = excluded.seen, text = excluded.text`,
		key, r.Hash, ms(r.At), ms(r.Seen), text.Clean(words))
}

// PutEntry implements desk.Tx.
func (t *Tx) PutEntry(_ context.Context, before, after *community.Entry) error {
	m := &after.Message
	author, err := t.authorOf(m.AuthorKey(), m.Author)
	if err != nil {
		return err
	}
	num, moved, err := t.place(before, after)
	if err != nil {
		return err
	}
	args, err := t.entryArgs(num, author, after)
	if err != nil {
		return err
	}
	if err := t.putShadow(before, after); err != nil {
		return err
	}
	now := wordingOf(after)
	if before == nil {
		if err := t.exec(insertMessage, args...); err != nil {
			return err
		}
		t.finding(num, nil, &now)
		return nil
	}
	was, err := t.wording(moved.from)
	if err != nil {
		return err
	}
	if moved.from != num {
		if err := t.exec(`UPDATE message SET num = $2 WHERE num = $1`, moved.from, num); err != nil {
			return err
		}
	}
	if err := t.exec(updateMessage, rotate(args)...); err != nil {
		return err
	}
	if moved.from != num || was != now {
		t.finding(moved.from, &was, nil)
		t.finding(num, nil, &now)
	}
	return nil
}

// move is where a message was and is; from is 0 for a new one.
type move struct{ from, to int64 }

// place gives the message its number.
func (t *Tx) place(before, after *community.Entry) (int64, move, error) {
	var was int64
	if before != nil {
		num, ok, err := t.messageNum(before.Key)
		if err != nil {
			return 0, move{}, err
		}
		if !ok {
			return 0, move{}, missing("message", before.Key)
		}
		was = num
		if before.Conversation == after.Conversation {
			return num, move{num, num}, nil
		}
	}
	num, err := t.newPlace(after.Conversation)
	return num, move{was, num}, err
}

// newPlace is a free number in a conversation, which may be one that is not
// written yet; with no conversation, one among those that wait for theirs.
func (t *Tx) newPlace(conversation string) (int64, error) {
	if conversation == "" {
		num := t.numbers.orphan
		t.numbers.orphan--
		return num, nil
	}
	if o := t.opened[conversation]; o != nil {
		num := o.num<<placeBits + o.next
		o.next++
		return num, nil
	}
	c, ok, err := t.conversationNum(conversation)
	if err != nil {
		return 0, err
	}
	if !ok {
		o := t.open(conversation)
		o.next++
		return o.num << placeBits, nil
	}
	first, last := span(c)
	var highest sql.NullInt64
	if _, err := t.one(`SELECT max(num) FROM message WHERE num BETWEEN $1 AND $2`, []any{first, last}, &highest); err != nil {
		return 0, err
	}
	switch {
	case !highest.Valid:
		return first, nil
	case highest.Int64 == last:
		return 0, community.Faultf(community.Invalid, "conversation.full", conversation)
	}
	return highest.Int64 + 1, nil
}

// open gives a new conversation its number.
func (t *Tx) open(id string) *opening {
	o := &opening{num: t.numbers.conversation}
	t.numbers.conversation++
	if t.opened == nil {
		t.opened = map[string]*opening{}
	}
	t.opened[id] = o
	return o
}

// bit is a truth as it is kept.
func bit(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

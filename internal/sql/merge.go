package sql

import (
	"context"
	"errors"

	"github.com/vigie-hq/vigie/community"
)

// Merge implements desk.Tx. The messages get numbers among those of the
// conversation that stays, and their full text follows.
func (t *Tx) Merge(_ context.Context, from, into *community.Conversation) error {
	a, okA, errA := t.conversationNum(from.ID)
	b, okB, errB := t.conversationNum(into.ID)
	if err := errors.Join(errA, errB); err != nil {
		return err
	}
	if !okA || !okB || a == b {
		return missing("conversation", from.ID)
	}
	held, err := t.conversation(a)
	if err != nil {
		return err
	}
	if held == nil {
		return missing("conversation", from.ID)
	}
	t.settleOpening(from.ID)
	t.settleOpening(into.ID)
	if err := t.moveMessages(a, into.ID); err != nil {
		return err
	}
	for _, text := range []string{
		`UPDATE reply SET conversation = $2 WHERE conversation = $1`,
		`UPDATE handoff SET conversation = $2 WHERE conversation = $1`,
		`UPDATE note SET conversation = $2 WHERE conversation = $1`,
		`UPDATE act SET conversation = $2 WHERE conversation = $1`,
		`UPDATE complaint SET conversation = $2 WHERE conversation = $1`,
		`UPDATE deadline SET conversation = $2, place = place + (SELECT coalesce(max(place) + 1, 0) FROM deadline WHERE conversation = $2) WHERE conversation = $1`,
	} {
		if err := t.exec(text, a, b); err != nil {
			return err
		}
	}
	if err := t.exec(`UPDATE forward SET into_id = $2 WHERE into_id = $1`, from.ID, into.ID); err != nil {
		return err
	}
	if err := t.exec(`INSERT INTO forward (id, into_id) VALUES ($1, $2)`, from.ID, into.ID); err != nil {
		return err
	}
	if err := t.exec(`DELETE FROM conversation WHERE num = $1`, a); err != nil {
		return err
	}
	t.count(held, -1)
	clear(t.known)
	t.know(into.ID, b)
	return nil
}

// settleOpening lets a conversation that is new here be read like others, once
// more happens to it than messages and deadlines.
func (t *Tx) settleOpening(id string) {
	if o := t.opened[id]; o != nil {
		t.know(id, o.num)
		delete(t.opened, id)
	}
}

func (t *Tx) moveMessages(from int64, into string) error {
	first, last := span(from)
	nums, err := t.nums(`SELECT num FROM message WHERE num BETWEEN $1 AND $2 ORDER BY num`, first, last)
	if err != nil {
		return err
	}
	for _, num := range nums {
		to, err := t.newPlace(into)
		if err != nil {
			return err
		}
		if err := t.shift(num, to); err != nil {
			return err
		}
	}
	return nil
}

// shift gives a message another number; its full text follows.
func (t *Tx) shift(from, to int64) error {
	w, err := t.wording(from)
	if err != nil {
		return err
	}
	if err := t.exec(`UPDATE message SET num = $2 WHERE num = $1`, from, to); err != nil {
		return err
	}
	t.finding(from, &w, nil)
	t.finding(to, nil, &w)
	return nil
}

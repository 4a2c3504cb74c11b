package sql

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/vigie-hq/vigie/community"
	"github.com/vigie-hq/vigie/community/desk"
)

// Deadlines implements desk.Tx.
func (t *Tx) Deadlines(_ context.Context, conversation string) ([]community.Deadline, error) {
	if o := t.opened[conversation]; o != nil && !o.deadlines {
		return nil, nil
	}
	num, ok, err := t.conversationNum(conversation)
	if err != nil || !ok {
		return nil, err
	}
	held, err := heldDeadlines(t.ctx, t, t.db.labels, num)
	out := make([]community.Deadline, len(held))
	for i := range held {
		out[i] = held[i].Deadline
	}
	return slices.Clip(out), err
}

// heldDeadline is a deadline as it is kept: with the moment at which something
// must be told of it.
type heldDeadline struct {
	community.Deadline
	next int64
}

const deadlineRead = `target, start, warn, due, met, state, next`

func (d *heldDeadline) scan(rows *sql.Rows, l *labels, more ...any) error {
	return rows.Scan(append([]any{
		named(l, &d.Target),
		moment{&d.Start},
		moment{&d.Warn},
		moment{&d.Due},
		moment{&d.Met},
		named(l, &d.State), &d.next,
	}, more...)...)
}

func heldDeadlines(ctx context.Context, q querier, l *labels, num int64) ([]heldDeadline, error) {
	var out []heldDeadline
	err := each(ctx, q, `SELECT `+deadlineRead+` FROM deadline WHERE conversation = $1 ORDER BY place`, []any{num}, func(rows *sql.Rows) error {
		out = append(out, heldDeadline{})
		return out[len(out)-1].scan(rows, l)
	})
	return out, err
}

// PutDeadlines implements desk.Tx. A deadline that runs on unchanged is not
// told again.
func (t *Tx) PutDeadlines(_ context.Context, conversation string, ds []community.Deadline) error {
	o := t.opened[conversation]
	num, ok, err := t.conversationNum(conversation)
	if err != nil {
		return err
	}
	if !ok {
		if len(ds) == 0 {
			return nil
		}
		return missing("conversation", conversation)
	}
	var held []heldDeadline
	if o == nil || o.deadlines {
		if held, err = heldDeadlines(t.ctx, t, t.db.labels, num); err != nil {
			return err
		}
	}
	if o != nil {
		o.deadlines = true
	}
	now := make([]heldDeadline, len(ds))
	for i, d := range roundDeadlines(ds) {
		now[i] = heldDeadline{d, nextTelling(d, held)}
	}
	if slices.Equal(now, held) {
		return nil
	}
	return t.writeDeadlines(num, held, now)
}

// writeDeadlines replaces a conversation's rows.
func (t *Tx) writeDeadlines(num int64, held, now []heldDeadline) error {
	if len(held) > 0 {
		if err := t.exec(`DELETE FROM deadline WHERE conversation = $1`, num); err != nil {
			return err
		}
	}
	for first := 0; first < len(now); first += deadlinesAtOnce {
		part := now[first:min(len(now), first+deadlinesAtOnce)]
		args := make([]any, 0, len(part)*len(deadlineColumns))
		for i, d := range part {
			args = append(args, num, first+i, labelOf(t, d.Target), ms(d.Start), ms(d.Warn), ms(d.Due), ms(d.Met), labelOf(t, d.State), d.next)
		}
		if err := t.exec(insertDeadlines[len(part)], args...); err != nil {
			return err
		}
	}
	return nil
}

var deadlineColumns = strings.Fields(`conversation place target start warn due met state next`)

// deadlinesAtOnce is how many rows one statement adds.
const deadlinesAtOnce = 4

// insertDeadlines adds as many rows as its place says.
var insertDeadlines = func() (texts [deadlinesAtOnce + 1]string) {
	text := insert("deadline", deadlineColumns)
	for n := 1; n <= deadlinesAtOnce; n++ {
		texts[n] = text
		var row []string
		for i := range deadlineColumns {
			row = append(row, fmt.Sprintf("$%d", n*len(deadlineColumns)+i+1))
		}
		text += ", (" + strings.Join(row, ", ") + ")"
	}
	return texts
}()

func roundDeadlines(ds []community.Deadline) []community.Deadline {
	out := slices.Clone(ds)
	for i := range out {
		for _, when := range []*time.Time{&out[i].Start, &out[i].Warn, &out[i].Due, &out[i].Met} {
			*when = at(ms(*when))
		}
	}
	return out
}

// nextTelling is when something must be told of a deadline: its warning, then
// its end; 0 once it no longer runs. A warning that was told of the same promise
// is not told again.
func nextTelling(d community.Deadline, held []heldDeadline) int64 {
	if d.State != community.DeadlineRunning {
		return 0
	}
	for _, was := range held {
		if was.Target == d.Target && was.Start.Equal(d.Start) && was.Due.Equal(d.Due) && was.next == pastDue(d) {
			return was.next
		}
	}
	return ms(d.Warn)
}

// pastDue is the first moment at which a deadline is over: it is met up to and
// including Due.
func pastDue(d community.Deadline) int64 { return ms(d.Due) + 1 }

// DueDeadlines implements desk.Tx.
func (t *Tx) DueDeadlines(_ context.Context, now time.Time, limit int) ([]desk.DueDeadline, error) {
	var out []desk.DueDeadline
	err := each(t.ctx, t, `SELECT d.target, d.start, d.warn, d.due, d.met, d.state, d.next, c.id
		FROM deadline d JOIN conversation c ON c.num = d.conversation
		WHERE d.next > 0 AND d.next <= $1 ORDER BY d.next, d.conversation, d.place LIMIT $2`, []any{ms(now), limit}, func(rows *sql.Rows) error {
		var d heldDeadline
		var due desk.DueDeadline
		err := d.scan(rows, t.db.labels, &due.Conversation)
		due.Deadline, due.Breach = d.Deadline, now.After(d.Due)
		out = append(out, due)
		return err
	})
	return out, err
}

// Warned implements desk.Tx.
func (t *Tx) Warned(_ context.Context, conversation string, d community.Deadline) error {
	num, ok, err := t.conversationNum(conversation)
	if err != nil {
		return err
	}
	if !ok {
		return missing("conversation", conversation)
	}
	return t.exec(`UPDATE deadline SET next = $5 WHERE conversation = $1 AND target = $2 AND start = $3 AND due = $4 AND next > 0`,
		num, labelOf(t, d.Target), ms(d.Start), ms(d.Due), pastDue(d))
}

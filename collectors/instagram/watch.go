package instagram

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"github.com/vigie-hq/vigie/community"
)

// How many messages are looked at again, and how many of them in one round: one
// call asks for fifty.
const (
	watchSize     = 400
	looksPerRound = 100
)

// watched is one message that will be looked at again. It is kept in the cursor,
// hence its short names.
type watched struct {
	ID      string `json:"i"`
	Private bool   `json:"p,omitempty"`
	Seen    int64  `json:"s"`           // when it was collected, Unix seconds
	Looks   int    `json:"l,omitempty"` // how often it was looked at since
	Text    string `json:"t,omitempty"` // of a private message: the start of its content's hash
}

// watchlist holds the newest collected messages until they were looked at often
// enough. One goroutine uses it.
type watchlist struct {
	ages  []time.Duration
	items []watched // oldest first
}

func mark(m *community.Message) string {
	if !m.Private {
		return "" // a comment cannot be edited
	}
	return m.Hash()[:8]
}

// add begins to watch a message, or takes note of its new text.
func (w *watchlist) add(m *community.Message, now time.Time) {
	if i := w.find(m.ID); i >= 0 {
		w.items[i].Text = mark(m)
		return
	}
	w.items = append(w.items, watched{ID: m.ID, Private: m.Private, Seen: now.Unix(), Text: mark(m)})
	if len(w.items) > watchSize {
		w.items = slices.Delete(w.items, 0, len(w.items)-watchSize)
	}
}

// reworded tells whether a message that is watched has other words now.
func (w *watchlist) reworded(m *community.Message) bool {
	i := w.find(m.ID)
	return i >= 0 && w.items[i].Text != mark(m)
}

func (w *watchlist) find(id string) int {
	return slices.IndexFunc(w.items, func(item watched) bool { return item.ID == id })
}

// due returns what is to be looked at now, the longest overdue first.
func (w *watchlist) due(now time.Time) []watched {
	var items []watched
	for _, item := range w.items {
		if !now.Before(w.next(&item)) {
			items = append(items, item)
		}
	}
	slices.SortStableFunc(items, func(a, b watched) int { return w.next(&a).Compare(w.next(&b)) })
	return items[:min(len(items), looksPerRound)]
}

func (w *watchlist) next(item *watched) time.Time {
	return time.Unix(item.Seen, 0).Add(w.ages[item.Looks])
}

// looked takes note of a look: the looks whose age has passed meanwhile are
// skipped, and after the last, or when it is gone, the message is let go.
func (w *watchlist) looked(id string, gone bool, now time.Time) {
	i := w.find(id)
	if i < 0 {
		return
	}
	item := &w.items[i]
	for item.Looks < len(w.ages) && !now.Before(w.next(item)) {
		item.Looks++
	}
	if gone || item.Looks == len(w.ages) {
		w.items = slices.Delete(w.items, i, i+1)
	}
}

// look reads again what is due: what is gone was deleted, a private message may
// have other words.
func (p *poller) look(ctx context.Context) error {
	now := p.o.Graph.Now()
	handed := p.s.handed()
	for i := range handed {
		p.watch.add(&handed[i], now)
	}
	due := p.watch.due(now)
	var public, private []string
	texts := map[string]string{}
	for _, item := range due {
		if item.Private {
			private, texts[item.ID] = append(private, item.ID), item.Text
		} else {
			public = append(public, item.ID)
		}
	}
	there := map[string]json.RawMessage{}
	for fields, ids := range map[string][]string{"id": public, "id,message,created_time,from,to": private} {
		if len(ids) == 0 {
			continue
		}
		found, err := p.s.client.Many(ctx, ids, fields)
		if err != nil {
			return err
		}
		for id, raw := range found {
			there[id] = raw
		}
	}
	var messages []community.Message
	for _, item := range due {
		raw, ok := there[item.ID]
		if !ok {
			messages = append(messages, p.s.gone(item.ID))
		} else if m, edited := p.s.reworded(raw, item); edited {
			p.watch.add(&m, now)
			messages = append(messages, m)
		}
	}
	// What was found is emitted first: should that fail, the same looks are due
	// again.
	if len(messages) > 0 {
		if err := p.save(ctx, messages, 0); err != nil {
			return err
		}
	}
	for _, item := range due {
		_, ok := there[item.ID]
		p.watch.looked(item.ID, !ok, now)
	}
	return nil
}

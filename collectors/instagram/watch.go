package instagram

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"github.com/vigie-hq/vigie/collectors/graph"
	"github.com/vigie-hq/vigie/community"
)

// How many messages are looked at again, and how many of them in one round: one
// call asks for fifty.
const (
	watchSize     = 400
	looksPerRound = 100
)

// watched is one message that will be looked at again. It is kept in the cursor,
// hence its short names. The words are those of a private message: a comment's
// cannot be edited.
type watched struct {
	ID      string `json:"i"`
	Private bool   `json:"p,omitempty"`
	Made    int64  `json:"c,omitempty"` // when a private message was written, Unix seconds
	Seen    int64  `json:"s"`           // when it was collected, Unix seconds
	Looks   int    `json:"l,omitempty"` // how often it was looked at since
	graph.Wording
}

// watchlist holds the newest collected messages until they were looked at often
// enough. One goroutine uses it.
type watchlist struct {
	ages  []time.Duration
	items []watched // oldest first
}

// newWatchlist goes on with what a cursor remembers, as far as there are looks
// left.
func newWatchlist(ages []time.Duration, items []watched) *watchlist {
	return &watchlist{ages: ages, items: slices.DeleteFunc(items, func(w watched) bool {
		return w.Looks < 0 || w.Looks >= len(ages)
	})}
}

// add begins to watch a message, or takes note of its new words. What stands
// elsewhere is not watched: Graph never gives it by its id, and would be
// understood to say that it is gone.
func (w *watchlist) add(m *community.Message, words graph.Wording, now time.Time) {
	if m.Kind == community.KindMention || len(w.ages) == 0 {
		return
	}
	if i := w.find(m.ID); i >= 0 {
		w.items[i].Wording = words
		return
	}
	one := watched{ID: m.ID, Private: m.Private, Seen: now.Unix(), Wording: words}
	if m.Private {
		one.Made = m.CreatedAt.Unix()
	}
	w.items = append(w.items, one)
	if len(w.items) > watchSize {
		w.items = slices.Delete(w.items, 0, len(w.items)-watchSize)
	}
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
	for _, one := range p.s.handed() {
		p.watch.add(&one.message, one.words, now)
	}
	due := p.watch.due(now)
	var messages []community.Message
	seen := make([]watched, 0, len(due))
	for _, private := range []bool{false, true} {
		some := slices.DeleteFunc(slices.Clone(due), func(w watched) bool { return w.Private != private })
		there, ok, err := p.there(ctx, some, private)
		if err != nil {
			return err
		}
		for i := range some {
			if raw, found := there[some[i].ID]; !found && ok {
				messages = append(messages, p.s.gone(some[i].ID))
				some[i].Looks = len(p.watch.ages) // there is nothing left to look at
			} else if m, words, edited := p.s.reworded(raw, &some[i]); edited {
				p.watch.add(&m, words, now)
				messages = append(messages, m)
			}
		}
		seen = append(seen, some...)
	}
	// What was found is emitted first: should that fail, the same looks are due
	// again.
	if len(messages) > 0 {
		if err := p.save(ctx, messages, 0); err != nil {
			return err
		}
	}
	for i := range seen {
		p.watch.looked(seen[i].ID, seen[i].Looks == len(p.watch.ages), now)
	}
	return nil
}

// there reads messages by their ids. It is not ok while we may not: Graph says
// the same of what is gone and of what is not for us, so where nothing at all is
// found the token's permissions tell the two apart.
func (p *poller) there(ctx context.Context, items []watched, private bool) (there map[string]json.RawMessage, ok bool, err error) {
	if len(items) == 0 {
		return nil, false, nil
	}
	fields, scope := "id", "instagram_manage_comments"
	if private {
		fields, scope = graph.InstagramFields, "instagram_manage_messages"
	}
	ids := make([]string, len(items))
	for i := range items {
		ids[i] = items[i].ID
	}
	there, err = p.s.client.Many(ctx, ids, fields)
	switch {
	case err != nil && ctx.Err() == nil && !graph.Reachable(err):
		return nil, false, nil
	case err != nil:
		return nil, false, err
	case len(there) > 0:
		return there, true, nil
	}
	health, err := p.o.Graph.Check(ctx, p.s.account, []string{scope})
	return nil, err == nil && len(health.Missing) == 0, err
}

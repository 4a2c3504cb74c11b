package mastodon

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	client "github.com/mattn/go-mastodon"
	"pgregory.net/rapid"
)

// list is a server's list whose items may be shown later than their id says.
type list struct {
	ids   []client.ID // visible, ascending
	made  map[client.ID]time.Time
	fails bool
}

func (l *list) fetch(_ context.Context, pg *client.Pagination) (page[client.Status], error) {
	if l.fails {
		l.fails = false
		return page[client.Status]{}, errors.New("the server is down")
	}
	var p page[client.Status]
	for _, id := range l.ids {
		if id.Compare(pg.MinID) > 0 && int64(len(p.items)) < pg.Limit {
			p.add(&client.Status{ID: id, CreatedAt: l.made[id]}, id)
		}
	}
	slices.Reverse(p.items) // as servers do: newest first
	return p, nil
}

// Whatever comes late (within Settle), fails or is interrupted in between:
// everything is taken, and nothing twice without an interruption.
func TestFeedMissesNothing(t *testing.T) {
	const settle = 30 * time.Second
	rapid.Check(t, func(t *rapid.T) {
		var (
			server = list{made: map[client.ID]time.Time{}}
			hidden = map[client.ID]time.Time{}
			taken  = map[client.ID]int{}
			now    = time.Unix(1_800_000_000, 0)
			saved  = client.ID("1")
			next   = 2
			broken = false
		)
		begin := func() *feed[client.Status] {
			return &feed[client.Status]{
				fetch: server.fetch, limit: pageSize, since: saved, settle: settle,
				id:   func(s *client.Status) client.ID { return s.ID },
				when: func(s *client.Status) time.Time { return s.CreatedAt },
			}
		}
		f := begin()
		show := func(id client.ID) {
			server.ids = append(server.ids, id)
			slices.SortFunc(server.ids, client.ID.Compare)
		}
		sweep := func(lost bool) {
			// A transaction is open for less than half of Settle.
			for id, since := range hidden {
				if now.Sub(since) > settle/2 {
					show(id)
					delete(hidden, id)
				}
			}
			err := f.sweep(t.Context(), now, func(items []*client.Status, _ int) error {
				if lost {
					return errors.New("not kept")
				}
				for _, s := range items {
					taken[s.ID]++
				}
				saved = f.since
				return nil
			})
			if err != nil {
				f, broken = begin(), true
				return
			}
			saved = f.since
		}
		for range rapid.IntRange(1, 30).Draw(t, "steps") {
			for range rapid.IntRange(0, 60).Draw(t, "posts") {
				id := client.ID(fmt.Sprint(next))
				// The server's clock is wrong by a little.
				server.made[id] = now.Add(time.Duration(rapid.IntRange(-300, 300).Draw(t, "skew")) * time.Second)
				next += rapid.IntRange(1, 3).Draw(t, "step")
				if rapid.IntRange(0, 7).Draw(t, "late") == 0 {
					hidden[id] = now
				} else {
					show(id)
				}
			}
			server.fails = rapid.IntRange(0, 9).Draw(t, "fails") == 0
			now = now.Add(time.Duration(rapid.IntRange(1, 40).Draw(t, "seconds")) * time.Second)
			if rapid.IntRange(0, 9).Draw(t, "pause") == 0 {
				now = now.Add(time.Hour) // a catch-up
			}
			sweep(rapid.IntRange(0, 9).Draw(t, "lost") == 0)
		}
		server.fails = false
		now = now.Add(settle)
		sweep(false)
		for _, id := range server.ids {
			if n := taken[id]; n == 0 || n > 1 && !broken {
				t.Fatalf("%s taken %d times", id, n)
			}
		}
		if len(taken) != len(server.ids) {
			t.Fatalf("%d taken, %d there", len(taken), len(server.ids))
		}
	})
}

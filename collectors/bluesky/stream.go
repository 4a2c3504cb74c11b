package bluesky

import (
	"context"
	"errors"
	"slices"
	"time"
)

// How long the AppView may lag behind the stream before a post is left to the
// poll, and how often it is asked meanwhile.
const (
	lagMost  = 8 * time.Second
	lagEvery = 400 * time.Millisecond
)

// streamer brings what the hub hears for one account. It never touches the
// cursor: what it misses, and it may miss anything, the poller finds.
type streamer struct {
	s       *session
	t       *taker
	waiting []late
}

// late is an event that the AppView may not show yet.
type late struct {
	heard
	until time.Time
}

// run listens until ctx ends or a batch could not be kept.
func (st *streamer) run(ctx context.Context, h *hub, queries []query, state func(bool)) error {
	e := &ear{
		did: st.s.account.NativeID, queries: queries, knows: st.t.knows,
		state: state, heard: make(chan heard, earSize),
	}
	defer h.join(ctx, e)()
	ticker := time.NewTicker(lagEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case got := <-e.heard:
			st.wait(got)
			for len(e.heard) > 0 && len(st.waiting) < earSize {
				st.wait(<-e.heard)
			}
		case <-ticker.C:
			if len(st.waiting) == 0 {
				continue
			}
		}
		var lost lostError
		if err := st.bring(ctx); errors.As(err, &lost) {
			return lost.error
		}
		// Any other fault the poll will meet and name.
	}
}

func (st *streamer) wait(got heard) {
	st.waiting = append(st.waiting, late{got, time.Now().Add(lagMost)})
}

// bring reads the posts that wait and emits those that the AppView shows as the
// stream told them.
func (st *streamer) bring(ctx context.Context) error {
	var b batch
	var open []late
	var ask []string
	for _, l := range st.waiting {
		same := func(o late) bool { return o.uri == l.uri && o.cid == l.cid }
		switch {
		case l.op == opDelete && !slices.Contains(b.gone, l.uri) && st.t.knows(l.uri):
			b.gone = append(b.gone, l.uri)
		case l.op == opDelete, st.t.version(l.uri) == markOf(l.cid), slices.ContainsFunc(open, same):
			b.duplicates++
		default:
			open = append(open, l)
			if !slices.Contains(ask, l.uri) {
				ask = append(ask, l.uri)
			}
		}
	}
	st.waiting = nil
	shown, _, err := st.s.posts(ctx, ask)
	if err != nil {
		return err
	}
	for _, l := range open {
		v := shown[l.uri]
		switch {
		case v != nil && v.CID == l.cid:
			b.posts = append(b.posts, sighting{view: v, via: l.via, seen: l.seen})
		case time.Now().Before(l.until):
			st.waiting = append(st.waiting, l)
		}
	}
	return st.t.take(ctx, b)
}

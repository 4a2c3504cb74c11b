package bluesky

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/vigie-hq/vigie/collectors"
	"github.com/vigie-hq/vigie/community"
)

// taker gives posts to the fleet, each version once. Push and poll share it, one
// batch at a time: what both bring at the same moment is told by the first.
type taker struct {
	s     *session
	emit  collectors.Emit
	watch *watchlist

	told told

	turn sync.Mutex
}

// newTaker knows already what a cursor watches.
func newTaker(s *session, emit collectors.Emit, watch []watched) *taker {
	t := &taker{s: s, emit: emit, watch: &watchlist{ages: s.o.Looks, items: watch}}
	for _, w := range watch {
		t.told.put(lengthen(w.Post), known{mark: w.Mark, at: w.At * 1000, swept: true})
	}
	return t
}

// batch is what is to be told together.
type batch struct {
	posts      []sighting
	gone       []string // addresses of posts that were deleted
	others     []community.Message
	unreadable int
	duplicates int // what the other way brought before
	// cursor gives where the cursor stands once this is kept; nil for push.
	cursor func() (*community.Cursor, error)
}

// take emits what is new in a batch and remembers it. Nothing of it is remembered
// when emit fails.
func (t *taker) take(ctx context.Context, b batch) error {
	t.turn.Lock()
	defer t.turn.Unlock()
	fresh, err := t.sift(ctx, b.posts)
	if err != nil {
		return err
	}
	messages, err := t.messages(ctx, fresh)
	if err != nil {
		return err
	}
	messages = append(messages, b.others...)
	for _, uri := range b.gone {
		if k, _ := t.told.get(uri); k.mark != gone {
			messages = append(messages, goneMessage(uri, k.thread))
		}
	}
	push := b.cursor == nil
	if push && len(messages) == 0 && b.unreadable == 0 && b.duplicates == 0 {
		return nil
	}
	if !push {
		t.remember(b, fresh) // the cursor below holds what is watched
	}
	out := collectors.Batch{Messages: messages, Push: push, Unreadable: b.unreadable, Duplicates: b.duplicates}
	if !push {
		out.Skew = t.s.budget.Skew()
		if out.Cursor, err = b.cursor(); err != nil {
			return err
		}
	}
	if err := t.emit(ctx, out); err != nil {
		return lostError{err}
	}
	if push {
		t.remember(b, fresh)
	}
	return nil
}

// lostError marks an error of emit: the batch is not kept, collecting must stop,
// and with it all that was remembered too early.
type lostError struct{ error }

func (e lostError) Unwrap() error { return e.error }

// sift leaves out what was told already. A post that is known in another version
// is read again: a list may be older than what was told meanwhile.
func (t *taker) sift(ctx context.Context, posts []sighting) ([]sighting, error) {
	var fresh []sighting
	var again []string
	here := map[string]bool{}
	for _, g := range posts {
		k, known := t.told.get(g.view.URI)
		switch {
		case here[g.view.URI]:
			continue
		case g.view.Author.Viewer.Muted, known && (k.mark == gone || k.mark == markOf(g.view.CID)):
		case known:
			again = append(again, g.view.URI)
		default:
			fresh = append(fresh, g)
		}
		here[g.view.URI] = true
	}
	if len(again) == 0 {
		return fresh, nil
	}
	views, _, err := t.s.posts(ctx, again)
	if err != nil {
		return nil, err
	}
	for _, uri := range again {
		v := views[uri]
		if k, _ := t.told.get(uri); v != nil && k.mark != markOf(v.CID) {
			fresh = append(fresh, sighting{view: v})
		}
	}
	return fresh, nil
}

// messages makes messages of posts. The network does not say when a record was
// changed: the moment it was seen to be is the best there is.
func (t *taker) messages(ctx context.Context, posts []sighting) ([]community.Message, error) {
	dids := make([]string, len(posts))
	for i, g := range posts {
		dids[i] = g.view.Author.DID
	}
	if err := t.s.meet(ctx, dids); err != nil {
		return nil, err
	}
	now := t.s.o.Now().UTC()
	messages := make([]community.Message, len(posts))
	for i, g := range posts {
		who, _ := t.s.profiles.get(g.view.Author.DID, now)
		messages[i] = t.s.messageOf(g, who.Followers)
		if _, known := t.told.get(g.view.URI); known {
			messages[i].EditedAt = now
		}
	}
	return messages, nil
}

// remember takes note of what was told.
func (t *taker) remember(b batch, fresh []sighting) {
	now, swept := t.s.o.Now(), b.cursor != nil
	for _, g := range fresh {
		k := knownOf(g.view, swept)
		t.told.put(g.view.URI, k)
		t.watch.add(g.view.URI, k.mark, time.UnixMilli(k.at), now)
	}
	if swept {
		for _, g := range b.posts {
			if k, known := t.told.get(g.view.URI); known && !k.swept {
				k.swept = true
				t.told.put(g.view.URI, k)
			}
		}
	}
	for _, uri := range b.gone {
		k, _ := t.told.get(uri)
		t.told.put(uri, known{gone, k.thread, max(k.at, now.UnixMilli()), k.swept})
		t.watch.drop(uri)
	}
}

func knownOf(v *postView, swept bool) known {
	thread := v.URI
	if v.Record.Reply != nil {
		thread = v.Record.Reply.Root.URI
	}
	return known{markOf(v.CID), thread, sorted(v.created(), v.indexed()).UnixMilli(), swept}
}

// acquaint remembers a post that was told before this process began.
func (t *taker) acquaint(v *postView) {
	if _, known := t.told.get(v.URI); !known {
		t.told.put(v.URI, knownOf(v, true))
	}
}

// strange are the entries of a page that were not told in that version; met tells
// whether every one of them was met by a sweep before, pushed how many were told
// by push alone until now.
func (t *taker) strange(entries []entry) (out []entry, met bool, pushed int) {
	t.turn.Lock()
	defer t.turn.Unlock()
	met = true
	for _, e := range entries {
		k, known := t.told.get(e.uri)
		met = met && known && k.swept
		if !known || k.mark != gone && k.mark != markOf(e.cid) {
			out = append(out, e)
		} else if !k.swept {
			k.swept = true
			t.told.put(e.uri, k)
			pushed++
		}
	}
	return out, met, pushed
}

// news counts the broken items that were not counted before.
func (t *taker) news(broken []string) (n int) {
	t.turn.Lock()
	defer t.turn.Unlock()
	for _, raw := range broken {
		if _, counted := t.told.get("!" + raw); !counted {
			t.told.put("!"+raw, known{at: t.s.o.Now().UnixMilli()})
			n++
		}
	}
	return n
}

// knows tells whether a post was told and is not gone.
func (t *taker) knows(uri string) bool {
	k, ok := t.told.get(uri)
	return ok && k.mark != gone
}

// version tells which version of a post was told last.
func (t *taker) version(uri string) string {
	k, _ := t.told.get(uri)
	return k.mark
}

// reversed gives a page oldest first, as it should be read.
func reversed[T any](list []T) []T {
	list = slices.Clone(list)
	slices.Reverse(list)
	return list
}

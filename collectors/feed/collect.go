package feed

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/vigie-hq/vigie/collectors"
	"github.com/vigie-hq/vigie/community"
)

// How many entries are handed over at once.
const batchSize = 200

// source is one account's feed while it is read.
type source struct {
	n       *Network
	account community.Account
	address *url.URL
	queries queries
	http    http.RoundTripper
}

func (n *Network) source(account community.Account) (*source, error) {
	address, err := parseAddress(account.Server)
	if err != nil {
		return nil, err
	}
	q, err := parseQueries(account.Queries)
	if err != nil {
		return nil, err
	}
	return &source{
		n: n, account: account, address: address, queries: q,
		http: collectors.NewTransport(collectors.TransportOptions{Base: n.o.HTTP, Now: n.o.Now}),
	}, nil
}

// Collect fetches the feed again and again until ctx ends or a fetch fails. The
// time of the next fetch is kept in the cursor, so that starting often does not
// mean asking often.
func (n *Network) Collect(ctx context.Context, account community.Account, cursor community.Cursor, emit collectors.Emit) error {
	s, err := n.source(account)
	if err != nil {
		return err
	}
	at := s.readPosition(cursor.Since)
	for {
		if wait := at.next().Sub(n.o.Now()); wait > 0 {
			if err := collectors.Wait(ctx, min(wait, n.o.Most)); err != nil {
				return err
			}
		}
		if at, err = s.once(ctx, at, cursor, emit); err != nil {
			return err
		}
	}
}

// once fetches the feed, emits what is new or changed, and then moves the
// cursor to where it returns.
func (s *source) once(ctx context.Context, at position, cursor community.Cursor, emit collectors.Emit) (position, error) {
	began := s.n.o.Now().UTC()
	got, err := s.read(ctx, at)
	if err != nil {
		return at, err
	}
	next, fresh := at, []community.Message(nil)
	if !got.unchanged {
		next, fresh = s.sift(at, &got, began, cursor.Connected)
	}
	next.Tag, next.Modified, next.Moved, next.Rhythm = got.tag, got.modified, got.moved, got.rhythm
	next.Next = s.n.o.pace(next.Rhythm, got.fresh, next.Torn, began).UnixMilli()
	for len(fresh) > batchSize {
		if err := emit(ctx, collectors.Batch{Messages: fresh[:batchSize]}); err != nil {
			return at, err
		}
		fresh = fresh[batchSize:]
	}
	cursor.Since, cursor.Complete = next.String(), began
	return next, emit(ctx, collectors.Batch{Messages: fresh, Cursor: &cursor, Unreadable: got.unreadable})
}

// sift finds what is new or has other words than before, oldest first, and the
// position after it.
func (s *source) sift(at position, got *document, now, connected time.Time) (position, []community.Message) {
	known := at.known()
	listed := make(map[string]bool, len(got.entries))
	var window []seen
	var fresh []community.Message
	for i := range got.entries {
		m := s.messageOf(&got.entries[i], got)
		key := shortHash(m.Scope + "\x00" + m.ID)
		if listed[key] {
			continue // the same entry twice in one window: the newest speaks
		}
		listed[key] = true
		before, old := known[key]
		mark := seen{Key: key, First: now.UnixMilli(), Content: shortHash(m.Hash())}
		switch {
		case old:
			mark.First, mark.Edited, mark.Kept = before.First, before.Edited, before.Kept
		case at.Fetched == 0 && !connected.IsZero():
			// The first fetch of all: what is undated was there before us.
			mark.First = connected.Add(-time.Millisecond).UnixMilli()
		}
		changed := !old || before.Content != mark.Content
		date(&m, &mark, old && changed, now, connected)
		via, wanted := s.queries.match(m.Text)
		m.Via = via
		if changed && (wanted || mark.Kept) {
			mark.Kept = true
			fresh = append(fresh, m)
		}
		window = append(window, mark)
	}
	slices.Reverse(window) // feeds are newest first
	slices.Reverse(fresh)
	next := at.after(window)
	if next.Torn {
		s.n.o.Logger.Warn("entries of a feed may have passed between two fetches", "account", s.account.Key())
	}
	return next, fresh
}

// date gives an entry the times that its feed does not: an undated entry is as
// old as our first sight of it, an edit happened when the feed says if that is
// news, else now. RSS counts in whole seconds: what came after the first fetch and
// is dated in the second of the connection is not older than the connection.
func date(m *community.Message, mark *seen, edited bool, now, connected time.Time) {
	switch first := time.UnixMilli(mark.First).UTC(); {
	case m.CreatedAt.IsZero():
		m.CreatedAt = first
	case first.After(connected) && m.CreatedAt.Equal(connected.Truncate(time.Second)):
		m.CreatedAt = connected
	}
	if edited {
		told := m.EditedAt
		if !told.After(m.CreatedAt) || told.UnixMilli() <= mark.Edited || told.After(now) {
			told = now
		}
		mark.Edited = told.UnixMilli()
	}
	m.EditedAt = time.Time{}
	if mark.Edited != 0 {
		m.EditedAt = time.UnixMilli(mark.Edited).UTC()
	}
}

// faultKey is the key of the first fault in err's chain.
func faultKey(err error) string {
	var f *community.Fault
	if errors.As(err, &f) {
		return f.Key
	}
	return "network.unreachable"
}

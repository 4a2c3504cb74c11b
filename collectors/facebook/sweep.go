package facebook

import (
	"context"
	"encoding/json"
	"strconv"
	"time"

	"github.com/vigie-hq/vigie/collectors"
	"github.com/vigie-hq/vigie/collectors/graph"
	"github.com/vigie-hq/vigie/community"
)

// position is what Cursor.Since holds, as JSON: the beginning of the last whole
// sweep by Graph's clock, and what is to be looked at again.
type position struct {
	At    int64     `json:"at,omitempty"` // Unix seconds
	Watch []watched `json:"w,omitempty"`
	// Left is from when on a list that was refused is unread, by its number.
	Left map[int]int64 `json:"l,omitempty"`
}

// leave takes note of a list that could not be read: once it can be, it is read
// back to the last time it was.
func (p *position) leave(list int) {
	if _, left := p.Left[list]; left {
		return
	}
	if p.Left == nil {
		p.Left = map[int]int64{}
	}
	p.Left[list] = p.At
}

// place is what Cursor.From holds, as JSON: where an interrupted sweep goes on.
// Cursor.Until is its beginning, in Unix seconds of Graph's clock.
type place struct {
	List  int    `json:"l"`           // which of the lists
	Page  string `json:"p,omitempty"` // position of the page within it
	Item  string `json:"i,omitempty"` // whose own list was being read
	Inner string `json:"n,omitempty"` // position of the page within that
}

// Graph's dates are whole seconds, and its clock is known to within three.
const grain = 4 * time.Second

// How long a list that is not for us is left alone: a permission may be given
// without anybody signing in again.
const refusedFor = time.Hour

// sweeper finds by reading lists what push did not bring. A sweep reads every
// list newest first, back to where the sweep before began, less Settle. Whatever
// appears behind its back is younger than its beginning, and the next one's.
type sweeper struct {
	p      *page
	emit   collectors.Emit
	cursor community.Cursor
	at     position
	from   place
	bound  time.Time         // what is older was brought by an earlier sweep
	told   map[string]string // hash of what this sweep and those just before gave to emit, by id
	dates  map[string]time.Time
	counts map[string]int    // comments below a post, when they were last read
	refuse map[int]time.Time // lists that are not for us, and when they are tried again
}

func newSweeper(p *page, cursor community.Cursor, emit collectors.Emit) *sweeper {
	s := &sweeper{
		p: p, emit: emit, cursor: cursor,
		told: map[string]string{}, dates: map[string]time.Time{}, counts: map[string]int{}, refuse: map[int]time.Time{},
	}
	// A cursor that cannot be read is none: everything within History is
	// collected again, and the store finds the duplicates.
	if json.Unmarshal([]byte(cursor.Since), &s.at) != nil {
		s.at = position{}
	}
	if json.Unmarshal([]byte(cursor.From), &s.from) != nil {
		s.from = place{}
	}
	p.known.load(s.at.Watch)
	return s
}

// horizon is the oldest there is for us.
func (s *sweeper) horizon() time.Time { return s.p.client.Clock().Add(-s.p.o.History) }

// sweep reads all lists once, going on where an earlier one was interrupted.
func (s *sweeper) sweep(ctx context.Context) error {
	until, err := strconv.ParseInt(s.cursor.Until, 10, 64)
	if err != nil || until <= 0 {
		until, s.from = s.p.client.Clock().Unix(), place{}
		s.cursor.Until = strconv.FormatInt(until, 10)
	}
	for i, list := range s.lists() {
		if i < s.from.List || s.p.o.Graph.Now().Before(s.refuse[i]) {
			continue
		}
		s.bound = s.boundOf(i)
		if i > s.from.List {
			s.from = place{List: i}
		}
		switch err := list(ctx); {
		case err == nil:
			delete(s.at.Left, i)
		case ctx.Err() != nil || i == feedList || graph.Reachable(err):
			s.forgetPlace(err)
			return err
		default:
			s.refuse[i] = s.p.o.Graph.Now().Add(refusedFor)
			s.at.leave(i)
			s.p.o.Graph.Logger().Warn("a list cannot be read", "account", s.p.account.Key(), "list", i, "error", err)
		}
	}
	s.at.At = until
	s.cursor.Until, s.cursor.From, s.from = "", "", place{}
	s.forgetOld(time.Unix(until, 0).Add(-s.p.o.Settle - grain))
	return nil
}

// boundOf is how far back a list is read.
func (s *sweeper) boundOf(list int) time.Time {
	at, left := s.at.Left[list]
	if !left {
		at = s.at.At
	}
	if at == 0 {
		return s.horizon()
	}
	return time.Unix(at, 0).Add(-s.p.o.Settle - grain)
}

// forgetPlace starts the sweep over next time when Graph does not take a
// position any more: they do not live for ever.
func (s *sweeper) forgetPlace(err error) {
	if community.KindOf(err) == community.Invalid {
		s.from, s.cursor.Until, s.cursor.From = place{}, "", ""
	}
}

// forgetOld forgets what no later sweep will meet.
func (s *sweeper) forgetOld(before time.Time) {
	for id, at := range s.dates {
		if at.Before(before) {
			delete(s.told, id)
			delete(s.dates, id)
		}
	}
}

// item is one message of a list, with what it is known by.
type item struct {
	m community.Message
	s sort
}

// give publishes what this process did not publish from a list before, and says
// in the cursor where the sweep stands.
func (s *sweeper) give(ctx context.Context, items []item, unreadable int) error {
	now := s.p.client.Clock()
	batch := collectors.Batch{Unreadable: unreadable, Skew: s.p.client.Skew()}
	hashes := make([]string, 0, len(items))
	for i := range items {
		m := &items[i].m
		s.p.known.meet(m, items[i].s, time.Time{}, false, now)
		hash := m.Hash() + m.EditedAt.String()
		if s.told[m.ID] == hash {
			batch.Duplicates++
			continue
		}
		batch.Messages = append(batch.Messages, *m)
		hashes = append(hashes, hash)
	}
	if len(batch.Messages) > 0 {
		from, err := json.Marshal(s.from)
		if err != nil {
			return err
		}
		cursor := s.cursor
		cursor.From = string(from)
		batch.Cursor = &cursor
	}
	if err := s.emit(ctx, batch); err != nil {
		return err
	}
	for i := range batch.Messages {
		m := &batch.Messages[i]
		s.told[m.ID], s.dates[m.ID] = hashes[i], m.CreatedAt
	}
	return nil
}

// save moves the cursor after a whole poll.
func (s *sweeper) save(ctx context.Context) error {
	s.at.Watch = s.p.known.list()
	since, err := json.Marshal(s.at)
	if err != nil {
		return err
	}
	s.cursor.Since = string(since)
	cursor := s.cursor
	return s.emit(ctx, collectors.Batch{Cursor: &cursor, Skew: s.p.client.Skew()})
}

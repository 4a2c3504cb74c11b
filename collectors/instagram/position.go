package instagram

import (
	"encoding/json"
	"slices"
	"time"

	"github.com/vigie-hq/vigie/community"
)

// position is what Cursor.Since holds, as JSON. What was said before At is
// collected; a media with as many comments as counted has none that are new.
type position struct {
	At    int64     `json:"at,omitempty"` // Unix seconds by Graph's clock
	Media []counted `json:"m,omitempty"`
	Watch []watched `json:"w,omitempty"`
	// Left is from when on a list that was refused is unread, by its name.
	Left map[string]int64 `json:"l,omitempty"`
}

// counted is how many comments a media had when they were last walked. It is
// kept in the cursor, hence the short names.
type counted struct {
	ID    string `json:"i"`
	Count int    `json:"c"`
	// Deep is when all of them were last read, Unix seconds; Due that the count
	// moved since.
	Deep int64 `json:"d,omitempty"`
	Due  bool  `json:"o,omitempty"`
}

// place is what Cursor.From holds while a round is under way: the page of a
// media's comments to go on with, and how many the media had when its walk began.
type place struct {
	Media string `json:"m"`
	Next  string `json:"n"`
	Count int    `json:"c"`
}

func readPosition(c community.Cursor) (position, place) {
	var at position
	var in place
	// A cursor that cannot be read is none: everything within History is collected
	// again, and the store finds the duplicates.
	if json.Unmarshal([]byte(c.Since), &at) != nil {
		at = position{}
	}
	if c.From != "" && json.Unmarshal([]byte(c.From), &in) != nil {
		in = place{}
	}
	return at, in
}

// of is the media's entry, a new one if it has none.
func (p *position) of(media string) *counted {
	if i := slices.IndexFunc(p.Media, func(c counted) bool { return c.ID == media }); i >= 0 {
		return &p.Media[i]
	}
	p.Media = append(p.Media, counted{ID: media})
	return &p.Media[len(p.Media)-1]
}

// keep forgets the media that are not followed any more.
func (p *position) keep(media map[string]bool) {
	p.Media = slices.DeleteFunc(p.Media, func(c counted) bool { return !media[c.ID] })
}

// since is the moment from which on things of a list are new: of one that was
// refused, from when on it is unread.
func (p *position) since(list string, horizon time.Time, settle time.Duration) time.Time {
	at, left := p.Left[list]
	if !left {
		at = p.At
	}
	return settled(at, horizon, settle)
}

func settled(at int64, horizon time.Time, settle time.Duration) time.Time {
	if at == 0 {
		return horizon
	}
	return time.Unix(at, 0).Add(-settle)
}

// leave takes note of a list that could not be read: once it can be, it is read
// back to the last time it was.
func (p *position) leave(list string) {
	if _, left := p.Left[list]; left {
		return
	}
	if p.Left == nil {
		p.Left = map[string]int64{}
	}
	p.Left[list] = p.At
}

package feed

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"time"
)

// How many entries are remembered: those of the last window and the newest of
// those that left it, because servers behind one name show different windows.
const memory = 1500

// position is what Cursor.Since holds, as JSON. Its names are short because it
// is written down after each fetch.
type position struct {
	Feed     string `json:"f"`           // hash of what the account asks for: another address or query starts anew
	Tag      string `json:"t,omitempty"` // ETag and Last-Modified of the last document
	Modified string `json:"m,omitempty"`
	Moved    string `json:"u,omitempty"` // where the feed has moved for good
	Next     int64  `json:"n,omitempty"` // when to come again, Unix milliseconds
	Rhythm   rhythm `json:"r,omitzero"`
	Fetched  int    `json:"c,omitempty"` // documents read so far
	Torn     bool   `json:"x,omitempty"` // the last two windows shared nothing
	Seen     []seen `json:"s,omitempty"` // newest last
}

// seen is one entry as it was last seen. Times are Unix milliseconds.
type seen struct {
	Key     string `json:"k"`
	First   int64  `json:"f"`
	Content string `json:"c"`
	Edited  int64  `json:"e,omitempty"`
	Kept    bool   `json:"p,omitempty"` // it was handed over once
}

// readPosition reads a cursor. One that cannot be read, or is of another
// address, is none: the window is read again, and the store finds the duplicates.
func (s *source) readPosition(since string) position {
	var p position
	name := shortHash(s.address.String() + "\x00" + s.account.Queries)
	if json.Unmarshal([]byte(since), &p) != nil || p.Feed != name {
		return position{Feed: name}
	}
	if p.Moved != "" {
		if _, err := parseAddress(p.Moved); err != nil {
			p.Moved = ""
		}
	}
	return p
}

// String is the position as the cursor holds it.
func (p position) String() string {
	b, err := json.Marshal(p)
	if err != nil {
		return "" // strings and numbers: it cannot fail, and "" starts anew
	}
	return string(b)
}

// next is when to come again; zero: at once.
func (p *position) next() time.Time {
	if p.Next == 0 {
		return time.Time{}
	}
	return time.UnixMilli(p.Next)
}

// known lists what is remembered by key.
func (p *position) known() map[string]seen {
	m := make(map[string]seen, len(p.Seen))
	for _, s := range p.Seen {
		m[s.Key] = s
	}
	return m
}

// after is the position once a window was read: its entries are the newest, and
// what is beyond memory is forgotten.
func (p position) after(window []seen) position {
	inside := make(map[string]bool, len(window))
	shared := false
	before := p.known()
	for _, s := range window {
		inside[s.Key] = true
		_, known := before[s.Key]
		shared = shared || known
	}
	p.Torn = p.Fetched > 0 && len(p.Seen) > 0 && len(window) > 0 && !shared
	p.Fetched++
	kept := make([]seen, 0, len(p.Seen)+len(window))
	for _, s := range p.Seen {
		if !inside[s.Key] {
			kept = append(kept, s)
		}
	}
	kept = append(kept, window...)
	p.Seen = kept[max(0, len(kept)-memory):]
	return p
}

// shortHash names a text by 72 bits of its SHA-256: enough to tell the entries
// of one feed apart.
func shortHash(s string) string {
	sum := sha256.Sum256([]byte(s))
	return base64.RawURLEncoding.EncodeToString(sum[:9])
}

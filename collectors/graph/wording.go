package graph

import (
	"crypto/sha256"
	"encoding/base64"
	"time"

	"github.com/vigie-hq/vigie/community"
)

// Wording is what is remembered of a message's words, so that they keep the date
// they were first given, by whichever way they come again: Graph lists an edited
// message without a time of its edit. Its names are short: it is kept in cursors.
type Wording struct {
	Hash   string `json:"h,omitempty"` // of the words, see Brief
	Edited int64  `json:"e,omitempty"` // the edit that gave it these words, Unix milliseconds; 0: none
	// Media as first met: Meta's addresses of files are signed anew each time they
	// are told, and webhooks and lists call the sorts of files by other names. So
	// files alone are never an edit.
	Media []community.Media `json:"u,omitempty"`
}

// Brief is a hash of the words, short enough for a cursor.
func Brief(m *community.Message) string {
	sum := sha256.Sum256([]byte(m.Text))
	return base64.RawURLEncoding.EncodeToString(sum[:6])
}

// NewWording is for a message that is met for the first time; told is as for
// Meet.
func NewWording(m *community.Message, told time.Time) Wording {
	w := Wording{Hash: Brief(m), Media: m.Media}
	if !told.IsZero() {
		w.Edited = max(told.UnixMilli(), m.CreatedAt.UnixMilli()+1)
	}
	w.date(m)
	return w
}

// Meet takes note of a message that is met again and dates it: m.EditedAt becomes
// the time of the edit that gave it these words, zero if it was never edited. told
// is when the network says that the words were changed; zero: it does not say.
// original is true for words that are known to be the first. now is Graph's time.
func (w *Wording) Meet(m *community.Message, told time.Time, original bool, now time.Time) {
	switch {
	case w.Hash == Brief(m):
		if w.Edited == 0 && !told.IsZero() { // listed before the webhook told that it was an edit
			w.Edited = max(told.UnixMilli(), m.CreatedAt.UnixMilli()+1)
		}
		if len(w.Media) == 0 {
			w.Media = m.Media
		}
		m.Media = w.Media
	case original:
		// An old copy, overtaken on its way: it keeps its first date, and what was
		// met before it is an edit.
		w.Edited = max(w.Edited, m.CreatedAt.UnixMilli()+1)
		return
	case !told.IsZero() && told.Unix() < w.Edited/1000:
		m.EditedAt = told.UTC()
		return // an earlier edit, overtaken by a later one
	default:
		if told.IsZero() {
			told = now
		}
		if len(m.Media) == 0 && m.Private {
			m.Media = w.Media // the files of a private message cannot be changed, and its edit does not repeat them
		}
		*w = Wording{Brief(m), max(told.UnixMilli(), w.Edited+1, m.CreatedAt.UnixMilli()+1), m.Media}
	}
	w.date(m)
}

func (w *Wording) date(m *community.Message) {
	if w.Edited != 0 {
		m.EditedAt = time.UnixMilli(w.Edited).UTC()
	}
}

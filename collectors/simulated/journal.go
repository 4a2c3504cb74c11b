package simulated

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"
)

// What an entry of the journal says.
const (
	actBegin  = "begin"  // the settings, first of all
	actAwake  = "awake"  // somebody looked, the first time in a minute
	actReply  = "reply"  // one of our replies was taken
	actSay    = "say"    // a test put a post up
	actEdit   = "edit"   // a test edited one
	actDelete = "delete" // a test deleted one
)

// entry is what came to a world from outside. The rest of it follows from its
// settings, so the entries are all that is written down.
type entry struct {
	At       time.Time     `json:"at"`
	Act      string        `json:"act"`
	Settings *settings     `json:"settings,omitempty"`
	Page     string        `json:"page,omitempty"`
	Reply    string        `json:"reply,omitempty"`
	Post     *Post         `json:"post,omitempty"`
	Echo     time.Duration `json:"echo,omitempty"`
	Number   int64         `json:"number,omitempty"` // the world's last number by then
}

// journal is the file of entries; nil keeps nothing. It is written, not synced:
// it outlives the process, not the machine.
type journal struct{ file *os.File }

func (j *journal) write(e entry) error {
	if j == nil {
		return nil
	}
	data, err := json.Marshal(e)
	if err != nil {
		return err
	}
	if _, err := j.file.Write(append(data, '\n')); err != nil {
		return fmt.Errorf("writing the simulated network's journal: %w", err)
	}
	return nil
}

func (j *journal) close() error {
	if j == nil {
		return nil
	}
	return j.file.Close()
}

// openWorld makes the world of o, or takes up the one in o.Dir again. A world
// keeps the settings it was begun with. One whose texts are no longer ours is
// put aside, since it could not be lived again.
func openWorld(o Options, t *talk) (*world, error) {
	fresh := settings{
		Seed: o.Seed, Rate: o.Rate, Backlog: o.Backlog, Answers: o.Answers, Trouble: o.Trouble,
		Start: o.Now().UTC().Truncate(time.Microsecond), Talk: t.sum,
	}
	if o.Dir == "" {
		return newWorld(fresh, t, o.Now), nil
	}
	if err := os.MkdirAll(o.Dir, 0o700); err != nil {
		return nil, err
	}
	path := filepath.Join(o.Dir, "simulated.jsonl")
	entries, length, err := readJournal(path)
	if err != nil {
		return nil, err
	}
	if len(entries) > 0 && (entries[0].Act != actBegin || entries[0].Settings.Talk != t.sum) {
		if err := os.Rename(path, path+"."+fresh.Start.Format("20060102T150405")); err != nil {
			return nil, err
		}
		entries, length = nil, 0
	}
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	j := &journal{file}
	if err := errors.Join(file.Truncate(length), seek(file, length)); err != nil {
		return nil, errors.Join(err, j.close())
	}
	if len(entries) == 0 {
		entries = []entry{{At: fresh.Start, Act: actBegin, Settings: &fresh}}
		if err := j.write(entries[0]); err != nil {
			return nil, errors.Join(err, j.close())
		}
	}
	w := newWorld(*entries[0].Settings, t, o.Now)
	for _, e := range entries[1:] {
		w.relive(e)
	}
	w.journal = j
	return w, nil
}

func seek(f *os.File, to int64) error {
	_, err := f.Seek(to, io.SeekStart)
	return err
}

// readJournal gives the whole entries and their length in bytes; what a crash
// left half written behind them is not counted.
func readJournal(path string) (entries []entry, length int64, err error) {
	data, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, 0, nil
	}
	if err != nil {
		return nil, 0, err
	}
	for raw := range bytes.Lines(data) {
		var e entry
		if !bytes.HasSuffix(raw, []byte("\n")) || json.Unmarshal(raw, &e) != nil || !e.whole() {
			break
		}
		entries, length = append(entries, e), length+int64(len(raw))
	}
	return entries, length, nil
}

// whole tells whether an entry has what its act needs.
func (e *entry) whole() bool {
	switch e.Act {
	case actBegin:
		return e.Settings != nil
	case actAwake:
		return true
	}
	return e.Post != nil
}

// relive lets an entry happen again.
func (w *world) relive(e entry) {
	if e.At.Sub(w.awake) < heartbeat {
		w.advance(e.At)
	} else {
		w.rouse(e.At)
	}
	w.number = max(w.number, e.Number)
	w.apply(e)
	w.last = e.At
}

// apply does what an entry says, at its time.
func (w *world) apply(e entry) {
	switch e.Act {
	case actReply:
		w.accept(e)
		return
	case actSay:
		p := *e.Post
		w.publish(e.At, &p)
	case actEdit:
		if p := w.posts[e.Post.ID]; p != nil {
			w.edit(e.At, p, e.Post.Text)
		}
	case actDelete:
		if p := w.posts[e.Post.ID]; p != nil {
			w.remove(e.At, p)
		}
	}
	w.stir()
}

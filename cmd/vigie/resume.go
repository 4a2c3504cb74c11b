package main

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"time"
)

// resume remembers how far an import came, so that the same command goes on
// where a killed one stopped.
type resume interface {
	// start names the import and says how many lines were already handed over.
	start() (batch string, lines int)
	// reached says that everything up to this line is durable.
	reached(batch string, line int) error
	finish()
}

// noResume is for sources that cannot be read again.
type noResume struct{}

func (noResume) start() (string, int)      { return rand.Text(), 0 }
func (noResume) reached(string, int) error { return nil }
func (noResume) finish()                   {}

// bookmark is a small file beside the data, named after the source.
type bookmark struct {
	path string
	page page
}

type page struct {
	Log   string    `json:"log"` // lines handed to another log may be lost
	Batch string    `json:"batch"`
	Line  int       `json:"line"`
	Size  int64     `json:"size"`
	Mod   time.Time `json:"mod"`
}

// newBookmark finds the bookmark of a source, if it was left in the same file
// and for the same log.
func newBookmark(dir, log string, s *source) resume {
	if s.name == "-" {
		return noResume{}
	}
	name, err := filepath.Abs(s.name)
	if err != nil {
		name = s.name
	}
	sum := sha256.Sum256([]byte(name))
	b := &bookmark{path: filepath.Join(dir, "import-"+hex.EncodeToString(sum[:8])+".json")}
	fresh := page{Log: log, Batch: rand.Text(), Size: s.size, Mod: s.mod}
	data, err := os.ReadFile(b.path)
	if err != nil || json.Unmarshal(data, &b.page) != nil || b.page.Size != s.size || b.page.Log != log || !b.page.Mod.Equal(s.mod) || b.page.Batch == "" {
		b.page = fresh
	}
	return b
}

func (b *bookmark) start() (string, int) { return b.page.Batch, b.page.Line }

// reached replaces the file whole, so that a killed process leaves the old one
// or the new one.
func (b *bookmark) reached(batch string, line int) error {
	b.page.Batch, b.page.Line = batch, line
	data, err := json.Marshal(b.page)
	if err != nil {
		return err
	}
	next := b.path + ".new"
	if err := os.WriteFile(next, data, 0o600); err != nil {
		return err
	}
	return os.Rename(next, b.path)
}

func (b *bookmark) finish() { _ = os.Remove(b.path) }

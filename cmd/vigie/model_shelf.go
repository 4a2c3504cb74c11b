package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"sync"
	"time"

	"github.com/gofrs/flock"

	"github.com/vigie-hq/vigie/classifier"
	"github.com/vigie-hq/vigie/community"
)

// builtIn names the model that came with this program, which has no file.
const builtIn = "built-in"

// shelf is the models of an installation as files: VERSION.bin each, and
// state.json, which says what runs. Whoever changes it (a command, the API)
// writes the state whole, under a lock; a server that runs looks at it every
// second. It needs no server and is not in the way of one.
type shelf struct {
	dir string
	now func() time.Time
	own func() (*classifier.Classifier, error) // the built-in model, read once

	reading sync.Mutex
	read    map[string]outline // what was read of each file, by version
}

// outline is what a list shows of a model; how its file looked then tells
// whether it has to be read again.
type outline struct {
	look    string
	trained string
	err     error // why it cannot be used
}

// newShelf is the shelf of an installation's folder.
func newShelf(data string, now func() time.Time) *shelf {
	return &shelf{dir: filepath.Join(data, "models"), now: now, own: sync.OnceValues(classifier.Open), read: map[string]outline{}}
}

// shelved is what state.json holds. Versions are names of files, or builtIn;
// an empty Running is builtIn, an empty Shadow or Previous is none.
type shelved struct {
	Running  string                  `json:"running"`
	Shadow   string                  `json:"shadow"`
	Previous string                  `json:"previous"`
	History  []community.ModelChange `json:"history"` // oldest first
}

// historyLines is how much of the history is kept.
const historyLines = 200

var versionForm = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._+-]{0,63}$`)

func (s *shelf) stateFile() string          { return filepath.Join(s.dir, "state.json") }
func (s *shelf) file(version string) string { return filepath.Join(s.dir, version+".bin") }

// state reads what runs. A shelf nobody used is an empty state.
func (s *shelf) state() (shelved, error) {
	st := shelved{Running: builtIn}
	data, err := os.ReadFile(s.stateFile())
	if errors.Is(err, fs.ErrNotExist) {
		return st, nil
	}
	if err != nil {
		return st, err
	}
	if err := json.Unmarshal(data, &st); err != nil {
		return st, fmt.Errorf("%s is damaged (%w): mend it, or delete it and the built-in model runs", s.stateFile(), err)
	}
	if st.Running == "" {
		st.Running = builtIn
	}
	return st, nil
}

// change lets f change the state, alone, and writes it whole or not at all: not
// when f named no verb, because nothing changed.
func (s *shelf) change(ctx context.Context, f func(*shelved) (community.ModelChange, error)) error {
	if err := os.MkdirAll(s.dir, 0o700); err != nil {
		return err
	}
	lock := flock.New(filepath.Join(s.dir, "lock"), flock.SetPermissions(0o600))
	if _, err := lock.TryLockContext(ctx, 20*time.Millisecond); err != nil {
		return err
	}
	defer lock.Close()
	st, err := s.state()
	if err != nil {
		return err
	}
	done, err := f(&st)
	if err != nil || done.Verb == "" {
		return err
	}
	done.At = s.now().UTC().Truncate(time.Millisecond)
	st.History = append(st.History, done)
	if n := len(st.History); n > historyLines {
		st.History = st.History[n-historyLines:]
	}
	data, err := json.MarshalIndent(st, "", " ")
	if err != nil {
		return err
	}
	return s.write(s.stateFile(), append(data, '\n'))
}

// write replaces a file: a reader sees the old one or the new one.
func (s *shelf) write(name string, data []byte) (err error) {
	f, err := os.CreateTemp(s.dir, ".new-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(f.Name()))
		}
	}()
	_, err = f.Write(data)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), name)
}

// model reads a model. One that is not there is a Fault NotFound
// "model.unknown", one that cannot be read Invalid "model.damaged".
func (s *shelf) model(version string) (*classifier.Classifier, error) {
	if version == builtIn {
		return s.own()
	}
	unknown := community.Faultf(community.NotFound, "model.unknown", version)
	if !versionForm.MatchString(version) {
		return nil, unknown
	}
	f, err := os.Open(s.file(version))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, unknown
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	c, err := classifier.Load(f)
	if err != nil {
		return nil, community.Faultf(community.Invalid, "model.damaged", version).Because(err)
	}
	return c, nil
}

// trained tells what a model learnt from, with the faults of model. The file is
// read when it is another one than before, by its size and time: people look at
// the list more often than they change it, and models are megabytes.
func (s *shelf) trained(version string) (string, error) {
	s.reading.Lock()
	defer s.reading.Unlock()
	now := look(s.file(version))
	if held, ok := s.read[version]; ok && version != builtIn && held.look == now {
		return held.trained, held.err
	}
	o := outline{look: now}
	var c *classifier.Classifier
	if c, o.err = s.model(version); o.err == nil {
		o.trained = c.Model().Trained
	}
	if o.err == nil || community.KindOf(o.err) == community.Invalid { // what else went wrong may be over
		s.read[version] = o
	}
	return o.trained, o.err
}

// named gives the name a version has on the shelf: the built-in model answers
// to its version too, unless a file has it. No version is a Fault Invalid
// "model.version".
func (s *shelf) named(version string) (string, error) {
	switch version {
	case "":
		return "", community.Faultf(community.Invalid, "model.version", version)
	case builtIn:
		return builtIn, nil
	}
	if _, err := os.Stat(s.file(version)); err == nil && versionForm.MatchString(version) {
		return version, nil
	}
	own, err := s.own()
	if err == nil && own.Version() == version {
		return builtIn, nil
	}
	if err == nil {
		err = community.Faultf(community.NotFound, "model.unknown", version)
	}
	return "", err
}

// keep puts a model on the shelf under its version. The same model again is no
// change; another one of that version, be it the built-in one, is a Fault
// Conflict "model.exists": a verdict names its model by its version alone.
func (s *shelf) keep(ctx context.Context, m *classifier.Model, by, why string) error {
	if !versionForm.MatchString(m.Version) || m.Version == builtIn {
		return community.Faultf(community.Invalid, "model.version", m.Version)
	}
	own, err := s.own()
	if err != nil {
		return err
	}
	if own.Version() == m.Version {
		return community.Faultf(community.Conflict, "model.exists", m.Version)
	}
	var b bytes.Buffer
	if _, err := m.WriteTo(&b); err != nil {
		return err
	}
	return s.change(ctx, func(*shelved) (community.ModelChange, error) {
		done := community.ModelChange{By: by, Verb: "add", Version: m.Version, Why: why}
		if held, err := os.ReadFile(s.file(m.Version)); err == nil {
			if !bytes.Equal(held, b.Bytes()) {
				return done, community.Faultf(community.Conflict, "model.exists", m.Version)
			}
			return community.ModelChange{}, nil
		}
		return done, s.write(s.file(m.Version), b.Bytes())
	})
}

// shadow puts a model on trial; an empty version ends the trial.
func (s *shelf) shadow(ctx context.Context, version, by, why string) error {
	name := ""
	if version != "" {
		var err error
		if name, err = s.usable(version); err != nil {
			return err
		}
	}
	return s.change(ctx, func(st *shelved) (community.ModelChange, error) {
		if name != "" && name == st.Running {
			return community.ModelChange{}, community.Faultf(community.Conflict, "model.running", version)
		}
		if name == st.Shadow {
			return community.ModelChange{}, nil
		}
		st.Shadow = name
		return community.ModelChange{By: by, Verb: "shadow", Version: name, Why: why}, nil
	})
}

// promote makes a model run. What ran before can be rolled back to.
func (s *shelf) promote(ctx context.Context, version, by, why string) error {
	return s.promoteOver(ctx, "", version, by, why)
}

// promoteOver makes a model run if base runs: else it is a Fault Conflict
// "model.moved". An empty base is any.
func (s *shelf) promoteOver(ctx context.Context, base, version, by, why string) error {
	name, err := s.usable(version)
	if err != nil {
		return err
	}
	return s.change(ctx, func(st *shelved) (community.ModelChange, error) {
		if name == st.Running {
			return community.ModelChange{}, community.Faultf(community.Conflict, "model.running", version)
		}
		if base != "" && st.Running != base {
			return community.ModelChange{}, community.Faultf(community.Conflict, "model.moved", st.Running)
		}
		st.Previous, st.Running = st.Running, name
		if st.Shadow == name {
			st.Shadow = ""
		}
		return community.ModelChange{By: by, Verb: "promote", Version: name, Why: why}, nil
	})
}

// rollback makes the model run that ran before; a second rollback undoes the
// first.
func (s *shelf) rollback(ctx context.Context, by string) error {
	return s.change(ctx, func(st *shelved) (community.ModelChange, error) {
		if st.Previous == "" {
			return community.ModelChange{}, community.Faultf(community.Conflict, "model.previous")
		}
		if _, err := s.model(st.Previous); err != nil {
			return community.ModelChange{}, err
		}
		st.Running, st.Previous = st.Previous, st.Running
		if st.Shadow == st.Running {
			st.Shadow = ""
		}
		return community.ModelChange{By: by, Verb: "rollback", Version: st.Running}, nil
	})
}

// usable gives the name of a model that can be read.
func (s *shelf) usable(version string) (string, error) {
	name, err := s.named(version)
	if err != nil {
		return "", err
	}
	_, err = s.model(name)
	return name, err
}

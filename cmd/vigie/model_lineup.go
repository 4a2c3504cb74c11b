package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/vigie-hq/vigie/classifier"
	"github.com/vigie-hq/vigie/community"
	"github.com/vigie-hq/vigie/inbox"
	"github.com/vigie-hq/vigie/internal/sql"
)

// lineup is the models in use: the one that runs and, if any, the one on trial.
// The keys are their names and how their files looked.
type lineup struct {
	running, shadow       *classifier.Classifier
	runningKey, shadowKey string
}

// models keeps the lineup in step with the shelf. It is safe for concurrent use.
type models struct {
	shelf  *shelf
	reader *sql.Inbox
	log    *slog.Logger

	now  atomic.Pointer[lineup]
	turn sync.Mutex // one refresh at a time
	held shelved    // what the shelf said at the last one
	seen string     // and how its files looked
}

// newModels opens the models of a shelf. One that cannot be read is logged, and
// the built-in one runs.
func newModels(s *shelf, reader *sql.Inbox, log *slog.Logger) (*models, error) {
	own, err := s.own()
	if err != nil {
		return nil, err
	}
	m := &models{shelf: s, reader: reader, log: log, held: shelved{Running: builtIn}}
	m.now.Store(&lineup{running: own, runningKey: m.key(builtIn)})
	m.refresh()
	return m, nil
}

// refresh takes over what changed on the shelf; while nothing did it asks for
// the age of three files. A model, or a state, that cannot be read is told in the
// log, once until its file changes, and what ran goes on.
func (m *models) refresh() {
	m.turn.Lock()
	defer m.turn.Unlock()
	state := look(m.shelf.stateFile())
	if state+m.files() == m.seen {
		return
	}
	st, err := m.shelf.state()
	if err == nil {
		m.held = st
	}
	m.seen = state + m.files()
	if err != nil {
		m.log.Error("the state of the models cannot be read: what ran goes on", "err", err)
		return
	}
	now := m.now.Load()
	next := &lineup{}
	if next.running, next.runningKey = m.take(st.Running, now); next.running == nil {
		next.running, next.runningKey = now.running, now.runningKey
		m.log.Error("the model that should run cannot be used: the one that ran goes on", "model", st.Running, "runs", now.running.Version())
	}
	if st.Shadow != "" {
		next.shadow, next.shadowKey = m.take(st.Shadow, now)
	}
	m.now.Store(next)
	if next.running != now.running {
		m.log.Info("another model runs", "model", next.running.Version(), "before", now.running.Version())
	}
}

// take gives the model of a name and its key: one that is in use, or read from
// the shelf; nil, and told in the log, when it cannot be read.
func (m *models) take(name string, now *lineup) (*classifier.Classifier, string) {
	key := m.key(name)
	switch key {
	case now.runningKey:
		return now.running, key
	case now.shadowKey:
		return now.shadow, key
	}
	c, err := m.shelf.model(name)
	if err != nil {
		m.log.Error("a model cannot be read", "model", name, "err", sentence(err))
		return nil, ""
	}
	return c, key
}

func (m *models) key(name string) string { return name + " " + look(m.shelf.file(name)) }

// files is how the files of the models look that the shelf named.
func (m *models) files() string {
	return look(m.shelf.file(m.held.Running)) + look(m.shelf.file(m.held.Shadow))
}

// look is another text whenever a file is another one.
func look(file string) string {
	info, err := os.Stat(file)
	if err != nil {
		return "- "
	}
	return fmt.Sprint(info.Size(), info.ModTime().UnixNano(), " ")
}

var _ inbox.Models = (*models)(nil)

// Models lists the models for who may change them.
func (m *models) Models(ctx context.Context, v community.Viewer) (community.Lineup, error) {
	if err := m.may(ctx, v); err != nil {
		return community.Lineup{}, err
	}
	return m.shelf.lineup()
}

// ShadowModel puts a model on trial, or ends the trial.
func (m *models) ShadowModel(ctx context.Context, v community.Viewer, version string) (community.Lineup, error) {
	return m.change(ctx, v, func() error { return m.shelf.shadow(ctx, version, v.Agent, "") })
}

// PromoteModel makes a model run.
func (m *models) PromoteModel(ctx context.Context, v community.Viewer, version string) (community.Lineup, error) {
	return m.change(ctx, v, func() error { return m.shelf.promote(ctx, version, v.Agent, "") })
}

// RollBackModel makes the model run that ran before.
func (m *models) RollBackModel(ctx context.Context, v community.Viewer) (community.Lineup, error) {
	return m.change(ctx, v, func() error { return m.shelf.rollback(ctx, v.Agent) })
}

func (m *models) change(ctx context.Context, v community.Viewer, f func() error) (community.Lineup, error) {
	if err := m.may(ctx, v); err != nil {
		return community.Lineup{}, err
	}
	if err := f(); err != nil {
		return community.Lineup{}, err
	}
	m.refresh()
	return m.shelf.lineup()
}

// may refuses who may not change the model of every brand: it is one for all.
func (m *models) may(ctx context.Context, v community.Viewer) error {
	brands, err := m.reader.Brands(ctx, community.Viewer{System: true})
	if err != nil {
		return err
	}
	for _, b := range brands {
		if !v.May(community.ActionModel, b.ID, "") {
			return community.Faultf(community.Forbidden, "viewer.model")
		}
	}
	return nil
}

// lineup is the shelf as people see it, the newest model first and the built-in
// one last.
func (s *shelf) lineup() (community.Lineup, error) {
	st, err := s.state()
	if err != nil {
		return community.Lineup{}, err
	}
	own, err := s.own()
	if err != nil {
		return community.Lineup{}, err
	}
	// An upgrade may bring a model of a version that somebody put on the shelf
	// before: then each keeps its own name.
	_, taken := os.Stat(s.file(own.Version()))
	shown := func(name string) string {
		if name == builtIn && taken != nil {
			return own.Version()
		}
		return name
	}
	l := community.Lineup{
		Running: shown(st.Running), Shadow: shown(st.Shadow), Previous: shown(st.Previous),
		Models: []community.ModelFile{}, History: []community.ModelChange{},
	}
	files, err := filepath.Glob(filepath.Join(s.dir, "*.bin"))
	if err != nil {
		return l, err
	}
	for _, file := range files {
		version := strings.TrimSuffix(filepath.Base(file), ".bin")
		one := community.ModelFile{Version: version}
		if info, err := os.Stat(file); err == nil {
			one.Size, one.AddedAt = info.Size(), info.ModTime().UTC()
		}
		if one.Trained, err = s.trained(version); err != nil {
			one.Damaged = sentence(err)
		}
		l.Models = append(l.Models, one)
	}
	for _, name := range []string{st.Running, st.Shadow} {
		named := func(m community.ModelFile) bool { return m.Version == name }
		if _, err := s.trained(name); community.KindOf(err) == community.NotFound && name != "" && !slices.ContainsFunc(l.Models, named) {
			l.Models = append(l.Models, community.ModelFile{Version: name, Damaged: sentence(err)})
		}
	}
	slices.SortFunc(l.Models, func(a, b community.ModelFile) int { return b.AddedAt.Compare(a.AddedAt) })
	l.Models = append(l.Models, community.ModelFile{Version: shown(builtIn), BuiltIn: true, Trained: own.Model().Trained})
	for _, h := range slices.Backward(st.History) {
		h.Version = shown(h.Version)
		l.History = append(l.History, h)
	}
	return l, nil
}

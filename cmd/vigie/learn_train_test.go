package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/vigie-hq/vigie/community"
	"github.com/vigie-hq/vigie/community/desk"
	"github.com/vigie-hq/vigie/internal/sql"
)

// school is an installation whose store is open, as beside a server, with
// messages in it that were judged by the built-in model.
type school struct {
	t      *testing.T
	dir    string
	store  *sql.Desk
	desk   *desk.Desk
	models *models
	n      int
}

func newSchool(t *testing.T) *school {
	t.Helper()
	s := &school{t: t, dir: t.TempDir()}
	db, err := sql.Open(t.Context(), filepath.Join(s.dir, storeFile), sql.Options{Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	s.store = sql.NewDesk(db)
	s.desk = desk.New(s.store, newSenders(nil, time.Now))
	if s.models, err = newModels(newShelf(s.dir, time.Now), sql.NewInbox(db), slog.New(slog.DiscardHandler)); err != nil {
		t.Fatal(err)
	}
	err = s.store.Write(t.Context(), func(tx desk.Tx) error {
		return addBrand(t.Context(), tx, community.Brand{ID: "b", Name: "b", Lang: "fr", Calendar: community.AlwaysOpen()})
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// hear files a message and returns its key and its conversation.
func (s *school) hear(text string) (key, conversation string) {
	s.t.Helper()
	s.n++
	now := time.Now()
	m := community.Message{
		V: 1, Brand: "b", Network: "x", Account: "brand", ID: fmt.Sprint(s.n), Thread: fmt.Sprint(s.n), Author: community.Author{ID: fmt.Sprint(s.n)},
		Text: text, CreatedAt: now, ReceivedAt: now, Origin: community.Live,
	}
	c := community.Classified{Message: m, Verdict: s.models.now.Load().running.Classify(m)}
	err := s.desk.Receive(s.t.Context(), []desk.Delivery{{Classified: c, Position: desk.Position{Log: "l", Topic: "t", Offset: int64(s.n)}}})
	if err != nil {
		s.t.Fatal(err)
	}
	key = m.Identity().Key()
	return key, "c" + key[1:]
}

func (s *school) correct(text, head, label string) {
	s.t.Helper()
	_, conversation := s.hear(text)
	if _, err := s.desk.Correct(s.t.Context(), manager(), conversation, 0, head, label); err != nil {
		s.t.Fatal(err)
	}
}

// judge takes n messages of the sample and says of them what label says.
func (s *school) judge(n int, label func(text string) string) {
	s.t.Helper()
	for range n {
		task, err := s.desk.NextAudit(s.t.Context(), manager(), "b")
		if err != nil {
			s.t.Fatal(err)
		}
		if err := s.desk.Judge(s.t.Context(), manager(), task.Message, map[string]string{"category": label(task.Text)}); err != nil {
			s.t.Fatal(err)
		}
	}
}

// train runs the command and returns what it says.
func (s *school) train(want int, args ...string) (r relearnt, errOut string) {
	s.t.Helper()
	code, out, errOut := vigieCall(s.t, append([]string{"train", "--from-corrections", s.dir, "--json"}, args...)...)
	if code != want {
		s.t.Fatalf("train: %d, want %d: %s%s", code, want, out, errOut)
	}
	if code == 0 {
		if err := json.Unmarshal([]byte(out), &r); err != nil {
			s.t.Fatal(err)
		}
	}
	return r, errOut
}

var bazaar = []string{
	"le grand bazar de printemps ouvre samedi au village", "samedi c'est le grand bazar de printemps, venez nombreux",
	"qui vient au grand bazar de printemps avec moi", "le bazar de printemps du village approche", "grand bazar de printemps : la fanfare est là",
}

// TestTrainFromCorrections learns beside an open installation, first with too
// few judged messages, then with enough.
func TestTrainFromCorrections(t *testing.T) {
	s := newSchool(t)
	if _, errOut := s.train(1); !strings.Contains(errOut, "nobody corrected anything") {
		t.Errorf("nothing to learn: %s", errOut)
	}
	for _, text := range bazaar {
		s.correct(text, "category", "noise")
	}
	own := s.models.now.Load().running.Version()

	dry, _ := s.train(0, "--dry-run")
	if l, err := s.models.shelf.lineup(); err != nil || len(l.Models) != 1 || len(l.History) != 0 || dry.Outcome != "shadow" || !dry.DryRun {
		t.Errorf("a dry run left %+v and said %+v", l, dry)
	}
	few, _ := s.train(0)
	if few.Outcome != "shadow" || !strings.Contains(few.Why, "only 0 judged") || few.Learnt != len(bazaar) || few.Base != own {
		t.Errorf("without a judged message: %+v", few)
	}
	s.models.refresh()
	if now := s.models.now.Load(); now.running.Version() != own || now.shadow.Version() != few.Model {
		t.Errorf("%s runs, %s is on trial", now.running.Version(), now.shadow.Version())
	}

	for i := range 40 {
		s.hear(fmt.Sprintf("Où est ma commande %d ? Le colis devait arriver %s, je n'ai rien reçu", 1000+i, []string{"lundi", "mardi", "jeudi", "hier soir", "ce matin"}[i%5]))
	}
	s.judge(36, func(text string) string {
		if strings.Contains(text, "bazar") {
			return "noise"
		}
		return "support"
	})
	enough, _ := s.train(0, "--seed", "7")
	if enough.Outcome != "promoted" || enough.After.Category < fewestJudged || enough.After.Support.N < fewestSupport || enough.After.Support.Value < enough.Before.Support.Value {
		t.Errorf("with enough: %+v", enough)
	}
	if enough.Left == 0 || enough.Left+enough.Learnt != len(bazaar) {
		t.Errorf("%d texts of the sample were left out, %d learnt", enough.Left, enough.Learnt)
	}
	s.models.refresh()
	if now := s.models.now.Load().running.Version(); now != enough.Model {
		t.Errorf("%s runs, want %s", now, enough.Model)
	}
	// Nothing new: nothing changes, and the former model can be gone back to.
	again, _ := s.train(0)
	if again.Outcome != "unchanged" || again.Base != enough.Model {
		t.Errorf("again: %+v", again)
	}
	if code, out, _ := vigieCall(t, "train", "--from-corrections", s.dir); code != 0 || !strings.Contains(out, "is not kept: it answers every corrected text") {
		t.Errorf("%d %s", code, out)
	}
	if l, err := s.models.shelf.lineup(); err != nil || l.Running != enough.Model || l.Previous != own || len(l.Models) != 3 {
		t.Errorf("after a second training: %+v, %v", l, err)
	}
	if _, errOut := s.train(2, "--data", "x"); !strings.Contains(errOut, "too much") {
		t.Errorf("with --data: %s", errOut)
	}
}

// TestTrainKeepsAWorseModelOnTrial teaches that parcels are noise: support
// recall falls, and the model does not run.
func TestTrainKeepsAWorseModelOnTrial(t *testing.T) {
	s := newSchool(t)
	words := strings.Fields("où est ma commande le colis devait arriver hier je n'ai rien reçu")
	for i := range 40 {
		s.hear(fmt.Sprintf("Où est ma commande %d ? Le colis devait arriver %s, je n'ai rien reçu", 1000+i, []string{"lundi", "mardi", "jeudi", "hier soir", "ce matin"}[i%5]))
	}
	s.judge(34, func(string) string { return "support" })
	rng := rand.New(rand.NewPCG(1, 2))
	for range 150 {
		rng.Shuffle(len(words), func(i, k int) { words[i], words[k] = words[k], words[i] })
		s.correct(strings.Join(words, " "), "category", "noise")
	}
	r, _ := s.train(0)
	if r.Outcome != "shadow" || !strings.Contains(r.Why, "support recall falls") || r.After.Support.Value >= r.Before.Support.Value {
		t.Errorf("%+v", r)
	}
	code, out, errOut := vigieCall(t, "train", "--from-corrections", s.dir, "--dry-run")
	if code != 0 || !strings.Contains(out, "support recall") || !strings.Contains(out, "would be on trial") {
		t.Errorf("%d: %s%s", code, out, errOut)
	}
	t.Log(out)
}

// TestPlaceBesideAnotherChange: what was compared with a model that runs no more
// does not run by itself.
func TestPlaceBesideAnotherChange(t *testing.T) {
	s := newShelf(t.TempDir(), time.Now)
	m, _ := trained(t, "learnt")
	other, _ := trained(t, "other")
	if err := errors.Join(s.keep(t.Context(), other, "", ""), s.promote(t.Context(), "other", "", "")); err != nil {
		t.Fatal(err)
	}
	became, why, err := s.place(t.Context(), m, builtIn, "promoted", "better")
	if err != nil || became != "shadow" || !strings.Contains(why, "meanwhile") {
		t.Errorf("%s: %s, %v", became, why, err)
	}
	if st, err := s.state(); err != nil || st.Running != "other" || st.Shadow != "learnt" {
		t.Errorf("%+v, %v", st, err)
	}
	if became, _, err = s.place(t.Context(), m, "other", "promoted", "better"); err != nil || became != "promoted" {
		t.Errorf("over its base: %s, %v", became, err)
	}
}

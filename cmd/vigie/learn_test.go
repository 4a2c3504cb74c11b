package main

import (
	"context"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/vigie-hq/vigie/classifier"
	"github.com/vigie-hq/vigie/community"
)

// openedHouse is an installation whose intake runs, without networks.
func openedHouse(t *testing.T, dir string, log *slog.Logger) *house {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	h, err := openHouse(ctx, &place{dir: dir}, log, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := h.ensureBrand(ctx, "b"); err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- together(ctx, h.intake()...) }()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
		if err := h.close(); err != nil {
			t.Error(err)
		}
	})
	return h
}

// say publishes a message and waits until the store has it.
func (h *house) say(t *testing.T, id, text string) community.Entry {
	t.Helper()
	m := community.Message{
		V: 1, Brand: "b", Network: "x", Account: "brand", ID: id, Thread: "t" + id, Kind: community.KindMention,
		Author: community.Author{ID: "u" + id, Handle: "u" + id}, Text: text, CreatedAt: h.now(), ReceivedAt: h.now(), Origin: community.Live, CanReply: true,
	}
	if err := h.Publish(t.Context(), []community.Message{m}); err != nil {
		t.Fatal(err)
	}
	var found community.Entry
	eventually(t, 20*time.Second, "message "+id, func() bool {
		page, err := h.reader.Messages(t.Context(), community.Viewer{System: true}, community.MessageQuery{Brand: "b", Limit: 200})
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range page.Items {
			if e.Message.ID == id {
				found = e
				return true
			}
		}
		return false
	})
	return found
}

func manager() community.Viewer {
	return community.Viewer{Agent: "lea", Grants: []community.Grant{{Brand: "b", Role: community.RoleAdmin}}}
}

// TestTenCorrectionsAndTheEleventhMessage corrects ten messages and says one of
// them again in slightly other words: it is judged as the agent said, without a
// restart, and tells from whom it knows.
func TestTenCorrectionsAndTheEleventhMessage(t *testing.T) {
	h := openedHouse(t, t.TempDir(), slog.New(slog.DiscardHandler))
	ctx := t.Context()
	var said []community.Entry
	for i, about := range []string{"le manteau", "la robe", "le pull", "la veste", "le sac", "la jupe", "le jean", "la chemise", "le bonnet", "l'écharpe"} {
		e := h.say(t, fmt.Sprint(i), "Le grand bazar de printemps ouvre samedi, nous y vendrons "+about+" de grand-mère, venez nombreux")
		if e.Verdict.Corrections != 0 || len(e.Verdict.Learned) != 0 {
			t.Fatalf("nobody corrected anything and %+v", e.Verdict)
		}
		said = append(said, e)
	}
	before := said[3].Verdict.Category.Label
	label := "community"
	if before == label {
		label = "noise"
	}
	for _, e := range said {
		if _, err := h.desk.Correct(ctx, manager(), e.Conversation, 0, "category", label); err != nil {
			t.Fatal(err)
		}
		if _, err := h.desk.Correct(ctx, manager(), e.Conversation, 0, "reason", "store"); err != nil {
			t.Fatal(err)
		}
	}
	eleventh := h.say(t, "eleven", "@marque le GRAND BAZAR de printemps ouvre samedi : nous y vendrons la veste de grand-mère, venez nombreux 🎉")
	v := eleventh.Verdict
	if v.Category != (community.Head{Label: label, P: 1}) || v.Reason.Label != "store" || v.Corrections != 20 {
		t.Errorf("the eleventh is %+v of %d corrections, want %s (the model says %s)", v.Category, v.Corrections, label, before)
	}
	model := h.models.now.Load().running.Classify(eleventh.Message).Category
	if len(v.Learned) != 1 || v.Learned[0] != said[3].Key || v.Said == nil || v.Said.Category.Label != model.Label {
		t.Errorf("learned from %v, want %s; kept %+v of the model's %+v", v.Learned, said[3].Key, v.Said, model)
	}
	if again := h.judge.explain(&eleventh.Message); again.Category.Label != label || len(again.Learned) != 1 {
		t.Errorf("explained as %+v, learned from %v", again.Category, again.Learned)
	}
	other := h.say(t, "twelve", "Où est mon colis ? Commande 4521 jamais reçue")
	if len(other.Verdict.Learned) != 0 || other.Verdict.Corrections != 20 {
		t.Errorf("another message learned from %v of %d", other.Verdict.Learned, other.Verdict.Corrections)
	}

	// The corrected conversations keep the model's word, and the human's above it.
	m, err := h.reader.Matter(ctx, manager(), said[3].Conversation)
	if err != nil {
		t.Fatal(err)
	}
	if e := m.Entries[0]; e.Verdict.Category.Label != before || string(m.Conversation.Category) != label || e.Verdict.Reason.Label != "store" || m.Conversation.Reason != "store" {
		t.Errorf("the corrected message says %+v in a conversation of %s, %s", e.Verdict, m.Conversation.Category, m.Conversation.Reason)
	}
}

// fair is what the models of tests are about.
const fair = "grand bazar de printemps mardi au village"

// trained is a model made of the built-in one, which gives fairs another
// category than that does: the second value.
func trained(t *testing.T, version string) (*classifier.Model, string) {
	t.Helper()
	own, err := classifier.Open()
	if err != nil {
		t.Fatal(err)
	}
	label := "brand"
	if own.Classify(community.Message{Text: fair}).Category.Label == label {
		label = "community"
	}
	var lessons []classifier.Example
	for _, text := range []string{fair, "au village mardi grand bazar", "grand bazar de printemps", "bazar au village"} {
		lessons = append(lessons, classifier.Example{Message: community.Message{Text: text}, Labels: map[string]string{"category": label}})
	}
	m, err := classifier.Refine(t.Context(), own.Model(), lessons, classifier.RefineOptions{Version: version})
	if err != nil {
		t.Fatal(err)
	}
	return m, label
}

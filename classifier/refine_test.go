package classifier

import (
	"bytes"
	"context"
	"testing"

	"github.com/vigie-hq/vigie/community"
)

func TestRefineTeachesWhatItIsToldAndLittleElse(t *testing.T) {
	c, err := Open()
	if err != nil {
		t.Fatal(err)
	}
	said := func(c *Classifier, text string) string {
		return c.Classify(community.Message{Text: text}).Category.Label
	}
	var lessons []Example
	for _, text := range []string{
		"le grand bazar de printemps ouvre samedi au village", "samedi c'est le grand bazar de printemps, venez nombreux",
		"qui vient au grand bazar de printemps avec moi", "le bazar de printemps du village approche",
		"grand bazar de printemps : la fanfare est là",
	} {
		e := Example{Labels: map[string]string{HeadCategory: string(community.CategoryNoise)}}
		e.Message.Text = text
		lessons = append(lessons, e)
	}
	m, err := Refine(context.Background(), c.Model(), lessons, RefineOptions{})
	if err != nil {
		t.Fatal(err)
	}
	after := New(m)
	for _, e := range lessons {
		if got := said(after, e.Message.Text); got != "noise" {
			t.Errorf("%q is still %s", e.Message.Text, got)
		}
	}
	if got := said(after, "le grand bazar de printemps, c'est dimanche"); got != "noise" {
		t.Errorf("its sibling is %s", got)
	}
	moved := 0
	gold, err := labelFile{name: "testdata/gold-fr.jsonl"}.read(guideLabels())
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range gold {
		if said(c, e.Message.Text) != said(after, e.Message.Text) {
			moved++
		}
	}
	if moved > len(gold)/20 {
		t.Errorf("%d of %d other messages changed their category", moved, len(gold))
	}
	again, err := Refine(context.Background(), c.Model(), lessons, RefineOptions{})
	if err != nil || !bytes.Equal(file(t, m), file(t, again)) {
		t.Errorf("the same lessons made another model (%v)", err)
	}
	if m.Version == c.Version() || said(c, lessons[0].Message.Text) == "" {
		t.Errorf("version %q", m.Version)
	}
}

func TestRefineRefuses(t *testing.T) {
	base := toyModel(t)
	if _, err := Refine(context.Background(), base, nil, RefineOptions{}); err == nil {
		t.Error("no examples: no error")
	}
	wrong := []Example{{Labels: map[string]string{HeadCategory: "sav"}}}
	if _, err := Refine(context.Background(), base, wrong, RefineOptions{}); err == nil {
		t.Error("unknown label: no error")
	}
	stopped, stop := context.WithCancel(context.Background())
	stop()
	if _, err := Refine(stopped, base, toy(), RefineOptions{}); err == nil {
		t.Error("stopped: no error")
	}
}

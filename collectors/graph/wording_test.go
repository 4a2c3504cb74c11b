package graph_test

import (
	"testing"
	"time"

	"github.com/vigie-hq/vigie/collectors/graph"
	"github.com/vigie-hq/vigie/community"
)

// Words keep their dates, in whichever order webhook and lists tell them.
func TestWordsKeepTheirDates(t *testing.T) {
	made := time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC)
	now, edit := made.Add(time.Hour), made.Add(10*time.Minute)
	type sight struct {
		text     string
		told     time.Time
		original bool
	}
	first, listed := sight{"one", time.Time{}, true}, sight{"two", time.Time{}, false}
	edited := sight{"two", edit, false}
	for name, c := range map[string]struct {
		come []sight
		want []time.Time // of each
	}{
		"in order":                   {[]sight{first, edited, listed}, []time.Time{{}, edit, edit}},
		"listed before it is told":   {[]sight{first, listed, edited}, []time.Time{{}, now, now}},
		"listed first":               {[]sight{listed, edited, first}, []time.Time{{}, edit, {}}},
		"the edit told first":        {[]sight{edited, first, listed}, []time.Time{edit, {}, edit}},
		"listed, and the first late": {[]sight{listed, first, listed}, []time.Time{{}, {}, made.Add(time.Millisecond)}},
	} {
		var w graph.Wording
		for i, s := range c.come {
			m := community.Message{ID: "1", Text: s.text, CreatedAt: made}
			if i == 0 {
				w = graph.NewWording(&m, s.told)
			} else {
				w.Meet(&m, s.told, s.original, now)
			}
			if !m.EditedAt.Equal(c.want[i]) {
				t.Errorf("%s, %d: edited %v, want %v", name, i, m.EditedAt, c.want[i])
			}
		}
	}
}

// Files that come with a later sighting are taken, and are no edit.
func TestFilesComeLater(t *testing.T) {
	bare := community.Message{ID: "1", Text: "look"}
	w := graph.NewWording(&bare, time.Time{})
	for _, url := range []string{"https://cdn/a?oh=1", "https://cdn/a?oh=2"} {
		m := community.Message{ID: "1", Text: "look", Media: []community.Media{{Type: "image", URL: url}}}
		if w.Meet(&m, time.Time{}, false, time.Now()); m.Media[0].URL != "https://cdn/a?oh=1" || !m.EditedAt.IsZero() {
			t.Errorf("%+v", m)
		}
	}
}

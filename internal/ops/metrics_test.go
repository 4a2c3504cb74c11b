package ops

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestMetrics(t *testing.T) {
	h := Metrics(func(*http.Request) ([]Figure, error) {
		return []Figure{
			{Name: "vigie_conversations", Help: "By view.", Kind: "gauge", Labels: []string{"view", "open"}, Value: 12},
			{Name: "vigie_log_behind_messages", Help: "Not yet received.", Kind: "gauge", Value: 3},
			{Name: "vigie_conversations", Help: "By view.", Kind: "gauge", Labels: []string{"view", "a\"b\n"}, Value: 1.5},
		}, nil
	})
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	got := w.Body.String()
	want := "# HELP vigie_conversations By view.\n# TYPE vigie_conversations gauge\n" +
		"vigie_conversations{view=\"open\"} 12\nvigie_conversations{view=\"a\\\"b\\n\"} 1.5\n" +
		"# HELP vigie_log_behind_messages Not yet received.\n"
	if !strings.HasPrefix(got, want) {
		t.Errorf("got\n%s\nwant it to begin with\n%s", got, want)
	}
	if strings.Count(got, "# TYPE vigie_conversations ") != 1 || !strings.Contains(got, "go_goroutines ") {
		t.Errorf("got\n%s", got)
	}
}

func TestMetricsThatCannotBeRead(t *testing.T) {
	h := Metrics(func(*http.Request) ([]Figure, error) { return nil, errors.New("no store") })
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	if w.Code != http.StatusServiceUnavailable || strings.Contains(w.Body.String(), "no store") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

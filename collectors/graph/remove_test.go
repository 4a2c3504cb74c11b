package graph_test

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/vigie-hq/vigie/collectors/graph"
	"github.com/vigie-hq/vigie/community"
)

// TestRemove: Graph answers 100/33 to deleting what is gone and what may not be
// deleted alike; only reading tells them apart.
func TestRemove(t *testing.T) {
	const gone = `{"error":{"message":"Unsupported delete request","type":"GraphMethodException","code":100,"error_subcode":33}}`
	for name, c := range map[string]struct {
		read string
		want community.FaultKind
	}{
		"gone":            {gone, ""},
		"may not be done": {`{"id":"1_2"}`, community.Refused},
	} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				body := gone
				if r.Method == http.MethodGet {
					body = c.read
				}
				if body == gone {
					w.WriteHeader(http.StatusBadRequest)
				}
				_, _ = w.Write([]byte(body))
			}))
			defer server.Close()
			g := graph.New(graph.Options{Vault: shopVault(), Base: server.URL, Logger: slog.New(slog.DiscardHandler)})
			client, err := g.With(graph.App{ID: "1", Secret: "s"}, "token")
			if err != nil {
				t.Fatal(err)
			}
			switch err := client.Remove(t.Context(), "1_2"); {
			case c.want == "" && err != nil:
				t.Errorf("gone already: %v", err)
			case c.want != "" && (err == nil || community.KindOf(err) != c.want):
				t.Errorf("still there: %v", err)
			}
		})
	}
}

package mastodon_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"testing"

	"github.com/vigie-hq/vigie/community"
)

// TestErrors holds the answers that servers give, recorded in testdata/errors.json,
// to what is made of them: for a read, and for the post of a reply. Texts change
// nothing.
func TestErrors(t *testing.T) {
	data, err := os.ReadFile("testdata/errors.json")
	if err != nil {
		t.Fatal(err)
	}
	var table []struct {
		Said        string
		Status      int
		Header      map[string]string
		Body        string
		Read, Write community.FaultKind
		Key         string
	}
	if err := json.Unmarshal(data, &table); err != nil || len(table) < 10 {
		t.Fatalf("%d errors: %v", len(table), err)
	}
	for _, c := range table {
		for _, body := range []string{c.Body, "other words", ""} {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				switch {
				case r.Method == http.MethodGet && r.URL.Path == "/api/v2/instance":
					_, _ = w.Write([]byte(`{"version":"4.4.1"}`))
					return
				case r.Method == http.MethodGet && r.URL.Path == "/api/v1/statuses/1":
					_, _ = w.Write([]byte(`{"id":"1","visibility":"public","account":{"id":"2","acct":"lea"}}`))
					return
				}
				for name, value := range c.Header {
					w.Header().Set(name, value)
				}
				w.WriteHeader(c.Status)
				_, _ = w.Write([]byte(body))
			}))
			a := community.Account{Network: "mastodon", Server: server.URL, NativeID: "9"}
			var f *community.Fault
			if _, err := quick(holding("t")).Check(t.Context(), a); !errors.As(err, &f) || f.Kind != c.Read || f.Key != c.Key {
				t.Errorf("%s, read: %v, want %s", c.Said, err, c.Read)
			}
			_, err := quick(holding("t")).Reply(t.Context(), a, community.Message{ID: "1"}, community.Reply{ID: "r", Text: "hello"})
			if !errors.As(err, &f) || f.Kind != c.Write || f.Key != c.Key {
				t.Errorf("%s, write: %v, want %s", c.Said, err, c.Write)
			}
			server.Close()
		}
	}
}

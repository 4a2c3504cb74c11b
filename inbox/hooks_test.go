package inbox

import (
	"bytes"
	"io"
	"net/http"
	"testing"
)

// TestNetworksCallUs: what a network pushes reaches its handler as it was sent,
// without a session, and nothing longer than a network would send does.
func TestNetworksCallUs(t *testing.T) {
	var got []byte
	s := newWorld(t).server(t, func(o *Options) {
		o.Hooks = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			got, _ = io.ReadAll(r.Body)
			w.Header().Set("Challenge", r.URL.Query().Get("hub.challenge")+" "+r.Header.Get("X-Hub-Signature-256")+" "+r.URL.Path)
			w.WriteHeader(http.StatusAccepted)
		})
	})
	url := serve(t, s)
	call := func(body []byte) *http.Response {
		t.Helper()
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url+"/hooks/Facebook/a%20b?hub.challenge=7", bytes.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("X-Hub-Signature-256", "sha256=1")
		response, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		return response
	}
	body := []byte("{\"text\":\"\\u00e9\"}\r\n\x00")
	response := call(body)
	if response.StatusCode != http.StatusAccepted || !bytes.Equal(got, body) || response.Header.Get("Challenge") != "7 sha256=1 /hooks/Facebook/a b" {
		t.Errorf("%d %q %q", response.StatusCode, got, response.Header.Get("Challenge"))
	}
	if len(response.Cookies()) > 0 {
		t.Errorf("a network was given a session: %v", response.Cookies())
	}
	got = nil
	if response := call(make([]byte, hookLimit+1)); response.StatusCode != http.StatusRequestEntityTooLarge || got != nil {
		t.Errorf("too long: %d, handed on %d bytes", response.StatusCode, len(got))
	}
}

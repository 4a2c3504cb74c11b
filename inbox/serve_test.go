package inbox

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/vigie-hq/vigie/community/desk"
)

func quiet() *slog.Logger { return slog.New(slog.NewTextHandler(io.Discard, nil)) }

// server makes a server on the world.
func (w *world) server(t testing.TB, change ...func(*Options)) *Server {
	t.Helper()
	o := Options{
		Reader: w, Desk: desk.New(store{w}, line{}), Door: w, Accounts: accounts{w}, Intake: w, Explainer: w, Models: w, Now: w.Now, Log: quiet(),
		BaseURL: "http://vigie.test",
		Metrics: http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) { _, _ = rw.Write([]byte("vigie_up 1\n")) }),
	}
	for _, f := range change {
		f(&o)
	}
	s, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// serve listens on a real address until the test ends.
func serve(t testing.TB, s *Server) (url string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- s.Serve(ctx, l) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("serve: %v", err)
		}
	})
	return "http://" + l.Addr().String()
}

// asker sends requests to a server without a network between.
type asker struct {
	t    testing.TB
	send func(*http.Request, ...int) (*http.Response, error)
	with http.Header
}

func asking(t testing.TB, s *Server, header ...string) asker {
	t.Helper()
	h := http.Header{}
	for i := 0; i+1 < len(header); i += 2 {
		h.Set(header[i], header[i+1])
	}
	return asker{t: t, send: s.app(t.Context()).Test, with: h}
}

// as asks with the token of a brand.
func as(t testing.TB, s *Server, brand string) asker {
	t.Helper()
	return asking(t, s, "Authorization", "Bearer token-"+brand, "Accept-Language", "en")
}

// do sends a request; a body that is no string is sent as JSON.
func (a asker) do(method, path string, body any, header ...string) (int, http.Header, string) {
	a.t.Helper()
	var b []byte
	switch v := body.(type) {
	case nil:
	case string:
		b = []byte(v)
	default:
		b, _ = json.Marshal(v)
	}
	r := httptest.NewRequest(method, path, bytes.NewReader(b))
	maps.Copy(r.Header, a.with)
	if _, ok := body.(string); !ok && body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	resp, err := a.send(r, 10_000)
	if err != nil {
		a.t.Fatalf("%s %s: %v", method, path, err)
	}
	defer resp.Body.Close()
	out, err := io.ReadAll(resp.Body)
	if err != nil {
		a.t.Fatal(err)
	}
	return resp.StatusCode, resp.Header, string(out)
}

// want sends a request, expects a status and reads the answer into into.
func (a asker) want(status int, method, path string, body, into any) string {
	a.t.Helper()
	got, _, out := a.do(method, path, body)
	if got != status {
		a.t.Fatalf("%s %s: %d, want %d: %s", method, path, got, status, out)
	}
	if into != nil {
		if err := json.Unmarshal([]byte(out), into); err != nil {
			a.t.Fatalf("%s %s: %v in %s", method, path, err, out)
		}
	}
	return out
}

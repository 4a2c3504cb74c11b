package collectors_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/vigie-hq/vigie/collectors"
	"github.com/vigie-hq/vigie/community"
)

var noon = time.Date(2026, 11, 2, 12, 0, 0, 0, time.UTC)

func TestRetryAfter(t *testing.T) {
	for _, c := range []struct {
		values []string
		want   time.Time
	}{
		{nil, time.Time{}},
		{[]string{"120"}, noon.Add(2 * time.Minute)},
		{[]string{"0.5"}, noon.Add(500 * time.Millisecond)},
		{[]string{"Mon, 02 Nov 2026 12:05:00 GMT"}, noon.Add(5 * time.Minute)},
		{[]string{"120", "Mon, 02 Nov 2026 12:05:00 GMT"}, noon.Add(5 * time.Minute)},
		{[]string{"soon"}, time.Time{}},
		{[]string{"-5"}, time.Time{}},
		{[]string{"NaN"}, time.Time{}},
		{[]string{"1e300"}, time.Time{}},
	} {
		got, ok := collectors.RetryAfter(http.Header{"Retry-After": c.values}, noon)
		if !got.Equal(c.want) || ok == c.want.IsZero() {
			t.Errorf("%q: %v %v, want %v", c.values, got, ok, c.want)
		}
	}
}

func TestParseReset(t *testing.T) {
	for value, want := range map[string]time.Time{
		"2026-11-02T12:03:00.123456Z": noon.Add(3*time.Minute + 123456*time.Microsecond), // Mastodon
		"1793620980":                  noon.Add(3 * time.Minute),                         // X, Bluesky
		"1793620980000":               noon.Add(3 * time.Minute),
		"180":                         noon.Add(3 * time.Minute), // RateLimit drafts
		"":                            {},
		"-1":                          {},
		"tomorrow":                    {},
		"999999999":                   {}, // thirty years
		"99999999999999999999999999":  {},
	} {
		got, ok := collectors.ParseReset(value, noon)
		if ok == want.IsZero() || ok && !got.Equal(want) {
			t.Errorf("%q: %v %v, want %v", value, got, ok, want)
		}
	}
}

func TestFromStatus(t *testing.T) {
	for _, c := range []struct {
		status      int
		read, write community.FaultKind
	}{
		{301, community.Invalid, community.Refused},
		{400, community.Invalid, community.Refused},
		{401, community.Unauthorised, community.Unauthorised},
		{403, community.Forbidden, community.Refused},
		{404, community.NotFound, community.Refused},
		{408, community.Unavailable, community.Uncertain},
		{410, community.NotFound, community.Refused},
		{422, community.Invalid, community.Refused},
		{429, community.Limited, community.Limited},
		{500, community.Unavailable, community.Uncertain},
		{502, community.Unavailable, community.Uncertain},
		{503, community.Unavailable, community.Uncertain},
		{504, community.Unavailable, community.Uncertain},
	} {
		if f := collectors.FromStatus(c.status, http.Header{}, false, noon); f.Kind != c.read {
			t.Errorf("read %d: %s", c.status, f.Kind)
		}
		if f := collectors.FromStatus(c.status, http.Header{}, true, noon); f.Kind != c.write {
			t.Errorf("write %d: %s", c.status, f.Kind)
		}
	}
	reset := http.Header{"X-Ratelimit-Remaining": {"0"}, "X-Ratelimit-Reset": {"2026-11-02T12:03:00Z"}}
	if at, ok := collectors.RetryAt(collectors.FromStatus(429, reset, false, noon)); !ok || !at.Equal(noon.Add(3*time.Minute)) {
		t.Errorf("429 with a reset: %v %v", at, ok)
	}
	if _, ok := collectors.RetryAt(collectors.FromStatus(429, http.Header{}, false, noon)); ok {
		t.Error("429 that tells nothing tells a time")
	}
}

// transport answers one request with a function and returns the fault.
func transport(t *testing.T, method string, answer http.HandlerFunc) (community.FaultKind, error) {
	t.Helper()
	server := httptest.NewServer(answer)
	defer server.Close()
	client := &http.Client{Transport: collectors.NewTransport(collectors.TransportOptions{Timeout: 200 * time.Millisecond})}
	request, err := http.NewRequestWithContext(t.Context(), method, server.URL, strings.NewReader("x"))
	if err != nil {
		t.Fatal(err)
	}
	response, err := client.Do(request)
	if err == nil {
		_, err = io.ReadAll(response.Body)
		response.Body.Close()
	}
	if err == nil {
		return "none", nil
	}
	return community.KindOf(err), err
}

func TestTransportKnowsWhatMayHaveBeenSent(t *testing.T) {
	hang := func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		select {
		case <-r.Context().Done():
		case <-time.After(time.Second):
		}
	}
	breakOff := func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }
	half := func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "100")
		_, _ = w.Write([]byte("half"))
	}
	page := func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusServiceUnavailable)
		_, _ = w.Write([]byte("<html>starting</html>"))
	}
	for _, c := range []struct {
		name        string
		answer      http.HandlerFunc
		read, write community.FaultKind
	}{
		{"answers never", hang, community.Unavailable, community.Uncertain},
		{"breaks off", breakOff, community.Unavailable, community.Uncertain},
		{"breaks off in its answer", half, community.Unavailable, community.Uncertain},
		{"503 with a page", page, community.Unavailable, community.Uncertain},
		{"503 that says when", func(w http.ResponseWriter, r *http.Request) { w.Header().Set("Retry-After", "1"); page(w, r) }, community.Unavailable, community.Unavailable},
		{"answers", func(http.ResponseWriter, *http.Request) {}, "none", "none"},
	} {
		if kind, err := transport(t, http.MethodGet, c.answer); kind != c.read {
			t.Errorf("read, server %s: %s (%v)", c.name, kind, err)
		}
		if kind, err := transport(t, http.MethodPost, c.answer); kind != c.write {
			t.Errorf("write, server %s: %s (%v)", c.name, kind, err)
		}
	}
	// Nobody listens: certainly not sent.
	client := &http.Client{Transport: collectors.NewTransport(collectors.TransportOptions{})}
	if _, err := client.Post("http://127.0.0.1:1/", "text/plain", strings.NewReader("x")); community.KindOf(err) != community.Unavailable {
		t.Errorf("write to nobody: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	request, _ := http.NewRequestWithContext(ctx, http.MethodGet, "http://127.0.0.1:1/", nil)
	if _, err := client.Do(request); !errors.Is(err, context.Canceled) {
		t.Errorf("given up by the caller: %v", err)
	}
}

func TestTransportKeepsToTheWindow(t *testing.T) {
	now, calls := noon, 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		calls++
		w.Header().Set("X-RateLimit-Remaining", "2")
		w.Header().Set("X-RateLimit-Reset", noon.Add(time.Minute).Format(time.RFC3339))
	}))
	defer server.Close()
	client := &http.Client{Transport: collectors.NewTransport(collectors.TransportOptions{
		Now: func() time.Time { return now }, Reserve: 1,
		Bucket: func(*http.Request) string { return "all" },
	})}
	get := func() error {
		response, err := client.Get(server.URL)
		if err == nil {
			response.Body.Close()
		}
		return err
	}
	for i := range 2 {
		if err := get(); err != nil {
			t.Fatalf("call %d: %v", i, err)
		}
	}
	err := get()
	if at, ok := collectors.RetryAt(err); community.KindOf(err) != community.Limited || !ok || !at.Equal(noon.Add(time.Minute)) {
		t.Errorf("a read into the reserve: %v", err)
	}
	response, err := client.Post(server.URL, "text/plain", nil)
	if err != nil {
		t.Fatalf("the reserve is for writes: %v", err)
	}
	response.Body.Close()
	if calls != 3 {
		t.Errorf("%d calls reached the server, want 3", calls)
	}
	now = noon.Add(2 * time.Minute)
	if err := get(); err != nil {
		t.Errorf("after the window: %v", err)
	}
}

func TestBackoffStaysWithinItsSteps(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		first := time.Duration(rapid.IntRange(1, 1000).Draw(t, "first")) * time.Millisecond
		most := first * time.Duration(rapid.IntRange(1, 500).Draw(t, "most"))
		b := collectors.NewBackoff(first, most, func() float64 { return rapid.Float64Range(0, 0.999).Draw(t, "random") })
		step := first
		for range 12 {
			if d := b.Next(); d < step/2 || d > step {
				t.Fatalf("wait %v for step %v", d, step)
			}
			step = min(2*step, most)
		}
		b.Reset()
		if d := b.Next(); d > first {
			t.Fatalf("after Reset: %v", d)
		}
	})
}

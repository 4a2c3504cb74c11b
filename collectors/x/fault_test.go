package x

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"testing"
	"time"

	"github.com/vigie-hq/vigie/collectors"
	"github.com/vigie-hq/vigie/community"
)

type answers func(*http.Request) (*http.Response, error)

func (a answers) RoundTrip(r *http.Request) (*http.Response, error) { return a(r) }

// TestErrors: what X's errors ask for, by their code and type alone, of a read
// and of a write. The bodies are those of X's documentation and of what its users
// report; the words in them may change.
func TestErrors(t *testing.T) {
	raw, err := os.ReadFile("testdata/errors.json")
	if err != nil {
		t.Fatal(err)
	}
	var recorded []struct {
		Name        string
		Status      int
		Headers     map[string]string
		Body        json.RawMessage
		Raw         string
		Read, Write [2]string
		Until       time.Time
	}
	if err := json.Unmarshal(raw, &recorded); err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 11, 1, 10, 0, 0, 0, time.UTC)
	for _, c := range recorded {
		t.Run(c.Name, func(t *testing.T) {
			for method, want := range map[string][2]string{http.MethodGet: c.Read, http.MethodPost: c.Write} {
				transport := collectors.NewTransport(collectors.TransportOptions{
					Now: func() time.Time { return now },
					Base: answers(func(r *http.Request) (*http.Response, error) {
						h := http.Header{}
						for name, value := range c.Headers {
							h.Set(name, value)
						}
						body := append([]byte(c.Raw), c.Body...)
						return &http.Response{StatusCode: c.Status, Header: h, Body: io.NopCloser(bytes.NewReader(body)), Request: r}, nil
					}),
				})
				request, err := http.NewRequestWithContext(t.Context(), method, "https://api.x.com/2/tweets", nil)
				if err != nil {
					t.Fatal(err)
				}
				_, err = transport.RoundTrip(request) //nolint:bodyclose // an error has no body
				err = classify(err, method == http.MethodPost, now)
				until, _ := collectors.RetryAt(err)
				if community.KindOf(err) != community.FaultKind(want[0]) || keyOf(err) != want[1] || !until.Equal(c.Until) {
					t.Errorf("%s: %s %s until %v, want %v until %v", method, community.KindOf(err), keyOf(err), until, want, c.Until)
				}
			}
		})
	}
}

func TestRetryWaitsAsDocumented(t *testing.T) {
	now := time.Now()
	broken := community.Faultf(community.Unavailable, "network.unreachable")
	status := community.Faultf(community.Unavailable, "network.unavailable").Because(&collectors.StatusError{Status: 503})
	limited := community.Faultf(community.Limited, "network.limited")
	for _, c := range []struct {
		err  error
		want []time.Duration
	}{
		{broken, []time.Duration{250 * time.Millisecond, 500 * time.Millisecond, 750 * time.Millisecond}},
		{status, []time.Duration{5 * time.Second, 10 * time.Second, 20 * time.Second, 40 * time.Second, 80 * time.Second, 160 * time.Second, 320 * time.Second, 320 * time.Second}},
		{limited, []time.Duration{time.Minute, 2 * time.Minute, 4 * time.Minute}},
		{collectors.Limit("network.limited", now.Add(10*time.Minute)), []time.Duration{10 * time.Minute}},
	} {
		r := retry{waits: RetryWaits{}.orDocumented()}
		for i, want := range c.want {
			if got := r.after(c.err, now); got.Round(time.Second/100) != want {
				t.Errorf("%v, failure %d: %v, want %v", c.err, i+1, got, want)
			}
		}
	}
	r := retry{waits: RetryWaits{}.orDocumented()}
	for range 100 {
		r.after(broken, now)
	}
	if got := r.after(broken, now); got != 16*time.Second {
		t.Errorf("in the end %v", got)
	}
	if got := r.after(status, now); got != 5*time.Second {
		t.Errorf("another failure begins at %v", got)
	}
}

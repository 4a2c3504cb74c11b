package collectors_test

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/vigie-hq/vigie/collectors"
)

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func TestSkewIsReadFromTheDate(t *testing.T) {
	now := time.Date(2026, 11, 3, 9, 0, 0, 300e6, time.UTC)
	for _, c := range []struct {
		date string
		want time.Duration
	}{
		{"", 0},
		{"nonsense", 0},
		{now.Add(-2 * time.Second).Format(http.TimeFormat), 0},
		{now.Add(10 * time.Minute).Format(http.TimeFormat), 10 * time.Minute},
		{now.Add(-10 * time.Minute).Format(http.TimeFormat), -10 * time.Minute},
	} {
		transport := collectors.NewTransport(collectors.TransportOptions{
			Now: func() time.Time { return now },
			Base: roundTrip(func(*http.Request) (*http.Response, error) {
				return &http.Response{StatusCode: 200, Header: http.Header{"Date": {c.date}}, Body: io.NopCloser(strings.NewReader(""))}, nil
			}),
		})
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://there.invalid", nil)
		if err != nil {
			t.Fatal(err)
		}
		response, err := transport.RoundTrip(r)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if got := transport.Skew(); (got - c.want).Abs() > time.Second {
			t.Errorf("date %q: skew %v, want %v", c.date, got, c.want)
		}
	}
}

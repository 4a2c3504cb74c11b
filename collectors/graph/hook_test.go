package graph_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vigie-hq/vigie/collectors/graph"
	"github.com/vigie-hq/vigie/community"
)

// hooks is a handler over a clock that stands still, and what it took.
func hooks(now time.Time, fail error) (http.Handler, *[]graph.Entry) {
	var took []graph.Entry
	g := graph.New(graph.Options{Vault: shopVault(), Now: func() time.Time { return now }, Logger: slog.New(slog.DiscardHandler)})
	return g.Hook("facebook", "page", func(_ context.Context, entries []graph.Entry) error {
		took = append(took, entries...)
		return fail
	}), &took
}

func post(h http.Handler, body, signature string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
	if signature != "" {
		r.Header.Set(graph.SignatureHeader, signature)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestTheChallengeIsAnsweredToWhoKnowsTheWord(t *testing.T) {
	h, _ := hooks(time.Now(), nil)
	for _, c := range []struct {
		mode, word string
		status     int
	}{{"subscribe", "word", 200}, {"subscribe", "wrong", 403}, {"subscribe", "", 403}, {"unsubscribe", "word", 403}} {
		q := url.Values{"hub.mode": {c.mode}, "hub.verify_token": {c.word}, "hub.challenge": {"11<b>58"}}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/?"+q.Encode(), nil))
		if w.Code != c.status || c.status == 200 && (w.Body.String() != "11<b>58" || !strings.HasPrefix(w.Header().Get("Content-Type"), "text/plain")) {
			t.Errorf("%+v: %d %q", c, w.Code, w.Body)
		}
	}
}

func TestOnlyWhatIsSignedIsTaken(t *testing.T) {
	now := time.Now()
	body := func(at time.Time) string {
		// Escaped as Meta escapes: the signature is over these very bytes.
		return fmt.Sprintf(`{"object":"page","entry":[{"id":"10","time":%d,"changes":[{"field":"feed","value":{"message":"\u00e9t\u00e9"}}]}]}`, at.Unix())
	}
	good := body(now)
	for _, c := range []struct {
		name, body, signature string
		status, took          int
	}{
		{"signed", good, graph.Sign("hush", []byte(good)), 200, 1},
		{"not signed", good, "", 403, 0},
		{"signed by another", good, graph.Sign("other", []byte(good)), 403, 0},
		{"the old sort of signature", good, "sha1=" + strings.Repeat("0", 40), 403, 0},
		{"written anew", strings.ReplaceAll(good, `\u00e9`, "é"), graph.Sign("hush", []byte(good)), 403, 0},
		{"cut short", good[:len(good)-1], graph.Sign("hush", []byte(good)), 403, 0},
		{"played again after days", body(now.Add(-49 * time.Hour)), "", 403, 0},
		{"delivered again after a day", body(now.Add(-36 * time.Hour)), "", 200, 1},
		{"from the future", body(now.Add(time.Hour)), "", 403, 0},
		{"without a time", `{"object":"page","entry":[{"id":"10"}]}`, "", 403, 0},
		{"of another sort", strings.Replace(good, `"page"`, `"user"`, 1), "", 200, 0},
		{"not JSON", "hello", "", 400, 0},
		{"without entries", `{"object":"page"}`, "", 400, 0},
		{"with an id that is a path", `{"object":"page","entry":[{"id":"../me","time":1}]}`, "", 400, 0},
	} {
		h, took := hooks(now, nil)
		signature := c.signature
		if signature == "" && c.name != "not signed" {
			signature = graph.Sign("hush", []byte(c.body))
		}
		if w := post(h, c.body, signature); w.Code != c.status || len(*took) != c.took {
			t.Errorf("%s: %d, took %d", c.name, w.Code, len(*took))
		}
	}
	h, took := hooks(now, nil)
	long := strings.Repeat(" ", 1<<20) + good
	if w := post(h, long, graph.Sign("hush", []byte(long))); w.Code < 400 || len(*took) != 0 {
		t.Errorf("too long: %d", w.Code)
	}
}

func TestWhatIsNotKeptIsDeliveredAgain(t *testing.T) {
	now := time.Now()
	h, _ := hooks(now, community.Faultf(community.Limited, "log.behind"))
	body := fmt.Sprintf(`{"object":"page","entry":[{"id":"10","time":%d}]}`, now.UnixMilli())
	w := post(h, body, graph.Sign("hush", []byte(body)))
	if w.Code != http.StatusServiceUnavailable || w.Header().Get("Retry-After") == "" {
		t.Errorf("answered %d", w.Code)
	}
}

// transport answers without a network, so that time can be made up.
type transport func(*http.Request) *http.Response

func (f transport) RoundTrip(r *http.Request) (*http.Response, error) { return f(r), nil }

func TestReadsAreSpacedOutBelowTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := graph.New(graph.Options{Vault: shopVault(), HTTP: &http.Client{Transport: transport(func(r *http.Request) *http.Response {
			return &http.Response{
				StatusCode: 200, Request: r, Body: io.NopCloser(strings.NewReader(`{"id":"10"}`)),
				Header: http.Header{"X-App-Usage": {`{"call_count":85,"total_time":1,"total_cputime":1}`}},
			}
		})}})
		c, err := g.Client(t.Context(), account())
		if err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		for range 3 {
			if err := c.Get(t.Context(), "10", nil, nil); err != nil {
				t.Fatal(err)
			}
		}
		if took := time.Since(began); took != 5500*time.Millisecond {
			t.Errorf("three reads at 85 %% took %v", took)
		}
		if err := c.Post(t.Context(), "10/comments", nil, nil); err != nil || time.Since(began) > 6*time.Second {
			t.Errorf("a write was held up: %v", err)
		}
	})
}

func FuzzDecodeEnvelope(f *testing.F) {
	f.Add([]byte(`{"object":"page","entry":[{"id":"10","time":1458692752478,"messaging":[{"sender":{"id":"1"},"recipient":{"id":"10"},"timestamp":1458692752478,"message":{"mid":"m_1","text":"hi","is_echo":true,"app_id":123}}]}]}`))
	f.Add([]byte(`{"object":"page","entry":[{"id":10,"time":1458692752,"changes":[{"field":"feed","value":{"item":"comment","verb":"edited"}},7],"standby":[{}]}]}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		e, err := graph.DecodeEnvelope(body)
		if err != nil {
			return
		}
		for i := range e.Entries {
			if !graph.ValidID(e.Entries[i].ID) {
				t.Fatalf("an entry of %q", e.Entries[i].ID)
			}
			for _, c := range e.Entries[i].Changes {
				if c.Field == "" {
					t.Fatal("a change of no field")
				}
			}
		}
	})
}

package graph_test

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/vigie-hq/vigie/collectors"
	"github.com/vigie-hq/vigie/collectors/graph"
	"github.com/vigie-hq/vigie/community"
)

// recorded is one row of testdata/errors.json: what Graph answered, and what it
// asks for.
type recorded struct {
	What   string              `json:"what"`
	Status int                 `json:"status"`
	Body   string              `json:"body"`
	Read   community.FaultKind `json:"read"`
	Write  community.FaultKind `json:"write"`
	Key    string              `json:"key"`
}

func TestErrorsAreToldByTheirNumbers(t *testing.T) {
	raw, err := os.ReadFile("testdata/errors.json")
	if err != nil {
		t.Fatal(err)
	}
	var rows []recorded
	if err := json.Unmarshal(raw, &rows); err != nil {
		t.Fatal(err)
	}
	if len(rows) < 40 {
		t.Errorf("only %d errors are recorded", len(rows))
	}
	var now recorded
	s := newScript(t, func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(now.Status)
		_, _ = io.WriteString(w, now.Body)
	})
	for _, now = range rows {
		c := s.client(t, time.Now)
		read := c.Get(t.Context(), "10", nil, &map[string]any{})
		write := c.Post(t.Context(), "10/comments", graph.Params{"message": "hello"}, &map[string]any{})
		for _, one := range []struct {
			err  error
			kind community.FaultKind
		}{{read, now.Read}, {write, now.Write}} {
			if one.err == nil || community.KindOf(one.err) != one.kind || graph.FaultKey(one.err) != now.Key {
				t.Errorf("%s: %v (%s), want %s %s", now.What, one.err, community.KindOf(one.err), one.kind, now.Key)
				continue
			}
			if said := one.err.Error(); strings.Contains(said, secretToken) || strings.Contains(said, "appsecret_proof") || strings.Contains(said, "Sorry") {
				t.Errorf("%s: the fault tells too much: %s", now.What, said)
			}
		}
	}
}

func TestABlockStopsEveryWrite(t *testing.T) {
	now := time.Now()
	s := newScript(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			w.WriteHeader(http.StatusBadRequest)
			_, _ = io.WriteString(w, `{"error":{"code":368,"type":"OAuthException"}}`)
			return
		}
		_, _ = io.WriteString(w, `{"id":"10"}`)
	})
	c := s.client(t, func() time.Time { return now })
	for range 3 {
		err := c.Post(t.Context(), "10/comments", graph.Params{"message": "hello"}, nil)
		if until, ok := collectors.RetryAt(err); community.KindOf(err) != community.Limited || !ok || !until.Equal(now.Add(time.Hour)) {
			t.Errorf("blocked: %v", err)
		}
	}
	if n := s.calls(); n != 1 {
		t.Errorf("asked %d times while blocked", n)
	}
	if !c.Blocked().Equal(now.Add(time.Hour)) {
		t.Errorf("blocked until %v", c.Blocked())
	}
	if err := c.Get(t.Context(), "10", nil, nil); err != nil {
		t.Errorf("a block stops reading: %v", err)
	}
	now = now.Add(time.Hour + time.Second)
	_ = c.Post(t.Context(), "10/comments", nil, nil)
	if n := s.calls(); n != 3 {
		t.Errorf("after the hour nobody asked again: %d calls", n)
	}
}

func TestAnUnreachableServerTellsNoAddress(t *testing.T) {
	s := newScript(t, nil)
	c := s.client(t, time.Now)
	s.Close()
	for kind, err := range map[community.FaultKind]error{
		community.Unavailable: errors.Join(c.Get(t.Context(), "10", nil, nil), c.Post(t.Context(), "10/comments", nil, nil)),
	} {
		if community.KindOf(err) != kind || strings.Contains(err.Error(), "appsecret_proof") {
			t.Errorf("%v", err)
		}
	}
}

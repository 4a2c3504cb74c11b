package graph_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/vigie-hq/vigie/collectors"
	"github.com/vigie-hq/vigie/collectors/graph"
	"github.com/vigie-hq/vigie/community"
)

// Pages are walked by position: past empty ones, never by the address, which
// here leads to a server that must not be asked.
func TestListsAreWalkedByPosition(t *testing.T) {
	trap := newScript(t, func(_ http.ResponseWriter, r *http.Request) { t.Errorf("the address was followed: %s", r.URL) })
	pages := map[string]string{
		"":   `{"data":[{"id":"1"},{"id":"2"}],"paging":{"cursors":{"after":"A"},"next":"%s/x?access_token=t&after=A"}}`,
		"A":  `{"data":[],"paging":{"cursors":{"after":"B"},"next":"%s/x?after=B"}}`,
		"B":  `{"data":[],"paging":{"next":"%s/x?access_token=t&until=77&__paging_token=z"}}`,
		"77": `{"data":[{"id":"3"}],"paging":{"cursors":{"after":"C"}}}`,
	}
	s := newScript(t, func(w http.ResponseWriter, r *http.Request) {
		at := r.Form.Get("after") + r.Form.Get("until")
		page, ok := pages[at]
		if !ok {
			t.Errorf("asked for %q", at)
		}
		if strings.Contains(page, "%s") {
			page = fmt.Sprintf(page, trap.URL)
		}
		_, _ = io.WriteString(w, page)
	})
	var ids []string
	err := s.client(t, time.Now).Each(t.Context(), "10/feed", graph.Params{"limit": 2}, func(raw json.RawMessage) (bool, error) {
		var p graph.Person
		err := json.Unmarshal(raw, &p)
		ids = append(ids, p.ID)
		return true, err
	})
	if err != nil || !slices.Equal(ids, []string{"1", "2", "3"}) {
		t.Errorf("%v %v", ids, err)
	}
	for _, r := range s.asked {
		if r.URL.Query().Has("access_token") || r.Header.Get("Authorization") != "Bearer "+secretToken || len(r.Form.Get("appsecret_proof")) != 64 {
			t.Errorf("asked without care: %s", r.URL)
		}
	}
}

// A list whose position does not move is given up, and no page is asked twice.
func TestAListThatStandsStill(t *testing.T) {
	s := newScript(t, func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, `{"data":[],"paging":{"cursors":{"after":"A"},"next":"https://graph.facebook.com/x?after=A"}}`)
	})
	err := s.client(t, time.Now).Each(t.Context(), "10/feed", nil, nil)
	if community.KindOf(err) != community.Unavailable || s.calls() != 2 {
		t.Errorf("%v after %d calls", err, s.calls())
	}
	if _, err := s.client(t, time.Now).List(t.Context(), "10/feed", nil, "after=A"); community.KindOf(err) != community.Unavailable {
		t.Errorf("a page behind which it stands itself: %v", err)
	}
}

// Nobody is followed elsewhere with what a call carries.
func TestNoRedirectionIsFollowed(t *testing.T) {
	trap := newScript(t, func(_ http.ResponseWriter, r *http.Request) { t.Errorf("followed: %s", r.URL) })
	s := newScript(t, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, trap.URL+"/x?"+r.URL.RawQuery, http.StatusTemporaryRedirect)
	})
	c := s.client(t, time.Now)
	if err := c.Get(t.Context(), "10", nil, &map[string]any{}); community.KindOf(err) != community.Unavailable {
		t.Errorf("reading: %v", err)
	}
	if err := c.Post(t.Context(), "10/comments", nil, nil); err == nil {
		t.Error("writing")
	}
}

// A conversation is read back no further than any window reaches.
func TestHeardLooksBackAsFarAsTheWindow(t *testing.T) {
	now := time.Now().UTC()
	s := newScript(t, func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/conversations") {
			_, _ = io.WriteString(w, `{"data":[{"id":"t_1"}]}`)
			return
		}
		n, _ := strconv.Atoi(r.Form.Get("after"))
		at := now.Add(-time.Duration(n) * 24 * time.Hour).Format(time.RFC3339)
		_, _ = fmt.Fprintf(w, `{"data":[{"id":"m_%d","created_time":%q,"from":{"id":"10"}}],"paging":{"next":"x","cursors":{"after":"%d"}}}`, n, at, n+1)
	})
	at, err := s.client(t, time.Now).Heard(t.Context(), "10", graph.Messenger, graph.MessengerFields, "7")
	if err != nil || !at.IsZero() || s.calls() > 11 {
		t.Errorf("%v %v after %d calls", at, err, s.calls())
	}
}

// One object that is gone fails a whole ?ids=; the rest is found all the same,
// and one that is left out without a word is asked for alone.
func TestManyFindsWhoIsLeft(t *testing.T) {
	gone := map[string]bool{"7": true, "31": true, "32": true}
	s := newScript(t, func(w http.ResponseWriter, r *http.Request) {
		ids := strings.Split(r.Form.Get("ids"), ",")
		if r.Form.Get("ids") == "" {
			ids = []string{r.URL.Path[strings.LastIndex(r.URL.Path, "/")+1:]}
		}
		out := map[string]any{}
		for _, id := range ids {
			if gone[id] {
				w.WriteHeader(http.StatusBadRequest)
				_, _ = io.WriteString(w, `{"error":{"code":100,"error_subcode":33,"type":"GraphMethodException"}}`)
				return
			}
			if id != "20" || len(ids) == 1 {
				out[id] = map[string]string{"id": id}
			}
		}
		if r.Form.Get("ids") == "" {
			out = map[string]any{"id": ids[0]}
		}
		_ = json.NewEncoder(w).Encode(out)
	})
	var ids []string
	for i := range 60 {
		ids = append(ids, fmt.Sprint(i+1))
	}
	found, err := s.client(t, time.Now).Many(t.Context(), ids, "id")
	if err != nil || len(found) != 57 || found["20"] == nil || found["7"] != nil {
		t.Errorf("%d found, %v", len(found), err)
	}
	t.Logf("%d calls for 60 ids, 3 of them gone", s.calls())
}

func TestUsageSlowsReadsAndStopsThem(t *testing.T) {
	now := time.Now()
	headers := map[string]string{}
	s := newScript(t, func(w http.ResponseWriter, _ *http.Request) {
		for name, value := range headers {
			w.Header().Set(name, value)
		}
		_, _ = io.WriteString(w, `{"id":"10"}`)
	})
	for _, c := range []struct {
		name, value string
		until       time.Duration // 0: the next read goes on
	}{
		{"X-App-Usage", `{"call_count":74,"total_time":3,"total_cputime":1}`, 0},
		{"X-App-Usage", `{"call_count":3,"total_time":95,"total_cputime":1}`, 5 * time.Minute},
		{"X-Page-Usage", `{"call_count":96,"total_time":3,"total_cputime":1}`, 5 * time.Minute},
		{"X-Business-Use-Case-Usage", `{"10":[{"type":"pages","call_count":10,"total_cputime":99,"total_time":1,"estimated_time_to_regain_access":0}]}`, 5 * time.Minute},
		{"X-Business-Use-Case-Usage", `{"10":[{"type":"messenger","call_count":100,"total_cputime":9,"total_time":1,"estimated_time_to_regain_access":17}]}`, 17 * time.Minute},
		{"X-App-Usage", `not JSON`, 0},
	} {
		client := s.client(t, func() time.Time { return now })
		headers = map[string]string{c.name: c.value}
		if err := client.Get(t.Context(), "10", nil, nil); err != nil {
			t.Fatal(err)
		}
		err := client.Get(t.Context(), "10", nil, nil)
		at, _ := collectors.RetryAt(err)
		if c.until == 0 && err != nil || c.until != 0 && (community.KindOf(err) != community.Limited || !at.Equal(now.Add(c.until))) {
			t.Errorf("%s %s: %v", c.name, c.value, err)
		}
		if err := client.Post(t.Context(), "10/comments", nil, nil); err != nil {
			t.Errorf("an answer waits for reads: %v", err)
		}
		now = now.Add(time.Hour)
		if err := client.Get(t.Context(), "10", nil, nil); err != nil {
			t.Errorf("an hour later: %v", err)
		}
	}
}

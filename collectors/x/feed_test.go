package x

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/vigie-hq/vigie/collectors"
	"github.com/vigie-hq/vigie/community"
)

// TestABadQueryStandsAlone: a query that X does not take is left out for a while;
// mentions it does not take are a fault.
func TestABadQueryStandsAlone(t *testing.T) {
	now := time.Now()
	query := &feed{list: listSearch, query: "((", via: "(("}
	if !query.wait(community.Invalid, "network.refused", time.Time{}, now) || !query.absent || !query.closed.After(now) {
		t.Errorf("%+v", query)
	}
	if (&feed{list: listMentions}).wait(community.Invalid, "network.refused", time.Time{}, now) {
		t.Error("mentions are left out")
	}
}

// TestSearchReach: a sweep that was interrupted more than seven days ago cannot be
// gone on with; it ends instead of asking what X refuses, for ever.
func TestSearchReach(t *testing.T) {
	s := testSession(t, "")
	s.keys.creds.token = "t"
	old := idAt(time.Now().Add(-8 * 24 * time.Hour))
	calls := 0
	s.http.Transport = answers(func(r *http.Request) (*http.Response, error) {
		calls++
		return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(strings.NewReader(`{"data":[]}`)), Request: r}, nil
	})
	a := &v2{s}
	if p, err := a.page(t.Context(), ask{list: listSearch, query: "q", since: "1", until: old}); err != nil || p.next != "" || calls != 0 {
		t.Errorf("%+v %v, %d calls", p, err, calls)
	}
	if _, err := a.page(t.Context(), ask{list: listSearch, query: "q", until: idAt(time.Now())}); err != nil || calls != 1 {
		t.Errorf("%v, %d calls", err, calls)
	}
}

// TestShortPages: version 1.1 takes reposts and what was deleted out of a page it
// has counted already: a short page is not the last.
func TestShortPages(t *testing.T) {
	s := testSession(t, "")
	s.account.API = Version11
	s.keys.creds = credentials{token: "t", tokenSecret: "s", app: application{consumerKey: "k", consumerSecret: "s"}}
	body := `[{"id_str":"2080765813578191303","full_text":"a","user":{"id_str":"100"}}]`
	s.base = answers(func(r *http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: http.StatusOK, ContentLength: -1, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body)), Request: r}, nil
	})
	s.budget = collectors.NewTransport(collectors.TransportOptions{Base: s.base})
	p, err := s.api().page(t.Context(), ask{list: listOwn})
	if err != nil || len(p.posts) != 1 || p.next != "2080765813578191303" {
		t.Errorf("%+v %v", p, err)
	}
	body = "[]"
	if p, err := s.api().page(t.Context(), ask{list: listOwn, token: p.next}); err != nil || p.next != "" {
		t.Errorf("%+v %v", p, err)
	}
}

// TestSettingsKeepWindows: an account whose settings change goes on with what is
// known of X's windows; on another server nothing is known.
func TestSettingsKeepWindows(t *testing.T) {
	s := testSession(t, "")
	account := s.account
	account.Queries = "late parcel"
	after, err := newSession(s.o, account, s)
	if err != nil || after.budget != s.budget {
		t.Errorf("the windows are forgotten: %v", err)
	}
	account.Server = "https://x.example"
	if after, err = newSession(s.o, account, s); err != nil || after.budget == s.budget {
		t.Errorf("another server's windows: %v", err)
	}
}

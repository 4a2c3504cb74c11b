package x_test

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/vigie-hq/vigie/collectors"
	"github.com/vigie-hq/vigie/collectors/x"
	"github.com/vigie-hq/vigie/collectors/x/xtest"
	"github.com/vigie-hq/vigie/community"
)

// TestRenewal: a token is renewed once however many want it, kept at once with
// its one-use secret, and lives on in memory while the vault takes nothing.
func TestRenewal(t *testing.T) {
	s := newStage(t, xtest.Options{}, "")
	s.Expire("brand")
	s.vault.set(s.account.Key(), "expires", time.Now().Add(-time.Minute).UTC().Format(time.RFC3339))
	n := quick(s.vault, nil)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			if health, err := n.Check(t.Context(), s.account); err != nil || health.Fault != "" {
				t.Errorf("%+v %v", health, err)
			}
		})
	}
	all.Wait()
	if s.vault.puts != 1 {
		t.Errorf("renewed %d times", s.vault.puts)
	}
	// X refuses a token that should still live: it is renewed, and the call may be made again.
	s.Expire("brand")
	s.vault.refuse = errors.New("disk full")
	if _, err := n.Check(t.Context(), s.account); community.KindOf(err) != community.Unauthorised && community.KindOf(err) != community.Unavailable {
		t.Errorf("%v", err)
	}
	s.vault.refuse = nil
}

// TestRenewalRefused: a refresh token that was used up asks for a human.
func TestRenewalRefused(t *testing.T) {
	s := newStage(t, xtest.Options{}, "")
	s.SetToken("brand", false)
	s.vault.set(s.account.Key(), "expires", time.Now().Add(-time.Minute).UTC().Format(time.RFC3339))
	health, err := quick(s.vault, nil).Check(t.Context(), s.account)
	if community.KindOf(err) != community.Unauthorised || health.Fault != "x.renewal_refused" {
		t.Errorf("%+v %v", health, err)
	}
}

// TestConnect: in the browser, by hand, and everything that is missing.
func TestConnect(t *testing.T) {
	s := newStage(t, xtest.Options{}, "")
	n := quick(s.vault, func(o *x.Options) { o.Server, o.Site = s.URL, s.URL })
	values := map[string]string{"queries": "late parcel", "daily_cap": "2.5"}
	for name, value := range xtest.AppSecrets() {
		values[name] = value
	}
	begun, err := n.Connect(t.Context(), collectors.Filled{Values: values, Return: "http://127.0.0.1/back", State: "st"})
	if err != nil || begun.Go == "" || strings.Contains(begun.Go, xtest.ClientSecret) || strings.Contains(begun.Go, begun.Keep["verifier"]) {
		t.Fatalf("%+v %v", begun, err)
	}
	browser := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	response, err := browser.Get(begun.Go)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	back, err := response.Location()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := n.Complete(t.Context(), begun.Keep, url.Values{"state": {"other"}, "code": {"c"}}); keyOf(err) != "x.connect_state" {
		t.Errorf("another state: %v", err)
	}
	done, err := n.Complete(t.Context(), begun.Keep, back.Query())
	if err != nil || len(done.Accounts) != 1 {
		t.Fatalf("%+v %v", done, err)
	}
	c := done.Accounts[0]
	if c.Account.NativeID != s.UserID("brand") || c.Account.Handle != "brand" || c.Account.DailyCap != 2_500_000 || c.Account.Queries != "late parcel" ||
		c.Secrets["token"] == "" || c.Secrets["refresh"] == "" || c.Secrets["expires"] == "" {
		t.Errorf("%+v", c)
	}
	if _, err := n.Complete(t.Context(), begun.Keep, back.Query()); community.KindOf(err) != community.Unauthorised {
		t.Errorf("the same code again: %v", err)
	}
	for name, value := range s.Secrets("alice", true) {
		values[name] = value
	}
	for _, api := range []string{x.Version2, x.Version11} {
		values["api"] = api
		done, err := n.Connect(t.Context(), collectors.Filled{Values: values})
		if err != nil || len(done.Accounts) != 1 || done.Accounts[0].Account.Handle != "alice" || done.Accounts[0].Account.API != api {
			t.Errorf("by hand, %s: %+v %v", api, done, err)
		}
	}
	for key, change := range map[string]map[string]string{
		"x.daily_cap": {"daily_cap": "lots"}, "x.version": {"api": "3"}, "x.oauth1_needed": {"token_secret": ""},
		"connect.browser": {"token": "", "token_secret": "", "api": "2"},
		"x.app_keys":      {"token": "", "token_secret": "", "api": "2", "client_id": ""},
		"x.query_long":    {"queries": strings.Repeat("q", 600)},
	} {
		wrong := map[string]string{}
		for _, from := range []map[string]string{values, change} {
			for name, value := range from {
				wrong[name] = value
			}
		}
		if _, err := n.Connect(t.Context(), collectors.Filled{Values: wrong}); keyOf(err) != key || community.KindOf(err) != community.Invalid {
			t.Errorf("%s: %v", key, err)
		}
	}
}

package web_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/vigie-hq/vigie/collectors"
	"github.com/vigie-hq/vigie/collectors/web"
	"github.com/vigie-hq/vigie/community"
)

// What the other side may answer to an answer, and what it means.
func TestReceipts(t *testing.T) {
	for name, c := range map[string]struct {
		status int
		header string
		body   string
		kind   community.FaultKind // empty: taken
	}{
		"taken":               {201, "", `{"id":"9","url":"https://crm.example/9","at":"2026-11-02T09:15:00Z"}`, ""},
		"taken before":        {409, "", `{"id":"9"}`, ""},
		"a time that is none": {201, "", `{"id":"9","at":"9999-12-31T23:59:59-23:00"}`, ""},
		"conflict":            {409, "", `{"error":"no"}`, community.Uncertain},
		"conflict, cut off":   {409, "", `{"id":"9","url":"` + strings.Repeat("9", 5_000) + `"}`, community.Uncertain},
		"no id":               {200, "", `{}`, community.Uncertain},
		"no json":             {200, "", `<html>`, community.Uncertain},
		"endless":             {200, "", `{"id":"` + strings.Repeat("9", 70_000) + `"}`, community.Uncertain},
		"redirect":            {302, "", ``, community.Uncertain},
		"redirect for good":   {308, "", ``, community.Uncertain},
		"no such message":     {404, "", ``, community.Refused},
		"wrong":               {422, "", ``, community.Refused},
		"who are you":         {401, "", ``, community.Unauthorised},
		"too many":            {429, "7", ``, community.Limited},
		"not now":             {503, "7", ``, community.Unavailable},
		"perhaps":             {503, "", ``, community.Uncertain},
		"perhaps, a gateway":  {502, "", `<html>`, community.Uncertain},
	} {
		t.Run(name, func(t *testing.T) {
			var sent map[string]any
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if err := json.NewDecoder(r.Body).Decode(&sent); err != nil || r.Header.Get("Idempotency-Key") == "" || r.Header.Get("Vigie-Signature") == "" {
					t.Errorf("sent %v %v", r.Header, err)
				}
				if c.header != "" {
					w.Header().Set("Retry-After", c.header)
				}
				w.WriteHeader(c.status)
				_, _ = w.Write([]byte(c.body))
			}))
			defer server.Close()
			v := &vault{}
			n := web.New(web.Options{Vault: v})
			account := connect(t, n, v, map[string]string{"name": "crm", "secret": secret, "answers": server.URL + "/?key=s3cr3t"})
			to := community.Message{ID: "1", Thread: "1", Scope: "crm", Private: true, Author: community.Author{ID: "lea"}}
			receipt, err := n.Reply(t.Context(), account, to, community.Reply{ID: "r1", Text: "Bonjour", Visibility: community.Public})
			if c.kind == "" && (err != nil || receipt.ID != "9" || receipt.At.IsZero() || receipt.At.Year() > 9000) || c.kind != "" && (err == nil || community.KindOf(err) != c.kind) {
				t.Errorf("%+v %v", receipt, err)
			}
			if err != nil && strings.Contains(err.Error(), "s3cr3t") {
				t.Errorf("the address stands in %v", err)
			}
			if sent["visibility"] != "private" || sent["text"] != "Bonjour" || sent["account"] != "crm" {
				t.Errorf("sent %v", sent)
			}
		})
	}
}

func TestConnectRefuses(t *testing.T) {
	n := web.New(web.Options{Vault: &vault{}})
	for _, c := range []struct{ name, secret, poll, promise, key string }{
		{"", secret, "", "", "web.name"},
		{"CRM", secret, "", "", "web.name"},
		{"crm", "short", "", "", "web.secret"},
		{"crm", secret, "ftp://x", "", "account.server"},
		{"crm", secret, "https://me:pass@x.example", "", "account.server"},
		{"crm", secret, "", "always", "web.promise"},
	} {
		_, err := n.Connect(t.Context(), collectors.Filled{Values: map[string]string{"name": c.name, "secret": c.secret, "poll": c.poll, "promise": c.promise}})
		var f *community.Fault
		if !errors.As(err, &f) || f.Kind != community.Invalid || f.Key != c.key || strings.Contains(err.Error(), "pass") {
			t.Errorf("%+v: %v", c, err)
		}
	}
}

// An account that takes no answers says so of every message.
func TestWithoutAnswers(t *testing.T) {
	v := &vault{}
	n := web.New(web.Options{Vault: v})
	account := connect(t, n, v, map[string]string{"name": "crm", "secret": secret})
	d, err := n.Describe(t.Context(), account)
	if err != nil || d.ReplyPublic || d.ReplyPrivate || account.Sends {
		t.Errorf("%+v %v", d, err)
	}
	if _, err := n.Reply(t.Context(), account, community.Message{Scope: "crm"}, community.Reply{}); community.KindOf(err) != community.Refused {
		t.Error(err)
	}
	if _, _, err := n.Look(t.Context(), account, community.Message{}, community.Reply{}); community.KindOf(err) != community.Unavailable {
		t.Error(err)
	}
	if h, err := n.Check(t.Context(), account); err != nil || h.Fault != "" || h.CheckedAt.After(time.Now()) {
		t.Errorf("%+v %v", h, err)
	}
}

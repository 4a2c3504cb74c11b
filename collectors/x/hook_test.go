package x_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/vigie-hq/vigie/collectors"
	"github.com/vigie-hq/vigie/collectors/x"
	"github.com/vigie-hq/vigie/collectors/x/xtest"
	"github.com/vigie-hq/vigie/community"
)

// TestQuoteSummons: a post that quotes one of ours may be answered, and is heard
// through the webhook although it names nobody.
func TestQuoteSummons(t *testing.T) {
	s := newStage(t, xtest.Options{HookGap: 20 * time.Millisecond}, "")
	n := quick(s.vault, nil)
	port := &port{account: s.account, pushed: map[string]community.Message{}}
	hook := httptest.NewServer(n.Hooks(port))
	defer hook.Close()
	id, err := s.Webhook(t.Context(), hook.URL)
	if err != nil {
		t.Fatal(err)
	}
	s.vault.set(collectors.AppOwner(x.Name), "webhook_id", id)
	collect(t, n, s.account)
	eventually(t, "subscribed", func() bool { return len(s.Subscriptions("brand")) == 7 })
	port.fail(2) // X delivers again
	quote := s.Quote("alice", "look at this", s.Post("brand", "our summer sale", ""))
	private := s.Direct("alice", "brand", "my order is 1234")
	eventually(t, "delivered", func() bool { return port.has(quote) && port.has(private) })
	if m := port.get(quote); !m.CanReply || m.Author.Handle != "alice" {
		t.Errorf("%+v", m)
	}
	if m := port.get(private); !m.Private || m.Thread != s.UserID("brand")+"-"+s.UserID("alice") {
		t.Errorf("%+v", m)
	}
}

// port receives what is pushed.
type port struct {
	mu      sync.Mutex
	account community.Account
	pushed  map[string]community.Message
	calls   int
	refuse  int
}

func (p *port) Accounts(_ context.Context, id string) ([]community.Account, error) {
	if id != p.account.NativeID {
		return nil, nil
	}
	return []community.Account{p.account}, nil
}

func (p *port) Push(_ context.Context, _ community.Account, messages []community.Message) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.refuse > 0 {
		p.refuse--
		return community.Faultf(community.Limited, "log.behind")
	}
	p.calls++
	for _, m := range messages {
		p.pushed[m.ID] = m
	}
	return nil
}

func (p *port) fail(n int) { p.mu.Lock(); defer p.mu.Unlock(); p.refuse = n }

func (p *port) has(id string) bool { return p.get(id).ID != "" }

func (p *port) get(id string) community.Message {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.pushed[id]
}

// TestHooks: the check, signatures, replays, and no answer before it is durable.
func TestHooks(t *testing.T) {
	s := newStage(t, xtest.Options{}, "")
	n := quick(s.vault, nil)
	p := &port{account: s.account, pushed: map[string]community.Message{}}
	hook := httptest.NewServer(n.Hooks(p))
	defer hook.Close()
	if _, err := s.Webhook(t.Context(), hook.URL); err != nil {
		t.Fatal(err)
	}
	post := s.Post("alice", "@brand a <b> & c", "")
	body := s.LegacyDelivery("brand", post)
	deliver := func(name string, body []byte, signature string, want int) {
		t.Helper()
		status, err := xtest.Deliver(t.Context(), hook.URL, body, signature)
		if err != nil || status != want {
			t.Errorf("%s: %d %v, want %d", name, status, err, want)
		}
	}
	good := xtest.Sign(body)
	deliver("unsigned", body, "", http.StatusUnauthorized)
	deliver("signed by somebody else", body, "sha256="+strings.Repeat("A", 43)+"=", http.StatusUnauthorized)
	deliver("changed on the way", append(slices.Clone(body), ' '), good, http.StatusUnauthorized)
	p.fail(1)
	deliver("not durable", body, good, http.StatusServiceUnavailable)
	deliver("delivered again", body, good, http.StatusOK)
	deliver("replayed", body, good, http.StatusConflict)
	if m := p.get(post); m.Text != "@brand a <b> & c" || p.calls != 1 {
		t.Errorf("%d pushes: %+v", p.calls, m)
	}
	junk := []byte(`{"hello":1}`)
	deliver("no delivery", junk, xtest.Sign(junk), http.StatusBadRequest)
	other := []byte(`{"for_user_id":"999","tweet_delete_events":[{"status":{"id":"5"}}]}`)
	deliver("nobody's account", other, xtest.Sign(other), http.StatusOK)
	for path, want := range map[string]int{
		"": http.StatusBadRequest, "?crc_token=" + strings.Repeat("x", 300): http.StatusBadRequest,
		// The answer would be the signature of a forged delivery.
		"?crc_token=" + url.QueryEscape(`{"for_user_id":"100","tweet_delete_events":[{"status":{"id":"5"}}]}`): http.StatusBadRequest,
		"?crc_token=MDIwMWYwOTAtNmQ_-" + url.QueryEscape("/+="):                                                http.StatusOK,
	} {
		response, err := http.Get(hook.URL + path)
		if err != nil || response.StatusCode != want {
			t.Errorf("GET %q: %v %v", path, response.StatusCode, err)
		}
		response.Body.Close()
	}
}

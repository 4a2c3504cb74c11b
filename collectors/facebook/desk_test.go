package facebook_test

import (
	"context"
	"errors"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/vigie-hq/vigie/collectors"
	"github.com/vigie-hq/vigie/collectors/facebook"
	"github.com/vigie-hq/vigie/collectors/graph/graphtest"
	"github.com/vigie-hq/vigie/community"
)

// desk receives what a page's network brings, by poll and by webhook.
type desk struct {
	t       *testing.T
	server  *graphtest.Server
	network *facebook.Network
	page    graphtest.Page
	account community.Account

	mu      sync.Mutex
	held    map[string]community.Message
	came    map[string]int // how often each id came
	cursor  community.Cursor
	refuse  func() error
	down    bool // what holds messages is refused
	stopped int  // how often collecting ended with a fault
}

func newDesk(t *testing.T, o graphtest.Options) *desk {
	t.Helper()
	server := fake(t, o)
	page := server.AddPages("La Boutique")[0]
	account := accountOf(page)
	v := appVault(account)
	if o.HumanAgent {
		v[[2]string{collectors.AppOwner(facebook.Name), "human_agent"}] = "yes"
	}
	return &desk{
		t: t, server: server, network: quick(server, v), page: page, account: account,
		held: map[string]community.Message{}, came: map[string]int{},
	}
}

// collect starts to poll; the webhook too with hooks. What it returns stops it.
func (d *desk) collect(hooks bool) (stop func()) {
	d.t.Helper()
	if hooks {
		h := httptest.NewServer(d.network.Hooks(d))
		d.t.Cleanup(h.Close)
		if err := d.server.Subscribe(h.URL + "/"); err != nil {
			d.t.Fatal(err)
		}
	}
	ctx, cancel := context.WithCancel(d.t.Context())
	var running sync.WaitGroup
	running.Go(func() {
		for ctx.Err() == nil {
			d.mu.Lock()
			cursor := d.cursor
			d.mu.Unlock()
			if err := d.network.Collect(ctx, d.account, cursor, d.emit); err != nil && ctx.Err() == nil {
				d.mu.Lock()
				d.stopped++
				d.mu.Unlock()
				time.Sleep(20 * time.Millisecond)
			}
		}
	})
	stop = sync.OnceFunc(func() { cancel(); running.Wait() })
	d.t.Cleanup(stop)
	return stop
}

func (d *desk) emit(_ context.Context, b collectors.Batch) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.down && len(b.Messages) > 0 {
		return errors.New("the log is down")
	}
	if d.refuse != nil {
		if err := d.refuse(); err != nil {
			return err
		}
	}
	d.keep(b.Messages)
	if b.Cursor != nil {
		d.cursor = *b.Cursor
	}
	return nil
}

func (d *desk) keep(messages []community.Message) {
	for _, m := range messages {
		d.came[m.ID]++
		if before, ok := d.held[m.ID]; ok && (before.Deleted || m.EditedAt.Before(before.EditedAt) && !m.Deleted) {
			continue
		}
		d.held[m.ID] = m
	}
}

// Accounts and Push make the desk a Port.
func (d *desk) Accounts(_ context.Context, native string) ([]community.Account, error) {
	if native != d.page.ID {
		return nil, nil
	}
	return []community.Account{d.account}, nil
}

func (d *desk) Push(_ context.Context, _ community.Account, messages []community.Message) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.keep(messages)
	return nil
}

func (d *desk) get(id string) community.Message {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.held[id]
}

func (d *desk) count() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return len(d.held)
}

// until waits for a message to be as it should.
func (d *desk) until(id, what string, ok func(community.Message) bool) community.Message {
	d.t.Helper()
	for end := time.Now().Add(10 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		m := d.get(id)
		if m.ID != "" && ok(m) {
			return m
		}
		if time.Now().After(end) {
			d.t.Fatalf("%s: %s never came; held is %+v", id, what, m)
		}
	}
}

func there(community.Message) bool { return true }

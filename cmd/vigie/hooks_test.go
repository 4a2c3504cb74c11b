package main

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/vigie-hq/vigie/collectors"
	"github.com/vigie-hq/vigie/community"
	"github.com/vigie-hq/vigie/community/desk"
)

// pushing is a network that calls us, one signed message a call.
type pushing struct{ secret []byte }

func (pushing) Collect(ctx context.Context, _ community.Account, _ community.Cursor, _ collectors.Emit) error {
	<-ctx.Done()
	return ctx.Err()
}

func (pushing) Reply(context.Context, community.Account, community.Message, community.Reply) (community.Receipt, error) {
	return community.Receipt{}, errors.New("not used")
}

func (pushing) Describe(context.Context, community.Account) (community.Capability, error) {
	return community.Capability{}, nil
}

func (pushing) Count(_ community.Visibility, text string) int { return len(text) }

func (n pushing) sign(body []byte) string {
	mac := hmac.New(sha256.New, n.secret)
	mac.Write(body)
	return hex.EncodeToString(mac.Sum(nil))
}

func (n pushing) Hooks(port collectors.Port) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil || !hmac.Equal([]byte(n.sign(body)), []byte(r.Header.Get("Signature"))) {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		var call struct {
			To      string
			Message community.Message
		}
		if err := json.Unmarshal(body, &call); err != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		accounts, err := port.Accounts(r.Context(), call.To)
		for _, a := range accounts {
			err = errors.Join(err, port.Push(r.Context(), a, []community.Message{call.Message}))
		}
		if err != nil || len(accounts) == 0 {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	})
}

// callers is a running Vigie with many accounts of a network that calls it.
type callers struct {
	*house
	began   time.Time // when it was opened; messages are dated from there, by their number
	base    string
	network pushing
	client  *http.Client
}

// connectWait is how long a fleet may take to connect its accounts: what is
// older is history.
const connectWait = 30 * time.Second

func openCalled(t testing.TB, accounts int) *callers {
	t.Helper()
	m := &callers{network: pushing{[]byte("secret")}, client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: pushCallers}}}
	ctx, stop := context.WithCancel(context.Background())
	h, err := openHouse(ctx, &place{dir: t.TempDir()}, slog.New(slog.DiscardHandler), map[string]collectors.Network{"pushing": m.network})
	if err != nil {
		t.Fatal(err)
	}
	m.house = h
	if err := h.ensureBrand(ctx, community.DefaultBrand); err != nil {
		t.Fatal(err)
	}
	err = h.store.Write(ctx, func(tx desk.Tx) error {
		for i := range accounts {
			a := community.Account{
				Brand: community.DefaultBrand, Network: "pushing", Name: fmt.Sprint("shop", i), NativeID: fmt.Sprint(i),
				Role: community.RoleStore, Collects: true, State: community.AccountActive,
			}
			if err := tx.PutAccount(ctx, a); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	address, done := make(chan string, 1), make(chan error, 1)
	go func() {
		done <- h.serve(ctx, serving{listen: "127.0.0.1:0", started: func(a string) error { address <- a; return nil }})
	}()
	t.Cleanup(func() {
		stop()
		m.client.CloseIdleConnections()
		if err := errors.Join(<-done, h.close()); err != nil {
			t.Error(err)
		}
	})
	select {
	case m.base = <-address:
		m.began = time.Now().Add(connectWait)
	case err := <-done:
		done <- nil // for the clean-up
		t.Fatal(err)
	}
	return m
}

// call has message i pushed to an account.
func (m *callers) call(account, i int) error {
	body, err := json.Marshal(map[string]any{"to": fmt.Sprint(account), "message": community.Message{
		ID: fmt.Sprint(i), Thread: fmt.Sprint(i), Kind: community.KindComment, CreatedAt: m.began.Add(time.Duration(i) * time.Millisecond),
		Author: community.Author{ID: fmt.Sprint("u", i%500)}, Text: fmt.Sprintf("Bonjour, ma commande %d n'est toujours pas arrivée.", i),
	}})
	if err != nil {
		return err
	}
	r, err := http.NewRequestWithContext(context.Background(), http.MethodPost, m.base+"/hooks/pushing/", bytes.NewReader(body))
	if err != nil {
		return err
	}
	r.Header.Set("Signature", m.network.sign(body))
	response, err := m.client.Do(r)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	_, err = io.Copy(io.Discard, response.Body)
	if err == nil && response.StatusCode != http.StatusOK {
		err = fmt.Errorf("HTTP %d", response.StatusCode)
	}
	return err
}

// TestWhatIsPushedIsReceived goes from a network's call to the store and to what
// those who run Vigie see of it.
func TestWhatIsPushedIsReceived(t *testing.T) {
	m := openCalled(t, 3)
	eventually(t, 20*time.Second, "the fleet to run", func() bool { return m.call(0, 1) == nil })
	for _, i := range []int{1, 2} {
		if err := m.call(0, i); err != nil {
			t.Fatal(err)
		}
	}
	if err := m.call(7, 3); err == nil {
		t.Error("a call for nobody was taken")
	}
	system := community.Viewer{System: true}
	eventually(t, 20*time.Second, "both messages to be received", func() bool {
		page, err := m.reader.Messages(t.Context(), system, community.MessageQuery{Brand: community.DefaultBrand, Limit: 10})
		if err != nil {
			t.Fatal(err)
		}
		return len(page.Items) == 2
	})
	response, err := http.Get(m.base + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{
		`vigie_collect_messages_total{brand="default",account="pushing/shop0",how="pushed"} 2`,
		`vigie_collect_messages_total{brand="default",account="pushing/shop0",how="duplicate"} 1`,
		`vigie_collect_messages_total{brand="default",account="pushing/shop1",how="pushed"} 0`,
	} {
		if !strings.Contains(string(text), line+"\n") {
			t.Errorf("/metrics lacks %s", line)
		}
	}
	m.hooks.Store(nil) // as between two fleets, after the log was lost
	w := httptest.NewRecorder()
	m.called(w, httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/hooks/pushing/", nil))
	if w.Code != http.StatusServiceUnavailable || w.Header().Get("Retry-After") == "" {
		t.Errorf("while nobody collects: %d, Retry-After %q", w.Code, w.Header().Get("Retry-After"))
	}
}

package mail_test

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/vigie-hq/vigie/collectors"
	mailbox "github.com/vigie-hq/vigie/collectors/mail"
	"github.com/vigie-hq/vigie/collectors/mail/mailtest"
	"github.com/vigie-hq/vigie/community"
)

// basket collects what is emitted.
type basket struct {
	mu       sync.Mutex
	messages map[string]community.Message
	cursor   community.Cursor
	emits    map[string]int
}

func (b *basket) emit(ctx context.Context, batch collectors.Batch) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.messages == nil {
		b.messages, b.emits = map[string]community.Message{}, map[string]int{}
	}
	for _, m := range batch.Messages {
		m.Brand, m.Network = "shop", mailbox.Name // as the frame does
		b.messages[m.ID] = m
		b.emits[m.ID]++
	}
	if batch.Cursor != nil {
		b.cursor = *batch.Cursor
	}
	return ctx.Err()
}

func (b *basket) get(id string) community.Message {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.messages[id]
}

// with returns the one message that holds a text.
func (b *basket) with(t *testing.T, text string) (found community.Message) {
	t.Helper()
	b.wait(t, text, func() bool {
		for _, m := range b.messages {
			if strings.Contains(m.Text, text) {
				found = m
				return true
			}
		}
		return false
	})
	return found
}

func (b *basket) wait(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		b.mu.Lock()
		done := ok()
		b.mu.Unlock()
		if done {
			return
		}
	}
	t.Fatalf("still not: %s", what)
}

// collect runs Collect until the test ends, and again when it broke.
func collect(t *testing.T, n *mailbox.Network, a community.Account, b *basket) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	var running sync.WaitGroup
	cursor := community.Cursor{Connected: time.Now()}
	running.Go(func() {
		for ctx.Err() == nil {
			if err := n.Collect(ctx, a, cursor, b.emit); ctx.Err() == nil && community.KindOf(err) != community.Unavailable {
				t.Errorf("collecting ended: %v", err)
				return
			}
			b.mu.Lock()
			cursor = b.cursor
			b.mu.Unlock()
		}
	})
	t.Cleanup(func() { cancel(); running.Wait() })
}

func withPassword() *vault { return vaultOf(map[string]string{"password": mailtest.Password}) }

// What a program sent is shown and not answered, however it says so.
func TestRobotsAreNotAnswered(t *testing.T) {
	server := fake(t, mailtest.Options{})
	n, a := quick(withPassword()), fakeAccount(server)
	var b basket
	collect(t, n, a, &b)
	for name, field := range map[string]string{
		"out of office": "Auto-Submitted: auto-replied", "newsletter": "List-Id: <news.example>", "bulk": "Precedence: bulk",
		"exchange": "X-Auto-Response-Suppress: OOF", "to nobody": "Reply-To: no-reply@shop.example",
	} {
		id := server.Write(mailtest.Customer, name, "", time.Time{}, field)
		m := b.with(t, name)
		if m.CanReply || m.ReplyWhy != "mail.automatic" {
			t.Errorf("%s: %+v", name, m)
		}
		if _, err := n.Reply(t.Context(), a, m, community.Reply{ID: name, Text: "Hello robot."}); community.KindOf(err) != community.Refused {
			t.Errorf("%s (%s) was answered: %v", name, id, err)
		}
	}
	server.Write(mailtest.Customer, "a human", "", time.Time{}, "Auto-Submitted: no")
	if m := b.with(t, "a human"); !m.CanReply {
		t.Errorf("a human: %+v", m)
	}
	if got := len(server.Given()); got != 0 {
		t.Errorf("%d letters to robots", got)
	}
}

// An answer that does not arrive comes back into its thread, as the customer's.
func TestBounceReturnsToItsThread(t *testing.T) {
	server := fake(t, mailtest.Options{})
	n, a := quick(withPassword()), fakeAccount(server)
	var b basket
	collect(t, n, a, &b)
	id := server.Write(mailtest.Nobody, "my parcel", "", time.Time{})
	target := b.with(t, "my parcel")
	receipt, err := n.Reply(t.Context(), a, target, community.Reply{ID: "r1", Text: "It is there."})
	if err != nil {
		t.Fatal(err)
	}
	m := b.with(t, "User unknown")
	if m.Thread != id || m.InReplyTo != receipt.ID || m.Author.ID != mailtest.Nobody || m.CanReply || m.ReplyWhy != "mail.bounced" {
		t.Errorf("the bounce came as %+v", m)
	}
	// A report about a letter we never wrote is anybody's invention.
	server.Deliver("INBOX", strings.ReplaceAll("From: MAILER-DAEMON@evil.example\nMessage-ID: <forged@evil.example>\nContent-Type: multipart/report; report-type=delivery-status; boundary=x\n\n"+
		"--x\nContent-Type: text/plain\n\nforged\n--x\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; x\n\nFinal-Recipient: rfc822; other@customer.example\nAction: failed\nStatus: 5.0.0\n\n"+
		"--x\nContent-Type: text/rfc822-headers\n\nMessage-ID: <"+receipt.ID+">\n\n--x--\n", "\n", "\r\n"), time.Time{})
	if m := b.with(t, "forged"); m.Author.ID != "mailer-daemon@evil.example" || m.ReplyWhy != "mail.automatic" {
		t.Errorf("the forged report came as %+v", m)
	}
}

// Nobody becomes us by writing our address on a letter, nor changes an answer of
// ours by using its id.
func TestForgedSenders(t *testing.T) {
	server := fake(t, mailtest.Options{})
	v := vaultOf(map[string]string{"password": mailtest.Password, "copy": "yes"})
	n, a := quick(v), fakeAccount(server)
	var b basket
	collect(t, n, a, &b)
	server.Write(mailtest.Address, "I hacked your account", "", time.Time{})
	m := b.with(t, "I hacked")
	if _, ours := (community.Accounts{a}).Ours(&m); ours || m.CanReply || m.ReplyWhy != "mail.own_address" {
		t.Errorf("came as %+v", m)
	}
	server.Write(mailtest.Customer, "a question", "", time.Time{})
	receipt, err := n.Reply(t.Context(), a, b.with(t, "a question"), community.Reply{ID: "r1", Text: "The true answer."})
	if err != nil {
		t.Fatal(err)
	}
	true1 := b.with(t, "The true answer.")
	if _, ours := (community.Accounts{a}).Ours(&true1); !ours || true1.ID != receipt.ID {
		t.Errorf("our own answer came as %+v", true1)
	}
	for _, from := range []string{mailtest.Address, mailtest.Customer} {
		server.Deliver("INBOX", strings.ReplaceAll("From: <"+from+">\nMessage-ID: <"+receipt.ID+">\n\nA false answer by "+from+"\n", "\n", "\r\n"), time.Time{})
	}
	m = b.with(t, "A false answer by "+mailtest.Customer)
	if _, ours := (community.Accounts{a}).Ours(&m); ours || m.ID == receipt.ID {
		t.Errorf("a stranger's letter took our answer's place: %+v", m)
	}
	time.Sleep(3 * pollIdle)
	if now := b.get(receipt.ID); now.Text != true1.Text {
		t.Errorf("our answer now says %q", now.Text)
	}
}

// Letters without an id have one made of their content; answers to them hold
// together.
func TestLetterWithoutID(t *testing.T) {
	server := fake(t, mailtest.Options{})
	n, a := quick(withPassword()), fakeAccount(server)
	var b basket
	collect(t, n, a, &b)
	server.Deliver("INBOX", "From: <"+mailtest.Customer+">\r\nSubject: Hello\r\n\r\nno id here\r\n", time.Time{})
	m := b.with(t, "no id here")
	receipt, err := n.Reply(t.Context(), a, m, community.Reply{ID: "r1", Text: "Thank you."})
	if err != nil {
		t.Fatal(err)
	}
	if own := b.with(t, "Thank you."); own.ID != receipt.ID || own.Thread != m.ID {
		t.Errorf("%+v", own)
	}
}

// A server that numbers its letters anew is read again; nothing is lost, and
// what is known keeps its id.
func TestNewValidity(t *testing.T) {
	server := fake(t, mailtest.Options{})
	n, a := quick(withPassword()), fakeAccount(server)
	var b basket
	collect(t, n, a, &b)
	first := server.Write(mailtest.Customer, "the first", "", time.Time{})
	b.with(t, "the first")
	err := server.Renumber("INBOX",
		"From: <"+mailtest.Customer+">\r\nMessage-ID: <"+first+">\r\nSubject: A question\r\n\r\nthe first\r\n",
		"From: <"+mailtest.Customer+">\r\nMessage-ID: <new@customer.example>\r\n\r\nthe second\r\n")
	if err != nil {
		t.Fatal(err)
	}
	b.with(t, "the second")
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.messages) != 2 {
		t.Errorf("holds %d messages", len(b.messages))
	}
}

// Words behind a large picture are read; the picture is a name.
func TestWordsBehindAPicture(t *testing.T) {
	server := fake(t, mailtest.Options{})
	n, a := quick(withPassword()), fakeAccount(server)
	var b basket
	collect(t, n, a, &b)
	picture := strings.Repeat(strings.Repeat("A", 76)+"\r\n", 10_000)
	server.Deliver("INBOX", "From: <"+mailtest.Customer+">\r\nMessage-ID: <large@customer.example>\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n"+
		"--x\r\nContent-Type: image/png; name=\"=?utf-8?q?caf=C3=A9.png?=\"\r\nContent-Transfer-Encoding: base64\r\n\r\n"+picture+
		"\r\n--x\r\nContent-Type: text/plain; charset=iso-8859-1\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nVoil=E0 la photo\r\n--x--\r\n", time.Time{})
	m := b.with(t, "Voilà la photo")
	if len(m.Media) != 1 || m.Media[0].Type != "image" || m.Media[0].URL != "attachment:"+url.PathEscape("café.png") {
		t.Errorf("media %+v", m.Media)
	}
}

// A token is renewed before it ends; what was handed out is kept; a grant that
// died asks for a human.
func TestTokens(t *testing.T) {
	server := fake(t, mailtest.Options{TLS: true})
	alive := true
	asked := 0
	tokens := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked++
		if !alive || r.FormValue("client_secret") != "s" || r.FormValue("refresh_token") != "old" && r.FormValue("code") != "c" {
			w.WriteHeader(http.StatusBadRequest)
			_, _ = w.Write([]byte("invalid_grant: " + r.FormValue("refresh_token") + r.FormValue("code")))
			return
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"access_token": mailtest.Token, "refresh_token": "new", "expires_in": 3600})
	}))
	defer tokens.Close()
	provider := mailbox.Provider{Authorise: "https://provider.example/auth", Token: tokens.URL, Scopes: "mail", IMAP: server.IMAP, SMTP: server.SMTP}
	v := vaultOf(map[string]string{"refresh_token": "old", "client_id": "i", "client_secret": "s", "token_url": tokens.URL})
	n := mailbox.New(mailbox.Options{
		Vault: v, TLS: &tls.Config{RootCAs: server.Roots, MinVersion: tls.VersionTLS12}, Logger: slog.New(slog.DiscardHandler),
		Providers: map[string]mailbox.Provider{"google": provider},
	})
	a := fakeAccount(server)
	for range 2 {
		health, err := n.Check(t.Context(), a)
		if err != nil || health.Fault != "" || health.RenewsAt.IsZero() {
			t.Fatalf("%+v %v", health, err)
		}
	}
	if asked != 1 || v.secrets["refresh_token"] != "new" {
		t.Errorf("asked %d times, kept %q", asked, v.secrets["refresh_token"])
	}
	alive = false
	v.secrets["expires_at"] = time.Now().Format(time.RFC3339)
	if health, err := n.Check(t.Context(), a); err != nil || health.Fault != "network.unauthorised" {
		t.Errorf("a dead grant: %+v %v", health, err)
	}
	v.secrets["refresh_token"] = "a secret grant"
	if err := n.Collect(t.Context(), a, community.Cursor{}, nil); err == nil || strings.Contains(err.Error(), "a secret grant") {
		t.Errorf("the log would read %v", err)
	}
	v.secrets["refresh_token"] = "old"
	alive = true
	in := collectors.Filled{Values: map[string]string{
		"address": mailtest.Address, "method": "google", "google_client_id": "i", "google_client_secret": "s",
	}, Return: "https://vigie.example/back", State: "st"}
	step, err := n.Connect(t.Context(), in)
	if err != nil || !strings.HasPrefix(step.Go, provider.Authorise+"?") || strings.Contains(step.Go, step.Keep["verifier"]) {
		t.Fatalf("%+v %v", step, err)
	}
	done, err := n.Complete(t.Context(), step.Keep, url.Values{"state": {"st"}, "code": {"c"}})
	if err != nil || len(done.Accounts) != 1 || done.Accounts[0].Secrets["refresh_token"] != "new" {
		t.Fatalf("%+v %v", done, err)
	}
	if _, err := n.Complete(t.Context(), step.Keep, url.Values{"state": {"other"}, "code": {"c"}}); community.KindOf(err) != community.Forbidden {
		t.Errorf("another's state: %v", err)
	}
}

func TestConnectByPassword(t *testing.T) {
	server := fake(t, mailtest.Options{})
	n := quick(vaultOf(nil))
	values := map[string]string{"address": " Support@Brand.example", "title": "Brand", "imap": server.IMAP, "smtp": server.SMTP, "password": mailtest.Password}
	with := func(name, value string) collectors.Filled {
		v := map[string]string{}
		for k, old := range values {
			v[k] = old
		}
		if name != "" {
			v[name] = value
		}
		return collectors.Filled{Values: v}
	}
	done, err := n.Connect(t.Context(), with("", ""))
	if err != nil || len(done.Accounts) != 1 {
		t.Fatalf("%+v %v", done, err)
	}
	want := community.Account{
		Network: "mail", Name: "support-brand-example", Title: "Brand", NativeID: mailtest.Address, Handle: mailtest.Address,
		Scope: mailtest.Address, Server: server.IMAP, Outgoing: server.SMTP, Collects: true, Sends: true, State: community.AccountActive,
	}
	if got := done.Accounts[0].Account; got != want {
		t.Errorf("%+v\nwant %+v", got, want)
	}
	for name, c := range map[string]struct {
		field, value string
		kind         community.FaultKind
	}{
		"wrong password": {"password", "x", community.Unauthorised}, "no password": {"password", "", community.Invalid},
		"no address": {"address", "support", community.Invalid}, "two addresses": {"address", "a@b.c, d@e.f", community.Invalid},
		"in the clear elsewhere": {"imap", "http://mail.example", community.Invalid}, "no such folder": {"folders", "Reviews", community.Invalid},
		"nobody there": {"imap", "imap://127.0.0.1:1", community.Unavailable}, "browser": {"method", "google", community.Invalid},
	} {
		if _, err := n.Connect(t.Context(), with(c.field, c.value)); community.KindOf(err) != c.kind || err == nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Without a copy nothing proves an answer that was lost on its way.
func TestLookWithoutCopy(t *testing.T) {
	server := fake(t, mailtest.Options{})
	n, a := quick(withPassword()), fakeAccount(server)
	var b basket
	collect(t, n, a, &b)
	server.Write(mailtest.Customer, "hello?", "", time.Time{})
	target := b.with(t, "hello?")
	server.Fail(mailtest.LostAnswer, 1)
	r := community.Reply{ID: "r1", Text: "We are here."}
	if _, err := n.Reply(t.Context(), a, target, r); community.KindOf(err) != community.Uncertain {
		t.Fatalf("an answer lost on the way is %v", err)
	}
	if _, found, err := n.Look(t.Context(), a, target, r); found || err != nil {
		t.Errorf("found %v (%v)", found, err)
	}
	server.Fail(mailtest.Refused, 1)
	if _, err := n.Reply(t.Context(), a, target, community.Reply{ID: "r2", Text: "Buy now."}); community.KindOf(err) != community.Refused {
		t.Errorf("a letter that was refused is %v", err)
	}
}

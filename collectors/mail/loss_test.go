package mail_test

import (
	"context"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/vigie-hq/vigie/collectors"
	mailbox "github.com/vigie-hq/vigie/collectors/mail"
	"github.com/vigie-hq/vigie/collectors/mail/mailtest"
	"github.com/vigie-hq/vigie/community"
)

func lines(s ...string) string { return strings.Join(s, "\r\n") + "\r\n" }

// A letter that came after the account was connected is no history, however long
// its server could not be reached in between.
func TestLateFirstPoll(t *testing.T) {
	server := fake(t, mailtest.Options{})
	now := time.Now()
	connected := now.Add(-time.Hour)
	server.Write(mailtest.Customer, "before", "", now.Add(-2*time.Hour))
	server.Write(mailtest.Customer, "after", "", now.Add(-30*time.Minute))
	var b basket
	ctx, cancel := context.WithCancel(t.Context())
	emit := func(ctx context.Context, batch collectors.Batch) error {
		if batch.Cursor != nil && !batch.Cursor.Complete.IsZero() {
			cancel()
		}
		return b.emit(context.WithoutCancel(ctx), batch)
	}
	_ = quick(withPassword()).Collect(ctx, fakeAccount(server), community.Cursor{Connected: connected}, emit)
	if m := b.with(t, "after"); m.CreatedAt.Before(connected) {
		t.Errorf("what came after is dated %v, before %v", m.CreatedAt, connected)
	}
	if m := b.with(t, "before"); !m.CreatedAt.Before(connected) {
		t.Errorf("what came before is dated %v, after %v", m.CreatedAt, connected)
	}
}

// Where ids are given anew after a long stop, all of the stop is read again.
func TestNewValidityAfterALongStop(t *testing.T) {
	server := fake(t, mailtest.Options{})
	now := time.Now()
	server.Write(mailtest.Customer, "weeks ago", "", now.Add(-40*24*time.Hour))
	var b basket
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	cursor := community.Cursor{
		Connected: now.Add(-90 * 24 * time.Hour), Complete: now.Add(-45 * 24 * time.Hour), Since: `{"INBOX":{"v":99,"n":7}}`,
	}
	emit := func(ctx context.Context, batch collectors.Batch) error {
		defer func() {
			if batch.Cursor != nil && batch.Cursor.Complete.After(now) {
				cancel()
			}
		}()
		return b.emit(context.WithoutCancel(ctx), batch)
	}
	_ = quick(withPassword()).Collect(ctx, fakeAccount(server), cursor, emit)
	if len(b.messages) != 1 {
		t.Errorf("%d letters", len(b.messages))
	}
}

// Some programs give all of their letters one Message-ID: each is a message.
func TestOneIDForAll(t *testing.T) {
	server := fake(t, mailtest.Options{})
	n, a := quick(withPassword()), fakeAccount(server)
	var b basket
	collect(t, n, a, &b)
	for _, text := range []string{"the first form", "the second form"} {
		server.Deliver("INBOX", lines("From: <form@shop.example>", "Message-ID: <form@shop.example>",
			"Date: "+time.Now().Add(time.Duration(len(text))*time.Second).Format(time.RFC1123Z), "", text), time.Time{})
		b.with(t, text)
	}
	first, second := b.with(t, "the first form"), b.with(t, "the second form")
	if first.ID == second.ID {
		t.Errorf("both are %q", first.ID)
	}
	if _, err := n.Reply(t.Context(), a, second, community.Reply{ID: "r1", Text: "Thank you."}); err != nil {
		t.Error(err)
	}
	if given := server.Given(); len(given) != 1 || strings.Contains(bodyOf(t, given[0].Content), "the first form") {
		t.Errorf("%+v", given)
	}
}

// A letter that the server itself cannot read stops nothing behind it, and is
// counted where it cannot be shown.
func TestLettersThatBreakTheServer(t *testing.T) {
	server := fake(t, mailtest.Options{})
	server.Spoil(2, false)
	server.Spoil(3, true)
	for _, text := range []string{"one", "never seen"} {
		server.Write(mailtest.Customer, text, "", time.Time{})
	}
	picture := strings.Repeat(strings.Repeat("A", 76)+"\r\n", 4_000)
	server.Deliver("INBOX", lines("From: <"+mailtest.Customer+">", "Subject: a picture", "Message-ID: <p@customer.example>", "Content-Type: multipart/mixed; boundary=x", "",
		"--x", "Content-Type: image/png", "", picture, "--x", "Content-Type: text/plain", "", "words", "--x--"), time.Time{})
	server.Write(mailtest.Customer, "behind them", "", time.Time{})
	n, a := quick(withPassword()), fakeAccount(server)
	var b basket
	unreadable, cursor := 0, community.Cursor{Connected: time.Now().Add(-time.Hour)}
	for range 30 {
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		_ = n.Collect(ctx, a, cursor, func(ctx context.Context, batch collectors.Batch) error {
			err := b.emit(context.WithoutCancel(ctx), batch)
			unreadable += batch.Unreadable
			if cursor = b.cursor; !cursor.Complete.IsZero() {
				cancel()
			}
			return err
		})
		cancel()
		if !cursor.Complete.IsZero() {
			break
		}
	}
	for _, text := range []string{"one", "a picture", "behind them"} {
		b.with(t, text)
	}
	if unreadable != 1 || len(b.messages) != 3 {
		t.Errorf("%d unreadable, %d messages", unreadable, len(b.messages))
	}
}

// What came back proves that an answer left, signature and all, whoever else
// writes under its id.
func TestLookAmongNamesakes(t *testing.T) {
	server := fake(t, mailtest.Options{})
	v := vaultOf(map[string]string{"password": mailtest.Password, "copy": "yes"})
	n, a := quick(v), fakeAccount(server)
	var b basket
	collect(t, n, a, &b)
	server.Write(mailtest.Customer, "hello?", "", time.Time{})
	target := b.with(t, "hello?")
	server.Fail(mailtest.LostAnswer, 1)
	r := community.Reply{ID: "r1", Text: "We are here.\n\n-- \nThe team\n+33 1 23 45"}
	if _, err := n.Reply(t.Context(), a, target, r); community.KindOf(err) != community.Uncertain {
		t.Fatal(err)
	}
	own := b.with(t, "We are here.")
	if own.Author.ID != mailtest.Address || own.Text != "We are here.\n\n--\nThe team\n+33 1 23 45" {
		t.Errorf("our own came as %+v", own)
	}
	server.Deliver("INBOX", lines("From: <"+mailtest.Customer+">", "To: <thief@evil.example>", "Message-ID: <"+own.ID+">", "", "false"), time.Time{})
	b.with(t, "false")
	receipt, found, err := n.Look(t.Context(), a, target, r)
	if err != nil || !found || receipt.ID != own.ID {
		t.Errorf("%+v %v %v", receipt, found, err)
	}
	if _, found, err := n.Look(t.Context(), a, target, community.Reply{ID: "r1", Text: "Something else."}); found || err != nil {
		t.Errorf("found other words: %v", err)
	}
	// Writing again under our own answer never goes where a namesake says.
	if _, err := n.Reply(t.Context(), a, own, community.Reply{ID: "r2", Text: "One more thing."}); community.KindOf(err) != community.Refused {
		t.Errorf("%v", err)
	}
	for _, l := range server.Given() {
		if l.To == "thief@evil.example" {
			t.Error("the thief got an answer")
		}
	}
}

// A folder that is closed to us keeps nothing else from being collected.
func TestClosedFolder(t *testing.T) {
	server := fake(t, mailtest.Options{})
	a := fakeAccount(server)
	a.Queries = mailtest.Locked
	var b basket
	collect(t, quick(withPassword()), a, &b)
	server.Write(mailtest.Customer, "hello", "", time.Time{})
	b.with(t, "hello")
	b.wait(t, "a whole poll", func() bool { return !b.cursor.Complete.IsZero() })
	health, err := quick(withPassword()).Check(t.Context(), a)
	if health.Fault != "network.forbidden" || err == nil {
		t.Errorf("the check says %+v, %v", health, err)
	}
}

// Two that seal at the same time for the first time seal with one key.
func TestOneSeal(t *testing.T) {
	server := fake(t, mailtest.Options{})
	v := &slowVault{vault: vaultOf(map[string]string{"password": mailtest.Password, "copy": "yes"}), kept: map[string]bool{}}
	n := mailbox.New(mailbox.Options{Vault: v, Logger: slog.New(slog.DiscardHandler)})
	a := fakeAccount(server)
	var answering sync.WaitGroup
	for _, id := range []string{"r1", "r2", "r3"} {
		target := community.Message{ID: id + "@customer.example", Author: community.Author{ID: mailtest.Customer}}
		answering.Go(func() {
			if _, err := n.Reply(t.Context(), a, target, community.Reply{ID: id, Text: "Yes."}); err != nil {
				t.Error(err)
			}
		})
	}
	answering.Wait()
	if len(v.kept) != 1 {
		t.Errorf("%d keys were made", len(v.kept))
	}
}

// slowVault takes its time to keep a seal.
type slowVault struct {
	*vault
	seals sync.Mutex
	kept  map[string]bool
}

func (v *slowVault) PutSecrets(ctx context.Context, owner string, secrets map[string][]byte) error {
	if seal, ok := secrets["seal"]; ok {
		time.Sleep(50 * time.Millisecond)
		v.seals.Lock()
		v.kept[string(seal)] = true
		v.seals.Unlock()
	}
	return v.vault.PutSecrets(ctx, owner, secrets)
}

// An id that is not ASCII is in no header of ours.
func TestForeignID(t *testing.T) {
	server := fake(t, mailtest.Options{})
	n, a := quick(withPassword()), fakeAccount(server)
	var b basket
	collect(t, n, a, &b)
	server.Deliver("INBOX", lines("From: <"+mailtest.Customer+">", "Message-ID: <é@customer.example>", "In-Reply-To: <ü@customer.example>", "", "strange"), time.Time{})
	if _, err := n.Reply(t.Context(), a, b.with(t, "strange"), community.Reply{ID: "r1", Text: "Thank you."}); err != nil {
		t.Error(err)
	}
}

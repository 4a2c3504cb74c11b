package mail_test

import (
	"context"
	"io"
	"log/slog"
	"mime/quotedprintable"
	"net/mail"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/vigie-hq/vigie/collectors/collectortest"
	mailbox "github.com/vigie-hq/vigie/collectors/mail"
	"github.com/vigie-hq/vigie/collectors/mail/mailtest"
	"github.com/vigie-hq/vigie/community"
)

// vault is a vault in memory that seals nothing.
type vault struct {
	mu      sync.Mutex
	secrets map[string]string
}

func vaultOf(secrets map[string]string) *vault { return &vault{secrets: secrets} }

func (v *vault) Secret(_ context.Context, _, name string) ([]byte, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	s, ok := v.secrets[name]
	if !ok {
		return nil, community.Faultf(community.NotFound, "secret.unknown")
	}
	return []byte(s), nil
}

func (v *vault) PutSecrets(_ context.Context, _ string, secrets map[string][]byte) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	for name, value := range secrets {
		v.secrets[name] = string(value)
	}
	return nil
}

const pollIdle = 60 * time.Millisecond

// quick is the network with waits for tests: the same code, impatient.
func quick(v *vault) *mailbox.Network {
	return mailbox.New(mailbox.Options{
		Vault: v, Logger: slog.New(slog.DiscardHandler),
		Poll: 60 * time.Millisecond, PollIdle: pollIdle, Away: 300 * time.Millisecond,
	})
}

func fakeAccount(server *mailtest.Server) community.Account {
	return community.Account{
		Brand: "shop", Network: mailbox.Name, Name: "support", Role: community.RoleSupport,
		NativeID: mailtest.Address, Handle: mailtest.Address, Scope: mailtest.Address, Title: "The brand",
		Server: server.IMAP, Outgoing: server.SMTP, Collects: true, Sends: true, State: community.AccountActive,
	}
}

func fake(t testing.TB, o mailtest.Options) *mailtest.Server {
	t.Helper()
	server, err := mailtest.New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		server.Close()
		for _, c := range server.Complaints() {
			t.Errorf("the server complains: %s", c)
		}
	})
	return server
}

// fakeBench is the suite's bench over our own fake server. Either the server
// files what it sends, or a copy of every answer comes to the mailbox: without
// one of them an answer that was lost on the way cannot be found again.
func fakeBench(t testing.TB, o mailtest.Options) collectortest.Bench {
	server := fake(t, o)
	secrets := map[string]string{"password": mailtest.Password}
	if !o.KeepsSent {
		secrets["copy"] = "yes"
	}
	return collectortest.Bench{
		Network: quick(vaultOf(secrets)),
		Account: fakeAccount(server), Lacks: []collectortest.Trait{collectortest.Openness},
		Server: collectortest.Server{
			Post: func(_ testing.TB, p collectortest.Post) string {
				return server.Write(mailtest.Customer, p.Text, p.InReplyTo, p.At)
			},
			Own:    func(_ testing.TB, text, inReplyTo string) string { return server.WriteOwn(text, inReplyTo) },
			Posted: func(t testing.TB, text string) int { return posted(t, server, text) },
			Cut:    func(testing.TB) { server.Cut() },
			Push: func(_ testing.TB, p collectortest.Push) {
				if p == collectortest.PushAll {
					// EXISTS is a total: the first one after a silence tells of
					// everything. What silence costs shows if a poll comes first.
					time.Sleep(2 * pollIdle)
				}
				server.SetPushing(map[collectortest.Push]mailtest.Pushing{
					collectortest.PushAll: mailtest.PushAll, collectortest.PushNothing: mailtest.PushNothing,
					collectortest.PushSome: mailtest.PushSome, collectortest.PushTwice: mailtest.PushTwice,
					collectortest.PushRefused: mailtest.PushRefused, collectortest.PushMost: mailtest.PushMost,
				}[p])
			},
			Fail: func(_ testing.TB, f collectortest.Failure, calls int) {
				server.Fail(map[collectortest.Failure]mailtest.Failure{
					collectortest.Limited: mailtest.Limit, collectortest.Broken: mailtest.Broken,
					collectortest.BusyReply: mailtest.BusyReply, collectortest.LimitReply: mailtest.LimitReply,
					collectortest.LostAnswer: mailtest.LostAnswer, collectortest.LateAnswer: mailtest.LateAnswer,
				}[f], calls)
			},
			Token:  func(_ testing.TB, alive bool) { server.SetPassword(alive) },
			Pushes: []collectortest.Push{collectortest.PushMost},
			Fails:  []collectortest.Failure{collectortest.LateAnswer}, Dates: true,
			Skew: func(_ testing.TB, ahead time.Duration) { server.SetClock(ahead) },
		},
	}
}

func posted(t testing.TB, server *mailtest.Server, text string) int {
	t.Helper()
	n := 0
	for _, l := range server.Given() {
		if strings.Contains(bodyOf(t, l.Content), text) {
			n++
		}
	}
	return n
}

func bodyOf(t testing.TB, content string) string {
	t.Helper()
	m, err := mail.ReadMessage(strings.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(quotedprintable.NewReader(m.Body))
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

func TestSuiteWithCopies(t *testing.T) {
	collectortest.Run(t, func(t testing.TB) collectortest.Bench { return fakeBench(t, mailtest.Options{}) })
}

func TestSuiteWhereTheServerFiles(t *testing.T) {
	collectortest.Run(t, func(t testing.TB) collectortest.Bench {
		b := fakeBench(t, mailtest.Options{KeepsSent: true})
		// What takes long was seen above, and is the same here.
		b.Backlog, b.Server.Skew = 130, nil
		return b
	})
}

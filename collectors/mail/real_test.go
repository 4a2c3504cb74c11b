package mail_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	"github.com/vigie-hq/vigie/collectors"
	"github.com/vigie-hq/vigie/collectors/collectortest"
	mailbox "github.com/vigie-hq/vigie/collectors/mail"
	"github.com/vigie-hq/vigie/community"
)

// real is Dovecot and Postfix, as .ci/mail starts them: VIGIE_TEST_IMAP_ADDR,
// VIGIE_TEST_SMTP_ADDR and VIGIE_TEST_LMTP_ADDR are their addresses,
// VIGIE_TEST_MAIL_PASSWORD is everybody's password. Each test has a mailbox and a
// customer of its own.
type real struct {
	imap, smtp, lmtp, password string
	address, customer          string
	ancestors                  map[string]string
	letters                    int
}

func onReal(t testing.TB) *real {
	t.Helper()
	r := &real{
		imap: os.Getenv("VIGIE_TEST_IMAP_ADDR"), smtp: os.Getenv("VIGIE_TEST_SMTP_ADDR"), lmtp: os.Getenv("VIGIE_TEST_LMTP_ADDR"),
		password: os.Getenv("VIGIE_TEST_MAIL_PASSWORD"), ancestors: map[string]string{},
	}
	if r.imap == "" || r.smtp == "" || r.lmtp == "" {
		t.Skip("no real servers: .ci/mail start tells what to set")
	}
	name := strings.ToLower(rand.Text()[:10])
	r.address, r.customer = "support-"+name+"@brand.test", "lea-"+name+"@customer.test"
	return r
}

func (r *real) account() community.Account {
	return community.Account{
		Brand: "shop", Network: mailbox.Name, Name: "support", Role: community.RoleSupport,
		NativeID: r.address, Handle: r.address, Scope: r.address, Title: "La Redoute à vélo",
		Server: "imap://" + r.imap, Outgoing: "smtp://" + r.smtp, Collects: true, Sends: true, State: community.AccountActive,
	}
}

func (r *real) network(idle time.Duration) *mailbox.Network {
	return mailbox.New(mailbox.Options{
		Vault:  vaultOf(map[string]string{"password": r.password, "copy": "yes"}),
		Logger: slog.New(slog.DiscardHandler), Poll: 300 * time.Millisecond, PollIdle: idle,
	})
}

func (r *real) compose(from, to, text, inReplyTo string) (id, content string) {
	r.letters++
	id = fmt.Sprintf("%s-%d@%s", rand.Text()[:8], r.letters, "customer.test")
	thread := ""
	if inReplyTo != "" {
		r.ancestors[id] = strings.TrimSpace(r.ancestors[inReplyTo] + " <" + inReplyTo + ">")
		thread = fmt.Sprintf("In-Reply-To: <%s>\r\nReferences: %s\r\n", inReplyTo, r.ancestors[id])
	}
	return id, fmt.Sprintf("From: <%s>\r\nTo: <%s>\r\nSubject: =?utf-8?q?Ma_commande_n=C2=B0_12?=\r\nDate: %s\r\nMessage-ID: <%s>\r\n%sMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n%s\r\n",
		from, to, time.Now().Format(time.RFC1123Z), id, thread, text)
}

// deliver hands a letter to Dovecot by LMTP: once it answers the letter is there.
func (r *real) deliver(t testing.TB, from, to, content string) {
	t.Helper()
	c := smtp.NewClientLMTP(dialed(t, r.lmtp))
	defer c.Close()
	send(t, c, from, to, content)
}

// post sends a letter as the customer, by Postfix.
func (r *real) post(t testing.TB, to, content string) {
	t.Helper()
	c := smtp.NewClient(dialed(t, r.smtp))
	defer c.Close()
	if err := c.Auth(sasl.NewPlainClient("", r.customer, r.password)); err != nil {
		t.Fatal(err)
	}
	send(t, c, r.customer, to, content)
}

func send(t testing.TB, c *smtp.Client, from, to, content string) {
	t.Helper()
	if err := c.SendMail(from, []string{to}, strings.NewReader(content)); err != nil {
		t.Fatal(err)
	}
	_ = c.Quit()
}

func (r *real) program(t testing.TB, user string) *imapclient.Client {
	t.Helper()
	c, err := imapclient.DialInsecure(r.imap, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Login(user, r.password).Wait(); err != nil {
		t.Fatal(err)
	}
	return c
}

// bench is the suite's bench over the real servers; what cannot be driven there
// is nil.
func (r *real) bench(testing.TB) collectortest.Bench {
	return collectortest.Bench{
		Network: r.network(500 * time.Millisecond), Account: r.account(), Lacks: []collectortest.Trait{collectortest.Openness},
		Backlog: 300, Patience: 20 * time.Second,
		Server: collectortest.Server{
			Post: func(t testing.TB, p collectortest.Post) string {
				id, content := r.compose(r.customer, r.address, p.Text, p.InReplyTo)
				r.deliver(t, r.customer, r.address, content)
				return id
			},
			Own: func(t testing.TB, text, inReplyTo string) string {
				id, content := r.compose(r.address, r.customer, text, inReplyTo)
				c := r.program(t, r.address)
				defer c.Close()
				command := c.Append("Sent", int64(len(content)), &imap.AppendOptions{Flags: []imap.Flag{imap.FlagSeen}})
				if _, err := command.Write([]byte(content)); err != nil {
					t.Fatal(err)
				}
				if err := command.Close(); err != nil {
					t.Fatal(err)
				}
				if _, err := command.Wait(); err != nil {
					t.Fatal(err)
				}
				return id
			},
		},
	}
}

func TestSuiteOnDovecotAndPostfix(t *testing.T) {
	onReal(t)
	collectortest.Run(t, func(t testing.TB) collectortest.Bench { return onReal(t).bench(t) })
}

// A customer writes, is answered, answers; one answer comes back. All of it goes
// through Postfix, and IDLE alone tells: the poll is an hour away.
func TestJourneyOnDovecotAndPostfix(t *testing.T) {
	r := onReal(t)
	n, a := r.network(time.Hour), r.account()
	var b basket
	collect(t, n, a, &b)
	b.wait(t, "a poll", func() bool { return !b.cursor.Complete.IsZero() })
	id, content := r.compose(r.customer, r.address, "Où est mon colis ?", "")
	began := time.Now()
	r.post(t, r.address, content)
	b.wait(t, "the letter", func() bool { return b.messages[id].ID != "" })
	t.Logf("pushed %v after it was sent", time.Since(began))
	target := b.get(id)
	if target.Text != "Ma commande n° 12\n\nOù est mon colis ?" || !target.CanReply || target.Author.ID != r.customer {
		t.Errorf("collected %+v", target)
	}
	reply := community.Reply{ID: "r1", Text: "Il part ce soir, à 18 h.", CreatedAt: time.Now()}
	receipt, err := n.Reply(t.Context(), a, target, reply)
	if err != nil {
		t.Fatal(err)
	}
	b.wait(t, "our own answer", func() bool { return b.messages[receipt.ID].ID != "" })
	if own := b.get(receipt.ID); own.Author.ID != r.address || own.Thread != id || own.Text != reply.Text {
		t.Errorf("our own answer came back as %+v", own)
	}
	c := r.program(t, r.customer)
	defer c.Close()
	letter := waitLetter(t, c, receipt.ID)
	if !strings.Contains(letter, "In-Reply-To: <"+id+">") || !strings.Contains(bodyOf(t, letter), "> Où est mon colis ?") {
		t.Errorf("the customer got %s", letter)
	}
	gone := community.Message{ID: "x@customer.test", Thread: "x@customer.test", Author: community.Author{ID: "gone@customer.test"}}
	lost, err := n.Reply(t.Context(), a, gone, community.Reply{ID: "r2", Text: "Nobody reads this.", CreatedAt: time.Now()})
	if err != nil {
		t.Fatal(err)
	}
	b.wait(t, "the bounce", func() bool {
		for _, m := range b.messages {
			if m.ReplyWhy == "mail.bounced" && m.InReplyTo == lost.ID && m.Thread == "x@customer.test" && m.Author.ID == "gone@customer.test" {
				return true
			}
		}
		return false
	})
}

func waitLetter(t *testing.T, c *imapclient.Client, id string) string {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); time.Sleep(100 * time.Millisecond) {
		if _, err := c.Select("INBOX", nil).Wait(); err != nil {
			t.Fatal(err)
		}
		found, err := c.UIDSearch(&imap.SearchCriteria{Header: []imap.SearchCriteriaHeaderField{{Key: "Message-ID", Value: id}}}, nil).Wait()
		if err != nil {
			t.Fatal(err)
		}
		if uids := found.AllUIDs(); len(uids) > 0 {
			section := &imap.FetchItemBodySection{}
			got, err := c.Fetch(imap.UIDSetNum(uids...), &imap.FetchOptions{BodySection: []*imap.FetchItemBodySection{section}}).Collect()
			if err != nil || len(got) != 1 {
				t.Fatalf("%d letters: %v", len(got), err)
			}
			return string(got[0].FindBodySection(section))
		}
	}
	t.Fatal("the answer never reached the customer")
	return ""
}

// Dovecot is restarted while it pushes: what came meanwhile is not missed.
func TestDovecotRestartsWhileIdling(t *testing.T) {
	r := onReal(t)
	command := os.Getenv("VIGIE_TEST_MAIL_RESTART")
	if command == "" {
		t.Skip("nothing restarts Dovecot: VIGIE_TEST_MAIL_RESTART is not set")
	}
	a := r.account()
	house := collectortest.NewHouse(a)
	fleet := collectors.NewFleet(collectors.FleetOptions{
		Networks: map[string]collectors.Network{mailbox.Name: r.network(time.Hour)}, Log: house, Memory: house,
		Logger: slog.New(slog.DiscardHandler),
	})
	ctx, cancel := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() { _ = fleet.Run(ctx) })
	t.Cleanup(func() { cancel(); running.Wait() })
	say := func() string {
		id, content := r.compose(r.customer, r.address, "still there?", "")
		r.deliver(t, r.customer, r.address, content)
		return id
	}
	has := func(id string) {
		t.Helper()
		for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
			if _, ok := house.Get(id); ok {
				return
			}
		}
		t.Fatalf("%s has not come", id)
	}
	has(say())
	for range 3 {
		before := say()
		words := strings.Fields(command)
		if out, err := exec.CommandContext(t.Context(), words[0], words[1:]...).CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		for end := time.Now().Add(5 * time.Second); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
			if c, err := net.Dial("tcp", r.lmtp); err == nil {
				_ = c.Close()
				break
			}
		}
		after := say()
		has(before)
		has(after)
	}
}

func dialed(t testing.TB, address string) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

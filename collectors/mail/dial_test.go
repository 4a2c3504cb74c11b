package mail

import (
	"context"
	"crypto/tls"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"github.com/vigie-hq/vigie/collectors/mail/mailtest"
	"github.com/vigie-hq/vigie/community"
)

// Everywhere but on this machine a connection is encrypted before a password
// goes over it: a server that does not offer STARTTLS gets none.
func TestStartTLS(t *testing.T) {
	for _, offers := range []bool{true, false} {
		fake, err := mailtest.New(mailtest.Options{StartTLS: offers})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(fake.Close)
		config := &tls.Config{RootCAs: fake.Roots, MinVersion: tls.VersionTLS12}
		c := credential{user: mailtest.Address, password: mailtest.Password}
		far := server{address: strings.TrimPrefix(fake.IMAP, "imap://"), host: "127.0.0.1"} // as if it were not here
		conn, err := net.Dial("tcp", far.address)
		if err != nil {
			t.Fatal(err)
		}
		r := &reader{now: time.Now, away: time.Minute, arrived: make(chan struct{}, 1), conn: conn}
		r.done = context.AfterFunc(t.Context(), func() {})
		err = r.signIn(config, far, &c)
		if (err == nil) != offers {
			t.Errorf("STARTTLS offered %v: IMAP %v", offers, err)
		}
		r.close()

		far.address = strings.TrimPrefix(fake.SMTP, "smtp://")
		if conn, err = net.Dial("tcp", far.address); err != nil {
			t.Fatal(err)
		}
		client, err := smtp.NewClientStartTLS(conn, named(config, far))
		if err == nil {
			if err = client.Hello("brand.example"); err == nil {
				err = signInSMTP(client, far, &c)
			}
		}
		if (err == nil) != offers {
			t.Errorf("STARTTLS offered %v: SMTP %v", offers, err)
		}
		_ = conn.Close()
	}
}

// A certificate nobody vouches for ends the connection before anything is said.
func TestUnknownCertificate(t *testing.T) {
	fake, err := mailtest.New(mailtest.Options{TLS: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(fake.Close)
	n := New(Options{})
	b := &box{account: community.Account{Server: fake.IMAP, Outgoing: fake.SMTP}, address: mailtest.Address}
	c := credential{user: mailtest.Address, password: mailtest.Password}
	if _, err := n.openWith(t.Context(), b, &c); community.KindOf(err) != community.Unavailable || err == nil {
		t.Errorf("IMAP: %v", err)
	}
	if _, _, err := n.submission(t.Context(), b, &c); community.KindOf(err) != community.Unavailable || err == nil {
		t.Errorf("SMTP: %v", err)
	}
}

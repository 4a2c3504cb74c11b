package mail

import (
	"context"
	"crypto/tls"
	"net"
	"strings"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
	"github.com/emersion/go-smtp"

	"github.com/vigie-hq/vigie/collectors"
)

// How long a connection may take to stand, its encryption included; how long a
// server may take to answer a command, and to take a letter (RFC 5321,
// 4.5.3.2 asks for ten minutes, but a sender's lease is shorter).
const (
	dialTimeout    = 20 * time.Second
	answerTimeout  = time.Minute     // of a command of IMAP
	fetchTimeout   = 3 * time.Minute // of a page of letters, over a slow line
	commandTimeout = time.Minute
	submitTimeout  = 10 * time.Minute
)

// reader is a connection to the mailbox, signed in. One goroutine uses it. It
// breaks when the context it was made with ends.
type reader struct {
	*imapclient.Client
	now     func() time.Time
	away    time.Duration
	arrived chan struct{} // holds one: the server spoke of new mail
	caps    imap.CapSet
	done    func() bool
	conn    net.Conn
}

// open connects to the account's IMAP server and signs in.
func (n *Network) open(ctx context.Context, b *box) (*reader, credential, error) {
	c, err := n.credential(ctx, b)
	if err != nil {
		return nil, c, err
	}
	r, err := n.openWith(ctx, b, &c)
	return r, c, err
}

func (n *Network) openWith(ctx context.Context, b *box, c *credential) (*reader, error) {
	s, err := parseServer("imap", b.account.Server)
	if err != nil {
		return nil, err
	}
	conn, err := n.dial(ctx, s)
	if err != nil {
		return nil, err
	}
	r := &reader{now: n.o.Now, away: n.o.Away, arrived: make(chan struct{}, 1), conn: conn}
	r.done = context.AfterFunc(ctx, func() { _ = conn.Close() })
	if err := r.signIn(n.o.TLS, s, c); err != nil {
		r.close()
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		return nil, err
	}
	return r, nil
}

func (r *reader) signIn(config *tls.Config, s server, c *credential) error {
	defer r.within(answerTimeout)()
	options := &imapclient.Options{
		TLSConfig: named(config, s),
		UnilateralDataHandler: &imapclient.UnilateralDataHandler{
			Mailbox: func(data *imapclient.UnilateralDataMailbox) {
				if data.NumMessages != nil {
					select {
					case r.arrived <- struct{}{}:
					default:
					}
				}
			},
		},
	}
	var err error
	if s.tls || s.plain {
		r.Client = imapclient.New(r.conn, options)
	} else if r.Client, err = imapclient.NewStartTLS(r.conn, options); err != nil {
		return r.fault(err)
	}
	if err := r.WaitGreeting(); err != nil {
		return r.fault(err)
	}
	if r.State() != imap.ConnStateAuthenticated { // else PREAUTH
		if c.token != "" {
			err = r.Authenticate(c.sasl())
		} else {
			err = r.Login(c.user, c.password).Wait()
		}
		if err != nil {
			return fromIMAP(err, true, r.now(), r.until())
		}
	}
	r.caps = r.Caps()
	return nil
}

// within hangs up unless what begins now is over in time: the library waits for
// an answer as long as a connection seems to stand, and one that died while it
// was idle seems to stand for a quarter of an hour. Call what it returns at the
// end.
func (r *reader) within(d time.Duration) func() bool {
	return time.AfterFunc(d, func() { _ = r.conn.Close() }).Stop
}

func (r *reader) until() time.Time { return r.now().Add(r.away) }

func (r *reader) fault(err error) error { return fromIMAP(err, false, r.now(), r.until()) }

// close hangs up. The session ends without LOGOUT: nothing depends on it.
func (r *reader) close() {
	r.done()
	if r.Client != nil {
		_ = r.Client.Close()
		return
	}
	_ = r.conn.Close()
}

// refusal is the fault of an error of SMTP; see fromSMTP.
func (n *Network) refusal(err error, sent bool) error {
	now := n.o.Now()
	return fromSMTP(err, sent, now, now.Add(n.o.Away))
}

// submission connects to the account's SMTP server and signs in.
func (n *Network) submission(ctx context.Context, b *box, c *credential) (*smtp.Client, func(), error) {
	s, err := parseServer("smtp", b.account.Outgoing)
	if err != nil {
		return nil, nil, err
	}
	conn, err := n.dial(ctx, s)
	if err != nil {
		return nil, nil, err
	}
	undo := context.AfterFunc(ctx, func() { _ = conn.Close() })
	hangUp := func() {
		undo()
		_ = conn.Close()
	}
	var client *smtp.Client
	if s.tls || s.plain {
		client = smtp.NewClient(conn)
	} else {
		client, err = smtp.NewClientStartTLS(conn, named(n.o.TLS, s))
	}
	if err == nil {
		client.CommandTimeout, client.SubmissionTimeout = commandTimeout, submitTimeout
		if err = client.Hello(domainOf(b.address)); err == nil {
			err = signInSMTP(client, s, c)
		}
	}
	if err != nil {
		hangUp()
		return nil, nil, n.refusal(err, false)
	}
	return client, hangUp, nil
}

// signInSMTP signs in where the server asks for it. A server of this machine
// that offers no sign-in trusts the machine.
func signInSMTP(client *smtp.Client, s server, c *credential) error {
	has, offered := client.Extension("AUTH")
	if !has && s.plain {
		return nil
	}
	if c.token == "" && !strings.Contains(" "+offered+" ", " PLAIN ") && strings.Contains(" "+offered+" ", " LOGIN ") {
		return client.Auth(loginMechanism(c))
	}
	return client.Auth(c.sasl())
}

// dial connects within dialTimeout, and encrypts where that comes first.
func (n *Network) dial(ctx context.Context, s server) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, dialTimeout)
	defer cancel()
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", s.address)
	if err != nil {
		return nil, collectors.FromNetwork(err, false, false)
	}
	if !s.tls {
		return conn, nil
	}
	encrypted := tls.Client(conn, named(n.o.TLS, s))
	if err := encrypted.HandshakeContext(ctx); err != nil {
		_ = conn.Close()
		return nil, collectors.FromNetwork(err, false, false)
	}
	return encrypted, nil
}

// named is the configuration for one server.
func named(config *tls.Config, s server) *tls.Config {
	config = config.Clone()
	config.ServerName = s.host
	return config
}

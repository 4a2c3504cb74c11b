// Package mailtest is a fake: an IMAP and an SMTP server in memory, written for
// Vigie's own tests over the servers that come with github.com/emersion's
// libraries, which follow the standards. It is strict where a client may be
// careless: whoever selects a folder for writing to read it, marks letters as
// seen, or sends a letter twice or against RFC 5322 is remembered (Complaints).
// It proves what Vigie does, not what Dovecot or Postfix do; for that, the same
// suite is pointed at them.
package mailtest

import (
	"crypto/tls"
	"crypto/x509"
	"io"
	"log"
	"net"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapserver"
	"github.com/emersion/go-imap/v2/imapserver/imapmemserver"
	"github.com/emersion/go-smtp"
)

// The one mailbox of the server.
const (
	Address  = "support@brand.example"
	Password = "correct horse"
	Token    = "an access token"
)

// Who writes to it, and an address that no letter reaches.
const (
	Customer = "lea@customer.example"
	Nobody   = "gone@customer.example"
)

// Locked is a folder that nobody may open.
const Locked = "Locked"

// Options changes how the server behaves.
type Options struct {
	TLS       bool // both servers speak TLS from the first byte, under Roots
	StartTLS  bool // both offer STARTTLS, under Roots, and take no password before it
	KeepsSent bool // what is sent is filed by the server itself, as Gmail does
	NoIdle    bool // IDLE is refused
}

// Failure is what goes wrong with the next calls.
type Failure string

// The failures.
const (
	None       Failure = ""
	Limit      Failure = "limit"       // IMAP: NO [LIMIT]
	Broken     Failure = "broken"      // IMAP: the connection breaks
	BusyReply  Failure = "busy reply"  // SMTP: 451
	LimitReply Failure = "limit reply" // SMTP: 450 4.7.1
	LostAnswer Failure = "lost answer" // SMTP: taken, and the connection breaks
	LateAnswer Failure = "late answer" // SMTP: taken, delivered, answered half a second later
	Refused    Failure = "refused"     // SMTP: 554 after the letter
)

// Pushing is how well IDLE tells.
type Pushing string

// The ways of telling.
const (
	PushAll     Pushing = "all"
	PushNothing Pushing = "nothing"
	PushSome    Pushing = "some" // about half
	PushMost    Pushing = "most" // 19 of 20
	PushTwice   Pushing = "twice"
	PushRefused Pushing = "refused"
)

// Letter is one that the server was given.
type Letter struct {
	From, To string
	Content  string
}

// Server is the fake. All its methods are safe for concurrent use.
type Server struct {
	IMAP, SMTP string         // addresses as an account names them
	Roots      *x509.CertPool // with Options.TLS

	o         Options
	imap      *imapserver.Server
	smtp      *smtp.Server
	mem       *imapmemserver.Server
	user      *imapmemserver.User
	listeners []net.Listener
	closing   atomic.Bool
	serving   sync.WaitGroup
	mu        sync.Mutex
	conns     map[net.Conn]bool
	sessions  map[*session]bool
	pushing   Pushing
	fails     []Failure
	dead      bool
	skew      time.Duration
	next      int
	ancestors map[string][]string // references by Message-ID
	spoilt    map[imap.UID]bool   // true: only its structure
	given     []Letter
	blamed    []string
}

// New starts both servers, with folders INBOX and Sent.
func New(o Options) (*Server, error) {
	s := &Server{
		o: o, mem: imapmemserver.New(), user: imapmemserver.NewUser(Address, Password),
		conns: map[net.Conn]bool{}, sessions: map[*session]bool{}, pushing: PushAll, ancestors: map[string][]string{}, spoilt: map[imap.UID]bool{},
	}
	if o.NoIdle {
		s.pushing = PushRefused
	}
	for _, name := range []string{"INBOX", "Sent"} {
		if err := s.user.Create(name, nil); err != nil {
			return nil, err
		}
	}
	s.mem.AddUser(s.user)
	quiet := log.New(io.Discard, "", 0)
	var config *tls.Config
	if o.TLS || o.StartTLS {
		var err error
		if config, s.Roots, err = certified(); err != nil {
			return nil, err
		}
	}
	var later *tls.Config // by STARTTLS
	if o.StartTLS {
		config, later = nil, config
	}
	s.imap = imapserver.New(&imapserver.Options{
		NewSession: s.newSession, Logger: quiet, InsecureAuth: !o.StartTLS, TLSConfig: later,
		Caps: imap.CapSet{imap.CapIMAP4rev1: {}, imap.CapUIDPlus: {}, imap.CapNamespace: {}},
	})
	s.smtp = smtp.NewServer(smtp.BackendFunc(s.newSubmission))
	s.smtp.Domain, s.smtp.AllowInsecureAuth, s.smtp.ErrorLog = "fake.example", !o.StartTLS, quiet
	s.smtp.TLSConfig = later
	s.smtp.MaxMessageBytes, s.smtp.MaxRecipients = 10<<20, 10
	var err error
	if s.IMAP, err = s.serve("imap", config, s.imap.Serve); err != nil {
		return nil, err
	}
	s.SMTP, err = s.serve("smtp", config, s.smtp.Serve)
	return s, err
}

func (s *Server) serve(scheme string, config *tls.Config, serve func(net.Listener) error) (string, error) {
	inner, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	address := scheme + "://" + inner.Addr().String()
	var l net.Listener = &listener{inner, s}
	if config != nil {
		l, address = tls.NewListener(l, config), scheme+"s://"+inner.Addr().String()
	}
	s.listeners = append(s.listeners, l)
	s.serving.Go(func() {
		if err := serve(l); err != nil && !s.closing.Load() {
			s.blame("a server ended: " + err.Error())
		}
	})
	return address, nil
}

// listener remembers connections, so that they can be cut.
type listener struct {
	net.Listener
	s *Server
}

func (l *listener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	l.s.mu.Lock()
	defer l.s.mu.Unlock()
	l.s.conns[c] = true
	return &conn{c, l.s}, nil
}

type conn struct {
	net.Conn
	s *Server
}

func (c *conn) Close() error {
	c.s.mu.Lock()
	delete(c.s.conns, c.Conn)
	c.s.mu.Unlock()
	return c.Conn.Close()
}

// Close stops both servers. The listeners are closed here: a server that has not
// begun to serve yet does not know its own.
func (s *Server) Close() {
	s.closing.Store(true)
	for _, l := range s.listeners {
		_ = l.Close()
	}
	_ = s.imap.Close()
	_ = s.smtp.Close()
	s.Cut()
	s.serving.Wait()
}

// Cut hangs up on everybody.
func (s *Server) Cut() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for c := range s.conns {
		_ = c.Close()
	}
}

// SetPushing changes how well IDLE tells, from now on.
func (s *Server) SetPushing(p Pushing) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.pushing = p
}

// Fail has the next calls that it concerns go wrong; 0 ends it.
func (s *Server) Fail(f Failure, calls int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fails = slices.Repeat([]Failure{f}, calls)
}

// SetPassword makes the password and the token die or live again.
func (s *Server) SetPassword(alive bool) {
	s.mu.Lock()
	s.dead = !alive
	s.mu.Unlock()
	if !alive {
		s.Cut()
	}
}

// SetClock puts the server's clock ahead.
func (s *Server) SetClock(ahead time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.skew = ahead
}

// Given lists what was handed in by SMTP, for whomever.
func (s *Server) Given() []Letter {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.given)
}

// Complaints lists what clients did that a strict server would not take.
func (s *Server) Complaints() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.blamed)
}

func (s *Server) blame(what string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.blamed = append(s.blamed, what)
}

// failing takes the next failure if it is one of those.
func (s *Server) failing(which ...Failure) Failure {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.fails) == 0 || !slices.Contains(which, s.fails[0]) {
		return None
	}
	f := s.fails[0]
	s.fails = s.fails[1:]
	return f
}

// login checks a password or token.
func (s *Server) login(user, secret string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return !s.dead && strings.EqualFold(user, Address) && (secret == Password || secret == Token)
}

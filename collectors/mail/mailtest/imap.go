package mailtest

import (
	"encoding/base64"
	"errors"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapserver"
	"github.com/emersion/go-sasl"
)

// A mailbox takes so many connections at once, as Dovecot's does by default.
const maxConnections = 10

// session is one IMAP connection. What it does not watch over the server in
// memory does.
type session struct {
	imapserver.SessionIMAP4rev2
	s     *Server
	conn  *imapserver.Conn
	heard int // letters of the inbox, as far as the client knows
}

var _ imapserver.SessionSASL = (*session)(nil)

func (s *Server) newSession(c *imapserver.Conn) (imapserver.Session, *imapserver.GreetingData, error) {
	inner, ok := s.mem.NewSession().(imapserver.SessionIMAP4rev2)
	if !ok {
		return nil, nil, errors.New("the server in memory lost a revision of the protocol")
	}
	session := &session{SessionIMAP4rev2: inner, s: s, conn: c}
	s.mu.Lock()
	s.sessions[session] = true
	open := len(s.sessions)
	s.mu.Unlock()
	if open > maxConnections {
		s.blame("too many connections at once")
	}
	return session, &imapserver.GreetingData{}, nil
}

func (x *session) Close() error {
	x.s.mu.Lock()
	delete(x.s.sessions, x)
	x.s.mu.Unlock()
	return x.SessionIMAP4rev2.Close()
}

func (x *session) Login(user, password string) error {
	if err := x.fail(); err != nil {
		return err
	}
	if !x.s.login(user, password) {
		return imapserver.ErrAuthFailed
	}
	return x.SessionIMAP4rev2.Login(Address, Password)
}

// AuthenticateMechanisms lists PLAIN and XOAUTH2.
func (x *session) AuthenticateMechanisms() []string { return []string{"PLAIN", "XOAUTH2"} }

// Authenticate begins a sign-in.
func (x *session) Authenticate(mechanism string) (sasl.Server, error) {
	switch mechanism {
	case "PLAIN":
		return sasl.NewPlainServer(func(_, user, password string) error { return x.Login(user, password) }), nil
	case "XOAUTH2":
		return &xoauth2{login: x.Login, refusal: imapserver.ErrAuthFailed}, nil
	}
	return nil, &imap.Error{Type: imap.StatusResponseTypeNo, Text: "no such mechanism"}
}

// fail lets the next failure happen to this call.
func (x *session) fail() error {
	switch x.s.failing(Limit, Broken) {
	case Limit:
		return &imap.Error{Type: imap.StatusResponseTypeNo, Code: imap.ResponseCodeLimit, Text: "come back later"}
	case Broken:
		_ = x.conn.NetConn().Close()
		return errors.New("broken")
	}
	return nil
}

func (x *session) Select(folder string, options *imap.SelectOptions) (*imap.SelectData, error) {
	if err := x.fail(); err != nil {
		return nil, err
	}
	if options == nil || !options.ReadOnly {
		x.s.blame(folder + " was opened for writing")
	}
	if folder == Locked {
		return nil, &imap.Error{Type: imap.StatusResponseTypeNo, Code: imap.ResponseCodeNoPerm, Text: "not yours"}
	}
	data, err := x.SessionIMAP4rev2.Select(folder, options)
	if err == nil && folder == "INBOX" {
		x.heard = int(data.NumMessages)
	}
	return data, err
}

func (x *session) Fetch(w *imapserver.FetchWriter, set imap.NumSet, options *imap.FetchOptions) error {
	uids, ok := set.(imap.UIDSet)
	if ok && x.s.spoiled(uids, options.BodyStructure != nil) {
		_ = x.conn.NetConn().Close()
		return errors.New("broken over a letter")
	}
	for _, section := range options.BodySection {
		if !section.Peek {
			x.s.blame("letters were marked as seen")
		}
		if section.Partial == nil {
			x.s.blame("a letter was asked for however large it is")
		}
	}
	return x.SessionIMAP4rev2.Fetch(w, set, options)
}

func (x *session) Store(*imapserver.FetchWriter, imap.NumSet, *imap.StoreFlags, *imap.StoreOptions) error {
	x.s.blame("the flags of a letter were changed")
	return &imap.Error{Type: imap.StatusResponseTypeNo, Code: imap.ResponseCodeNoPerm, Text: "read only"}
}

func (x *session) Expunge(*imapserver.ExpungeWriter, *imap.UIDSet) error {
	x.s.blame("letters were removed")
	return &imap.Error{Type: imap.StatusResponseTypeNo, Code: imap.ResponseCodeNoPerm, Text: "read only"}
}

// Idle tells of new letters as well as the server is told to. One session idles
// at a time for an account, and it does so in its inbox.
func (x *session) Idle(w *imapserver.UpdateWriter, stop <-chan struct{}) error {
	for {
		x.s.mu.Lock()
		pushing := x.s.pushing
		x.s.mu.Unlock()
		if pushing == PushRefused {
			return &imap.Error{Type: imap.StatusResponseTypeNo, Code: imap.ResponseCodeCannot, Text: "no IDLE here"}
		}
		letters, err := x.letters()
		if err != nil {
			return err
		}
		lost := pushing == PushNothing || pushing == PushSome && rand.IntN(2) == 0 || pushing == PushMost && rand.IntN(20) == 0
		if letters > x.heard && !lost {
			if err := w.WriteNumMessages(uint32(letters)); err != nil {
				return err
			}
			if pushing == PushTwice {
				if err := w.WriteNumMessages(uint32(letters)); err != nil {
					return err
				}
			}
		}
		x.heard = letters
		select {
		case <-stop:
			return nil
		case <-time.After(3 * time.Millisecond):
		}
	}
}

func (x *session) letters() (int, error) {
	status, err := x.SessionIMAP4rev2.Status("INBOX", &imap.StatusOptions{NumMessages: true})
	if err != nil || status.NumMessages == nil {
		return 0, err
	}
	return int(*status.NumMessages), nil
}

// xoauth2 is the other side of Google's and Microsoft's mechanism.
type xoauth2 struct {
	login   func(user, token string) error
	refusal error
	refused bool
}

func (x *xoauth2) Next(response []byte) (challenge []byte, done bool, err error) {
	if x.refused {
		return nil, false, x.refusal
	}
	if response == nil {
		return []byte{}, false, nil
	}
	user, rest, ok := strings.Cut(strings.TrimPrefix(string(response), "user="), "\x01auth=Bearer ")
	token, ends := strings.CutSuffix(rest, "\x01\x01")
	if !ok || !ends || x.login(user, token) != nil {
		x.refused = true
		return []byte(base64.StdEncoding.EncodeToString([]byte(`{"status":"400"}`))), false, nil
	}
	return nil, true, nil
}

package mailtest

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/mail"
	"strings"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// How long LateAnswer takes.
const late = 500 * time.Millisecond

// submission is one SMTP connection.
type submission struct {
	s      *Server
	conn   *smtp.Conn
	signed bool
	from   string
	to     []string
}

var _ smtp.AuthSession = (*submission)(nil)

func (s *Server) newSubmission(c *smtp.Conn) (smtp.Session, error) {
	return &submission{s: s, conn: c}, nil
}

// AuthMechanisms lists PLAIN and XOAUTH2.
func (x *submission) AuthMechanisms() []string { return []string{sasl.Plain, "XOAUTH2"} }

// Auth begins a sign-in.
func (x *submission) Auth(mechanism string) (sasl.Server, error) {
	signIn := func(user, secret string) error {
		if !x.s.login(user, secret) {
			return smtp.ErrAuthFailed
		}
		x.signed = true
		return nil
	}
	if mechanism == "XOAUTH2" {
		return &xoauth2{login: signIn, refusal: smtp.ErrAuthFailed}, nil
	}
	return sasl.NewPlainServer(func(_, user, password string) error { return signIn(user, password) }), nil
}

func (x *submission) Mail(from string, _ *smtp.MailOptions) error {
	switch x.s.failing(BusyReply, LimitReply) {
	case BusyReply:
		return &smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 3, 0}, Message: "try again later"}
	case LimitReply:
		return &smtp.SMTPError{Code: 450, EnhancedCode: smtp.EnhancedCode{4, 7, 1}, Message: "too many letters"}
	}
	if !x.signed {
		return smtp.ErrAuthRequired
	}
	if !strings.EqualFold(from, Address) {
		return &smtp.SMTPError{Code: 553, EnhancedCode: smtp.EnhancedCode{5, 7, 1}, Message: "not your address"}
	}
	x.from = from
	return nil
}

func (x *submission) Rcpt(to string, _ *smtp.RcptOptions) error {
	if strings.HasSuffix(to, "@refused.example") {
		return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "no such mailbox"}
	}
	x.to = append(x.to, to)
	return nil
}

// Data takes a letter and delivers it.
func (x *submission) Data(r io.Reader) error {
	content, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	if problem := x.s.inspect(x.from, content); problem != "" {
		x.s.blame(problem)
		return &smtp.SMTPError{Code: 554, EnhancedCode: smtp.EnhancedCode{5, 6, 0}, Message: problem}
	}
	failure := x.s.failing(LostAnswer, LateAnswer, Refused)
	if failure == Refused {
		return &smtp.SMTPError{Code: 554, EnhancedCode: smtp.EnhancedCode{5, 7, 1}, Message: "looks like spam"}
	}
	for _, to := range x.to {
		x.s.accept(x.from, to, string(content))
	}
	if x.s.o.KeepsSent {
		x.s.Deliver("Sent", string(content), time.Time{})
	}
	switch failure {
	case LostAnswer:
		_ = x.conn.Conn().Close()
		return errors.New("lost")
	case LateAnswer:
		time.Sleep(late)
	}
	return nil
}

// Reset forgets the letter under way.
func (x *submission) Reset() { x.from, x.to = "", nil }

// Logout ends the connection.
func (x *submission) Logout() error { return nil }

// inspect tells what is wrong with a letter; empty: nothing.
func (s *Server) inspect(from string, content []byte) string {
	if bytes.Contains(bytes.ReplaceAll(content, []byte("\r\n"), nil), []byte("\n")) {
		return "a line ends without a carriage return"
	}
	for line := range bytes.Lines(content) {
		if len(line) > 1000 {
			return "a line is longer than 998 characters"
		}
	}
	m, err := mail.ReadMessage(bytes.NewReader(content))
	if err != nil {
		return "the header cannot be read"
	}
	header, _, _ := bytes.Cut(content, []byte("\r\n\r\n"))
	if bytes.ContainsFunc(header, func(r rune) bool { return r > 0x7e }) {
		return "the header is not ASCII"
	}
	for _, name := range []string{"From", "To", "Date", "Message-Id"} {
		if len(m.Header[name]) != 1 {
			return "not one " + name
		}
	}
	if author, err := mail.ParseAddress(m.Header.Get("From")); err != nil || !strings.EqualFold(author.Address, from) {
		return "From is not who signed in"
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, l := range s.given {
		if before, err := mail.ReadMessage(strings.NewReader(l.Content)); err == nil && before.Header.Get("Message-Id") == m.Header.Get("Message-Id") {
			return "sent twice: " + m.Header.Get("Message-Id")
		}
	}
	return ""
}

// accept delivers one letter to one recipient.
func (s *Server) accept(from, to, content string) {
	if strings.EqualFold(to, Address) {
		s.Deliver("INBOX", "Return-Path: <"+from+">\r\n"+content, time.Time{})
		return
	}
	s.mu.Lock()
	s.given = append(s.given, Letter{from, to, content})
	s.mu.Unlock()
	if to == Nobody {
		s.Deliver("INBOX", bounceOf(to, content), time.Time{})
	}
}

// bounceOf is the report that a letter did not reach somebody, as Postfix writes
// it.
func bounceOf(to, content string) string {
	header, _, _ := strings.Cut(content, "\r\n\r\n")
	return strings.ReplaceAll(fmt.Sprintf(`Return-Path: <>
From: MAILER-DAEMON@fake.example (Mail Delivery System)
To: %s
Subject: Undelivered Mail Returned to Sender
Date: %s
Message-ID: <bounce-%d@fake.example>
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="cut"

--cut
Content-Type: text/plain; charset=us-ascii

I'm sorry to have to inform you that your message could not be delivered.

--cut
Content-Type: message/delivery-status

Reporting-MTA: dns; fake.example

Final-Recipient: rfc822; %s
Original-Recipient: rfc822;%s
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 <%s>: Recipient address rejected: User unknown

--cut
Content-Type: text/rfc822-headers

%s

--cut--
`, Address, time.Now().Format(time.RFC1123Z), time.Now().UnixNano(), to, to, to, strings.ReplaceAll(header, "\r\n", "\n")), "\n", "\r\n")
}

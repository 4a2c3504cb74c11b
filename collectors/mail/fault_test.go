package mail

import (
	"encoding/json"
	"errors"
	"io"
	"net"
	"os"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-smtp"

	"github.com/vigie-hq/vigie/community"
)

// The table of errors that servers are known to give, by code.
func TestErrorTable(t *testing.T) {
	data, err := os.ReadFile("testdata/errors.json")
	if err != nil {
		t.Fatal(err)
	}
	var table []struct {
		From string
		IMAP *struct{ Type, Code, Text string }
		SMTP *struct {
			Code     int
			Enhanced smtp.EnhancedCode
			Text     string
		}
		SigningIn bool `json:"signing_in"`
		Kind, Key string
	}
	if err := json.Unmarshal(data, &table); err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	for _, c := range table {
		var got error
		if c.IMAP != nil {
			got = fromIMAP(&imap.Error{
				Type: imap.StatusResponseType(c.IMAP.Type), Code: imap.ResponseCode(c.IMAP.Code), Text: c.IMAP.Text,
			}, c.SigningIn, now, now.Add(time.Minute))
		} else {
			got = fromSMTP(&smtp.SMTPError{Code: c.SMTP.Code, EnhancedCode: c.SMTP.Enhanced, Message: c.SMTP.Text}, true, now, now.Add(time.Minute))
		}
		var f *community.Fault
		if !errors.As(got, &f) || string(f.Kind) != c.Kind || f.Key != c.Key {
			t.Errorf("%s: %v, want %s %s", c.From, got, c.Kind, c.Key)
		}
	}
}

// A connection that breaks: before the final dot nothing was sent, behind it
// nobody knows.
func TestBrokenConnections(t *testing.T) {
	now := time.Now()
	for _, err := range []error{io.EOF, io.ErrUnexpectedEOF, net.ErrClosed, os.ErrDeadlineExceeded} {
		if kind := community.KindOf(fromSMTP(err, false, now, now)); kind != community.Unavailable {
			t.Errorf("%v before the dot: %s", err, kind)
		}
		if kind := community.KindOf(fromSMTP(err, true, now, now)); kind != community.Uncertain {
			t.Errorf("%v behind the dot: %s", err, kind)
		}
		if kind := community.KindOf(fromIMAP(err, true, now, now)); kind != community.Unavailable {
			t.Errorf("%v at a sign-in: %s", err, kind)
		}
	}
}

func TestParseServer(t *testing.T) {
	for address, want := range map[string]server{
		"imaps://Mail.Example":   {address: "mail.example:993", host: "mail.example", tls: true},
		"imap://mail.example":    {address: "mail.example:143", host: "mail.example"},
		"imap://127.0.0.1:1143":  {address: "127.0.0.1:1143", host: "127.0.0.1", plain: true},
		"imap://[::1]:1143":      {address: "[::1]:1143", host: "::1", plain: true},
		"imap://localhost.evil":  {address: "localhost.evil:143", host: "localhost.evil"},
		"smtps://mail.example":   {},
		"mail.example:993":       {address: "mail.example:993", host: "mail.example", tls: true},
		" Mail.Example ":         {address: "mail.example:993", host: "mail.example", tls: true},
		"imaps://u:p@mail.exam":  {},
		"imaps://mail.exam/INBX": {},
		"":                       {},
	} {
		got, err := parseServer("imap", address)
		if got != want || (err == nil) != (want != server{}) {
			t.Errorf("%q: %+v %v", address, got, err)
		}
	}
}

package mail

import (
	"net"
	"net/mail"
	"net/url"
	"strings"

	"github.com/vigie-hq/vigie/community"
)

// server is one address of an account, read.
type server struct {
	address string // host:port
	host    string
	tls     bool // from the first byte; else STARTTLS
	plain   bool // a loopback: nobody listens in between
}

// parseServer reads imaps://host:993, imap://host:143 (STARTTLS), and likewise
// smtps and smtp; the port may be left out, and imaps or smtps is meant where no
// scheme stands. kind is "imap" or "smtp". Without
// encryption only this machine is spoken to.
func parseServer(kind, address string) (server, error) {
	wrong := community.Faultf(community.Invalid, "account.server", address)
	address = strings.TrimSpace(address)
	if address != "" && !strings.Contains(address, "://") {
		address = kind + "s://" + address
	}
	u, err := url.Parse(address)
	if err != nil || u.Hostname() == "" || u.User != nil || u.RawQuery != "" || strings.Trim(u.Path, "/") != "" {
		return server{}, wrong
	}
	s := server{host: strings.ToLower(u.Hostname())}
	port := u.Port()
	switch {
	case u.Scheme == kind+"s":
		s.tls = true
	case u.Scheme == kind:
		s.plain = isLoopback(s.host)
	default:
		return server{}, wrong
	}
	if port == "" {
		port = map[string]string{"imap": "143", "imaps": "993", "smtp": "587", "smtps": "465"}[u.Scheme]
	}
	s.address = net.JoinHostPort(s.host, port)
	return s, nil
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// isAddress tells whether s is a bare e-mail address that a command of SMTP can
// carry.
func isAddress(s string) bool {
	at := strings.LastIndexByte(s, '@')
	return at > 0 && at < len(s)-1 && len(s) <= 254 &&
		!strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r == '<' || r == '>' || r == 0x7f })
}

// domainOf is what follows the last @.
func domainOf(address string) string { return address[strings.LastIndexByte(address, '@')+1:] }

// person is somebody a header names.
type person struct {
	name, address string // the address in lower case
}

func personOf(a *mail.Address) person {
	p := person{name: cleanLine(a.Name, maxName), address: strings.ToLower(strings.TrimSpace(a.Address))}
	if !isAddress(p.address) {
		p.address = ""
	}
	return p
}

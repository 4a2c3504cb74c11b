package collectors

import (
	"net"
	"net/http"
	"net/netip"
	"syscall"
	"time"

	"github.com/vigie-hq/vigie/community"
)

// PublicTransport returns an HTTP transport that connects to the public Internet
// alone, for addresses that people type or strangers' servers name: a feed must
// not be a way to read what only this machine can reach. The address is judged
// when it is dialled, after the name was resolved, so a name that changes its
// address between two looks gains nothing. No proxy is used: it would resolve
// names by itself. A refused address is a Fault Invalid "network.private".
func PublicTransport() *http.Transport {
	dialer := &net.Dialer{
		Timeout: 15 * time.Second, KeepAlive: 30 * time.Second,
		Control: func(_, address string, _ syscall.RawConn) error {
			at, err := netip.ParseAddrPort(address)
			if err != nil || !isPublic(at.Addr()) {
				return community.Faultf(community.Invalid, "network.private")
			}
			return nil
		},
	}
	return &http.Transport{
		DialContext: dialer.DialContext, ForceAttemptHTTP2: true,
		MaxIdleConnsPerHost: 2, IdleConnTimeout: 90 * time.Second,
		TLSHandshakeTimeout: 15 * time.Second, ResponseHeaderTimeout: callTimeout,
		MaxResponseHeaderBytes: 256 << 10,
	}
}

// isPublic tells whether an address is one of the public Internet. Beside what
// net/netip knows of, the special registries of IANA (IPv4 and IPv6) are held
// here as far as something may answer there; an IPv4 address that an IPv6 one
// carries is judged as itself.
func isPublic(a netip.Addr) bool {
	a = a.Unmap().WithZone("")
	for _, carrier := range []struct {
		prefix string
		at     int
	}{{"64:ff9b::/96", 12}, {"2002::/16", 2}} { // RFC 6052, RFC 3056
		if netip.MustParsePrefix(carrier.prefix).Contains(a) {
			b := a.As16()
			a = netip.AddrFrom4([4]byte(b[carrier.at : carrier.at+4]))
		}
	}
	if !a.IsGlobalUnicast() || a.IsPrivate() {
		return false
	}
	for _, special := range []string{
		"0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.0.2.0/24", "198.18.0.0/15",
		"198.51.100.0/24", "203.0.113.0/24", "240.0.0.0/4", "64:ff9b:1::/48", "100::/64", "2001::/23",
		"2001:db8::/32", "fec0::/10", "::/96",
	} {
		if netip.MustParsePrefix(special).Contains(a) {
			return false
		}
	}
	return true
}

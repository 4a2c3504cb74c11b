package collectors

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"

	"github.com/vigie-hq/vigie/community"
)

func TestIsPublic(t *testing.T) {
	for address, want := range map[string]bool{
		"1.1.1.1": true, "93.184.216.34": true, "2606:4700::1111": true, "::ffff:1.1.1.1": true, "64:ff9b::101:101": true,
		"127.0.0.1": false, "127.8.8.8": false, "0.0.0.0": false, "10.0.0.1": false, "172.16.0.1": false, "192.168.1.1": false,
		"169.254.169.254": false, "100.64.0.1": false, "198.18.0.1": false, "224.0.0.1": false, "255.255.255.255": false,
		"::1": false, "::": false, "fe80::1": false, "fc00::1": false, "ff02::1": false, "::ffff:127.0.0.1": false,
		"64:ff9b::7f00:1": false, "2002:7f00:1::": false, "2002:a00:1::1": false, "2001:db8::1": false, "2001::1": false, "::127.0.0.1": false,
	} {
		if got := isPublic(netip.MustParseAddr(address)); got != want {
			t.Errorf("%s: %v", address, got)
		}
	}
}

// A name is judged by the address that is dialled, and the fault says so through
// the frame's transport.
func TestPublicTransportRefusesTheLoopback(t *testing.T) {
	reached := false
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached = true }))
	defer server.Close()
	client := http.Client{Transport: NewTransport(TransportOptions{Base: PublicTransport()})}
	for _, address := range []string{server.URL, "http://localhost:" + server.URL[len("http://127.0.0.1:"):]} {
		response, err := client.Get(address)
		if err == nil {
			response.Body.Close()
		}
		var f *community.Fault
		if !errors.As(err, &f) || f.Key != "network.private" || f.Kind != community.Invalid {
			t.Errorf("%s: %v", address, err)
		}
	}
	if reached {
		t.Error("the server was reached")
	}
}

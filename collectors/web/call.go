package web

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"

	"github.com/vigie-hq/vigie/community"
)

// What an answer of the other side may weigh: a page of messages, a receipt.
const (
	maxPage    = 8 << 20
	maxReceipt = 64 << 10
)

// get asks the other side, signed, and decodes its answer. The transport is
// called without a client: redirects are not followed, and no error holds the
// address, which may hold a secret of its own.
func (n *Network) get(ctx context.Context, account *community.Account, address *url.URL, into any) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address.String(), nil)
	if err != nil {
		return community.Faultf(community.Invalid, "account.server", address.Host)
	}
	secrets, err := n.secrets(ctx, account)
	if err != nil {
		return err
	}
	r.Header.Set(signatureHeader, sign(secrets, n.o.Now(), []byte(address.RequestURI())))
	r.Header.Set("Accept", "application/json")
	r.Header.Set("User-Agent", userAgent)
	response, err := n.transport(account).RoundTrip(r)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return community.Faultf(community.Unavailable, "network.unreadable")
	}
	return decode(response.Body, maxPage, into)
}

// post sends a body, signed, with its key. It is never sent twice by itself:
// net/http repeats what has a key when a connection breaks, unless it cannot read
// the body again.
func (n *Network) post(ctx context.Context, account *community.Account, address *url.URL, key string, body []byte) (*http.Response, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, address.String(), bytes.NewReader(body))
	if err != nil {
		return nil, community.Faultf(community.Refused, "account.server", address.Host)
	}
	r.GetBody = nil
	secrets, err := n.secrets(ctx, account)
	if err != nil {
		return nil, err
	}
	r.Header.Set(signatureHeader, sign(secrets, n.o.Now(), body))
	r.Header.Set("Idempotency-Key", key)
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Accept", "application/json")
	r.Header.Set("User-Agent", userAgent)
	return n.transport(account).RoundTrip(r)
}

// decode reads one JSON document of at most so many bytes.
func decode(from io.Reader, most int64, into any) error {
	body, err := io.ReadAll(io.LimitReader(from, most+1))
	if err != nil {
		return err
	}
	if int64(len(body)) > most {
		return community.Faultf(community.Unavailable, "network.unreadable")
	}
	if err := json.Unmarshal(body, into); err != nil {
		return community.Faultf(community.Unavailable, "network.unreadable").Because(err)
	}
	return nil
}

// parseAddress reads an address of the other side: https is meant where no scheme
// stands. A Fault Invalid "account.server" with the host alone otherwise.
func parseAddress(address string) (*url.URL, error) {
	u, err := url.Parse(address)
	if err == nil && u.Scheme == "" {
		u, err = url.Parse("https://" + address)
	}
	if err != nil {
		return nil, community.Faultf(community.Invalid, "account.server", "")
	}
	if u.Hostname() == "" || u.User != nil || u.Scheme != "https" && u.Scheme != "http" {
		return nil, community.Faultf(community.Invalid, "account.server", u.Host)
	}
	u.Fragment, u.RawFragment = "", ""
	return u, nil
}

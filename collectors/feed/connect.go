package feed

import (
	"context"
	"net/url"
	"strings"

	"github.com/vigie-hq/vigie/collectors"
	"github.com/vigie-hq/vigie/community"
)

// Form asks for the feed's address, or a page's that names its feed, and for the
// words to listen for.
func (n *Network) Form() []collectors.Field {
	return []collectors.Field{
		{Name: "url", Kind: collectors.FieldURL},
		{Name: "queries", Kind: collectors.FieldLines, Optional: true},
	}
}

// Connect fetches the address and returns its account, read-only. Where a web
// page stands there, the first feed that it names is taken. Faults: Invalid
// "account.server" (no address) or "feed.none" (neither a feed nor a page that
// names one), those of package phrase, and what fetching meets.
func (n *Network) Connect(ctx context.Context, in collectors.Filled) (collectors.Connection, error) {
	account := community.Account{Network: Name, Server: in.Values["url"], Queries: strings.TrimSpace(in.Values["queries"])}
	s, err := n.source(account)
	if err != nil {
		return collectors.Connection{}, err
	}
	got, err := s.fetch(ctx, position{})
	if err != nil {
		return collectors.Connection{}, err
	}
	page := got.body
	err = collectors.Guard(func() error { return got.parse(n.o.MaxEntries) })
	if err != nil {
		found := discover(page, got.at)
		if found == nil {
			return collectors.Connection{}, community.Faultf(community.Invalid, "feed.none").Because(err)
		}
		s.address = found
		if got, err = s.read(ctx, position{}); err != nil {
			return collectors.Connection{}, err
		}
	}
	if got.moved != "" {
		if moved, err := parseAddress(got.moved); err == nil {
			s.address = moved
		}
	}
	account.Server, account.NativeID = s.address.String(), bounded(s.address.String())
	account.Name, account.Handle, account.Scope = nameOf(s.address), s.address.Host, s.address.Host
	account.Title = clip(got.title, maxName)
	if account.Title == "" {
		account.Title = s.address.Host
	}
	account.Collects, account.State = true, community.AccountActive
	return collectors.Connection{Accounts: []collectors.Connected{{Account: account}}}, nil
}

// Complete is never needed: Connect asks nobody's browser.
func (n *Network) Complete(context.Context, map[string]string, url.Values) (collectors.Connection, error) {
	return collectors.Connection{}, community.Faultf(community.Invalid, "connect.unknown")
}

// nameOf is a short name for an address: its host and path, less what every
// feed's address has. What a query holds tells two feeds of one page apart.
func nameOf(u *url.URL) string {
	var b strings.Builder
	dash := false
	for _, r := range strings.ToLower(strings.TrimPrefix(u.Host, "www.") + u.Path) {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9', r == '.':
			if dash {
				b.WriteByte('-')
			}
			b.WriteRune(r)
			dash = false
		default:
			dash = b.Len() > 0
		}
	}
	name := b.String()
	if len(name) > 80 {
		name = name[:60] + "-" + strings.ToLower(shortHash(name))
	}
	if u.RawQuery != "" {
		name += "-" + strings.ToLower(shortHash(u.RawQuery)[:6])
	}
	return name
}

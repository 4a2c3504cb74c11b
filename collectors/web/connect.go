package web

import (
	"context"
	"net/url"
	"strings"

	"github.com/vigie-hq/vigie/collectors"
	"github.com/vigie-hq/vigie/community"
)

// minSecret is the shortest secret: openssl rand -hex 16.
const minSecret = 32

// Form asks for the account's name, which is part of the hook's address, for the
// secret that both sides sign with (and the one it replaces, while it is changed),
// and for what the other side offers.
func (n *Network) Form() []collectors.Field {
	return []collectors.Field{
		{Name: "name", Kind: collectors.FieldText},
		{Name: "secret", Kind: collectors.FieldSecret},
		{Name: "previous", Kind: collectors.FieldSecret, Optional: true},
		{Name: "poll", Kind: collectors.FieldURL, Optional: true},
		{Name: "answers", Kind: collectors.FieldURL, Optional: true},
		{Name: "promise", Kind: collectors.FieldChoice, Optional: true, Default: promiseNone, Choices: []string{promiseNone, promiseKeys, promiseLook, promiseBoth}},
	}
}

// Connect makes the account; nothing is asked of the other side, which may not be
// ready. Faults Invalid: "web.name", "web.secret", "account.server", "web.promise".
func (n *Network) Connect(_ context.Context, in collectors.Filled) (collectors.Connection, error) {
	value := func(name string) string { return strings.TrimSpace(in.Values[name]) }
	name := value("name")
	if !community.ValidName(name) {
		return collectors.Connection{}, community.Faultf(community.Invalid, "web.name", name)
	}
	secret, previous := value("secret"), value("previous")
	if len(secret) < minSecret || previous != "" && len(previous) < minSecret {
		return collectors.Connection{}, community.Faultf(community.Invalid, "web.secret", minSecret)
	}
	account := community.Account{
		Network: Name, Name: name, NativeID: name, Handle: name, Title: name, Scope: name,
		Collects: true, State: community.AccountActive,
	}
	for _, a := range []struct {
		given string
		to    *string
	}{{value("poll"), &account.Server}, {value("answers"), &account.Outgoing}} {
		if a.given == "" {
			continue
		}
		u, err := parseAddress(a.given)
		if err != nil {
			return collectors.Connection{}, err
		}
		*a.to = u.String()
	}
	account.Sends = account.Outgoing != ""
	switch account.API = value("promise"); account.API {
	case "", promiseNone:
		account.API = ""
	case promiseKeys, promiseLook, promiseBoth:
	default:
		return collectors.Connection{}, community.Faultf(community.Invalid, "web.promise", account.API)
	}
	// An empty secret forgets the one before.
	secrets := map[string]string{secretName: secret, previousName: previous}
	return collectors.Connection{Accounts: []collectors.Connected{{Account: account, Secrets: secrets}}}, nil
}

// Complete is never needed: Connect asks nobody's browser.
func (n *Network) Complete(context.Context, map[string]string, url.Values) (collectors.Connection, error) {
	return collectors.Connection{}, community.Faultf(community.Invalid, "connect.unknown")
}

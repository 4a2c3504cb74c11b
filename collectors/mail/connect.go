package mail

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"maps"
	"net/mail"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/vigie-hq/vigie/collectors"
	"github.com/vigie-hq/vigie/community"
)

// Provider is a host of mailboxes at which people sign in with their browser
// (OAuth 2.0 with PKCE) and give Vigie a token in place of a password.
type Provider struct {
	Authorise string // the address the browser goes to
	Token     string // the token endpoint
	Scopes    string // with spaces between them
	IMAP      string // the servers, as an account names them
	SMTP      string
	// Ask is what else the browser must bring, so that a refresh token is given.
	Ask map[string]string
}

// DefaultProviders are Google and Microsoft, as their documentation names them.
func DefaultProviders() map[string]Provider {
	return map[string]Provider{
		"google": {
			Authorise: "https://accounts.google.com/o/oauth2/v2/auth", Token: "https://oauth2.googleapis.com/token",
			Scopes: "https://mail.google.com/", IMAP: "imaps://imap.gmail.com:993", SMTP: "smtps://smtp.gmail.com:465",
			Ask: map[string]string{"access_type": "offline", "prompt": "consent"},
		},
		"microsoft": {
			Authorise: "https://login.microsoftonline.com/common/oauth2/v2.0/authorize",
			Token:     "https://login.microsoftonline.com/common/oauth2/v2.0/token",
			Scopes:    "https://outlook.office.com/IMAP.AccessAsUser.All https://outlook.office.com/SMTP.Send offline_access",
			IMAP:      "imaps://outlook.office365.com:993", SMTP: "smtp://smtp.office365.com:587",
		},
	}
}

// What the form's method is for a sign-in by password.
const byPassword = "password"

// Form is what connecting a mailbox needs: an address and either servers with a
// password or a provider.
func (n *Network) Form() []collectors.Field {
	providers := slices.Sorted(maps.Keys(n.o.Providers))
	fields := []collectors.Field{
		{Name: "address", Kind: collectors.FieldText},
		{Name: "title", Kind: collectors.FieldText, Optional: true},
		{Name: "method", Kind: collectors.FieldChoice, Default: byPassword, Choices: append([]string{byPassword}, providers...)},
		{Name: "imap", Kind: collectors.FieldText, Optional: true},
		{Name: "smtp", Kind: collectors.FieldText, Optional: true},
		{Name: "user", Kind: collectors.FieldText, Optional: true},
		{Name: "password", Kind: collectors.FieldSecret, Optional: true},
		{Name: "folders", Kind: collectors.FieldLines, Optional: true},
		{Name: "copy", Kind: collectors.FieldChoice, Default: "no", Choices: []string{"no", "yes"}},
	}
	for _, name := range providers {
		fields = append(fields,
			collectors.Field{Name: name + "_client_id", Kind: collectors.FieldText, Optional: true, App: true},
			collectors.Field{Name: name + "_client_secret", Kind: collectors.FieldSecret, Optional: true, App: true})
	}
	return fields
}

// Connect signs in with what was filled in, or says where the browser must go.
func (n *Network) Connect(ctx context.Context, in collectors.Filled) (collectors.Connection, error) {
	value := func(name string) string { return strings.TrimSpace(in.Values[name]) }
	account, err := accountOf(value("address"), value("title"), value("folders"))
	if err != nil {
		return collectors.Connection{}, err
	}
	if method := cmp.Or(value("method"), byPassword); method != byPassword {
		return n.browse(&in, method, &account)
	}
	account.Server, account.Outgoing = value("imap"), value("smtp")
	if in.Values["password"] == "" {
		return collectors.Connection{}, community.Faultf(community.Invalid, "connect.field", "password")
	}
	c := credential{user: cmp.Or(value("user"), account.NativeID), password: in.Values["password"]}
	secrets := map[string]string{
		secretPassword: c.password, secretUser: value("user"), secretCopy: value("copy"),
		secretRefresh: "", secretAccess: "", // a mailbox that had a token has none now
	}
	return n.connected(ctx, account, &c, secrets)
}

// accountOf is the account of an address, its servers not yet known.
func accountOf(address, title, folders string) (community.Account, error) {
	address = strings.ToLower(address)
	if parsed, err := mail.ParseAddress(address); err != nil || parsed.Address != address || !isAddress(address) {
		return community.Account{}, community.Faultf(community.Invalid, "email.form")
	}
	return community.Account{
		Network: Name, Name: nameOf(address), Title: cmp.Or(title, address),
		NativeID: address, Handle: address, Scope: address, Queries: folders,
		Collects: true, State: community.AccountActive,
	}, nil
}

// nameOf is how messages name a mailbox: its address, in the signs a name may have.
func nameOf(address string) string {
	name := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return '-'
	}, address)
	return strings.Trim(name[:min(len(name), 32)], "-")
}

// connected tries the account before it is given back.
func (n *Network) connected(ctx context.Context, account community.Account, c *credential, secrets map[string]string) (collectors.Connection, error) {
	account.Sends = account.Outgoing != ""
	for kind, address := range map[string]string{"imap": account.Server, "smtp": account.Outgoing} {
		if _, err := parseServer(kind, address); err != nil && (kind == "imap" || address != "") {
			return collectors.Connection{}, err
		}
	}
	b := &box{account: account, address: account.NativeID}
	missing, err := n.try(ctx, b, c)
	if err != nil {
		return collectors.Connection{}, err
	}
	if len(missing) > 0 {
		return collectors.Connection{}, community.Faultf(community.Invalid, "mail.folder", missing[0])
	}
	return collectors.Connection{Accounts: []collectors.Connected{{Account: account, Secrets: secrets}}}, nil
}

// What Complete must know again, beside the secrets' own names.
const (
	keepMethod, keepAddress, keepTitle, keepFolders = "method", "address", "title", "folders"
	keepVerifier, keepReturn, keepState             = "verifier", "return", "state"
)

// browse sends the browser to a provider.
func (n *Network) browse(in *collectors.Filled, method string, account *community.Account) (collectors.Connection, error) {
	provider, known := n.o.Providers[method]
	switch {
	case !known:
		return collectors.Connection{}, community.Faultf(community.Invalid, "connect.field", "method")
	case in.Return == "":
		return collectors.Connection{}, community.Faultf(community.Invalid, "connect.browser", Name)
	case in.Values[method+"_client_id"] == "":
		return collectors.Connection{}, community.Faultf(community.Invalid, "connect.field", method+"_client_id")
	}
	keep := map[string]string{
		keepMethod: method, keepAddress: account.NativeID, keepTitle: account.Title, keepFolders: account.Queries,
		keepVerifier: rand.Text() + rand.Text(), keepReturn: in.Return, keepState: in.State,
		secretClient: in.Values[method+"_client_id"], secretKey: in.Values[method+"_client_secret"],
		secretCopy: in.Values["copy"],
	}
	challenge := sha256.Sum256([]byte(keep[keepVerifier]))
	query := url.Values{
		"response_type": {"code"}, "client_id": {keep[secretClient]}, "redirect_uri": {in.Return},
		"scope": {provider.Scopes}, "state": {in.State}, "login_hint": {account.NativeID},
		"code_challenge": {base64.RawURLEncoding.EncodeToString(challenge[:])}, "code_challenge_method": {"S256"},
	}
	for name, value := range provider.Ask {
		query.Set(name, value)
	}
	return collectors.Connection{Go: provider.Authorise + "?" + query.Encode(), Keep: keep}, nil
}

// Complete takes the code that the browser brought back.
func (n *Network) Complete(ctx context.Context, kept map[string]string, query url.Values) (collectors.Connection, error) {
	provider, known := n.o.Providers[kept[keepMethod]]
	if !known || kept[keepState] == "" || query.Get("state") != kept[keepState] {
		return collectors.Connection{}, community.Faultf(community.Forbidden, "connect.state")
	}
	if query.Get("code") == "" { // the person said no, or the app is not allowed
		return collectors.Connection{}, community.Faultf(community.Unauthorised, "connect.declined")
	}
	account, err := accountOf(kept[keepAddress], kept[keepTitle], kept[keepFolders])
	if err != nil {
		return collectors.Connection{}, err
	}
	account.Server, account.Outgoing = provider.IMAP, provider.SMTP
	g, err := n.exchange(ctx, provider.Token, url.Values{
		"grant_type": {"authorization_code"}, "code": {query.Get("code")}, "redirect_uri": {kept[keepReturn]},
		"client_id": {kept[secretClient]}, "client_secret": {kept[secretKey]}, "code_verifier": {kept[keepVerifier]},
	})
	if err != nil {
		return collectors.Connection{}, err
	}
	if g.Refresh == "" {
		return collectors.Connection{}, community.Faultf(community.Unauthorised, "mail.no_refresh")
	}
	expires := n.o.Now().Add(time.Duration(g.Seconds) * time.Second).UTC()
	c := credential{user: account.NativeID, token: g.Access, expires: expires}
	return n.connected(ctx, account, &c, map[string]string{
		secretRefresh: g.Refresh, secretAccess: g.Access, secretExpires: expires.Format(time.RFC3339),
		secretClient: kept[secretClient], secretKey: kept[secretKey], secretToken: provider.Token,
		secretCopy: kept[secretCopy], secretPassword: "",
	})
}

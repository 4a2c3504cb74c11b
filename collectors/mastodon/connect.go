package mastodon

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"net/url"
	"strings"

	"github.com/vigie-hq/vigie/collectors"
	"github.com/vigie-hq/vigie/community"
)

// Form asks for the server and the hashtags to listen to. A token is filled in
// where somebody made one by hand in the server's development settings; without
// it the browser is sent there to sign in. Nobody registers an app: Vigie does, by
// itself, once a server.
func (n *Network) Form() []collectors.Field {
	return []collectors.Field{
		{Name: "server", Kind: collectors.FieldURL},
		{Name: "token", Kind: collectors.FieldSecret, Optional: true},
		{Name: "queries", Kind: collectors.FieldLines, Optional: true},
	}
}

// Connect connects with the token that was filled in, or says where to sign in.
// Faults: Invalid "account.server", "mastodon.query" or "connect.browser", and
// what asking the server meets.
func (n *Network) Connect(ctx context.Context, in collectors.Filled) (collectors.Connection, error) {
	queries := strings.TrimSpace(in.Values["queries"])
	if _, err := parseTags(queries); err != nil {
		return collectors.Connection{}, err
	}
	if token := strings.TrimSpace(in.Values["token"]); token != "" {
		return n.connected(ctx, in.Values["server"], queries, grant{Token: token})
	}
	c, err := n.caller(in.Values["server"])
	if err != nil {
		return collectors.Connection{}, err
	}
	if in.Return == "" {
		return collectors.Connection{}, community.Faultf(community.Invalid, "connect.browser", Name)
	}
	app, err := n.register(ctx, c, in.Return)
	if err != nil {
		return collectors.Connection{}, err
	}
	scope := strings.Join(wantedScopes(), " ")
	keep := map[string]string{"server": c.server.String(), "state": in.State, "return": in.Return, "queries": queries}
	query := url.Values{
		"response_type": {"code"}, "client_id": {app.ID}, "redirect_uri": {in.Return}, "scope": {scope}, "state": {in.State},
	}
	if c.provesKeys(ctx) {
		keep["verifier"] = rand.Text() + rand.Text() // 52 letters and figures: RFC 7636 wants 43 to 128
		sum := sha256.Sum256([]byte(keep["verifier"]))
		query.Set("code_challenge", base64.RawURLEncoding.EncodeToString(sum[:]))
		query.Set("code_challenge_method", "S256")
	}
	return collectors.Connection{Go: c.server.JoinPath("/oauth/authorize").String() + "?" + query.Encode(), Keep: keep}, nil
}

// Complete changes the code that the browser brought for a token. Faults:
// Unauthorised "connect.state" (it is not the browser that left) or
// "connect.denied" (the person said no).
func (n *Network) Complete(ctx context.Context, kept map[string]string, query url.Values) (collectors.Connection, error) {
	switch {
	case kept["state"] == "" || subtle.ConstantTimeCompare([]byte(query.Get("state")), []byte(kept["state"])) == 0:
		return collectors.Connection{}, community.Faultf(community.Unauthorised, "connect.state")
	case query.Get("error") != "" || query.Get("code") == "":
		return collectors.Connection{}, community.Faultf(community.Unauthorised, "connect.denied")
	}
	c, err := n.caller(kept["server"])
	if err != nil {
		return collectors.Connection{}, err
	}
	app, err := n.app(ctx, c, kept["return"])
	if err != nil {
		return collectors.Connection{}, err
	}
	form := url.Values{
		"grant_type": {"authorization_code"}, "code": {query.Get("code")}, "client_id": {app.ID}, "client_secret": {app.Secret},
		"redirect_uri": {kept["return"]}, "scope": {strings.Join(wantedScopes(), " ")},
	}
	if kept["verifier"] != "" {
		form.Set("code_verifier", kept["verifier"])
	}
	var got grant
	if err := c.post(ctx, "/oauth/token", form, &got); err != nil {
		return collectors.Connection{}, err
	}
	return n.connected(ctx, kept["server"], kept["queries"], got)
}

// grant is a token and what it allows.
type grant struct {
	Token string `json:"access_token"`
	Scope string `json:"scope"`
}

// connected asks whose token it is.
func (n *Network) connected(ctx context.Context, server, queries string, got grant) (collectors.Connection, error) {
	account, err := verify(ctx, &n.o, server, got.Token)
	if err != nil {
		return collectors.Connection{}, err
	}
	account.Queries = queries
	secrets := map[string]string{tokenName: got.Token, scopesName: got.Scope}
	return collectors.Connection{Accounts: []collectors.Connected{{Account: account, Secrets: secrets}}}, nil
}

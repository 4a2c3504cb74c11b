package x

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"net/url"
	"strconv"
	"strings"

	"github.com/vigie-hq/vigie/collectors"
	"github.com/vigie-hq/vigie/community"
)

// Fields of the form that are the account's own.
const (
	fieldAPI     = "api"
	fieldQueries = "queries"
	fieldCap     = "daily_cap" // dollars a day
)

// Form asks for the app's keys once, then how the account signs: in the browser
// (OAuth 2.0, nothing to fill in) or with a token and its secret (OAuth 1.0a).
func (n *Network) Form() []collectors.Field {
	return []collectors.Field{
		{Name: appClientID, Kind: collectors.FieldText, Optional: true, App: true},
		{Name: appClientSecret, Kind: collectors.FieldSecret, Optional: true, App: true},
		{Name: appConsumerKey, Kind: collectors.FieldText, Optional: true, App: true},
		{Name: appConsumerSecret, Kind: collectors.FieldSecret, Optional: true, App: true},
		{Name: appBearer, Kind: collectors.FieldSecret, Optional: true, App: true},
		{Name: appWebhook, Kind: collectors.FieldText, Optional: true, App: true},
		{Name: appOwnerID, Kind: collectors.FieldText, Optional: true, App: true},
		{Name: appPlan, Kind: collectors.FieldChoice, Optional: true, App: true, Default: planSelf, Choices: []string{planSelf, planEnterprise}},
		{Name: fieldAPI, Kind: collectors.FieldChoice, Optional: true, Default: Version2, Choices: []string{Version2, Version11}},
		{Name: secretToken, Kind: collectors.FieldSecret, Optional: true},
		{Name: secretTokenSecret, Kind: collectors.FieldSecret, Optional: true},
		{Name: fieldQueries, Kind: collectors.FieldLines, Optional: true},
		{Name: fieldCap, Kind: collectors.FieldText, Optional: true},
	}
}

// Connect connects with the token that was filled in, or sends the browser to X.
func (n *Network) Connect(ctx context.Context, in collectors.Filled) (collectors.Connection, error) {
	f := form(in.Values)
	account, err := f.account()
	if err != nil {
		return collectors.Connection{}, err
	}
	if f.get(secretToken) != "" || f.get(secretTokenSecret) != "" {
		return n.connectByHand(ctx, f, account)
	}
	switch {
	case account.API == Version11:
		return collectors.Connection{}, community.Faultf(community.Invalid, "x.oauth1_needed")
	case f.get(appClientID) == "":
		return collectors.Connection{}, community.Faultf(community.Invalid, "x.app_keys")
	case in.Return == "":
		return collectors.Connection{}, community.Faultf(community.Invalid, "connect.browser")
	}
	verifier := rand.Text() + rand.Text() // 52 letters and figures: RFC 7636 wants 43 to 128
	sum := sha256.Sum256([]byte(verifier))
	keep := map[string]string{"verifier": verifier, "return": in.Return, "state": in.State}
	for _, name := range []string{appClientID, appClientSecret, fieldAPI, fieldQueries, fieldCap} {
		keep[name] = f.get(name)
	}
	query := url.Values{
		"response_type": {"code"}, "client_id": {f.get(appClientID)}, "redirect_uri": {in.Return},
		"scope": {strings.Join(scopes(), " ")}, "state": {in.State},
		"code_challenge": {base64.RawURLEncoding.EncodeToString(sum[:])}, "code_challenge_method": {"S256"},
	}
	return collectors.Connection{Go: n.o.Site + "/i/oauth2/authorize?" + query.Encode(), Keep: keep}, nil
}

// Complete changes the code the browser brought for tokens, and asks whose they
// are.
func (n *Network) Complete(ctx context.Context, kept map[string]string, query url.Values) (collectors.Connection, error) {
	f := form(kept)
	switch {
	case kept["state"] == "", subtle.ConstantTimeCompare([]byte(query.Get("state")), []byte(kept["state"])) == 0:
		return collectors.Connection{}, community.Faultf(community.Unauthorised, "x.connect_state")
	case query.Get("error") != "":
		return collectors.Connection{}, community.Faultf(community.Unauthorised, "x.connect_denied")
	case query.Get("code") == "":
		return collectors.Connection{}, community.Faultf(community.Invalid, "x.connect_state")
	}
	account, err := f.account()
	if err != nil {
		return collectors.Connection{}, err
	}
	s, err := newSession(&n.o, account, nil)
	if err != nil {
		return collectors.Connection{}, err
	}
	app := application{clientID: f.get(appClientID), clientSecret: f.get(appClientSecret)}
	got, err := s.grant(ctx, app, url.Values{
		"grant_type": {"authorization_code"}, "code": {query.Get("code")},
		"redirect_uri": {kept["return"]}, "code_verifier": {kept["verifier"]},
	})
	if err != nil {
		return collectors.Connection{}, err
	}
	s.keys.creds = credentials{token: got.Access, app: app}
	return s.connected(ctx, got.secrets(n.o.Now()))
}

// connectByHand connects with a token of OAuth 1.0a that somebody made in the
// developer portal.
func (n *Network) connectByHand(ctx context.Context, f form, account community.Account) (collectors.Connection, error) {
	for _, name := range []string{secretToken, secretTokenSecret, appConsumerKey, appConsumerSecret} {
		if f.get(name) == "" {
			return collectors.Connection{}, community.Faultf(community.Invalid, "x.oauth1_needed")
		}
	}
	s, err := newSession(&n.o, account, nil)
	if err != nil {
		return collectors.Connection{}, err
	}
	s.keys.creds = credentials{
		token: f.get(secretToken), tokenSecret: f.get(secretTokenSecret),
		app: application{consumerKey: f.get(appConsumerKey), consumerSecret: f.get(appConsumerSecret)},
	}
	return s.connected(ctx, map[string]string{secretToken: f.get(secretToken), secretTokenSecret: f.get(secretTokenSecret)})
}

// connected asks X whose token it is.
func (s *session) connected(ctx context.Context, secrets map[string]string) (collectors.Connection, error) {
	who, err := s.api().me(ctx)
	if err != nil {
		return collectors.Connection{}, err
	}
	account := s.account
	account.Name, account.NativeID, account.Handle, account.Title = strings.ToLower(who.Handle), who.ID, who.Handle, who.Name
	return collectors.Connection{Accounts: []collectors.Connected{{Account: account, Secrets: secrets}}}, nil
}

// form is a filled-in form, trimmed as it is read.
type form map[string]string

func (f form) get(name string) string { return strings.TrimSpace(f[name]) }

// account is what the form says of the account; X tells the rest.
func (f form) account() (community.Account, error) {
	account := community.Account{
		Network: Name, API: f.get(fieldAPI), Queries: f.get(fieldQueries),
		Collects: true, Sends: true, State: community.AccountActive,
	}
	if account.API == "" {
		account.API = Version2
	}
	if account.API != Version2 && account.API != Version11 {
		return account, community.Faultf(community.Invalid, "x.version", account.API)
	}
	for _, q := range queriesOf(account) {
		if len(q) > queryMost {
			return account, community.Faultf(community.Invalid, "x.query_long", queryMost)
		}
	}
	if dollars := f.get(fieldCap); dollars != "" {
		amount, err := strconv.ParseFloat(strings.ReplaceAll(dollars, ",", "."), 64)
		if err != nil || !(amount >= 0 && amount < 1e6) {
			return account, community.Faultf(community.Invalid, "x.daily_cap", dollars)
		}
		account.DailyCap = int64(amount*1e6 + 0.5)
	}
	return account, nil
}

// The longest query of recent search (docs.x.com, "Recent search").
const queryMost = 512

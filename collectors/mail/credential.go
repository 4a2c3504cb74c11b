package mail

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/emersion/go-sasl"

	"github.com/vigie-hq/vigie/collectors"
	"github.com/vigie-hq/vigie/community"
)

// The secrets of an account, by name. A mailbox has either a password or a
// refresh token.
const (
	secretUser     = "user"     // the name to sign in with; absent: the address
	secretPassword = "password" // of the mailbox, or of this application alone
	secretRefresh  = "refresh_token"
	secretAccess   = "access_token"
	secretExpires  = "expires_at" // of the access token, RFC 3339
	secretClient   = "client_id"
	secretKey      = "client_secret"
	secretToken    = "token_url"
	secretCopy     = "copy" // "yes": every answer goes to the mailbox too, as proof
)

// A token is renewed this long before its end.
const renewBefore = 5 * time.Minute

// An answer of a token endpoint is no longer than this.
const maxToken = 64 << 10

// credential is what a connection signs in with.
type credential struct {
	user, password string
	token          string    // an access token, in place of the password
	expires        time.Time // of the token
	copies         bool
}

// sasl is the mechanism to sign in with.
func (c *credential) sasl() sasl.Client {
	if c.token != "" {
		return &xoauth2{user: c.user, token: c.token}
	}
	return sasl.NewPlainClient("", c.user, c.password)
}

// secret reads one secret; absent is empty.
func (n *Network) secret(ctx context.Context, account, name string) (string, error) {
	value, err := n.o.Vault.Secret(ctx, account, name)
	if err != nil && community.KindOf(err) != community.NotFound {
		return "", err
	}
	return string(value), nil
}

// credential reads how the account signs in, and renews its token first when
// that has run out.
func (n *Network) credential(ctx context.Context, b *box) (credential, error) {
	owner := b.account.Key()
	secrets := map[string]string{}
	for _, name := range []string{secretUser, secretPassword, secretRefresh, secretAccess, secretExpires, secretCopy} {
		value, err := n.secret(ctx, owner, name)
		if err != nil {
			return credential{}, err
		}
		secrets[name] = value
	}
	c := credential{user: cmp.Or(secrets[secretUser], b.address), copies: secrets[secretCopy] == "yes"}
	switch {
	case secrets[secretRefresh] != "":
		c.token = secrets[secretAccess]
		c.expires, _ = time.Parse(time.RFC3339, secrets[secretExpires])
		if c.token == "" || n.o.Now().After(c.expires.Add(-renewBefore)) {
			return n.renew(ctx, b, c)
		}
	case secrets[secretPassword] != "":
		c.password = secrets[secretPassword]
	default:
		return credential{}, community.Faultf(community.Unauthorised, "network.no_token")
	}
	return c, nil
}

// renew asks for a new access token. A provider may hand out a new refresh token
// with it: both are kept together or none.
func (n *Network) renew(ctx context.Context, b *box, c credential) (credential, error) {
	b.grant.Lock()
	defer b.grant.Unlock()
	owner := b.account.Key()
	asked := map[string]string{}
	for _, name := range []string{secretRefresh, secretAccess, secretExpires, secretClient, secretKey, secretToken} {
		value, err := n.secret(ctx, owner, name)
		if err != nil {
			return c, err
		}
		asked[name] = value
	}
	// Somebody else may have renewed it while we waited.
	if expires, err := time.Parse(time.RFC3339, asked[secretExpires]); err == nil && asked[secretAccess] != c.token && n.o.Now().Before(expires.Add(-renewBefore)) {
		c.token, c.expires = asked[secretAccess], expires
		return c, nil
	}
	g, err := n.exchange(ctx, asked[secretToken], url.Values{
		"grant_type": {"refresh_token"}, "refresh_token": {asked[secretRefresh]},
		"client_id": {asked[secretClient]}, "client_secret": {asked[secretKey]},
	})
	if err != nil {
		return c, err
	}
	c.token, c.expires = g.Access, n.o.Now().Add(time.Duration(g.Seconds)*time.Second).UTC()
	keep := map[string][]byte{
		secretAccess: []byte(c.token), secretExpires: []byte(c.expires.Format(time.RFC3339)),
	}
	if g.Refresh != "" {
		keep[secretRefresh] = []byte(g.Refresh)
	}
	return c, n.o.Vault.PutSecrets(ctx, owner, keep)
}

// grant is what a token endpoint gives (RFC 6749, 5.1).
type grant struct {
	Access  string `json:"access_token"`
	Refresh string `json:"refresh_token"`
	Seconds int64  `json:"expires_in"`
}

// exchange asks a token endpoint. A refusal (RFC 6749, 5.2: 400 or 401) means
// that the grant is dead and a human must sign in again.
func (n *Network) exchange(ctx context.Context, endpoint string, form url.Values) (grant, error) {
	var g grant
	u, err := url.Parse(endpoint)
	if err != nil || u.Hostname() == "" || u.Scheme != "https" && !isLoopback(u.Hostname()) {
		return g, community.Faultf(community.Invalid, "account.server", endpoint)
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, u.String(), strings.NewReader(form.Encode()))
	if err != nil {
		return g, err
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.Header.Set("Accept", "application/json")
	transport := collectors.NewTransport(collectors.TransportOptions{Base: n.o.HTTP, Now: n.o.Now})
	response, err := transport.RoundTrip(request)
	if err != nil {
		return g, refusedGrant(err, form)
	}
	defer response.Body.Close()
	if err := json.NewDecoder(io.LimitReader(response.Body, maxToken)).Decode(&g); err != nil || g.Access == "" {
		return g, community.Faultf(community.Unavailable, "network.unreadable").Because(err)
	}
	return g, nil
}

// refusedGrant is the fault of a token that was not given: asking again harms
// nobody, so nothing of it is Uncertain. What the endpoint said goes to the log,
// without the secrets it was asked with, should it repeat them.
func refusedGrant(err error, form url.Values) error {
	var status *collectors.StatusError
	if errors.As(err, &status) {
		for _, name := range []string{"refresh_token", "client_secret", "code", "code_verifier"} {
			if secret := form.Get(name); secret != "" {
				status.Reason = strings.ReplaceAll(status.Reason, secret, "***")
			}
		}
	}
	if errors.As(err, &status) && (status.Status == http.StatusBadRequest || status.Status == http.StatusUnauthorized) {
		return community.Faultf(community.Unauthorised, "network.unauthorised").Because(err)
	}
	if kind := community.KindOf(err); kind == community.Uncertain || kind == community.Refused {
		return community.Faultf(community.Unavailable, "network.unavailable").Because(err)
	}
	return err
}

// xoauth2 is the mechanism of Google and Microsoft: the token in one line. A
// refusal comes as a challenge that holds JSON, which is answered with nothing so
// that the server then says no.
type xoauth2 struct{ user, token string }

func (x *xoauth2) Start() (mechanism string, response []byte, err error) {
	return "XOAUTH2", []byte("user=" + x.user + "\x01auth=Bearer " + x.token + "\x01\x01"), nil
}

func (x *xoauth2) Next([]byte) (response []byte, err error) { return []byte{}, nil }

// loginMechanism is for servers that offer LOGIN alone (Microsoft's, for long).
func loginMechanism(c *credential) sasl.Client { return sasl.NewLoginClient(c.user, c.password) }

package mastodon

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/vigie-hq/vigie/collectors"
	"github.com/vigie-hq/vigie/community"
)

// What an answer to a sign-in may weigh.
const maxGrant = 64 << 10

// app is Vigie as one server knows it. Every server has its own, kept in the vault
// under AppOwner("mastodon/<host>"), for the address that browsers come back to.
type app struct {
	ID     string `json:"client_id"`
	Secret string `json:"client_secret"`
}

// caller calls one server before there is an account.
type caller struct {
	server *url.URL
	http   http.RoundTripper
}

func (n *Network) caller(address string) (*caller, error) {
	server, err := parseServer(address)
	if err != nil {
		return nil, err
	}
	budget := collectors.NewTransport(collectors.TransportOptions{Base: n.o.HTTP.Transport, Now: n.o.Now})
	return &caller{server, budget}, nil
}

func (c *caller) owner() string { return collectors.AppOwner(Name + "/" + c.server.Host) }

// register returns the app, registering it where the server does not know it, no
// longer knows it, or knows it with another address to come back to.
func (n *Network) register(ctx context.Context, c *caller, back string) (app, error) {
	known, err := n.app(ctx, c, back)
	if err == nil {
		err = c.remembers(ctx, known, back)
	}
	if kind := community.KindOf(err); err == nil || kind != community.NotFound && kind != community.Unauthorised {
		return known, err
	}
	form := url.Values{
		"client_name": {"Vigie"}, "redirect_uris": {back}, "scopes": {strings.Join(wantedScopes(), " ")},
		"website": {"https://github.com/vigie-hq/vigie"},
	}
	var made app
	if err := c.post(ctx, "/api/v1/apps", form, &made); err != nil {
		return app{}, err
	}
	if made.ID == "" || made.Secret == "" {
		return app{}, community.Faultf(community.Unavailable, "network.unreadable")
	}
	return made, n.o.Vault.PutSecrets(ctx, c.owner(), map[string][]byte{
		"client_id": []byte(made.ID), "client_secret": []byte(made.Secret), "redirect_uri": []byte(back),
	})
}

// remembers asks for a token of the app's own, which nobody uses: Mastodon forgets
// an app that has had no token for a day, and a browser that is sent to sign in for
// one that is forgotten does not come back. Unauthorised: forgotten.
func (c *caller) remembers(ctx context.Context, a app, back string) error {
	return c.post(ctx, "/oauth/token", url.Values{
		"grant_type": {"client_credentials"}, "client_id": {a.ID}, "client_secret": {a.Secret},
		"redirect_uri": {back}, "scope": {"read"},
	}, &grant{})
}

// app reads the app of a server from the vault; a Fault NotFound where there is
// none for this address.
func (n *Network) app(ctx context.Context, c *caller, back string) (app, error) {
	var parts [3]string
	for i, name := range []string{"client_id", "client_secret", "redirect_uri"} {
		part, err := n.o.Vault.Secret(ctx, c.owner(), name)
		if err != nil {
			return app{}, err
		}
		parts[i] = string(part)
	}
	if parts[2] != back {
		return app{}, community.Faultf(community.NotFound, "connect.state")
	}
	return app{parts[0], parts[1]}, nil
}

// provesKeys tells whether the server says that it wants a sign-in proved by key
// (PKCE, Mastodon 4.3). In doubt no: some refuse what they do not know.
func (c *caller) provesKeys(ctx context.Context) bool {
	var says struct {
		Methods []string `json:"code_challenge_methods_supported"`
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, c.server.JoinPath("/.well-known/oauth-authorization-server").String(), nil)
	if err != nil || c.do(r, &says) != nil {
		return false
	}
	return slices.Contains(says.Methods, "S256")
}

// post sends a form. What a server says of it may repeat it, and is logged: the
// secrets it holds are taken out.
func (c *caller) post(ctx context.Context, path string, form url.Values, into any) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, c.server.JoinPath(path).String(), strings.NewReader(form.Encode()))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	err = c.do(r, into)
	var status *collectors.StatusError
	if errors.As(err, &status) {
		for _, name := range []string{"client_secret", "code", "code_verifier"} {
			if secret := form.Get(name); secret != "" {
				status.Reason = strings.ReplaceAll(status.Reason, secret, "***")
			}
		}
	}
	return signIn(err)
}

// do calls the server. The transport is called without a client, whose errors
// would hold addresses; redirects are not followed.
func (c *caller) do(r *http.Request, into any) error {
	r.Header.Set("Accept", "application/json")
	r.Header.Set("User-Agent", userAgent)
	response, err := c.http.RoundTrip(r)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, maxGrant))
	if err != nil {
		return err
	}
	if err := json.Unmarshal(body, into); err != nil {
		// What the server wrote may be a token: it is not told.
		return community.Faultf(community.Unavailable, "network.unreadable")
	}
	return nil
}

// signIn is the fault of a call of the sign-in. Nobody reads a sign-in back, so
// what is uncertain is tried again from the beginning; what is refused is a code or
// an app that the server does not know.
func signIn(err error) error {
	switch community.KindOf(err) {
	case community.Refused:
		return community.Faultf(community.Unauthorised, "connect.refused").Because(err)
	case community.Uncertain:
		return community.Faultf(community.Unavailable, "network.unavailable").Because(err)
	}
	return err
}

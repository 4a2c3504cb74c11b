package bluesky

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"

	"github.com/bluesky-social/indigo/atproto/syntax"

	"github.com/vigie-hq/vigie/collectors"
	"github.com/vigie-hq/vigie/community"
)

// Names of the form's fields.
const (
	serverField   = "server"
	handleField   = "handle"
	passwordField = "password"
)

// Form asks for the handle and an app password; the server only matters to those
// who left Bluesky's own.
func (n *Network) Form() []collectors.Field {
	return []collectors.Field{
		{Name: handleField, Kind: collectors.FieldText},
		{Name: passwordField, Kind: collectors.FieldSecret},
		{Name: serverField, Kind: collectors.FieldURL, Default: DefaultServer, Optional: true},
	}
}

// Connect makes a session once (300 a day are allowed). The password is not kept:
// the session renews itself.
func (n *Network) Connect(ctx context.Context, in collectors.Filled) (collectors.Connection, error) {
	handle := strings.TrimPrefix(strings.TrimSpace(in.Values[handleField]), "@")
	password := strings.TrimSpace(in.Values[passwordField])
	server := strings.TrimSpace(in.Values[serverField])
	if server == "" {
		server = DefaultServer
	}
	switch {
	case handle == "":
		return collectors.Connection{}, community.Faultf(community.Invalid, "connect.field", handleField)
	case password == "":
		return collectors.Connection{}, community.Faultf(community.Invalid, "connect.field", passwordField)
	}
	s, err := n.newSession(community.Account{Network: Name, Server: server})
	if err != nil {
		return collectors.Connection{}, err
	}
	var out struct {
		DID     string          `json:"did"`
		Handle  string          `json:"handle"`
		Access  string          `json:"accessJwt"`
		Refresh string          `json:"refreshJwt"`
		Doc     json.RawMessage `json:"didDoc"`
	}
	identity := map[string]string{"identifier": handle, "password": password}
	err = s.once(ctx, call{method: http.MethodPost, name: "com.atproto.server.createSession", in: identity, out: &out}, "")
	if err != nil {
		return collectors.Connection{}, sessionFault(err)
	}
	if _, err := syntax.ParseDID(out.DID); err != nil || out.Access == "" || out.Refresh == "" {
		return collectors.Connection{}, community.Faultf(community.Unavailable, "network.unreadable")
	}
	if readClaims(out.Access).scope == fullScope {
		// It opens everything, the account's deletion included.
		return collectors.Connection{}, community.Faultf(community.Invalid, "bluesky.app_password")
	}
	a := community.Account{
		Network: Name, Name: strings.ToLower(out.Handle), NativeID: out.DID, Handle: out.Handle, Title: out.Handle,
		Server: home(out.Doc, s.server), Collects: true, Sends: true, State: community.AccountActive,
	}
	return collectors.Connection{Accounts: []collectors.Connected{{
		Account: a, Secrets: map[string]string{accessSecret: out.Access, refreshSecret: out.Refresh},
	}}}, nil
}

// Complete is never needed: nothing here goes through a browser.
func (n *Network) Complete(context.Context, map[string]string, url.Values) (collectors.Connection, error) {
	return collectors.Connection{}, community.Faultf(community.Invalid, "connect.unknown")
}

// home is the address of the server that an account lives on, as its own document
// says; where that says nothing better, the one it was connected through. A
// document can send nobody from https to http.
func home(doc json.RawMessage, through *url.URL) string {
	var d struct {
		Services []struct {
			ID       string `json:"id"`
			Type     string `json:"type"`
			Endpoint string `json:"serviceEndpoint"`
		} `json:"service"`
	}
	if json.Unmarshal(doc, &d) == nil {
		for _, service := range d.Services {
			if !strings.HasSuffix(service.ID, "#atproto_pds") || service.Type != "AtprotoPersonalDataServer" {
				continue
			}
			if u, err := parseServer(service.Endpoint); err == nil && (u.Scheme == "https" || through.Scheme == "http") {
				return u.String()
			}
		}
	}
	return through.String()
}

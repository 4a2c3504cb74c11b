package bluesky

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/vigie-hq/vigie/collectors"
	"github.com/vigie-hq/vigie/community"
)

const userAgent = "Vigie (+https://github.com/vigie-hq/vigie)"

// How many calls of a rate window (3,000 in five minutes) collecting leaves over
// for answers; how long before its end a token is renewed; how long renewing may
// take, whoever waits for it.
const (
	reserve    = 100
	renewEarly = time.Minute
	renewWait  = 30 * time.Second
)

// session is what is kept of one account between calls: its tokens and its rate
// windows. It is safe for concurrent use.
type session struct {
	o        *Options
	account  community.Account
	server   *url.URL
	budget   *collectors.Transport
	http     *http.Client
	profiles *profiles // shared by all accounts

	renewing sync.Mutex // one renewal at a time: a refresh token is spent by use
	mu       sync.Mutex
	now      tokens
	stored   tokens // as the vault has them, as far as we know
}

func (n *Network) newSession(account community.Account) (*session, error) {
	o := &n.o
	server, err := parseServer(account.Server)
	if err != nil {
		return nil, err
	}
	budget := collectors.NewTransport(collectors.TransportOptions{
		Base: o.HTTP.Transport, Now: o.Now, Reserve: reserve, Bucket: bucketOf,
	})
	return &session{o: o, account: account, server: server, budget: budget, http: &http.Client{Transport: budget}, profiles: &n.profiles}, nil
}

// bucketOf names the limit a call draws on: writes to a repository are counted in
// points, sessions apart, direct messages by another server.
func bucketOf(r *http.Request) string {
	method := r.URL.Path[strings.LastIndexByte(r.URL.Path, '/')+1:]
	switch {
	case strings.HasPrefix(method, "chat.bsky."):
		return "chat"
	case strings.HasPrefix(method, "com.atproto.server."):
		return "session"
	case r.Method == http.MethodPost:
		return "write"
	}
	return "read"
}

// load takes the vault's tokens when they are not those we know: the account was
// connected again.
func (s *session) load(ctx context.Context) error {
	var kept tokens
	for name, into := range map[string]*string{accessSecret: &kept.access, refreshSecret: &kept.refresh} {
		secret, err := s.o.Vault.Secret(ctx, s.account.Key(), name)
		if err != nil {
			if community.KindOf(err) == community.NotFound {
				return community.Faultf(community.Unauthorised, "network.no_token")
			}
			return err
		}
		*into = string(secret)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if kept != s.stored {
		s.now, s.stored = kept, kept
	}
	return nil
}

func (s *session) tokens() tokens {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.now
}

// directs tells whether direct messages can be read and written.
func (s *session) directs() bool {
	return !s.o.NoChat && readClaims(s.tokens().access).directs()
}

// access gives a token that is good for a while.
func (s *session) access(ctx context.Context) (string, error) {
	t := s.tokens()
	if c := readClaims(t.access); !c.expires.IsZero() && s.o.Now().After(c.expires.Add(-renewEarly)) {
		return s.renew(ctx, t.access)
	}
	return t.access, nil
}

// renew exchanges the refresh token, unless somebody did since spent was read.
// It goes on when the caller gives up: the server may have taken the old token
// already, and the new ones must reach the vault.
func (s *session) renew(ctx context.Context, spent string) (string, error) {
	s.renewing.Lock()
	defer s.renewing.Unlock()
	t := s.tokens()
	if t.access != spent {
		return t.access, nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), renewWait)
	defer cancel()
	var out struct {
		Access  string `json:"accessJwt"`
		Refresh string `json:"refreshJwt"`
	}
	err := s.once(ctx, call{method: http.MethodPost, name: "com.atproto.server.refreshSession", out: &out}, t.refresh)
	if err != nil {
		return "", sessionFault(err)
	}
	if out.Access == "" || out.Refresh == "" {
		return "", community.Faultf(community.Unavailable, "network.unreadable")
	}
	s.mu.Lock()
	s.now = tokens{out.Access, out.Refresh}
	s.mu.Unlock()
	return out.Access, s.keep(ctx)
}

// keep puts the tokens into the vault, both or none.
func (s *session) keep(ctx context.Context) error {
	t := s.tokens()
	err := s.o.Vault.PutSecrets(ctx, s.account.Key(), map[string][]byte{
		accessSecret: []byte(t.access), refreshSecret: []byte(t.refresh),
	})
	if err != nil {
		return err
	}
	s.mu.Lock()
	s.stored = t
	s.mu.Unlock()
	return nil
}

// unkept tells whether tokens were renewed that the vault would not take.
func (s *session) unkept() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.now != s.stored
}

// sessionFault is the fault of a call that makes or renews a session: repeating it
// does no harm, so nothing about it is uncertain.
func sessionFault(err error) error {
	if community.KindOf(err) == community.Uncertain {
		return community.Faultf(community.Unavailable, "network.unavailable").Because(err)
	}
	return err
}

// call is one XRPC call.
type call struct {
	method  string // GET for a query, POST for a procedure
	name    string
	params  url.Values
	in, out any
}

// query reads.
func (s *session) query(ctx context.Context, name string, params url.Values, out any) error {
	return s.call(ctx, call{method: http.MethodGet, name: name, params: params, out: out})
}

// procedure changes something.
func (s *session) procedure(ctx context.Context, name string, in, out any) error {
	return s.call(ctx, call{method: http.MethodPost, name: name, in: in, out: out})
}

// call makes a call. When its token is refused the call was not done: the token
// is renewed and the call made once more.
func (s *session) call(ctx context.Context, c call) error {
	if s.unkept() {
		if err := s.keep(ctx); err != nil {
			return err
		}
	}
	access, err := s.access(ctx)
	if err != nil {
		return err
	}
	err = s.once(ctx, c, access)
	if !tokenRefused(err) {
		return err
	}
	if access, err = s.renew(ctx, access); err != nil {
		return err
	}
	return s.once(ctx, c, access)
}

// once makes one HTTP request. Its errors are faults, but for the caller's own
// cancellation of a read.
func (s *session) once(ctx context.Context, c call, token string) error {
	write := c.method != http.MethodGet
	request, err := s.request(ctx, c, token)
	if err != nil {
		return err
	}
	response, err := s.http.Do(request)
	if err != nil {
		var wrapped *url.Error // it would hide nothing, and shows the address
		if errors.As(err, &wrapped) {
			err = wrapped.Err
		}
		return named(err, write)
	}
	defer response.Body.Close()
	if c.out == nil {
		return nil
	}
	if err := json.NewDecoder(response.Body).Decode(c.out); err != nil {
		var fault *community.Fault
		switch {
		case errors.As(err, &fault):
			return fault
		case write:
			return community.Faultf(community.Uncertain, "network.unreadable").Because(err)
		}
		return community.Faultf(community.Unavailable, "network.unreadable").Because(err)
	}
	return nil
}

func (s *session) request(ctx context.Context, c call, token string) (*http.Request, error) {
	address := s.server.JoinPath("xrpc", c.name)
	address.RawQuery = c.params.Encode()
	var body []byte
	if c.in != nil {
		var err error
		if body, err = json.Marshal(c.in); err != nil {
			return nil, community.Faultf(community.Invalid, "network.unreadable").Because(err)
		}
	}
	request, err := http.NewRequestWithContext(ctx, c.method, address.String(), bytes.NewReader(body))
	if err != nil {
		return nil, community.Faultf(community.Invalid, "account.server", s.account.Server).Because(err)
	}
	request.Header.Set("Accept", "application/json")
	request.Header.Set("User-Agent", userAgent)
	if c.in != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	if strings.HasPrefix(c.name, "chat.bsky.") {
		request.Header.Set("Atproto-Proxy", s.o.Chat)
	}
	return request, nil
}

// parseServer reads a PDS's address: https is meant where no scheme stands.
func parseServer(address string) (*url.URL, error) {
	address = strings.TrimSpace(address)
	if address != "" && !strings.Contains(address, "://") {
		address = "https://" + address
	}
	u, err := url.Parse(address)
	if err != nil || u.Hostname() == "" || u.User != nil || u.RawQuery != "" || u.Scheme != "https" && u.Scheme != "http" {
		return nil, community.Faultf(community.Invalid, "account.server", address)
	}
	u.Host, u.Path = strings.ToLower(u.Host), strings.TrimRight(u.Path, "/")
	return u, nil
}

package graph

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	fb "github.com/huandu/facebook/v2"

	"github.com/vigie-hq/vigie/collectors"
	"github.com/vigie-hq/vigie/community"
)

// How many objects one call may ask for by id (Meta's limit for ?ids=).
const manyAtOnce = 50

// Params are the parameters of a call. What is not a string is sent as JSON.
type Params map[string]any

// address is everything a client depends on: another one, another client.
type address struct {
	base, version, token string
	app                  App
}

// Client calls Graph for one token. Its errors are faults. It never repeats a
// call by itself. It is safe for concurrent use.
type Client struct {
	at      address
	session *fb.Session
	budget  *collectors.Transport
	usage   *meter // what the account's own headers tell
	app     *meter // what the app's tell
	now     func() time.Time

	mu      sync.Mutex
	blocked time.Time // no write before then
	spoke   string    // the version of Graph that answered last
}

func (g *Graph) newClient(at address) (*Client, error) {
	u, err := url.Parse(at.base)
	if err != nil || u.Hostname() == "" || u.User != nil || u.RawQuery != "" || u.Scheme != "https" && u.Scheme != "http" {
		return nil, community.Faultf(community.Invalid, "account.server", at.base)
	}
	if !validVersion(at.version) {
		return nil, community.Faultf(community.Invalid, "account.field", "api")
	}
	c := &Client{at: at, usage: newMeter(g.o.Now), app: g.calls, now: g.o.Now}
	c.budget = collectors.NewTransport(collectors.TransportOptions{
		Base: listener{base: g.o.HTTP.Transport, c: c}, Now: g.o.Now, Timeout: g.o.Timeout,
	})
	session := fb.New(at.app.ID, at.app.Secret).Session(at.token)
	session.HttpClient = &http.Client{Transport: c.budget, CheckRedirect: stay}
	session.BaseURL = strings.TrimRight(at.base, "/") + "/"
	session.Version = at.version
	session.UseAuthorizationHeader()
	if at.app.Secret != "" && at.token != at.app.access() {
		if err := session.EnableAppsecretProof(true); err != nil {
			return nil, community.Faultf(community.Unauthorised, "graph.no_app").Because(err)
		}
		session.AppsecretProof() // computed now: later reads of it are safe for several callers
	}
	c.session = session
	return c, nil
}

// stay follows no redirection: Graph sends nobody elsewhere, and where something
// else does, neither token nor proof goes along.
func stay(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// answered is the version of Graph that answered last, empty before the first
// answer.
func (c *Client) answered() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.spoke
}

// HumanAgent tells whether the client's app may answer within seven days.
func (c *Client) HumanAgent() bool { return c.at.app.HumanAgent }

// AppID is the id of the app that asks.
func (c *Client) AppID() string { return c.at.app.ID }

// Get reads an object or edge into v. Path is ids and names only: see Path.
func (c *Client) Get(ctx context.Context, path string, params Params, v any) error {
	return c.call(ctx, path, fb.GET, params, v)
}

// Post writes. v may be nil. The call is made once: Refused, Limited,
// Unavailable and Unauthorised mean that it was certainly not done, Uncertain
// that nobody can know.
func (c *Client) Post(ctx context.Context, path string, params Params, v any) error {
	return c.call(ctx, path, fb.POST, params, v)
}

// Delete removes an object or undoes an edge (a like). It is sent as a POST with
// method=DELETE, as the client library does.
func (c *Client) Delete(ctx context.Context, path string, params Params) error {
	return c.call(ctx, path, fb.DELETE, params, nil)
}

// Many reads several objects of one kind, by id. Who is gone, or hidden from us,
// is missing from the answer; nothing else is.
func (c *Client) Many(ctx context.Context, ids []string, fields string) (map[string]json.RawMessage, error) {
	found := make(map[string]json.RawMessage, len(ids))
	for len(ids) > 0 {
		n := min(len(ids), manyAtOnce)
		if err := c.many(ctx, ids[:n], fields, found); err != nil {
			return found, err
		}
		ids = ids[n:]
	}
	return found, nil
}

// many asks for at most manyAtOnce objects. One that is gone fails the whole
// call, so the halves are asked for until it stands alone.
func (c *Client) many(ctx context.Context, ids []string, fields string, found map[string]json.RawMessage) error {
	var got map[string]json.RawMessage
	var err error
	if len(ids) == 1 {
		var one json.RawMessage
		if err = c.Get(ctx, Path(ids[0]), Params{"fields": fields}, &one); err == nil {
			got = map[string]json.RawMessage{ids[0]: one}
		}
	} else {
		err = c.Get(ctx, "", Params{"ids": strings.Join(ids, ","), "fields": fields}, &got)
	}
	switch {
	case err == nil:
	case community.KindOf(err) != community.NotFound:
		return err
	case len(ids) == 1:
		return nil
	default:
		half := len(ids) / 2
		if err := c.many(ctx, ids[:half], fields, found); err != nil {
			return err
		}
		return c.many(ctx, ids[half:], fields, found)
	}
	for _, id := range ids {
		one, ok := got[id]
		switch {
		case ok:
			found[id] = one
		case len(ids) > 1: // left out without a word: asked for alone before it is thought gone
			if err := c.many(ctx, []string{id}, fields, found); err != nil {
				return err
			}
		}
	}
	return nil
}

func (c *Client) call(ctx context.Context, path string, method fb.Method, params Params, v any) error {
	write := method != fb.GET
	if err := c.admit(ctx, write); err != nil {
		return err
	}
	sent := make(fb.Params, len(params)+2)
	for name, value := range params {
		sent[name] = value
	}
	result, err := c.session.WithContext(ctx).Api(path, method, sent)
	if err != nil {
		return c.fault(err, write)
	}
	if v == nil {
		return nil
	}
	raw, err := json.Marshal(result)
	if err == nil {
		err = json.Unmarshal(raw, v)
	}
	if err != nil {
		return unreadable(write, err)
	}
	return nil
}

// admit holds a call back: a write while the account is blocked, a read while
// usage is near its end.
func (c *Client) admit(ctx context.Context, write bool) error {
	if write {
		c.mu.Lock()
		defer c.mu.Unlock()
		if c.now().Before(c.blocked) {
			return collectors.Limit("graph.blocked", c.blocked)
		}
		return nil
	}
	for _, m := range []*meter{c.app, c.usage} {
		if err := m.admit(ctx); err != nil {
			return err
		}
	}
	return nil
}

// fault is what went wrong with a call. The library's own words are dropped:
// they hold the address, with the proof of the token in it.
func (c *Client) fault(err error, write bool) error {
	var (
		graph  *fb.Error
		fault  *community.Fault
		status *collectors.StatusError
	)
	switch {
	case errors.As(err, &graph): // 200 with an error inside
		return c.heed(classify(fromLibrary(graph), write, c.now()))
	case errors.As(err, &fault):
		if errors.As(fault, &status) {
			if e, ok := decodeError(status.Status, status.Reason); ok {
				return c.heed(classify(e, write, c.now()))
			}
			return pageOf(fault, status)
		}
		return fault
	case errors.Is(err, context.Canceled) && !write:
		return context.Canceled
	}
	return unreadable(write, nil)
}

// heed remembers a block: Meta blocked the account for abuse, and every further
// write would make it worse. It adds to a limit when it ends, which only the
// headers tell.
func (c *Client) heed(f *community.Fault) error {
	switch {
	case f.Key == "graph.blocked" && f.Kind == community.Limited:
		c.mu.Lock()
		defer c.mu.Unlock()
		c.blocked = c.now().Add(blockedFor)
		return collectors.Limit(f.Key, c.blocked).Because(f.Err)
	case f.Kind == community.Limited:
		_, app := c.app.pressure()
		_, own := c.usage.pressure()
		return collectors.Limit(f.Key, latest(app, own)).Because(f.Err)
	}
	return f
}

// Blocked is until when no write is tried, because Meta blocked the account for
// abuse; zero when it is not.
func (c *Client) Blocked() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.now().Before(c.blocked) {
		return c.blocked
	}
	return time.Time{}
}

// Skew is how far Graph's clock is ahead of ours; zero when both are about right
// (within three seconds), or before the first answer.
func (c *Client) Skew() time.Duration { return c.budget.Skew() }

// Clock is the present time by Graph's clock: what its items are dated by.
func (c *Client) Clock() time.Time { return c.now().Add(c.Skew()) }

// Windows are the shares of Meta's limits that are left, in per cent.
func (c *Client) Windows() []community.Window {
	return append(c.app.windows(), c.usage.windows()...)
}

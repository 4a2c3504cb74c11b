package x

import (
	"context"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/vigie-hq/vigie/collectors"
	"github.com/vigie-hq/vigie/community"
)

// session is what is kept of one account between calls: its secrets, its rate
// windows, what it paid for today, which posts are its own. It is safe for
// concurrent use.
type session struct {
	o       *Options
	account community.Account
	server  *url.URL
	base    http.RoundTripper     // to the server, below everything that signs and counts
	budget  *collectors.Transport // user and app windows apart, by bucket
	http    *http.Client
	keys    *keyring
	charged *charged
	mine    *ring // our own posts, by first id
	threads *ring // the thread of a post, where X does not tell it (version 1.1)

	mu    sync.Mutex
	watch *watchlist // of the poller that runs, or ran last
}

// keyring is the secrets of one account, however often its settings change
// meanwhile: there is one renewal at a time, because its token is good for one
// use.
type keyring struct {
	renewal sync.Mutex

	mu      sync.Mutex
	creds   credentials
	unsaved map[string][]byte // renewed secrets the vault did not take yet
	renewed time.Time
	tried   time.Time // the last attempt to renew
}

// newSession returns a session; before is the account's last one, nil for none,
// whose secrets and memories it goes on with.
func newSession(o *Options, account community.Account, before *session) (*session, error) {
	server, told, err := serverOf(o, account)
	if err != nil {
		return nil, err
	}
	base := o.HTTP.Transport
	if base == nil {
		base = http.DefaultTransport
	}
	if told {
		base = rehost{base, server}
	}
	s := &session{
		o: o, account: account, server: server, base: base,
		keys: &keyring{}, charged: &charged{}, mine: &ring{}, threads: &ring{},
	}
	if before != nil {
		s.keys, s.charged, s.mine, s.threads, s.watch = before.keys, before.charged, before.mine, before.threads, before.watching()
	}
	if before != nil && *before.server == *server {
		s.budget = before.budget // X's windows do not open because a setting changed
	} else {
		s.budget = collectors.NewTransport(collectors.TransportOptions{Base: base, Now: o.Now, Bucket: bucketOf})
	}
	s.http = &http.Client{Transport: signed{s, s.budget}, CheckRedirect: noRedirect}
	return s, nil
}

// clock is the time on X's clock, which makes ids, as far as its answers tell.
func (s *session) clock() time.Time { return s.o.Now().Add(s.budget.Skew()) }

// noRedirect: nothing of the API redirects, and a token follows nobody.
func noRedirect(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// legacy tells whether the account speaks version 1.1.
func (s *session) legacy() bool { return s.account.API == Version11 }

// enterprise tells whether the app's plan frees it of the rules of self-serve.
func (s *session) enterprise() bool { return s.credentials().app.plan == planEnterprise }

// watching is the list of what is looked at again; nil while nothing was ever
// collected here.
func (s *session) watching() *watchlist {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.watch
}

func (s *session) credentials() credentials {
	s.keys.mu.Lock()
	defer s.keys.mu.Unlock()
	return s.keys.creds
}

// reload reads the secrets again. What was renewed and could not be kept is
// newer than what the vault holds, and is offered to it once more.
func (s *session) reload(ctx context.Context) error {
	if err := s.save(ctx); err != nil {
		return err
	}
	s.keys.renewal.Lock() // what is being renewed must not be overwritten with what was
	defer s.keys.renewal.Unlock()
	creds, err := readCredentials(ctx, s.o.Vault, s.account.Key())
	if err != nil {
		return err
	}
	if s.legacy() && !creds.oauth1() {
		return community.Faultf(community.Unauthorised, "x.oauth1_needed")
	}
	s.keys.mu.Lock()
	defer s.keys.mu.Unlock()
	if s.keys.unsaved == nil {
		s.keys.creds = creds
	}
	return nil
}

// api is the version of the API the account uses.
func (s *session) api() api {
	if s.legacy() {
		return &legacy{s}
	}
	return &v2{s}
}

// api is what both versions can do: collecting and answering are written
// against it once. Lists are read newest first.
type api interface {
	// page reads one page of a list.
	page(ctx context.Context, q ask) (page, error)
	// lookup reads posts by id, at most 100: those that are there, and those X
	// says are not.
	lookup(ctx context.Context, ids []string) (found []post, gone []string, err error)
	// me is the account itself, as X knows it by the token.
	me(ctx context.Context) (person, error)
	// reply answers a post, direct writes to a person. They are never repeated.
	reply(ctx context.Context, to, text string) (community.Receipt, error)
	direct(ctx context.Context, to, text string) (community.Receipt, error)
	// talk reads a page of the direct messages exchanged with a person. Of version
	// 1.1, newest and oldest are those of everybody's.
	talk(ctx context.Context, with, token string) (page, error)
	// moderate does a deed that is not an answer.
	moderate(ctx context.Context, id string, deed community.Deed) error
}

// list names a list of posts.
type list string

// The lists of an account.
const (
	listMentions list = "m"
	listOwn      list = "o"
	listDirects  list = "d"
	listSearch   list = "q"
)

// ask is what one page of a list is asked with. since and until bound ids from
// both sides, exclusively; token goes on where the page before ended.
type ask struct {
	list         list
	query        string // of listSearch
	since, until string
	token        string
}

// page is one answer of a list, newest first. newest and oldest are the ends of
// what X sent, unreadable items included; next is the token of the page below,
// empty at the end.
type page struct {
	posts          []post
	newest, oldest string
	next           string
	unreadable     int
}

func (p *page) add(item post) {
	p.posts = append(p.posts, item)
	p.stretch(item.ID)
}

func (p *page) stretch(id string) {
	if !validID(id) {
		return
	}
	if p.newest == "" || later(id, p.newest) {
		p.newest = id
	}
	if p.oldest == "" || later(p.oldest, id) {
		p.oldest = id
	}
}

// ring is a bounded memory of ids, with a word about each; the oldest makes room
// for the newest. It is safe for concurrent use.
type ring struct {
	mu    sync.Mutex
	words map[string]string
	order []string
	next  int
}

const ringSize = 5_000

func (r *ring) put(id, word string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.words == nil {
		r.words = map[string]string{}
	}
	if _, known := r.words[id]; !known {
		if len(r.order) < ringSize {
			r.order = append(r.order, id)
		} else {
			delete(r.words, r.order[r.next])
			r.order[r.next] = id
			r.next = (r.next + 1) % ringSize
		}
	}
	r.words[id] = word
}

func (r *ring) get(id string) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.words[id]
}

func (r *ring) has(id string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	_, known := r.words[id]
	return known && id != ""
}

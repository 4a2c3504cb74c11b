package bluesky

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/url"
	"strconv"
	"time"

	"github.com/vigie-hq/vigie/community/phrase"
	"github.com/vigie-hq/vigie/community/text"
)

// pageSize is the most that one page of any list holds.
const pageSize = 100

// tolerant decodes one item of a list: one that is not as the lexicon says must
// not hide the others.
type tolerant[T any] struct {
	value  T
	broken bool
	digest string // of a broken one, to know it again
}

// UnmarshalJSON never fails.
func (t *tolerant[T]) UnmarshalJSON(raw []byte) error {
	if json.Unmarshal(raw, &t.value) != nil {
		sum := sha256.Sum256(raw)
		*t = tolerant[T]{broken: true, digest: hex.EncodeToString(sum[:8])}
	}
	return nil
}

// feed is a list of the network that is read newest first, page by page.
type feed struct {
	name  string
	fetch func(ctx context.Context, cursor string) (page, error)
}

// page is one answer of a feed.
type page struct {
	entries []entry
	broken  []string // items that cannot be decoded
	next    string   // "": there is no more
}

// entry is one post in a feed. view is nil where the feed does not show it and it
// must be asked for.
type entry struct {
	uri, cid string
	at       time.Time // by which the feed is ordered
	view     *postView
	via      string
}

// notifications is the feed of what was said to the account. The moment in it is
// the one the list is ordered by, not when the AppView saw the post.
func (s *session) notifications() feed {
	return feed{"notifications", func(ctx context.Context, cursor string) (page, error) {
		params := url.Values{"limit": {strconv.Itoa(pageSize)}, "reasons": {"mention", "reply", "quote"}}
		if cursor != "" {
			params.Set("cursor", cursor)
		}
		var out struct {
			Cursor        string `json:"cursor"`
			Notifications []tolerant[struct {
				URI       string `json:"uri"`
				CID       string `json:"cid"`
				Reason    string `json:"reason"`
				IndexedAt string `json:"indexedAt"`
			}] `json:"notifications"`
		}
		if err := s.query(ctx, "app.bsky.notification.listNotifications", params, &out); err != nil {
			return page{}, err
		}
		p := page{next: out.Cursor}
		for _, n := range out.Notifications {
			at := parseTime(n.value.IndexedAt)
			switch {
			case n.broken || at.IsZero():
				p.broken = append(p.broken, n.digest+n.value.URI)
			case validPost(n.value.URI) && wanted(n.value.Reason): // a server may not know the filter
				p.entries = append(p.entries, entry{uri: n.value.URI, cid: n.value.CID, at: at})
			}
		}
		return p, nil
	}}
}

// wanted tells whether a notification is about words to us.
func wanted(reason string) bool { return reason == "mention" || reason == "reply" || reason == "quote" }

// own is the feed of the account's own posts: answers given elsewhere, and what
// its threads are about.
func (s *session) own() feed {
	return feed{"own", func(ctx context.Context, cursor string) (page, error) {
		params := url.Values{"actor": {s.account.NativeID}, "limit": {strconv.Itoa(pageSize)}, "filter": {"posts_with_replies"}}
		if cursor != "" {
			params.Set("cursor", cursor)
		}
		var out struct {
			Cursor string `json:"cursor"`
			Feed   []tolerant[struct {
				Post   postView        `json:"post"`
				Reason json.RawMessage `json:"reason"`
			}] `json:"feed"`
		}
		if err := s.query(ctx, "app.bsky.feed.getAuthorFeed", params, &out); err != nil {
			return page{}, err
		}
		p := page{next: out.Cursor}
		for i := range out.Feed {
			item := &out.Feed[i]
			switch {
			case item.broken:
				p.broken = append(p.broken, item.digest)
			case len(item.value.Reason) == 0 && item.value.Post.Author.DID == s.account.NativeID: // a repost is nobody's words to us
				p.add(&item.value.Post, "")
			}
		}
		return p, nil
	}}
}

// search is the feed of what one search finds, of which the expression it was
// made from keeps what is really meant.
func (s *session) search(q search, line string, meant phrase.Expr) feed {
	return feed{"search " + line + "\n" + string(q), func(ctx context.Context, cursor string) (page, error) {
		params := url.Values{"q": {string(q)}, "sort": {"latest"}, "limit": {strconv.Itoa(pageSize)}}
		if cursor != "" {
			params.Set("cursor", cursor)
		}
		var out struct {
			Cursor string               `json:"cursor"`
			Posts  []tolerant[postView] `json:"posts"`
		}
		if err := s.query(ctx, "app.bsky.feed.searchPosts", params, &out); err != nil {
			return page{}, err
		}
		p := page{next: out.Cursor}
		for i := range out.Posts {
			item := &out.Posts[i]
			switch {
			case item.broken:
				p.broken = append(p.broken, item.digest)
			case phrase.Match(meant, text.Tokens(item.value.Record.Text)):
				p.add(&item.value, line)
			}
		}
		return p, nil
	}}
}

// add puts a shown post onto the page, or counts it as unreadable.
func (p *page) add(v *postView, via string) {
	if !v.readable() {
		p.broken = append(p.broken, v.URI+v.CID)
		return
	}
	p.entries = append(p.entries, entry{uri: v.URI, cid: v.CID, at: sorted(v.created(), v.indexed()), view: v, via: via})
}

// span is the newest and the oldest moment on a page; zero when it is empty.
func (p *page) span() (newest, oldest time.Time) {
	for _, e := range p.entries {
		if newest.IsZero() || e.at.After(newest) {
			newest = e.at
		}
		if oldest.IsZero() || e.at.Before(oldest) {
			oldest = e.at
		}
	}
	return newest, oldest
}

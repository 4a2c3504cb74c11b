//lint:file-ignore SA1019 the only client of version 1.1 is finished, like what it talks to

package x

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"strconv"

	"github.com/dghubble/go-twitter/twitter"

	"github.com/vigie-hq/vigie/community"
)

// How many items a page of version 1.1 may hold.
const (
	legacyPage    = 200
	legacySearch  = 100
	legacyDirects = 50
)

// legacy is version 1.1 of the API, for accounts that still have it: go-twitter
// over OAuth 1.0a. What a post of it lacks, its thread, is found by walking up.
type legacy struct{ s *session }

// bound is a client for one call. go-twitter knows no contexts, so the call's
// stands below it; what came back is kept, because the library reads no edit
// history.
type bound struct {
	*twitter.Client
	ctx  context.Context
	base http.RoundTripper
	raw  bytes.Buffer
}

func (s *session) bound(ctx context.Context, base http.RoundTripper) *bound {
	b := &bound{ctx: ctx, base: base}
	b.Client = twitter.NewClient(&http.Client{Transport: b, CheckRedirect: noRedirect})
	return b
}

func (b *bound) RoundTrip(r *http.Request) (*http.Response, error) {
	response, err := b.base.RoundTrip(r.WithContext(b.ctx))
	if err == nil {
		response.Body = &copied{io.TeeReader(response.Body, &b.raw), response.Body}
	}
	return response, err
}

type copied struct {
	io.Reader
	io.Closer
}

// client is a client for one REST call.
func (a *legacy) client(ctx context.Context) *bound { return a.s.bound(ctx, signed{a.s, a.s.budget}) }

func (a *legacy) page(ctx context.Context, q ask) (page, error) {
	since, _ := strconv.ParseInt(q.since, 10, 64)
	most := int64(0)
	if until := q.until; until != "" || q.token != "" {
		if q.token != "" {
			until = q.token
		}
		most, _ = strconv.ParseInt(before(until), 10, 64)
	}
	c := a.client(ctx)
	var tweets []twitter.Tweet
	var err error
	switch q.list {
	case listDirects:
		return a.directs(ctx, q.token)
	case listOwn:
		tweets, _, err = c.Timelines.UserTimeline(&twitter.UserTimelineParams{
			Count: legacyPage, SinceID: since, MaxID: most, TweetMode: "extended",
			IncludeRetweets: twitter.Bool(false), TrimUser: twitter.Bool(false),
		})
	case listSearch:
		var found *twitter.Search
		found, _, err = c.Search.Tweets(&twitter.SearchTweetParams{
			Query: q.query, ResultType: "recent", Count: legacySearch, SinceID: since, MaxID: most, TweetMode: "extended",
		})
		if found != nil {
			tweets = found.Statuses
		}
	default:
		tweets, _, err = c.Timelines.MentionTimeline(&twitter.MentionTimelineParams{
			Count: legacyPage, SinceID: since, MaxID: most, TweetMode: "extended",
		})
	}
	if err != nil {
		return page{}, a.s.fault(ctx, err, false)
	}
	p, err := a.posts(ctx, tweets, histories(c.raw.Bytes()))
	// X drops what is deleted, and reposts, after it has counted, so a page may be
	// short: only an empty one is the last.
	if len(tweets) > 0 {
		p.next = p.oldest
	}
	return p, err
}

// posts makes a page of tweets, each with its thread.
func (a *legacy) posts(ctx context.Context, tweets []twitter.Tweet, history map[string][]string) (page, error) {
	var p page
	// Oldest first: an answer's thread is then known from what it answers.
	items := make([]post, 0, len(tweets))
	for i := len(tweets) - 1; i >= 0; i-- {
		item, ok := legacyPost(&tweets[i], history)
		if !ok {
			p.unreadable++
			p.stretch(tweets[i].IDStr)
			continue
		}
		items = append(items, item)
	}
	if err := a.thread(ctx, items); err != nil {
		return p, err
	}
	for i := len(items) - 1; i >= 0; i-- {
		p.add(items[i])
	}
	return p, nil
}

func (a *legacy) directs(ctx context.Context, cursor string) (page, error) {
	c := a.client(ctx)
	events, _, err := c.DirectMessages.EventsList(&twitter.DirectMessageEventsListParams{Count: legacyDirects, Cursor: cursor})
	if err != nil {
		return page{}, a.s.fault(ctx, err, false)
	}
	p := page{next: events.NextCursor}
	for i := range events.Events {
		if item, ok := legacyDirect(&events.Events[i], a.s.person); ok {
			p.add(item)
			continue
		}
		p.unreadable++
		p.stretch(events.Events[i].ID)
	}
	return p, nil
}

// talk reads direct messages with one person: version 1.1 lists all together.
func (a *legacy) talk(ctx context.Context, with, token string) (page, error) {
	all, err := a.directs(ctx, token)
	p := page{next: all.next, oldest: all.oldest, newest: all.newest}
	for _, item := range all.posts {
		if item.Author.ID == with || item.To == with {
			p.posts = append(p.posts, item)
		}
	}
	return p, err
}

func (a *legacy) lookup(ctx context.Context, ids []string) (found []post, gone []string, err error) {
	numbers := make([]int64, 0, len(ids))
	for _, id := range ids {
		n, err := strconv.ParseInt(id, 10, 64)
		if err == nil {
			numbers = append(numbers, n)
		}
	}
	c := a.client(ctx)
	tweets, _, err := c.Statuses.Lookup(numbers, &twitter.StatusLookupParams{TweetMode: "extended"})
	if err != nil {
		return nil, nil, a.s.fault(ctx, err, false)
	}
	p, err := a.posts(ctx, tweets, histories(c.raw.Bytes()))
	if err != nil || p.unreadable > 0 {
		return p.posts, nil, err // one that cannot be read is not gone
	}
	// What can be read no more is left out of the answer.
	there := map[string]struct{}{}
	for i := range p.posts {
		there[p.posts[i].ID] = struct{}{}
	}
	for _, id := range ids {
		if _, ok := there[id]; !ok {
			gone = append(gone, id)
		}
	}
	return p.posts, gone, nil
}

func (a *legacy) me(ctx context.Context) (person, error) {
	user, _, err := a.client(ctx).Accounts.VerifyCredentials(&twitter.AccountVerifyParams{SkipStatus: twitter.Bool(true)})
	if err != nil {
		return person{}, a.s.fault(ctx, err, false)
	}
	if !validID(user.IDStr) {
		return person{}, community.Faultf(community.Unavailable, "network.unreadable")
	}
	return legacyPerson(user), nil
}

func (a *legacy) reply(ctx context.Context, to, text string) (community.Receipt, error) {
	parent, err := strconv.ParseInt(to, 10, 64)
	if err != nil {
		return community.Receipt{}, community.Faultf(community.Refused, "reply.target")
	}
	tweet, _, err := a.client(ctx).Statuses.Update(text, &twitter.StatusUpdateParams{
		InReplyToStatusID: parent, AutoPopulateReplyMetadata: twitter.Bool(true), TweetMode: "extended",
	})
	if err != nil {
		return community.Receipt{}, a.s.fault(ctx, err, true)
	}
	if root := a.s.threads.get(to); root != "" {
		a.s.threads.put(tweet.IDStr, root)
	}
	return a.s.receipt(tweet.IDStr, false)
}

func (a *legacy) direct(ctx context.Context, to, text string) (community.Receipt, error) {
	event, _, err := a.client(ctx).DirectMessages.EventsNew(&twitter.DirectMessageEventsNewParams{Event: &twitter.DirectMessageEvent{
		Type: "message_create",
		Message: &twitter.DirectMessageEventMessage{
			Target: &twitter.DirectMessageTarget{RecipientID: to}, Data: &twitter.DirectMessageData{Text: text},
		},
	}})
	if err != nil {
		return community.Receipt{}, a.s.fault(ctx, err, true)
	}
	if event == nil { // an answer that says nothing
		event = &twitter.DirectMessageEvent{}
	}
	return a.s.receipt(event.ID, true)
}

// moderate: version 1.1 knows no hiding. Liking what is liked already (139) is
// done.
func (a *legacy) moderate(ctx context.Context, id string, deed community.Deed) error {
	n, err := strconv.ParseInt(id, 10, 64)
	if err != nil {
		return community.Faultf(community.NotFound, "network.not_found")
	}
	c := a.client(ctx)
	switch deed {
	case community.DeedDelete:
		_, _, err = c.Statuses.Destroy(n, nil)
	case community.DeedLike:
		_, _, err = c.Favorites.Create(&twitter.FavoriteCreateParams{ID: n})
	case community.DeedUnlike:
		_, _, err = c.Favorites.Destroy(&twitter.FavoriteDestroyParams{ID: n})
	default:
		return unknownDeed(deed)
	}
	if err == nil || errorCode(err) == 139 {
		return nil
	}
	return a.s.fault(ctx, err, true)
}

// thread names the thread of each post: its parent's where that is known, else
// the oldest ancestor that can be read. Parents are read a hundred at a time, one
// level a call.
func (a *legacy) thread(ctx context.Context, items []post) error {
	for range threadDepth {
		var ask []int64
		for i := range items {
			top := a.top(&items[i])
			if n, err := strconv.ParseInt(top, 10, 64); err == nil && a.s.threads.get(top) == "" && len(ask) < lookupMost {
				ask = append(ask, n)
			}
		}
		if len(ask) == 0 {
			break
		}
		found, _, err := a.client(ctx).Statuses.Lookup(ask, &twitter.StatusLookupParams{TweetMode: "extended"})
		if err != nil {
			return a.s.fault(ctx, err, false)
		}
		parent := map[string]string{}
		for i := range found {
			parent[found[i].IDStr] = found[i].InReplyToStatusIDStr
		}
		for _, n := range ask {
			id := strconv.FormatInt(n, 10)
			up := parent[id]
			switch {
			case up == "":
				a.s.threads.put(id, id) // the root, or as far as can be seen
			default:
				a.s.threads.put(id, ">"+up)
			}
		}
	}
	for i := range items {
		top := a.top(&items[i])
		items[i].Thread = top
		a.s.threads.put(items[i].First, top)
		a.s.threads.put(items[i].ID, top)
	}
	return nil
}

// How many ancestors are read to name a thread; what is deeper names the last.
const threadDepth = 20

// top is the oldest known ancestor of a post. A word ">id" says: see that id.
func (a *legacy) top(p *post) string {
	id := p.First
	if p.Parent != "" {
		id = p.Parent
	} else {
		a.s.threads.put(id, id)
	}
	for range 10 * threadDepth {
		switch word := a.s.threads.get(id); {
		case word == "" || word == id:
			return id
		case word[0] == '>':
			id = word[1:]
		default:
			id = word
		}
	}
	return id
}

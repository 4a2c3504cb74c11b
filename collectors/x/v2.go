package x

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/vigie-hq/vigie/community"
)

// How many items a page of version 2 may hold, and the fewest that may be asked
// for (docs.x.com, reference of each endpoint).
const (
	pageMost    = 100
	pageLeast   = 10
	lookupMost  = 100
	timelineMax = 800 // how far back the mentions timeline reaches
	// Direct messages know no since_id: the first page is read, and paid for, anew
	// each day, however little there is.
	directsFirst = 20
)

// The reach of recent search, with an hour to spare.
const searchReach = 7*24*time.Hour - time.Hour

// v2 is version 2 of the API, on net/http.
type v2 struct{ s *session }

// fields asks for what is read of a post, by the names that servers still use.
func fields() url.Values {
	return url.Values{
		"tweet.fields": {"attachments,author_id,conversation_id,created_at,edit_history_tweet_ids,entities,in_reply_to_user_id,lang,note_tweet,referenced_tweets"},
		"user.fields":  {"name,public_metrics,username,verified"},
		"media.fields": {"media_key,preview_image_url,type,url"},
		"expansions":   {"attachments.media_keys,author_id"},
	}
}

func directFields() url.Values {
	return url.Values{
		"dm_event.fields": {"attachments,created_at,dm_conversation_id,entities,event_type,participant_ids,sender_id,text"},
		"user.fields":     {"name,public_metrics,username,verified"},
		"media.fields":    {"media_key,preview_image_url,type,url"},
		"expansions":      {"attachments.media_keys,sender_id"},
		"event_types":     {"MessageCreate"},
	}
}

func (a *v2) page(ctx context.Context, q ask) (page, error) {
	me := url.PathEscape(a.s.account.NativeID)
	switch q.list {
	case listOwn:
		return a.posts(ctx, "/2/users/"+me+"/tweets", fields(), q)
	case listDirects:
		return a.directs(ctx, "/2/dm_events", q)
	case listSearch:
		query := fields()
		query.Set("query", q.query)
		query.Set("sort_order", "recency")
		if reach := idAt(a.s.clock().Add(-searchReach)); q.since == "" || later(reach, q.since) {
			if _, timed := madeAt(q.since); timed || q.since == "" {
				q.since = reach
			}
			if made, timed := madeAt(q.until); timed && !later(q.until, reach) {
				a.s.o.Logger.Warn("a sweep waited longer than the search reaches back", "account", a.s.account.Key(), "query", q.query, "from", made)
				return page{}, nil // X takes no such bound: what lies below cannot be had
			}
		}
		return a.posts(context.WithValue(ctx, asApp{}, true), "/2/tweets/search/recent", query, q)
	}
	return a.posts(ctx, "/2/users/"+me+"/mentions", fields(), q)
}

func (a *v2) posts(ctx context.Context, path string, query url.Values, q ask) (page, error) {
	what := readPost
	if q.list != listSearch && a.s.owned() {
		what = readOwned
	}
	most, err := a.s.afford(ctx, what, pageMost, pageLeast)
	if err != nil {
		return page{}, err
	}
	query.Set("max_results", strconv.Itoa(most))
	token := "pagination_token"
	if q.list == listSearch {
		token = "next_token"
	}
	for name, value := range map[string]string{"since_id": q.since, "until_id": q.until, token: q.token} {
		if value != "" {
			query.Set(name, value)
		}
	}
	var l wireList
	if err := a.s.call(ctx, http.MethodGet, path, query, nil, &l); err != nil {
		return page{}, err
	}
	p := l.posts()
	return p, a.charge(ctx, what, &p, &l)
}

func (a *v2) directs(ctx context.Context, path string, q ask) (page, error) {
	most, err := a.s.afford(ctx, readDirect, pageMost, pageLeast)
	if err != nil {
		return page{}, err
	}
	if q.token == "" {
		most = min(most, directsFirst)
	}
	query := directFields()
	query.Set("max_results", strconv.Itoa(most))
	if q.token != "" {
		query.Set("pagination_token", q.token)
	}
	var l wireList
	if err := a.s.call(ctx, http.MethodGet, path, query, nil, &l); err != nil {
		return page{}, err
	}
	p := l.directs(a.s.account.NativeID)
	return p, a.charge(ctx, readDirect, &p, &l)
}

func (a *v2) talk(ctx context.Context, with, token string) (page, error) {
	return a.directs(ctx, "/2/dm_conversations/with/"+url.PathEscape(with)+"/dm_events", ask{list: listDirects, token: token})
}

// charge tells the meter what a page cost: its items, and the people that came
// with them.
func (a *v2) charge(ctx context.Context, what string, p *page, l *wireList) error {
	ids := make([]string, len(p.posts))
	for i := range p.posts {
		ids[i] = p.posts[i].ID
	}
	people := make([]string, len(l.Includes.Users))
	for i := range l.Includes.Users {
		people[i] = l.Includes.Users[i].ID
	}
	return a.s.paid(ctx, what, ids, people)
}

// owned tells whether the account's own timelines are read at the low price:
// X grants it to the user who owns the app.
func (s *session) owned() bool {
	owner := s.credentials().app.owner
	return owner != "" && owner == s.account.NativeID
}

func (a *v2) lookup(ctx context.Context, ids []string) (found []post, gone []string, err error) {
	if _, err := a.s.afford(ctx, readPost, len(ids), len(ids)); err != nil {
		return nil, nil, err
	}
	query := fields()
	query.Set("ids", strings.Join(ids, ","))
	var l wireList
	if err := a.s.call(ctx, http.MethodGet, "/2/tweets", query, nil, &l); err != nil {
		return nil, nil, err
	}
	p := l.posts()
	for _, e := range l.Errors {
		id := e.ResourceID
		if id == "" {
			id = e.Value
		}
		if e.gone() && validID(id) {
			gone = append(gone, id)
		}
	}
	return p.posts, gone, a.charge(ctx, readPost, &p, &l)
}

func (a *v2) me(ctx context.Context) (person, error) {
	var l struct {
		Data wireUser `json:"data"`
	}
	err := a.s.call(ctx, http.MethodGet, "/2/users/me", url.Values{"user.fields": {"name,public_metrics,username,verified"}}, nil, &l)
	if err == nil && !validID(l.Data.ID) {
		err = community.Faultf(community.Unavailable, "network.unreadable")
	}
	return l.Data.person(), err
}

func (a *v2) reply(ctx context.Context, to, text string) (community.Receipt, error) {
	var answer struct {
		Data struct {
			ID string `json:"id"`
		} `json:"data"`
	}
	body := map[string]any{"text": text, "reply": map[string]string{"in_reply_to_tweet_id": to}}
	if err := a.s.call(ctx, http.MethodPost, "/2/tweets", nil, body, &answer); err != nil {
		return community.Receipt{}, err
	}
	return a.s.receipt(answer.Data.ID, false)
}

// direct sends a message. X's description answers with dm_event_id, its
// playground with a whole event: both are taken.
func (a *v2) direct(ctx context.Context, to, text string) (community.Receipt, error) {
	var answer struct {
		Data struct {
			Event string `json:"dm_event_id"`
			ID    string `json:"id"`
		} `json:"data"`
	}
	path := "/2/dm_conversations/with/" + url.PathEscape(to) + "/messages"
	if err := a.s.call(ctx, http.MethodPost, path, nil, map[string]string{"text": text}, &answer); err != nil {
		return community.Receipt{}, err
	}
	if answer.Data.Event == "" {
		answer.Data.Event = answer.Data.ID
	}
	return a.s.receipt(answer.Data.Event, true)
}

// receipt is what is known of something of ours that X took; without an id
// nobody can know that it did.
func (s *session) receipt(id string, direct bool) (community.Receipt, error) {
	if !validID(id) {
		return community.Receipt{}, community.Faultf(community.Uncertain, "network.unreadable")
	}
	r := community.Receipt{ID: id, At: exactly(id, time.Time{})}
	if r.At.IsZero() {
		r.At = s.o.Now().UTC()
	}
	if !direct {
		s.mine.put(id, "")
		r.URL = postURL(&post{ID: id, Author: person{Handle: s.account.Handle}})
	}
	return r, nil
}

func (a *v2) moderate(ctx context.Context, id string, deed community.Deed) error {
	var (
		method, path = http.MethodPut, "/2/tweets/" + id + "/hidden"
		body         any
		answer       struct{}
		me           = url.PathEscape(a.s.account.NativeID)
	)
	switch deed {
	case community.DeedHide:
		body = map[string]bool{"hidden": true}
	case community.DeedUnhide:
		body = map[string]bool{"hidden": false}
	case community.DeedDelete:
		method, path = http.MethodDelete, "/2/tweets/"+id
	case community.DeedLike:
		method, path, body = http.MethodPost, "/2/users/"+me+"/likes", map[string]string{"tweet_id": id}
	case community.DeedUnlike:
		method, path = http.MethodDelete, "/2/users/"+me+"/likes/"+id
	default:
		return unknownDeed(deed)
	}
	return a.s.call(ctx, method, path, nil, body, &answer)
}

// unknownDeed is the fault of a deed the API has no call for.
func unknownDeed(deed community.Deed) error {
	return community.Faultf(community.Forbidden, "deed.unknown", string(deed))
}

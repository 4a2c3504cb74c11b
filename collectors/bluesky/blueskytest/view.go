package blueskytest

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// note is a notification. Lists are ordered by at, which authors can move back.
type note struct {
	to, reason, uri string
	at              time.Time
}

// notify tells those whom a post mentions, answers or quotes, and everybody whose
// post stands above it.
func (s *Server) notify(r *stored) {
	told := map[string]bool{r.of.did: true}
	tell := func(did, reason string) {
		if s.users[did] != nil && !told[did] {
			told[did] = true
			s.notes = append(s.notes, note{did, reason, r.uri, sorted(r)})
		}
	}
	for _, f := range r.post.Facets {
		for _, x := range f.Features {
			tell(x.DID, "mention")
		}
	}
	if q := s.records[r.post.Embed.Record.URI]; q != nil {
		tell(q.of.did, "quote")
	}
	for at, depth := r, 0; at.post.Reply != nil && depth < 5; depth++ {
		parent := s.records[at.post.Reply.Parent.URI]
		if parent == nil {
			break
		}
		tell(parent.of.did, "reply")
		at = parent
	}
}

// sorted is what lists are ordered by: the author's time, or ours if that is
// earlier.
func sorted(r *stored) time.Time {
	created, err := time.Parse(time.RFC3339Nano, r.post.CreatedAt)
	if err != nil || created.After(r.seen) {
		return r.seen
	}
	return created.UTC()
}

// item is something in a list.
type item struct {
	at   time.Time
	id   string
	body func() any
}

// page cuts one page out of a list: newest first, a cursor of moment and id.
func (s *Server) page(r *request, most int, list []item) ([]any, string, bool) {
	limit := 50
	if v := r.param("limit"); v != "" {
		n, err := strconv.Atoi(v)
		if err != nil || n < 1 || n > most {
			s.blame("limit %s for %s", v, r.URL.Path)
			return nil, "", false
		}
		limit = n
	}
	key := func(i item) string { return strconv.FormatInt(i.at.UnixMicro(), 10) + "::" + i.id }
	slices.SortFunc(list, func(a, b item) int { return cmp.Or(b.at.Compare(a.at), strings.Compare(b.id, a.id)) })
	if cursor := r.param("cursor"); cursor != "" {
		micros, id, _ := strings.Cut(cursor, "::")
		n, err := strconv.ParseInt(micros, 10, 64)
		if err != nil {
			return nil, "", false
		}
		at := time.UnixMicro(n)
		list = slices.DeleteFunc(list, func(i item) bool {
			when := i.at.Truncate(time.Microsecond)
			return when.After(at) || when.Equal(at) && i.id >= id
		})
	}
	next := ""
	if len(list) > limit {
		list = list[:limit]
		next = key(list[limit-1])
	}
	out := make([]any, len(list))
	for i := range list {
		out[i] = list[i].body()
	}
	return out, next, true
}

func (s *Server) listed(r *request, most int, name string, list []item) (int, any) {
	out, next, ok := s.page(r, most, list)
	if !ok {
		return refused("InvalidRequest", "limit or cursor")
	}
	body := map[string]any{name: out}
	if next != "" {
		body["cursor"] = next
	}
	return http.StatusOK, body
}

func (s *Server) listNotifications(r *request) (int, any) {
	var list []item
	for _, n := range s.notes {
		post := s.records[n.uri]
		if n.to != r.me.did || len(r.params["reasons"]) > 0 && !slices.Contains(r.params["reasons"], n.reason) {
			continue
		}
		list = append(list, item{n.at, n.uri, func() any {
			return map[string]any{
				"uri": n.uri, "cid": post.cid, "author": s.profile(post.of, r.me), "reason": n.reason,
				"record": post.value, "isRead": false, "indexedAt": n.at.Format(datetime),
			}
		}})
	}
	return s.listed(r, 100, "notifications", list)
}

func (s *Server) authorFeed(r *request) (int, any) {
	var list []item
	for _, uri := range s.order {
		if p := s.records[uri]; p.of.did == r.param("actor") {
			list = append(list, item{sorted(p), uri, func() any { return map[string]any{"post": s.view(p, r.me)} }})
		}
	}
	return s.listed(r, 100, "feed", list)
}

// searchPosts finds posts in which every word stands, an exact expression as one.
func (s *Server) searchPosts(r *request) (int, any) {
	asked := strings.ToLower(r.param("q"))
	if asked == "" {
		return refused("InvalidRequest", "q")
	}
	var want []string
	for i, part := range strings.Split(asked, `"`) {
		if i%2 == 1 {
			want = append(want, part)
		} else {
			want = append(want, strings.Fields(part)...)
		}
	}
	var list []item
	for _, uri := range s.order {
		p := s.records[uri]
		words := strings.ToLower(p.post.Text)
		if !slices.ContainsFunc(want, func(w string) bool { return !strings.Contains(words, w) }) {
			list = append(list, item{sorted(p), uri, func() any { return s.view(p, r.me) }})
		}
	}
	return s.listed(r, 100, "posts", list)
}

func (s *Server) getPosts(r *request) (int, any) {
	uris := r.params["uris"]
	if len(uris) == 0 || len(uris) > 25 {
		s.blame("%d uris for getPosts", len(uris))
		return refused("InvalidRequest", "uris must not have more than 25 elements")
	}
	out := []any{}
	for _, uri := range uris {
		if p := s.records[uri]; p != nil {
			out = append(out, s.view(p, r.me))
		}
	}
	return http.StatusOK, map[string]any{"posts": out}
}

func (s *Server) getProfiles(r *request) (int, any) {
	if n := len(r.params["actors"]); n == 0 || n > 25 {
		s.blame("%d actors for getProfiles", n)
		return refused("InvalidRequest", "actors must not have more than 25 elements")
	}
	out := []any{}
	for _, did := range r.params["actors"] {
		if u := s.users[did]; u != nil {
			p := s.profile(u, r.me)
			p["followersCount"] = 42
			out = append(out, p)
		}
	}
	return http.StatusOK, map[string]any{"profiles": out}
}

func (s *Server) profile(u, _ *user) map[string]any {
	incoming := "all"
	if u.closed {
		incoming = "none"
	}
	return map[string]any{
		"did": u.did, "handle": u.handle, "displayName": "The " + u.name,
		"associated": map[string]any{"chat": map[string]string{"allowIncoming": incoming}},
		"viewer":     map[string]any{"muted": false, "blockedBy": false}, "labels": []any{},
	}
}

func (s *Server) view(p *stored, me *user) map[string]any {
	viewer := map[string]any{}
	if like := s.liked[me.did+" "+p.uri]; like != "" {
		viewer["like"] = like
	}
	return map[string]any{
		"uri": p.uri, "cid": p.cid, "author": s.profile(p.of, me), "record": p.value,
		"indexedAt": p.seen.Format("2006-01-02T15:04:05.000000Z"), "viewer": viewer, "labels": []any{},
		"replyCount": 0, "repostCount": 0, "likeCount": 0, "quoteCount": 0,
	}
}

package graphtest

import (
	"strings"
	"time"
)

// Page is a page on the server and its token.
type Page struct{ ID, Name, Token string }

// AddPages makes pages, each with a token that may do everything.
func (s *Server) AddPages(names ...string) []Page {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.user == "" {
		s.user = s.person("the owner").id
	}
	var pages []Page
	for _, name := range names {
		id := s.number()
		t := &token{value: "EAApage" + id, kind: "PAGE", page: id, scopes: Permissions()}
		s.tokens[t.value] = t
		s.add("page", id, nil, time.Time{}, map[string]any{
			"name": name, "username": strings.ToLower(strings.ReplaceAll(name, " ", "")), "access_token": t.value, "is_published": true,
		})
		pages = append(pages, Page{id, name, t.value})
	}
	return pages
}

// UserToken is a token of the person who owns every page, as a person may paste.
func (s *Server) UserToken() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.grant(Permissions(), s.now().Add(60*24*time.Hour)).value
}

// person is somebody by name, made when first named.
func (s *Server) person(name string) *object {
	if s.people[name] == nil {
		s.people[name] = s.add("user", s.number(), nil, time.Time{}, map[string]any{"name": name})
	}
	return s.people[name]
}

// VisitorPost has somebody write on a page, PagePost the page itself, Tag
// somebody on their own wall with the page's name in it. A zero time is now.
func (s *Server) VisitorPost(page, who, text string, at time.Time) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.post(s.objects[page], s.person(who), text, at, "feed", "visitor_posts").id
}

// PagePost has the page write.
func (s *Server) PagePost(page, text string, at time.Time) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.objects[page]
	return s.post(p, p, text, at, "feed", "posts").id
}

// Tag has somebody name the page elsewhere.
func (s *Server) Tag(page, who, text string, at time.Time) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.objects[page]
	o := s.post(p, s.person(who), text, at, "tagged")
	s.tell("page", p, "mention", map[string]any{
		"item": "post", "verb": "add", "post_id": o.id, "sender_id": s.person(who).id, "sender_name": who,
		"message": text, "created_time": o.at.Unix(),
	})
	return o.id
}

func (s *Server) post(page, author *object, text string, at time.Time, lists ...string) *object {
	wall := page // a post's id begins with whose wall it stands on
	if contains(lists, "tagged") {
		wall = author
	}
	o := s.add("post", wall.id+"_"+s.number(), page, at, map[string]any{
		"message": text, "from": author, "status_type": "mobile_status_update", "is_hidden": false,
	})
	for _, name := range lists {
		page.list(name, o)
	}
	if contains(lists, "feed") {
		s.tellFeed(o, "add")
	}
	return o
}

// Comment has somebody comment on a post or answer a comment; the page itself
// where who is empty. An answer to an answer stands under the same comment.
func (s *Server) Comment(on, who, text string, at time.Time) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	parent := s.objects[on]
	author := s.objects[parent.page]
	if who != "" {
		author = s.person(who)
	}
	return s.comment(parent, author, text, at).id
}

func (s *Server) comment(parent, author *object, text string, at time.Time) *object {
	post := parent
	var under *object
	if parent.kind == "comment" {
		post, under = s.objects[parent.text("post")], parent
		if above := s.objects[parent.text("parent")]; above != nil {
			under = above
		}
	}
	_, number, _ := strings.Cut(post.id, "_")
	fields := map[string]any{"message": text, "from": author, "post": post.id, "is_hidden": false}
	if under != nil {
		fields["parent"] = under.id
	}
	o := s.add("comment", number+"_"+s.number(), post, at, fields)
	post.list("comments", o)
	if under != nil {
		under.list("comments", o)
	}
	post.fields["commented"] = s.now()
	s.tellFeed(o, "add")
	return o
}

// Forget takes the author from a thing, as for somebody who gave no permission.
func (s *Server) Forget(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.objects[id].fields["unknown"] = true
}

// Review has somebody recommend the page, or not.
func (s *Server) Review(page, who, text string, recommends bool, at time.Time) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.objects[page]
	story := s.post(p, s.person(who), text, at)
	kind := map[bool]string{true: "positive", false: "negative"}[recommends]
	r := s.add("rating", "rating-"+story.id, p, story.at, map[string]any{
		"from": s.person(who), "review_text": text, "recommendation_type": kind, "has_review": true, "has_rating": false, "open_graph_story": story,
	})
	p.list("ratings", r)
	s.tell("page", p, "ratings", map[string]any{
		"item": "rating", "verb": "add", "review_text": text, "recommendation_type": strings.ToUpper(kind),
		"reviewer_id": s.person(who).id, "reviewer_name": who, "created_time": story.at.Unix(), "open_graph_story_id": story.id,
	})
	return story.id
}

// Edit changes somebody's words. Graph gives a comment no time of its edit.
func (s *Server) Edit(id, text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	o := s.objects[id]
	o.fields["message"], o.fields["edited"] = text, s.now()
	if o.kind == "message" {
		s.tellEdit(o)
		return
	}
	s.tellFeed(o, "edited")
}

// Delete removes a thing and what stands below it.
func (s *Server) Delete(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.remove(s.objects[id])
}

func (s *Server) remove(o *object) {
	if o.gone {
		return
	}
	o.gone = true
	for _, below := range o.lists["comments"] {
		below.gone = true
	}
	switch o.kind {
	case "post", "comment": // Messenger tells nobody
		s.tellFeed(o, "remove")
	case "ig_comment":
		s.removeIG(o)
	}
}

// Hide hides a comment, or shows it again, as a person does in Meta's own tools.
func (s *Server) Hide(id string, hidden bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.objects[id].fields["is_hidden"] = hidden
	s.tellFeed(s.objects[id], map[bool]string{true: "hide", false: "unhide"}[hidden])
}

// Conceal has a thing be told by lists and webhooks alone, as somebody's words on
// their own wall are: by its id it cannot be read.
func (s *Server) Conceal(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.objects[id].fields["elsewhere"] = true
}

// Field is a stored field of a thing: is_hidden, liked, answered ...
func (s *Server) Field(id, name string) any {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.objects[id].fields[name]
}

// Gone tells whether a thing was deleted.
func (s *Server) Gone(id string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.objects[id].gone
}

// Said counts what a page has said with these words: posts, comments, messages.
func (s *Server) Said(page, text string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for _, o := range s.objects {
		if o.page == page && !o.gone && ours(o) && strings.Contains(o.text("message"), text) {
			n++
		}
	}
	return n
}

// tellFeed sends a change of a post or comment to the webhook, in the words of
// Meta's feed field. Edits go by two names there.
func (s *Server) tellFeed(o *object, verb string) {
	page := s.objects[o.page]
	value := map[string]any{"verb": verb, "created_time": o.at.Unix()}
	if author, _ := o.fields["from"].(*object); author != nil && o.fields["unknown"] != true {
		value["from"] = map[string]any{"id": author.id, "name": author.text("name")}
	}
	if o.kind == "comment" {
		value["item"], value["comment_id"], value["post_id"] = "comment", o.id, o.text("post")
		value["parent_id"] = o.text("post") // a first-level comment names its post
		if parent := o.text("parent"); parent != "" {
			value["parent_id"] = parent
		}
	} else {
		value["item"], value["post_id"] = "status", o.id
		if !ours(o) {
			value["item"] = "post"
		}
	}
	if verb != "remove" {
		value["message"] = o.text("message")
	}
	s.tell("page", page, "feed", value)
}

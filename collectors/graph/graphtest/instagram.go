package graphtest

import (
	"strings"
	"time"
)

// Instagram's limits: characters of a comment, bytes of a private message.
const (
	longestComment = 2200
	longestDirect  = 1000
)

// Instagram is a professional account on the server, reached with its page's
// token.
type Instagram struct {
	ID, Username string
	Page         Page
}

// AddInstagram gives a page a professional account.
func (s *Server) AddInstagram(page Page, username string) Instagram {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.objects[page.ID]
	o := s.add("ig_user", s.number(), p, time.Time{}, map[string]any{"username": username, "name": username})
	p.fields["instagram_business_account"] = o
	return Instagram{o.id, username, page}
}

// The kinds of things that Instagram has, with the names of the specification
// (IGUser, IGMedia, IGComment).
func instagramKinds() map[string]kind {
	return map[string]kind{
		"ig_user": {
			fields: stored("id", "username", "name", "biography", "website", "profile_picture_url", "followers_count", "media_count"), plain: "username",
			edges: map[string]edge{
				"media":    kept("ig_media", "media", true, "since", "until"),
				"tags":     kept("ig_media", "tags", true),
				"mentions": {params: []string{"media_id", "comment_id", "message"}, post: answerMention},
			},
			finds: map[string]find{
				"mentioned_media":   {by: "media_id", of: "ig_media"},
				"mentioned_comment": {by: "comment_id", of: "ig_comment"},
			},
		},
		"ig_person":  {fields: stored("id", "username", "name"), plain: "username"},
		"ig_media":   mediaKind(),
		"ig_comment": igCommentKind(),
	}
}

func mediaKind() kind {
	k := kind{
		fields: stored("id", "media_type", "media_url", "media_product_type", "shortcode", "thumbnail_url", "is_comment_enabled", "like_count"),
		plain:  "id",
		edges: map[string]edge{
			"comments": {
				of: "ig_comment", most: 50, desc: true, params: []string{"message"},
				list: func(_ *Server, _ *call, o *object, _ map[string]string) ([]*object, *failure) {
					var top []*object
					for _, c := range o.alive("comments") {
						if c.text("parent") == "" {
							top = append(top, c)
						}
					}
					return top, nil
				},
				post: writeIGComment,
			},
		},
	}
	instagramFields(k.fields)
	k.fields["caption"] = func(_ *Server, _ *call, o *object) any { return o.fields["message"] }
	k.fields["permalink"] = func(_ *Server, _ *call, o *object) any { return "https://www.instagram.com/p/" + o.id + "/" }
	k.fields["comments_count"] = func(_ *Server, _ *call, o *object) any { return len(o.alive("comments")) }
	return k
}

func igCommentKind() kind {
	k := kind{
		fields: stored("id", "legacy_instagram_comment_id"), plain: "text,timestamp",
		params: []string{"hide"}, post: hideIGComment, remove: removeIGComment,
		edges: map[string]edge{"replies": {
			of: "ig_comment", most: 50, params: []string{"message"},
			list: func(_ *Server, _ *call, o *object, _ map[string]string) ([]*object, *failure) {
				return o.alive("replies"), nil
			},
			post: writeIGComment,
		}},
	}
	instagramFields(k.fields)
	k.fields["text"] = func(_ *Server, _ *call, o *object) any { return o.fields["message"] }
	k.fields["hidden"] = func(_ *Server, _ *call, o *object) any { return o.fields["is_hidden"] == true }
	k.fields["like_count"] = func(*Server, *call, *object) any { return 0 }
	k.fields["parent_id"] = func(_ *Server, _ *call, o *object) any {
		if o.text("parent") == "" {
			return nil
		}
		return o.text("parent")
	}
	k.fields["media"] = func(s *Server, _ *call, o *object) any { return s.objects[o.text("media")] }
	return k
}

// instagramFields adds the fields that media and comments share.
func instagramFields(fields map[string]func(*Server, *call, *object) any) {
	fields["timestamp"] = func(_ *Server, _ *call, o *object) any { return stamp(o.at) }
	fields["username"] = func(_ *Server, _ *call, o *object) any { return o.fields["from"].(*object).text("username") }
	fields["from"] = func(_ *Server, c *call, o *object) any {
		if !contains(c.token.scopes, "instagram_manage_comments") || o.fields["unknown"] == true {
			return nil
		}
		return o.fields["from"]
	}
}

// igPerson is somebody as an account knows them: a person has another id for
// every account.
func (s *Server) igPerson(account *object, who string) *object {
	name := "ig:" + account.id + ":" + who
	if s.objects[name] == nil {
		s.objects[name] = s.add("ig_person", s.number(), account, time.Time{}, map[string]any{"username": who, "name": who})
	}
	return s.objects[name]
}

// Media has the account publish. A zero time is now.
func (s *Server) Media(account, caption string, at time.Time) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	a := s.objects[account]
	o := s.add("ig_media", s.number(), a, at, map[string]any{"message": caption, "from": a, "media_type": "IMAGE"})
	a.list("media", o)
	return o.id
}

// TagIn has somebody publish a media that tags the account: the tags edge lists
// it. NameIn has them name it in the caption, which push alone tells of.
func (s *Server) TagIn(account, who, caption string, at time.Time) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.elsewhere(account, who, caption, at, "tags").id
}

// NameIn has somebody name the account in a caption.
func (s *Server) NameIn(account, who, caption string, at time.Time) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	o := s.elsewhere(account, who, caption, at, "named")
	s.tellInstagram(s.objects[account], "mentions", at, map[string]any{"media_id": o.id})
	return o.id
}

// NameBelow has somebody name the account in a comment under somebody else's
// media, and returns the comment's id.
func (s *Server) NameBelow(account, who, text string, at time.Time) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	a := s.objects[account]
	on := s.elsewhere(account, who+"_friend", "a picture", at, "named")
	c := s.add("ig_comment", s.number(), a, at, map[string]any{"message": text, "from": s.igPerson(a, who), "media": on.id, "elsewhere": true})
	s.tellInstagram(a, "mentions", at, map[string]any{"media_id": on.id, "comment_id": c.id})
	return c.id
}

func (s *Server) elsewhere(account, who, caption string, at time.Time, list string) *object {
	a := s.objects[account]
	o := s.add("ig_media", s.number(), a, at, map[string]any{"message": caption, "from": s.igPerson(a, who), "media_type": "IMAGE", "elsewhere": true})
	a.list(list, o)
	return o
}

// IGComment has somebody comment on a media or answer a comment; the account
// itself where who is empty. An answer to an answer stands under the first.
func (s *Server) IGComment(on, who, text string, at time.Time) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	o := s.objects[on]
	a := s.igAccount(o)
	author := a
	if who != "" {
		author = s.igPerson(a, who)
	}
	return s.igComment(o, author, text, at).id
}

// igAccount is the account a thing of Instagram's belongs to.
func (s *Server) igAccount(o *object) *object {
	a, _ := s.objects[o.page].fields["instagram_business_account"].(*object)
	return a
}

func (s *Server) igComment(on, author *object, text string, at time.Time) *object {
	media := on
	fields := map[string]any{"message": text, "from": author, "is_hidden": false}
	var above *object
	if on.kind == "ig_comment" {
		media, above = s.objects[on.text("media")], on
		if first := s.objects[on.text("parent")]; first != nil {
			above = first
		}
		fields["parent"] = above.id
	}
	fields["media"] = media.id
	o := s.add("ig_comment", s.number(), media, at, fields)
	media.list("comments", o)
	value := map[string]any{
		"id": o.id, "text": text, "from": map[string]any{"id": author.id, "username": author.text("username")},
		"media": map[string]any{"id": media.id, "media_product_type": "FEED"},
	}
	if above != nil {
		above.list("replies", o)
		value["parent_id"] = above.id
	}
	s.tellInstagram(s.igAccount(media), "comments", o.at, value)
	return o
}

// tellInstagram sends a change to the webhook. Which fields are delivered is the
// app's setting; whether, the subscription of the account's page.
func (s *Server) tellInstagram(account *object, field string, at time.Time, value map[string]any) {
	if s.igSubscribed(account) {
		s.deliver(delivery{object: "instagram", entry: account.id, at: at, change: map[string]any{"field": field, "value": value}})
	}
}

func (s *Server) igSubscribed(account *object) bool {
	fields, _ := s.objects[account.page].fields["subscribed"].([]string)
	return len(fields) > 0
}

func writeIGComment(s *Server, c *call, o *object) (any, *failure) {
	text := strings.TrimSpace(c.form.Get("message"))
	switch {
	case !contains(c.token.scopes, "instagram_manage_comments"):
		return nil, fault(10, 0, "Requires instagram_manage_comments permission")
	case text == "" || len([]rune(text)) > longestComment:
		return nil, s.invalid("message")
	case o.kind == "ig_comment" && o.text("parent") != "":
		s.blame("an answer below an answer")
		return nil, s.invalid("id")
	}
	return map[string]any{"id": s.igComment(o, s.igAccount(o), text, time.Time{}).id}, nil
}

// answerMention writes below somebody else's media: nobody lists it here.
func answerMention(s *Server, c *call, o *object) (any, *failure) {
	on := s.objects[c.form.Get("media_id")]
	if id := c.form.Get("comment_id"); id != "" {
		on = s.objects[id]
	}
	text := strings.TrimSpace(c.form.Get("message"))
	switch {
	case on == nil || on.gone:
		return nil, gone(c.form.Get("media_id"))
	case text == "" || len([]rune(text)) > longestComment:
		return nil, s.invalid("message")
	}
	return map[string]any{"id": s.add("ig_comment", s.number(), o, time.Time{}, map[string]any{"message": text, "from": o, "media": on.id}).id}, nil
}

func hideIGComment(s *Server, c *call, o *object) (any, *failure) {
	v := c.form.Get("hide")
	if !contains(c.token.scopes, "instagram_manage_comments") || v != "true" && v != "false" || ours(o) {
		return nil, fault(200, 0, "Permissions error")
	}
	o.fields["is_hidden"] = v == "true"
	return map[string]any{"success": true}, nil
}

func removeIGComment(s *Server, c *call, o *object) (any, *failure) {
	if !contains(c.token.scopes, "instagram_manage_comments") {
		return nil, fault(200, 0, "Permissions error")
	}
	s.removeIG(o)
	return map[string]any{"success": true}, nil
}

// removeIG removes a comment and the answers below it; Instagram tells nobody.
func (s *Server) removeIG(o *object) {
	o.gone = true
	for _, below := range o.lists["replies"] {
		below.gone = true
	}
}

package graphtest

import (
	"slices"
	"strings"
	"time"
)

// The kinds of things that Facebook has, with the names of the specification.
func facebookKinds() map[string]kind {
	return map[string]kind{
		"user": {
			fields: stored("id", "name"), plain: "name",
			edges: map[string]edge{
				"accounts": {of: "page", list: func(s *Server, c *call, _ *object, _ map[string]string) ([]*object, *failure) {
					var pages []*object
					for _, id := range c.token.pages {
						pages = append(pages, s.objects[id])
					}
					return pages, nil
				}},
			},
		},
		"page":         pageKind(),
		"post":         postKind(),
		"comment":      commentKind(),
		"rating":       {fields: ratingFields(), plain: "created_time,rating,review_text,reviewer"},
		"conversation": conversationKind(),
		"message":      messageKind(),
		"attachment":   {fields: stored("id", "mime_type", "name", "size", "file_url", "image_data", "video_data"), plain: "id"},
		"app":          {fields: stored("id", "name", "subscribed_fields"), plain: "name"},
	}
}

func pageKind() kind {
	k := kind{
		fields: stored("id", "name", "username", "link", "about", "category", "is_published", "verification_status",
			"fan_count", "followers_count", "has_added_app", "is_webhooks_subscribed", "instagram_business_account"),
		plain: "name",
		edges: map[string]edge{
			"feed":            kept("post", "feed", true, "include_hidden", "since", "until"),
			"posts":           kept("post", "posts", true, "include_hidden", "since", "until"),
			"published_posts": kept("post", "posts", true, "include_hidden"),
			"visitor_posts":   kept("post", "visitor_posts", true, "include_hidden"),
			"tagged":          kept("post", "tagged", true),
			"ratings":         kept("rating", "ratings", true),
			"conversations":   conversationsEdge(),
			"messages": {
				params: []string{"recipient", "message", "messaging_type", "tag", "reply_to", "persona_id", "notification_type"},
				post:   sendMessage,
			},
			"subscribed_apps": {
				of: "app", params: []string{"subscribed_fields"}, post: subscribePage,
				list: func(s *Server, _ *call, o *object, _ map[string]string) ([]*object, *failure) {
					fields, _ := o.fields["subscribed"].([]string)
					if len(fields) == 0 {
						return nil, nil
					}
					return []*object{{id: AppID, kind: "app", fields: map[string]any{"name": "Vigie", "subscribed_fields": fields}}}, nil
				},
			},
		},
	}
	k.fields["access_token"] = func(_ *Server, c *call, o *object) any {
		if c.token.kind == "USER" || c.token.page == o.id {
			return o.fields["access_token"]
		}
		return nil
	}
	k.fields["tasks"] = func(*Server, *call, *object) any {
		return []string{"MODERATE", "MESSAGING", "ANALYZE", "CREATE_CONTENT", "MANAGE"}
	}
	return k
}

// kept is an edge of things that are kept in the order they came.
func kept(of, list string, desc bool, params ...string) edge {
	return edge{of: of, desc: desc, params: params, list: func(_ *Server, _ *call, o *object, _ map[string]string) ([]*object, *failure) {
		return o.alive(list), nil
	}}
}

func postKind() kind {
	k := kind{
		fields: stored("id", "message", "status_type", "is_hidden", "is_published", "story", "parent_id", "full_picture",
			"icon", "privacy", "to", "via", "place", "message_tags", "properties", "shares", "target"),
		plain:  "message,created_time",
		params: []string{"is_hidden", "message", "timeline_visibility"}, post: writePost, remove: removeThing,
		edges: map[string]edge{
			"comments":    commentsEdge(),
			"likes":       likesEdge(),
			"reactions":   kept("user", "likes", false, "type"),
			"attachments": {of: "attachment", list: nothing},
		},
	}
	common(k.fields)
	k.fields["updated_time"] = func(_ *Server, _ *call, o *object) any { return stamp(changed(o)) }
	return k
}

func commentKind() kind {
	k := kind{
		fields: stored("id", "message", "is_hidden", "is_private", "attachment", "message_tags", "admin_creator", "live_broadcast_timestamp", "private_reply_conversation"),
		plain:  "message,created_time,from",
		params: []string{"is_hidden", "message", "attachment_id", "attachment_url"}, post: writePost, remove: removeThing,
		edges: map[string]edge{"comments": commentsEdge(), "likes": likesEdge(), "reactions": kept("user", "likes", false, "type")},
	}
	common(k.fields)
	k.fields["parent"] = func(s *Server, _ *call, o *object) any { return s.objects[o.text("parent")] }
	k.fields["object"] = func(s *Server, _ *call, o *object) any { return s.objects[o.text("post")] }
	k.fields["can_comment"] = func(*Server, *call, *object) any { return true }
	k.fields["can_like"] = k.fields["can_comment"]
	others := func(_ *Server, _ *call, o *object) any { return !ours(o) }
	k.fields["can_hide"] = others
	k.fields["can_remove"] = k.fields["can_comment"]
	k.fields["comment_count"] = func(_ *Server, _ *call, o *object) any { return len(o.alive("comments")) }
	k.fields["like_count"] = func(_ *Server, _ *call, o *object) any { return len(o.alive("likes")) }
	k.fields["user_likes"] = func(_ *Server, _ *call, o *object) any { return o.fields["liked"] == true }
	return k
}

// common adds the fields that posts and comments share.
func common(fields map[string]func(*Server, *call, *object) any) {
	fields["created_time"] = func(_ *Server, _ *call, o *object) any { return stamp(o.at) }
	fields["from"] = func(_ *Server, c *call, o *object) any {
		author, _ := o.fields["from"].(*object)
		if author == nil || o.fields["unknown"] == true || author.kind == "user" && !contains(c.token.scopes, "pages_read_user_content") {
			return nil
		}
		return author
	}
	fields["permalink_url"] = func(_ *Server, _ *call, o *object) any { return "https://www.facebook.com/" + o.id }
	fields["can_reply_privately"] = func(s *Server, _ *call, o *object) any {
		return !ours(o) && o.fields["answered"] != true && s.now().Sub(o.at) < 7*24*time.Hour
	}
}

// ours tells whether a page wrote it.
func ours(o *object) bool {
	author, _ := o.fields["from"].(*object)
	return author != nil && (author.kind == "page" || author.kind == "ig_user")
}

// changed is a post's updated_time: its own change, or the last comment below it.
func changed(o *object) time.Time {
	at := o.at
	if edited, ok := o.fields["edited"].(time.Time); ok && edited.After(at) {
		at = edited
	}
	if last, ok := o.fields["commented"].(time.Time); ok && last.After(at) {
		at = last
	}
	return at
}

func ratingFields() map[string]func(*Server, *call, *object) any {
	fields := stored("has_rating", "has_review", "rating", "recommendation_type", "review_text", "open_graph_story")
	fields["created_time"] = func(_ *Server, _ *call, o *object) any { return stamp(o.at) }
	fields["reviewer"] = func(_ *Server, c *call, o *object) any {
		author, _ := o.fields["from"].(*object)
		if !contains(c.token.scopes, "pages_read_user_content") {
			return nil
		}
		return author
	}
	return fields
}

func nothing(*Server, *call, *object, map[string]string) ([]*object, *failure) { return nil, nil }

// commentsEdge lists a post's or comment's comments. filter=stream shows every
// level, toplevel (the default) only the first.
func commentsEdge() edge {
	return edge{
		of: "comment", params: []string{"filter", "live_filter", "order", "since", "message", "attachment_id", "attachment_url"},
		list: func(_ *Server, _ *call, o *object, args map[string]string) ([]*object, *failure) {
			all := o.alive("comments")
			if args["filter"] != "stream" {
				all = slices.DeleteFunc(all, func(c *object) bool { return o.kind == "post" && c.text("parent") != "" })
			}
			return all, nil
		},
		post: func(s *Server, c *call, o *object) (any, *failure) {
			if !contains(c.token.scopes, "pages_manage_engagement") {
				return nil, fault(200, 0, "Permissions error")
			}
			text := strings.TrimSpace(c.form.Get("message"))
			if text == "" || len([]rune(text)) > 8000 {
				return nil, s.invalid("message")
			}
			if o.kind == "comment" && o.text("parent") != "" {
				return nil, fault(100, 0, "Cannot comment on a reply")
			}
			return map[string]any{"id": s.comment(o, s.objects[c.token.page], text, time.Time{}).id}, nil
		},
	}
}

func likesEdge() edge {
	like := func(to bool) func(*Server, *call, *object) (any, *failure) {
		return func(_ *Server, _ *call, o *object) (any, *failure) {
			o.fields["liked"] = to
			return map[string]any{"success": true}, nil
		}
	}
	return edge{of: "user", list: nothing, post: like(true), remove: like(false)}
}

// writePost hides, shows, or edits our own words.
func writePost(s *Server, c *call, o *object) (any, *failure) {
	if !contains(c.token.scopes, "pages_manage_engagement") {
		return nil, fault(200, 0, "Permissions error")
	}
	if v := c.form.Get("is_hidden"); v != "" {
		if ours(o) {
			return nil, fault(200, 0, "The page cannot hide its own words")
		}
		o.fields["is_hidden"] = v == "true"
		s.tellFeed(o, map[bool]string{true: "hide", false: "unhide"}[v == "true"])
	}
	return map[string]any{"success": true}, nil
}

func removeThing(s *Server, c *call, o *object) (any, *failure) {
	if !contains(c.token.scopes, "pages_manage_engagement") {
		return nil, fault(200, 0, "Permissions error")
	}
	s.remove(o)
	return map[string]any{"success": true}, nil
}

func subscribePage(s *Server, c *call, o *object) (any, *failure) {
	if s.hook.pushing == PushRefused {
		return nil, fault(200, 0, "The app is not allowed to subscribe")
	}
	fields := strings.Split(c.form.Get("subscribed_fields"), ",")
	for _, f := range fields {
		if !contains(pageHooks, f) {
			s.blame("no webhook field " + f)
			return nil, s.invalid("subscribed_fields")
		}
	}
	o.fields["subscribed"] = fields
	return map[string]any{"success": true}, nil
}

// The webhook fields of a page.
var pageHooks = []string{
	"feed", "mention", "ratings", "messages", "message_echoes", "message_reactions", "message_edits", "message_reads",
	"message_deliveries", "messaging_handovers", "messaging_policy_enforcement", "standby", "messaging_postbacks",
	"messaging_referrals", "message_mention",
}

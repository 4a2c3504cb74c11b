package xtest

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// named is a field's name: the one servers use, or the description's new one.
func (s *Server) named(old, new string) string {
	if s.o.NewNames {
		return new
	}
	return old
}

const secondsUTC = "2006-01-02T15:04:05.000Z"

func (s *Server) userJSON(u *user) map[string]any {
	return map[string]any{
		"id": u.id, "username": u.name, "name": u.title, "verified": false,
		"public_metrics": map[string]any{"followers_count": 12},
	}
}

func (s *Server) usersJSON(users []*user) []any {
	list, seen := []any{}, map[string]bool{}
	for _, u := range users {
		if !seen[u.id] {
			seen[u.id] = true
			list = append(list, s.userJSON(u))
		}
	}
	return list
}

// postsJSON is a list as it is answered, newest versions; an empty list has no
// data at all.
func (s *Server) postsJSON(list []*Post, expansions string) map[string]any {
	answer := map[string]any{}
	var data []any
	var users []*user
	for _, p := range list {
		data = append(data, s.postJSON(p, p.latest()))
		users = append(users, s.userByID(p.Author))
	}
	if len(data) == 0 {
		return answer
	}
	answer["data"] = data
	if slices.Contains(strings.Split(expansions, ","), "author_id") {
		answer["includes"] = map[string]any{"users": s.usersJSON(users)}
	}
	return answer
}

// postJSON is one version of a post. Times are told to the second, texts with
// their entities, and what is longer than 280 characters is cut.
func (s *Server) postJSON(p *Post, v *Version) map[string]any {
	ids := []string{}
	for _, each := range p.Versions {
		ids = append(ids, each.ID)
	}
	words := escape(v.Text)
	entities := s.entities(v.Text)
	out := map[string]any{
		"id": v.ID, "author_id": p.Author, "conversation_id": p.Conversation, "lang": "fr",
		"created_at": v.At.UTC().Truncate(1e9).Format(secondsUTC),
		s.named("edit_history_tweet_ids", "edit_history_post_ids"): ids,
	}
	if utf8.RuneCountInString(v.Text) > 280 {
		out[s.named("note_tweet", "note_post")] = map[string]any{"text": words, "entities": entities}
		words = string([]rune(words)[:270]) + "…"
	}
	out["text"], out["entities"] = words, entities
	var refers []any
	if p.Parent != "" {
		refers = append(refers, map[string]any{"type": "replied_to", "id": p.Parent})
		if parent := s.posts[p.Parent]; parent != nil {
			out["in_reply_to_user_id"] = parent.Author
		}
	}
	if p.Quotes != "" {
		refers = append(refers, map[string]any{"type": "quoted", "id": p.Quotes})
		if quoted := s.posts[p.Quotes]; quoted != nil {
			short := "https://t.co/q" + p.Quotes
			out["text"] = words + " " + short
			full := "https://x.com/" + s.userByID(quoted.Author).name + "/status/" + p.Quotes
			urls, _ := entities["urls"].([]any)
			entities["urls"] = append(urls, map[string]any{"url": short, "expanded_url": full})
		}
	}
	if refers != nil {
		out[s.named("referenced_tweets", "referenced_posts")] = refers
	}
	return out
}

func (s *Server) entities(words string) map[string]any {
	mentions := []any{}
	for _, u := range s.mentioned(words) {
		mentions = append(mentions, map[string]any{"id": u.id, "username": u.name})
	}
	return map[string]any{"mentions": mentions}
}

// escape writes the three characters that X writes as entities.
func escape(words string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(words)
}

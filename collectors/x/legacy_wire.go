//lint:file-ignore SA1019 the only client of version 1.1 is finished, like what it talks to

package x

import (
	"encoding/json"
	"strconv"
	"time"

	"github.com/dghubble/go-twitter/twitter"

	"github.com/vigie-hq/vigie/community"
)

// legacyPost is a version 1.1 post; false if it is none.
func legacyPost(t *twitter.Tweet, history map[string][]string) (post, bool) {
	if !validID(t.IDStr) || t.User == nil || !validID(t.User.IDStr) {
		return post{}, false
	}
	words, entities, shown := t.FullText, t.Entities, t.ExtendedEntities
	if words == "" {
		words = t.Text
	}
	if e := t.ExtendedTweet; e != nil && t.Truncated {
		words, entities, shown = e.FullText, e.Entities, e.ExtendedEntities
	}
	p := post{
		ID: t.IDStr, Author: legacyPerson(t.User), Lang: t.Lang, Parent: t.InReplyToStatusIDStr, ParentBy: t.InReplyToUserIDStr,
		Quotes: t.QuotedStatusIDStr, Repost: t.RetweetedStatus != nil,
	}
	if made, err := time.Parse(time.RubyDate, t.CreatedAt); err == nil {
		p.Made = made.UTC()
	}
	if t.QuotedStatus != nil && t.QuotedStatus.User != nil {
		p.QuotesBy = t.QuotedStatus.User.IDStr
	}
	for _, id := range history[t.IDStr] {
		if validID(id) && (p.First == "" || later(p.First, id)) {
			p.First = id
		}
		if validID(id) {
			p.Last = latest(id, p.Last)
		}
	}
	var links []link
	if entities != nil {
		for _, u := range entities.Urls {
			links = append(links, link{u.URL, u.ExpandedURL, false})
		}
		for _, m := range entities.UserMentions {
			p.Mentions = append(p.Mentions, mention{m.IDStr, m.ScreenName})
		}
	}
	if shown != nil {
		for _, m := range shown.Media {
			links = append(links, link{m.URL, m.ExpandedURL, true})
			p.Media = append(p.Media, community.Media{Type: mediaType(m.Type), URL: m.MediaURLHttps})
		}
	}
	p.Text = readable(words, links)
	p.made()
	return p, true
}

func legacyPerson(u *twitter.User) person {
	return person{u.IDStr, u.ScreenName, u.Name, u.FollowersCount, u.Verified}
}

// person is what is known of somebody by id alone: ourselves.
func (s *session) person(id string) person {
	if id == s.account.NativeID {
		return person{ID: id, Handle: s.account.Handle, Name: s.account.Title}
	}
	return person{ID: id}
}

// legacyDirect is a version 1.1 direct message; it names people by id alone.
func legacyDirect(e *twitter.DirectMessageEvent, people func(string) person) (post, bool) {
	m := e.Message
	if !validID(e.ID) || m == nil || m.Data == nil || m.Target == nil || !validID(m.SenderID) || !validID(m.Target.RecipientID) {
		return post{}, false
	}
	p := post{
		ID: e.ID, Author: people(m.SenderID), Thread: conversationOf(m.SenderID, m.Target.RecipientID),
		Direct: true, To: m.Target.RecipientID,
	}
	if ms, err := strconv.ParseInt(e.CreatedAt, 10, 64); err == nil {
		p.Made = time.UnixMilli(ms).UTC()
	}
	var links []link
	if m.Data.Entities != nil {
		for _, u := range m.Data.Entities.Urls {
			links = append(links, link{u.URL, u.ExpandedURL, false})
		}
	}
	if at := m.Data.Attachment; at != nil {
		p.Media = append(p.Media, community.Media{Type: mediaType(at.Media.Type), URL: at.Media.MediaURLHttps})
	}
	p.Text = readable(m.Data.Text, links)
	p.made()
	return p, true
}

// histories are the edit histories in an answer of version 1.1, by post.
func histories(raw []byte) map[string][]string {
	type edited struct {
		ID      string `json:"id_str"`
		History struct {
			First string   `json:"initial_tweet_id"`
			IDs   []string `json:"edit_tweet_ids"`
		} `json:"edit_history"`
	}
	var all []edited
	if json.Unmarshal(raw, &all) != nil {
		var one edited
		var search struct {
			Statuses []edited `json:"statuses"`
		}
		switch {
		case json.Unmarshal(raw, &search) == nil && len(search.Statuses) > 0:
			all = search.Statuses
		case json.Unmarshal(raw, &one) == nil:
			all = []edited{one}
		}
	}
	found := map[string][]string{}
	for _, e := range all {
		if e.History.First != "" || len(e.History.IDs) > 0 {
			found[e.ID] = append(e.History.IDs, e.History.First)
		}
	}
	return found
}

func errorCode(err error) int {
	p, ok := problemOf(err)
	if !ok {
		return 0
	}
	return p.code()
}

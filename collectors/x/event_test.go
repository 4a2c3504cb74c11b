//lint:file-ignore SA1019 the only client of version 1.1 is finished, like what it talks to

package x

import (
	"encoding/json"
	"testing"

	"github.com/dghubble/go-twitter/twitter"
)

// The bodies of webhook calls, as X documents them.
const (
	mentioned  = `{"data":{"event_uuid":"1","filter":{"user_id":"100"},"event_type":"post.mention.create","tag":"k","payload":{"id":"2080765813578191303","text":"hey @brand","author_id":"42","conversation_id":"2080765813578191303","created_at":"2026-07-24T21:23:23.000Z","edit_history_tweet_ids":["2080765813578191303"],"entities":{"mentions":[{"start":4,"start_str":"4","end":10,"username":"brand","id":"100"}]}},"includes":{"users":[{"id":"42","username":"lea","name":"Léa"}]}}}`
	received   = `{"data":{"event_uuid":"2","filter":{"user_id":"100"},"event_type":"dm.received","payload":{"direct_message_events":[{"type":"message_create","id":"2080765901528535096","created_timestamp":"1784928224372","message_create":{"target":{"recipient_id":"100"},"sender_id":"42","message_data":{"text":"hello &amp; bye","entities":{"urls":[]}}}}],"users":{"42":{"data":{"id":"42","username":"lea","name":"Léa","public_metrics":{"followers_count":97}}}}}}}`
	deletion   = `{"data":{"event_uuid":"-2781149976877970683","filter":{"user_id":"100"},"event_type":"post.delete","payload":{"id":"2080761269309813134","author_id":"100"}}}`
	oldTweet   = `{"for_user_id":"100","user_has_blocked":false,"tweet_create_events":[{"created_at":"Fri Jul 24 21:23:23 +0000 2026","id_str":"2080765813578191303","text":"@brand cut…","truncated":true,"extended_tweet":{"full_text":"@brand whole","entities":{"user_mentions":[{"id_str":"100","screen_name":"brand"}]}},"user":{"id_str":"42","screen_name":"lea","name":"Léa"},"in_reply_to_status_id_str":"2080765813578191001","in_reply_to_user_id_str":"100","edit_history":{"initial_tweet_id":"2080765813578191300","edit_tweet_ids":["2080765813578191300","2080765813578191303"]}}]}`
	oldDirect  = `{"for_user_id":"100","direct_message_events":[{"type":"message_create","id":"954491830116155396","created_timestamp":"1516403560557","message_create":{"target":{"recipient_id":"100"},"sender_id":"42","message_data":{"text":"Hello","entities":{"urls":[]}}}},{"type":"participant_join","id":"3"}],"users":{"42":{"id":"42","created_timestamp":"1","name":"Léa","screen_name":"lea","followers_count":7}}}`
	oldDeleted = `{"for_user_id":"100","tweet_delete_events":[{"status":{"id":"601430178305220608","user_id":"42"},"timestamp_ms":"1432228155593"}]}`
	oldRevoke  = `{"user_event":{"revoke":{"date_time":"2018-05-24T09:48:12+00:00","target":{"app_id":"1"},"source":{"user_id":"100"}}},"for_user_id":"100"}`
)

func TestDeliveries(t *testing.T) {
	for _, c := range []struct {
		body, id, author, text string
		gone                   string
		revoked                bool
	}{
		{body: mentioned, id: "2080765813578191303", author: "lea", text: "hey @brand"},
		{body: received, id: "2080765901528535096", author: "lea", text: "hello & bye"},
		{body: deletion, gone: "2080761269309813134"},
		{body: oldTweet, id: "2080765813578191300", author: "lea", text: "@brand whole"},
		{body: oldDirect, id: "954491830116155396", author: "lea", text: "Hello"},
		{body: oldDeleted, gone: "601430178305220608"},
		{body: oldRevoke, revoked: true},
		{body: `{"data":{"filter":{"user_id":"100"},"event_type":"oauth.revoke","payload":{}}}`, revoked: true},
		{body: `{"data":{"filter":{"user_id":"100"},"event_type":"like.create","payload":{"id":"1"}}}`},
		{body: `{"for_user_id":"100","favorite_events":[{}]}`},
	} {
		e, err := decodeDelivery([]byte(c.body))
		if err != nil || e.user != "100" || e.unreadable != 0 || e.revoked != c.revoked {
			t.Errorf("%.80s: %+v %v", c.body, e, err)
			continue
		}
		if c.id != "" && (len(e.posts) != 1 || e.posts[0].First != c.id || e.posts[0].Author.Handle != c.author || e.posts[0].Text != c.text) {
			t.Errorf("%.80s: %+v", c.body, e.posts)
		}
		if c.gone != "" && (len(e.gone) != 1 || e.gone[0] != c.gone) {
			t.Errorf("%.80s: gone %v", c.body, e.gone)
		}
	}
	for _, bad := range []string{"", "null", "[]", `{"for_user_id":"../1"}`, `{"data":{}}`, `{"for_user_id":7}`} {
		if _, err := decodeDelivery([]byte(bad)); err == nil || keyOf(err) != "hook.body" {
			t.Errorf("%q: %v", bad, err)
		}
	}
	if e, _ := decodeDelivery([]byte(`{"for_user_id":"100","tweet_create_events":[{"id_str":7},{}]}`)); e.unreadable != 2 {
		t.Errorf("%+v", e)
	}
}

func FuzzDelivery(f *testing.F) {
	for _, body := range []string{mentioned, received, deletion, oldTweet, oldDirect, oldDeleted, oldRevoke} {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		e, err := decodeDelivery(body)
		if err == nil && !validID(e.user) {
			t.Fatalf("for nobody: %q", e.user)
		}
		sound(t, e.posts)
		for _, id := range e.gone {
			if !validID(id) {
				t.Fatalf("gone: %q", id)
			}
		}
	})
}

// sound holds posts to what everything behind the decoders relies on.
func sound(t *testing.T, posts []post) {
	t.Helper()
	s := testSession(t, "")
	for i := range posts {
		p := &posts[i]
		if !validID(p.ID) || !validID(p.First) || !validID(p.Last) || !validID(p.Author.ID) || p.Thread == "" {
			t.Fatalf("%+v", p)
		}
		if m := s.messageOf(p, ""); m.ID == "" || m.Author.ID == "" {
			t.Fatalf("%+v", m)
		}
	}
}

func FuzzFrame(f *testing.F) {
	f.Add([]byte(`{"data":{"id":"1","text":"a","author_id":"2"},"includes":{"users":[{"id":"2"}]},"matching_rules":[{"id":"3","tag":"k1 query"}]}`))
	f.Add([]byte(`{"errors":[{"title":"operational-disconnect","type":"https://api.twitter.com/2/problems/operational-disconnect"}]}`))
	f.Fuzz(func(t *testing.T, line []byte) {
		p, _, err := decodeFrame(line)
		if err == nil {
			sound(t, p.posts)
		}
	})
}

func FuzzList(f *testing.F) {
	f.Add([]byte(`{"data":[{"id":"1","text":"a","author_id":"2","edit_history_tweet_ids":["1","x"]},{"id":"5"}],"errors":[{"type":"/resource-not-found","resource_id":"7"}],"meta":{"next_token":"n"}}`))
	f.Add([]byte(`{"data":[{"id":"1","text":"a","sender_id":"2","dm_conversation_id":"2-3","event_type":"MessageCreate"}]}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		var l wireList
		if json.Unmarshal(body, &l) != nil {
			return
		}
		sound(t, l.posts().posts)
		directs := l.directs("2")
		sound(t, directs.posts)
	})
}

func FuzzLegacyList(f *testing.F) {
	f.Add([]byte(`[{"id_str":"1","full_text":"a","user":{"id_str":"2"},"created_at":"Fri Jul 24 21:23:23 +0000 2026","edit_history":{"initial_tweet_id":"1","edit_tweet_ids":["1"]},"retweeted_status":{}}]`))
	f.Fuzz(func(t *testing.T, body []byte) {
		var tweets []twitter.Tweet
		if json.Unmarshal(body, &tweets) != nil {
			return
		}
		history := histories(body)
		for i := range tweets {
			if p, ok := legacyPost(&tweets[i], history); ok {
				sound(t, []post{p})
			}
		}
	})
}

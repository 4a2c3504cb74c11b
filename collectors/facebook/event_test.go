package facebook

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/vigie-hq/vigie/collectors/graph"
	"github.com/vigie-hq/vigie/community"
)

func testPage() *page {
	n := New(Options{Graph: graph.New(graph.Options{})})
	account := community.Account{Brand: "shop", Network: Name, Name: "10", NativeID: "10", Scope: "10"}
	return &page{o: &n.o, account: account, record: n.record(account)}
}

// What the webhook says of posts and comments, in Meta's words.
func TestChanges(t *testing.T) {
	at := time.Date(2026, 11, 2, 9, 20, 0, 0, time.UTC)
	for _, c := range []struct {
		name, field, value string
		want               string // kind id thread parent author; empty: nothing is said
		edited, gone       bool
	}{
		{"a visitor's post", "feed", `{"item":"post","verb":"add","post_id":"10_1","from":{"id":"7","name":"Léa"},"message":"hi","created_time":1793610000}`, "post 10_1 10_1  7", false, false},
		{"a photo", "feed", `{"item":"photo","verb":"add","post_id":"10_1","link":"https://x/y.jpg","from":{"id":"10","name":"Us"},"created_time":1793610000}`, "post 10_1 10_1  10", false, false},
		{"not shown yet", "feed", `{"item":"status","verb":"add","post_id":"10_1","published":0,"created_time":1793610000}`, "", false, false},
		{"a comment", "feed", `{"item":"comment","verb":"add","post_id":"10_1","parent_id":"10_1","comment_id":"1_2","from":{"id":"7"},"message":"hi","created_time":1793610000}`, "comment 1_2 10_1 10_1 7", false, false},
		{"an answer to one", "feed", `{"item":"comment","verb":"add","post_id":"10_1","parent_id":"1_2","comment_id":"1_3","from":{"id":"7"},"message":"hi","created_time":1793610000}`, "reply 1_3 10_1 1_2 7", false, false},
		{"of nobody", "feed", `{"item":"comment","verb":"add","post_id":"10_1","parent_id":"10_1","comment_id":"1_2","message":"hi","created_time":1793610000}`, "comment 1_2 10_1 10_1 ", false, false},
		{"an edit", "feed", `{"item":"comment","verb":"edited","post_id":"10_1","parent_id":"10_1","comment_id":"1_2","from":{"id":"7"},"message":"ho","created_time":1793610000}`, "comment 1_2 10_1 10_1 7", true, false},
		{"an edit by its other name", "feed", `{"item":"post","verb":"edit","post_id":"10_1","from":{"id":"7"},"message":"ho","created_time":1793610000}`, "post 10_1 10_1  7", true, false},
		{"a deletion", "feed", `{"item":"comment","verb":"remove","post_id":"10_1","parent_id":"10_1","comment_id":"1_2","created_time":1793610000}`, " 1_2 10_1  ", false, true},
		{"hidden", "feed", `{"item":"comment","verb":"hide","post_id":"10_1","comment_id":"1_2","created_time":1793610000}`, "", false, false},
		{"a reaction", "feed", `{"item":"reaction","verb":"add","post_id":"10_1","comment_id":"1_2","reaction_type":"like"}`, "", false, false},
		{"a post without id", "feed", `{"item":"post","verb":"add","message":"hi"}`, "", false, false},
		{"an id that is a path", "feed", `{"item":"post","verb":"add","post_id":"../me","message":"hi"}`, "", false, false},
		{"a mention", "mention", `{"item":"post","verb":"add","post_id":"99_1","sender_id":"7","sender_name":"Léa","message":"@Us","created_time":1793610000}`, "mention 99_1 99_1  7", false, false},
		{"a mention in a comment", "mention", `{"item":"comment","verb":"add","post_id":"99_1","comment_id":"1_9","sender_id":"7","message":"@Us","created_time":1793610000}`, "mention 1_9 99_1 99_1 7", false, false},
		{"a mention on our own page", "mention", `{"item":"comment","verb":"add","post_id":"10_1","comment_id":"1_9","sender_id":"7","message":"@Us","created_time":1793610000}`, "", false, false},
		{"a review", "ratings", `{"item":"rating","verb":"add","open_graph_story_id":"55","reviewer_id":"7","recommendation_type":"NEGATIVE","created_time":1793610000}`, "review 55 55  7", false, false},
		{"another field", "leadgen", `{"item":"post","verb":"add","post_id":"10_1"}`, "", false, false},
	} {
		p := testPage()
		entry := graph.Entry{ID: "10", Time: graph.Time{Time: at}, Changes: []graph.Change{{Field: c.field, Value: json.RawMessage(c.value)}}}
		got := p.events(t.Context(), &entry)
		if c.want == "" {
			if len(got) != 0 {
				t.Errorf("%s: %+v", c.name, got)
			}
			continue
		}
		if len(got) != 1 {
			t.Errorf("%s: %d messages", c.name, len(got))
			continue
		}
		m := got[0]
		if said := string(m.Kind) + " " + m.ID + " " + m.Thread + " " + m.InReplyTo + " " + m.Author.ID; said != c.want {
			t.Errorf("%s: %q, want %q", c.name, said, c.want)
		}
		if m.Deleted != c.gone || !m.EditedAt.IsZero() != c.edited || c.edited && !m.EditedAt.Equal(at) {
			t.Errorf("%s: deleted %v, edited %v", c.name, m.Deleted, m.EditedAt)
		}
	}
}

// An edit keeps its date however often and in whichever order it is told.
func TestEditsKeepTheirDates(t *testing.T) {
	made := time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC)
	now := made.Add(time.Hour)
	k := newKnown([]time.Duration{time.Hour})
	meet := func(text string, told time.Time, original bool) time.Time {
		m := community.Message{ID: "1_2", Text: text, CreatedAt: made}
		k.meet(&m, aComment, told, original, now)
		return m.EditedAt
	}
	minute := func(n int) time.Time { return made.Add(time.Duration(n) * time.Minute) }
	for i, c := range []struct {
		text     string
		told     time.Time
		original bool
		want     time.Time
	}{
		{"one", time.Time{}, true, time.Time{}},
		{"one", time.Time{}, false, time.Time{}},
		{"two", minute(2), false, minute(2)},
		{"two", time.Time{}, false, minute(2)},
		{"one", time.Time{}, true, time.Time{}}, // the first words, late
		{"three", minute(3), false, minute(3)},
		{"late", minute(1), false, minute(1)}, // an edit overtaken on its way
		{"three", minute(9), false, minute(3)},
		{"four", minute(3), false, minute(3).Add(time.Millisecond)}, // within the same second
		{"five", time.Time{}, false, now},                           // found by looking
		{"five", minute(9), false, now},
	} {
		if got := meet(c.text, c.told, c.original); !got.Equal(c.want) {
			t.Errorf("%d %s: edited %v, want %v", i, c.text, got, c.want)
		}
	}
}

// Facebook signs the addresses of files anew each time: that is no edit.
func TestAFileTellsNoEdit(t *testing.T) {
	k := newKnown(nil)
	for i, url := range []string{"https://cdn/a?sig=1", "https://cdn/a?sig=2"} {
		m := community.Message{ID: "1", Text: "look", Media: []community.Media{{Type: "image", URL: url}}}
		k.meet(&m, aPost, time.Time{}, false, time.Now())
		if m.Media[0].URL != "https://cdn/a?sig=1" || !m.EditedAt.IsZero() {
			t.Errorf("%d: %+v", i, m)
		}
	}
}

// The webhook names a photo's address a link; the lists do not.
func TestWhatTheWebhookCallsALink(t *testing.T) {
	for item, want := range map[string]string{"photo": "image", "video": "video", "share": "link", "status": ""} {
		v := change{Item: item, Link: "https://cdn/a.jpg"}
		got := ""
		if media := v.media(); len(media) > 0 {
			got = media[0].Type
		}
		if got != want {
			t.Errorf("%s: %q, want %q", item, got, want)
		}
	}
}

func FuzzEvents(f *testing.F) {
	f.Add([]byte(`{"object":"page","entry":[{"id":"10","time":1458692752478,"messaging":[{"sender":{"id":"1"},"recipient":{"id":"10"},"timestamp":1458692752478,"message":{"mid":"m_1","text":"hi","attachments":[{"type":"image","payload":{"url":"https://x"}}]}}]}]}`))
	f.Add([]byte(`{"object":"page","entry":[{"id":"10","time":1793610000,"changes":[{"field":"feed","value":{"item":"comment","verb":"edited","post_id":"10_1","comment_id":"1_2","message":"ho","created_time":1793610000}},{"field":"ratings","value":{"item":"rating","verb":"add","open_graph_story_id":"55","rating":9}}]}]}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		e, err := graph.DecodeEnvelope(body)
		if err != nil {
			return
		}
		p := testPage()
		for i := range e.Entries {
			for _, m := range p.events(t.Context(), &e.Entries[i]) {
				if !graph.ValidID(m.ID) || m.Thread == "" || m.Deleted && m.Text != "" || m.Private != (m.Scope != "") {
					t.Fatalf("%+v", m)
				}
			}
		}
	})
}

package bluesky

import (
	"encoding/json"
	"testing"
	"unicode/utf8"

	"github.com/vigie-hq/vigie/community"
	"github.com/vigie-hq/vigie/community/phrase"
)

func FuzzEvent(f *testing.F) {
	for _, seed := range []string{
		`{"did":"did:plc:ewvi7nxzyoun6zhxrhs64oiz","time_us":1725911162329308,"kind":"commit","commit":{"rev":"3l3qo2vutsw2b","operation":"create","collection":"app.bsky.feed.post","rkey":"3l3qo2vuowo2b","record":{"$type":"app.bsky.feed.post","createdAt":"2024-09-09T19:46:02.102Z","text":"hi","facets":[{"index":{"byteStart":0,"byteEnd":2},"features":[{"$type":"app.bsky.richtext.facet#mention","did":"did:plc:x"}]}],"reply":{"parent":{"cid":"b","uri":"at://did:plc:x/app.bsky.feed.post/a"},"root":{"cid":"b","uri":"at://did:plc:x/app.bsky.feed.post/a"}},"embed":{"record":{"record":{"uri":"at://did:plc:y/app.bsky.feed.post/q"}}}},"cid":"bafyreidwaivazkwu67xztlmuobx35hs2lnfh3kolmgfmucldvhd3sgzcqi"}}`,
		`{"did":"did:plc:ewvi7nxzyoun6zhxrhs64oiz","time_us":1,"kind":"commit","commit":{"operation":"delete","collection":"app.bsky.feed.post","rkey":"3l3qo2vuowo2b"}}`,
		`{"did":"did:plc:x","time_us":1,"kind":"identity","identity":{}}`, `null`, `[]`,
	} {
		f.Add([]byte(seed))
	}
	queries, _ := readQueries("hi\ncolis AND perdu")
	f.Fuzz(func(t *testing.T, frame []byte) {
		e, ok, err := decodeEvent(frame)
		if !ok {
			return
		}
		if err != nil || !validPost(e.uri) || repoOf(e.uri) != e.did || e.op != opDelete && e.cid == "" {
			t.Fatalf("%+v %v", e, err)
		}
		me := &ear{did: "did:plc:x", queries: queries, knows: func(string) bool { return true }}
		c := newCrowd(map[*ear]struct{}{me: {}})
		_, heard := c.concerned(&e)[me]
		if e.op != opDelete && !heard && (e.record.concerns(me.did) || phrase.Match(queries[0].meant, nil)) {
			t.Fatalf("%+v concerns us and is not heard", e)
		}
	})
}

func FuzzPostView(f *testing.F) {
	f.Add([]byte(`{"uri":"at://did:plc:x/app.bsky.feed.post/3l3qo2vuowo2b","cid":"bafy","author":{"did":"did:plc:x","handle":"x.test"},"record":{"text":"hi","createdAt":"2024-09-09T19:46:02.102Z","langs":["fr"]},"embed":{"$type":"app.bsky.embed.recordWithMedia#view","media":{"images":[{"fullsize":"https://x"}],"external":{"uri":"https://y"}}},"indexedAt":"2024-09-09T19:46:02.102Z"}`))
	f.Add([]byte(`{"uri":7}`))
	f.Add([]byte(`{"embed":{"media":{"media":{}}}}`))
	s, err := New(Options{}).newSession(community.Account{Server: "https://x.test", NativeID: "did:plc:me"})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		var v tolerant[postView]
		if v.UnmarshalJSON(raw) != nil {
			t.Fatal("a tolerant decoder fails")
		}
		if v.broken || !v.value.readable() {
			return
		}
		m := s.messageOf(sighting{view: &v.value}, 0)
		if m.ID == "" || m.Thread == "" && v.value.Record.Reply == nil || m.CreatedAt.IsZero() || m.CreatedAt.After(v.value.indexed()) {
			t.Fatalf("%+v", m)
		}
	})
}

func FuzzLog(f *testing.F) {
	f.Add([]byte(`[{"$type":"chat.bsky.convo.defs#logCreateMessage","rev":"3l","convoId":"c","message":{"$type":"chat.bsky.convo.defs#messageView","id":"m","text":"hi","sender":{"did":"did:plc:x"},"sentAt":"2024-09-09T19:46:02.102Z"}}]`))
	f.Add([]byte(`[7,null,{"message":{"sender":3}}]`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		var list []tolerant[logEntry]
		if json.Unmarshal(raw, &list) != nil {
			return
		}
		for _, e := range list {
			if e.broken && e.digest == "" {
				t.Fatal("a broken entry that cannot be known again")
			}
		}
	})
}

func FuzzToken(f *testing.F) {
	f.Add("a.b.c")
	f.Add("eyJhbGciOiJub25lIn0.eyJzY29wZSI6ImNvbS5hdHByb3RvLmFwcFBhc3MiLCJleHAiOjE3OTMwMDAwMDB9.x")
	f.Fuzz(func(_ *testing.T, token string) { _ = readClaims(token).directs() })
}

func FuzzSpans(f *testing.F) {
	f.Add("🔥 Café @alice.test, https://example.com/é?n=1. #colis")
	f.Add("@@@ ### https://https://")
	f.Fuzz(func(t *testing.T, s string) {
		last := 0
		for _, x := range spans(s) {
			from, to := x.Index.Start, x.Index.End
			if from < last || to <= from || to > len(s) {
				t.Fatalf("%q: %d to %d after %d", s, from, to, last)
			}
			if utf8.ValidString(s) && !utf8.ValidString(s[from:to]) {
				t.Fatalf("%q: %q is cut", s, s[from:to])
			}
			last = to
		}
	})
}

func FuzzQueries(f *testing.F) {
	f.Add("colis AND (perdu OR \"jamais reçu\") NOT concours\n(")
	f.Fuzz(func(t *testing.T, lines string) {
		good, _ := readQueries(lines)
		for _, q := range good {
			if len(q.searches) == 0 || len(q.searches) > mostSearches {
				t.Fatalf("%q: %d searches", q.line, len(q.searches))
			}
		}
	})
}

package bluesky

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/bluesky-social/indigo/atproto/syntax"

	"github.com/vigie-hq/vigie/collectors"
	"github.com/vigie-hq/vigie/community"
)

// Errors as servers answered them (PDS 0.5 and AppView of the dev network) or as
// the lexicons name them, and what each asks for: of a call that reads, and of one
// that writes.
func TestErrors(t *testing.T) {
	const (
		none         = community.FaultKind("")
		unauthorised = community.Unauthorised
		refused      = community.Refused
	)
	soon := http.Header{"Retry-After": {"30"}}
	for _, c := range []struct {
		status      int
		header      http.Header
		body        string
		read, write community.FaultKind
		key         string // of a write
	}{
		{400, nil, `{"error":"ExpiredToken","message":"Token has expired"}`, unauthorised, unauthorised, "network.unauthorised"},
		{400, nil, `{"error":"InvalidToken","message":"Token could not be verified"}`, unauthorised, unauthorised, "network.unauthorised"},
		{400, nil, `{"error":"InvalidToken","message":"Bad token method"}`, unauthorised, unauthorised, "network.unauthorised"},
		{401, nil, `{"error":"AuthMissing","message":"Authentication Required"}`, unauthorised, unauthorised, "network.unauthorised"},
		{401, nil, `{"error":"AuthenticationRequired","message":"Invalid identifier or password"}`, unauthorised, unauthorised, "network.unauthorised"},
		{401, nil, `{"error":"AccountTakedown","message":"Account has been taken down"}`, unauthorised, unauthorised, "bluesky.account_down"},
		{401, nil, `{"error":"AuthFactorTokenRequired","message":"A sign in code has been sent to your email address"}`, community.Invalid, community.Invalid, "bluesky.app_password"},
		{403, nil, `{"error":"AccountDeactivated","message":"Account is deactivated"}`, unauthorised, unauthorised, "bluesky.account_down"},
		{400, nil, `{"error":"AccountSuspended","message":"x"}`, unauthorised, unauthorised, "bluesky.account_down"},
		{400, nil, `{"error":"InvalidRequest","message":"Invalid app.bsky.feed.post record: grapheme too big (maximum 300, got 301)"}`, community.Invalid, refused, "network.refused"},
		{400, nil, `{"error":"InvalidRequest","message":"Unable to resolve handle"}`, community.Invalid, refused, "network.refused"},
		{400, nil, `{"error":"NotFound","message":"Post not found"}`, community.NotFound, refused, "network.not_found"},
		{400, nil, `{"error":"RecordNotFound","message":"Could not locate record"}`, community.NotFound, refused, "network.not_found"},
		{400, nil, `{"error":"RepoNotFound","message":"Could not find repo"}`, community.NotFound, refused, "network.not_found"},
		{400, nil, `{"error":"BlockedActor","message":"Requester has blocked actor"}`, community.Forbidden, refused, "bluesky.blocked"},
		{400, nil, `{"error":"BlockedByActor","message":"Requester is blocked by actor"}`, community.Forbidden, refused, "bluesky.blocked"},
		{400, nil, `{"error":"MessagesDisabled","message":"recipient has disabled incoming messages"}`, community.Forbidden, refused, "bluesky.dm_closed"},
		{400, nil, `{"error":"NotFollowedBySender","message":"recipient requires incoming messages to come from someone they follow"}`, community.Forbidden, refused, "bluesky.dm_closed"},
		{400, nil, `{"error":"RecipientNotFound","message":"x"}`, community.NotFound, refused, "reply.target_gone"},
		{400, nil, `{"error":"InvalidConvo","message":"Convo not found"}`, community.NotFound, refused, "reply.target_gone"},
		{400, nil, `{"error":"ConvoLocked","message":"x"}`, community.Forbidden, refused, "bluesky.dm_closed"},
		{400, nil, `{"error":"InvalidSwap","message":"Record was at bafy"}`, community.Conflict, community.Conflict, "network.refused"},
		{413, nil, `{"error":"PayloadTooLarge","message":"request entity too large"}`, community.Invalid, refused, "network.refused"},
		{429, http.Header{"Ratelimit-Remaining": {"0"}, "Ratelimit-Reset": {"4000000000"}}, `{"error":"RateLimitExceeded","message":"Rate Limit Exceeded"}`, community.Limited, community.Limited, "network.limited"},
		{500, nil, `{"error":"InternalServerError","message":"Internal Server Error"}`, community.Unavailable, community.Uncertain, "network.unavailable"},
		{501, nil, `{"error":"MethodNotImplemented","message":"Method Not Implemented"}`, community.Invalid, refused, "network.refused"},
		{502, nil, `{"error":"UpstreamFailure","message":"Upstream service unreachable"}`, community.Unavailable, community.Uncertain, "network.unavailable"},
		{502, nil, `<html><body>502 Bad Gateway</body></html>`, community.Unavailable, community.Uncertain, "network.unavailable"},
		{503, soon, `{"error":"NotEnoughResources","message":"x"}`, community.Unavailable, community.Unavailable, "network.unavailable"},
		{504, nil, `{"error":"UpstreamTimeout","message":"x"}`, community.Unavailable, community.Uncertain, "network.unavailable"},
		{404, nil, ``, community.NotFound, refused, "network.not_found"},
		{400, nil, `{"error":7}`, community.Invalid, refused, "network.refused"},
		{0, nil, ``, none, none, ""},
	} {
		for _, write := range []bool{false, true} {
			want := c.read
			if write {
				want = c.write
			}
			var err error
			if c.status != 0 {
				err = collectors.FromStatus(c.status, c.header, write, time.Now()).Because(&collectors.StatusError{Status: c.status, Reason: c.body})
			}
			got := named(err, write)
			var f *community.Fault
			switch {
			case c.status == 0 && got == nil:
			case !errors.As(got, &f) || f.Kind != want || write && f.Key != c.key:
				t.Errorf("%d %s, write %v: %v, want %s %s", c.status, c.body, write, got, want, c.key)
			}
			if _, told := collectors.RetryAt(got); told != (c.header != nil) {
				t.Errorf("%d %s: a time to come back: %v", c.status, c.body, told)
			}
		}
	}
}

func TestReadClaims(t *testing.T) {
	// {"scope":"com.atproto.appPass","exp":1793000000}
	const jwt = "eyJhbGciOiJub25lIn0.eyJzY29wZSI6ImNvbS5hdHByb3RvLmFwcFBhc3MiLCJleHAiOjE3OTMwMDAwMDB9.x"
	c := readClaims(jwt)
	if c.directs() || c.expires.Unix() != 1793000000 {
		t.Errorf("%+v", c)
	}
	for _, odd := range []string{"", "a.b.c", "opaque", "..", "e30.e30.e30"} {
		if c := readClaims(odd); !c.expires.IsZero() || !c.directs() {
			t.Errorf("%q: %+v", odd, c)
		}
	}
}

func TestCount(t *testing.T) {
	for text, want := range map[string]int{
		"": 0, "abc": 3, "é": 1, "👍": 1, "👨‍👩‍👧‍👦": 3, // 25 bytes
		strings.Repeat("👨‍👩‍👧‍👦", 120): 300, strings.Repeat("é", 300): 300, strings.Repeat("家", 300): 300,
	} {
		if got := count(text); got != want {
			t.Errorf("%.20q: %d, want %d", text, got, want)
		}
	}
}

func TestSpans(t *testing.T) {
	for text, want := range map[string]string{
		"see https://example.com/a_(b)).": "link https://example.com/a_(b)",
		"(https://example.com)":           "link https://example.com",
		"HTTP://Example.com/x, y":         "link HTTP://Example.com/x",
		"http://user:secret@example.com":  "",
		"https://":                        "",
		"@alice.bsky.social, @bob @c.d.":  "mention @alice.bsky.social|mention @c.d",
		"mail a@b.fr":                     "",
		"#colis #2 #perdu! a#b ##x #é":    "tag #colis|tag #perdu|tag #é",
		"« #colis » “@alice.test”":        "tag #colis|mention @alice.test",
		"👨‍👩‍👧‍👦 @Alice.Test\nhttps://é.example/😀": "mention @Alice.Test|link https://é.example/😀",
		"#" + strings.Repeat("a", 65):              "",
	} {
		var got []string
		for _, f := range spans(text) {
			kind := f.Features[0].Type
			got = append(got, kind[strings.IndexByte(kind, '#')+1:]+" "+text[f.Index.Start:f.Index.End])
		}
		if strings.Join(got, "|") != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func TestQueries(t *testing.T) {
	for line, want := range map[string]string{
		"colis perdu":                               "colis perdu",
		"Colis AND \"jamais reçu\"":                 "Colis \"jamais reçu\"",
		"colis AND (perdu OR \"jamais reçu\")":      "colis perdu|colis \"jamais reçu\"",
		"rembours* NEAR/3 retard":                   "rembours retard",
		"colis NOT concours":                        "colis",
		"(a OR b) (c OR d)":                         "a c|a d|b c|b d",
		"(a OR b OR c) (d OR e OR f) (g OR h OR i)": "",
		"NOT x":       "",
		"(":           "",
		"#colis OR x": "#colis|x",
	} {
		good, bad := readQueries(line)
		var got []string
		for _, q := range good {
			for _, s := range q.searches {
				got = append(got, string(s))
			}
		}
		if strings.Join(got, "|") != want || (len(bad) > 0) != (want == "") {
			t.Errorf("%s: %q, refused %q, want %q", line, got, bad, want)
		}
	}
	if good, bad := readQueries(strings.Repeat("colis\n", mostQueries+2)); len(good) != mostQueries || len(bad) != 2 {
		t.Errorf("%d good, %d refused", len(good), len(bad))
	}
}

// A reply's key is a TID, its own, and always the same.
func TestKeyFor(t *testing.T) {
	at := time.Date(2026, 11, 2, 9, 15, 0, 123456789, time.UTC)
	reply := community.Reply{ID: "r1", Text: "Bonjour", CreatedAt: at}
	target := community.Message{ID: "at://did:plc:x/app.bsky.feed.post/y"}
	key := keyFor(reply, target)
	tid, err := syntax.ParseTID(key)
	if err != nil || tid.Time().Truncate(time.Second) != at.Truncate(time.Second) {
		t.Errorf("%s: %v %v", key, tid.Time(), err)
	}
	again := reply
	again.CreatedAt, again.Attempt, again.State = at.Truncate(time.Millisecond), 3, community.ReplyUnknown
	if keyFor(again, target) != key {
		t.Error("the same reply has another key")
	}
	for _, other := range []community.Reply{{ID: "r2", Text: "Bonjour", CreatedAt: at}, {ID: "r1", Text: "Bonsoir", CreatedAt: at}} {
		if keyFor(other, target) == key {
			t.Errorf("%+v has the same key", other)
		}
	}
	if _, err := syntax.ParseTID(keyFor(community.Reply{}, target)); err != nil {
		t.Error(err)
	}
}

func TestToldForgetsTheOldest(t *testing.T) {
	var posts told
	for i := range 3 * toldSize { // newest first, as a first sweep brings them
		posts.put(syntax.NewTIDFromInteger(uint64(i)).String(), known{mark: "m", at: int64(3*toldSize - i)})
	}
	if len(posts.posts) > 2*toldSize {
		t.Errorf("%d remembered", len(posts.posts))
	}
	for i := range toldSize / 2 {
		if _, there := posts.get(syntax.NewTIDFromInteger(uint64(i)).String()); !there {
			t.Fatalf("the %d. newest is forgotten", i)
		}
	}
}

func TestWatchlistKeepsTheNewest(t *testing.T) {
	w := watchlist{ages: []time.Duration{0, time.Minute}}
	now := time.Now()
	for i := range 3 * watchSize {
		w.add(lengthen("did:plc:x/"+syntax.NewTIDFromInteger(uint64(i)).String()), "m", now.Add(-time.Duration(i)*time.Minute), now)
	}
	if len(w.items) != watchSize || w.items[watchSize-1].At != now.Unix() || !slices.IsSortedFunc(w.items, func(a, b watched) int { return int(a.At - b.At) }) {
		t.Errorf("%d watched, up to %d", len(w.items), w.items[len(w.items)-1].At)
	}
	due := w.due(now.Add(time.Second))
	if len(due) != looksPerPoll || !validPost(due[0]) {
		t.Errorf("%d due, %v", len(due), due[0])
	}
	for _, uri := range due {
		w.looked(uri, now.Add(time.Second))
	}
	if again := w.due(now.Add(time.Second)); slices.Contains(again, due[0]) || len(again) != looksPerPoll {
		t.Errorf("%d due after a look", len(again))
	}
}

// What one event of the stream costs with a thousand accounts listening, each with
// two queries.
func BenchmarkSpread(b *testing.B) {
	h := hub{o: &Options{}, ears: map[*ear]struct{}{}}
	for i := range 1000 {
		queries, _ := readQueries("marque" + syntax.NewTIDFromInteger(uint64(i)).String() + "\ncolis AND perdu" + syntax.NewTIDFromInteger(uint64(i)).String())
		h.ears[&ear{
			did: "did:plc:" + syntax.NewTIDFromInteger(uint64(i)).String(), queries: queries,
			knows: func(string) bool { return false }, heard: make(chan heard, 1),
		}] = struct{}{}
	}
	frame := []byte(`{"did":"did:plc:ewvi7nxzyoun6zhxrhs64oiz","time_us":1725911162329308,"kind":"commit","commit":{"operation":"create","collection":"app.bsky.feed.post","rkey":"3l3qo2vuowo2b","record":{"$type":"app.bsky.feed.post","createdAt":"2024-09-09T19:46:02.102Z","langs":["fr"],"text":"mon colis n'est toujours pas là, quelqu'un a une idée de ce que je peux faire ?"},"cid":"bafyreidwaivazkwu67xztlmuobx35hs2lnfh3kolmgfmucldvhd3sgzcqi"}}`)
	b.ReportAllocs()
	for b.Loop() {
		e, ok, err := decodeEvent(frame)
		if !ok || err != nil {
			b.Fatal(err)
		}
		h.spread(&e)
	}
}

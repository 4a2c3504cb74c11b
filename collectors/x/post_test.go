package x

import (
	"encoding/json"
	"log/slog"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vigie-hq/vigie/community"
)

func testSession(t testing.TB, plan string) *session {
	t.Helper()
	o := New(Options{Logger: slog.New(slog.DiscardHandler)}).o
	s, err := newSession(&o, community.Account{Brand: "shop", Network: Name, Name: "brand", NativeID: "100", Handle: "Brand"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	s.keys.creds.app.plan = plan
	return s
}

// TestWire: one post under the names servers use and under those of X's
// description of August 2026.
func TestWire(t *testing.T) {
	const old = `{"data":[{"id":"2080765813578191303","text":"cut…","author_id":"42","conversation_id":"2080765813578191001",
		"created_at":"2026-07-24T21:23:23.000Z","lang":"fr","in_reply_to_user_id":"100",
		"edit_history_tweet_ids":["2080765813578191300","2080765813578191303"],
		"referenced_tweets":[{"type":"replied_to","id":"2080765813578191001"},{"type":"quoted","id":"55"}],
		"note_tweet":{"text":"@brand a &amp;amp; b &lt;c&gt; https://t.co/a https://t.co/p","entities":{"urls":[{"url":"https://t.co/a","expanded_url":"https://shop.fr/x?a=1"},{"url":"https://t.co/p","expanded_url":"https://x.com/lea/status/1/photo/1","media_key":"3_1"}]}},
		"entities":{"mentions":[{"id":"100","username":"brand"}],"urls":[{"url":"https://t.co/q","expanded_url":"https://x.com/brand/status/55"}]},
		"attachments":{"media_keys":["3_1","7_2"]}},
		{"id":7},{"id":"9","text":"nobody's"}],
		"includes":{"users":[{"data":{"id":"42","username":"lea","name":"Léa","verified":true,"public_metrics":{"followers_count":12}}}],
		"media":[{"media_key":"3_1","type":"photo","url":"https://pbs.twimg.com/1.jpg"},{"media_key":"7_2","type":"animated_gif","preview_image_url":"https://pbs.twimg.com/2.jpg"}]},
		"meta":{"next_token":"abc"}}`
	fresh := strings.NewReplacer("edit_history_tweet_ids", "edit_history_post_ids", "referenced_tweets", "referenced_posts", "note_tweet", "note_post").Replace(old)
	for name, body := range map[string]string{"old": old, "new": fresh} {
		var l wireList
		if err := json.Unmarshal([]byte(body), &l); err != nil {
			t.Fatal(name, err)
		}
		p := l.posts()
		if len(p.posts) != 1 || p.unreadable != 2 || p.next != "abc" || p.newest != "2080765813578191303" || p.oldest != "9" {
			t.Fatalf("%s: %+v", name, p)
		}
		m := testSession(t, "").messageOf(&p.posts[0], "shop")
		want := community.Message{
			Network: Name, ID: "2080765813578191300", Thread: "2080765813578191001", InReplyTo: "2080765813578191001", Kind: community.KindReply,
			Text: "@brand a &amp; b <c> https://shop.fr/x?a=1", Lang: "fr", URL: "https://x.com/lea/status/2080765813578191303", Via: "shop",
		}
		if m.ID != want.ID || m.Thread != want.Thread || m.InReplyTo != want.InReplyTo || m.Kind != want.Kind || m.Text != want.Text ||
			m.URL != want.URL || m.Via != want.Via || !m.CanReply || m.Author != (community.Author{ID: "42", Handle: "lea", Name: "Léa", Followers: 12, Verified: true, URL: "https://x.com/lea"}) {
			t.Errorf("%s: %+v", name, m)
		}
		if m.EditedAt.Unix() != m.CreatedAt.Unix() || len(m.Media) != 2 || m.Media[0].Type != "image" || m.Media[1] != (community.Media{Type: "video", URL: "https://pbs.twimg.com/2.jpg"}) {
			t.Errorf("%s: %v %v %v", name, m.CreatedAt, m.EditedAt, m.Media)
		}
		if !testSession(t, "").summons(&post{Quotes: "55", QuotesBy: p.posts[0].QuotesBy}) {
			t.Errorf("%s: quoted %q", name, p.posts[0].QuotesBy)
		}
	}
}

// TestSummons: who may be answered, and what else can be done.
func TestSummons(t *testing.T) {
	named := []mention{{"100", "brand"}}
	for _, c := range []struct {
		name  string
		plan  string
		p     post
		reply bool
		why   string
	}{
		{"names us", "", post{Mentions: named}, true, ""},
		{"names us by handle alone", "", post{Mentions: []mention{{"", "BRAND"}}}, true, ""},
		{"names our support account", "", post{Mentions: []mention{{"101", "brandcare"}}}, false, "x.not_summoned"},
		{"found by a query", planSelf, post{}, false, "x.not_summoned"},
		{"quotes a post of ours", "", post{Quotes: "5", QuotesBy: "100"}, true, ""},
		{"enterprise", planEnterprise, post{}, true, ""},
		{"a direct message", "", post{Direct: true}, true, ""},
	} {
		c.p.ID, c.p.Author.ID = "7", "42"
		c.p.made()
		m := testSession(t, c.plan).messageOf(&c.p, "")
		if m.CanReply != c.reply || m.ReplyWhy != c.why {
			t.Errorf("%s: %v %q", c.name, m.CanReply, m.ReplyWhy)
		}
		if like := m.Able(community.DeedLike, time.Now()); !c.p.Direct && (like == nil) != (c.plan == planEnterprise) {
			t.Errorf("%s: liking: %v", c.name, like)
		}
		if hide := m.Able(community.DeedHide, time.Now()); hide == nil {
			t.Errorf("%s: hidden though it is not below a post of ours", c.name)
		}
	}
	below := post{ID: "8", Author: person{ID: "42"}, Parent: "5", ParentBy: "100"}
	below.made()
	m := testSession(t, "").messageOf(&below, "")
	if err := m.Able(community.DeedHide, time.Now()); err != nil {
		t.Error(err)
	}
}

func TestIDs(t *testing.T) {
	at, ok := madeAt("2080765813578191303")
	if want := time.Date(2026, 7, 24, 21, 23, 23, 0, time.UTC); !ok || at.Truncate(time.Second) != want {
		t.Errorf("%v %v", at, ok)
	}
	if !later("1000", "999") || later("999", "1000") || later("7", "7") || latest("9", "10") != "10" {
		t.Error("ids are numbers")
	}
	if got := exactly("2080765813578191303", at.Add(-time.Hour)); !got.Equal(at.Add(-time.Hour)) {
		t.Errorf("an id that disagrees with X's time is believed: %v", got)
	}
	back, _ := madeAt(idAt(at))
	if !back.Equal(at) || later(idAt(at), "2080765813578191303") {
		t.Errorf("%v %v", back, at)
	}
	for _, bad := range []string{"", "1a", "../1", "-5", strings.Repeat("1", 21)} {
		if validID(bad) {
			t.Errorf("%q passes", bad)
		}
	}
}

func TestSettled(t *testing.T) {
	now := time.Now()
	id := func(ago time.Duration) string { return idAt(now.Add(-ago)) }
	edge := now.Add(-time.Minute)
	for _, c := range []struct{ name, newest, since, want string }{
		{"old enough", id(time.Hour), id(2 * time.Hour), id(time.Hour)},
		{"too fresh", id(time.Second), id(2 * time.Hour), id(time.Minute)},
		{"never back", id(time.Second), id(30 * time.Second), id(30 * time.Second)},
		{"ids without time", "77", "5", "77"},
	} {
		if got := settled(c.newest, c.since, edge); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

func TestEssence(t *testing.T) {
	same := [][2]string{
		{"It left this morning.", "@lea @bob  it left this morning."},
		{"voir https://shop.fr/x", "@lea voir shop.fr/x"},
		{"e\u0301tait", "était"},
		{"❤️", "❤"},
	}
	for _, pair := range same {
		if essence(pair[0]) != essence(pair[1]) {
			t.Errorf("%q and %q differ: %q %q", pair[0], pair[1], essence(pair[0]), essence(pair[1]))
		}
	}
	if essence("yes") == essence("no") || essence("@lea") == essence("@bob") {
		t.Error("other words are the same")
	}
}

// TestCount: the lengths that X’s own library gives, bare domains among them. A
// direct message counts code points. The name that X puts before an answer is not
// in the text.
func TestCount(t *testing.T) {
	raw, err := os.ReadFile("testdata/weighted.json")
	if err != nil {
		t.Fatal(err)
	}
	var table struct {
		Source  string
		Lengths map[string]int
	}
	if err := json.Unmarshal(raw, &table); err != nil || len(table.Lengths) < 300 || table.Source == "" {
		t.Fatal(err, len(table.Lengths))
	}
	for s, want := range table.Lengths {
		if got := count(community.Public, s); got != want {
			t.Errorf("%q: %d, want %d", s, got, want)
		}
	}
	// Emoji younger than the library, or written without their variation selector:
	// two, as X's rule has it for each.
	for _, s := range []string{"🫶🏽", "❤️‍🔥", "🐻‍❄️", "🙂‍↔️", "🧔‍♀️", "👩‍⚕", "👨🏻‍❤️‍💋‍👨🏼"} {
		if got := count(community.Public, s); got != 2 {
			t.Errorf("%q: %d", s, got)
		}
	}
	if got := count(community.Private, "日本👍"); got != 3 {
		t.Errorf("in private: %d", got)
	}
}

func TestRulesDifference(t *testing.T) {
	accounts := map[string]community.Account{
		"k1": {Handle: "brand", Queries: "late parcel\n\n  brand lang:fr \n"}, "k2": {Handle: "care"},
	}
	held := []rule{
		{"1", "@brand OR from:brand", "k1 "},      // stays
		{"2", "an old query", "k1 an old query"},  // goes
		{"3", "@other OR from:other", "k9 "},      // another process's account
		{"4", "cats", "a tag of another program"}, // not ours
	}
	add, remove := difference(wantedRules(accounts), held, nil)
	if len(add) != 3 || len(remove) != 1 || remove[0] != "2" {
		t.Errorf("add %v, remove %v", add, remove)
	}
	if !slices.Contains(add, rule{Value: "brand lang:fr", Tag: "k1 brand lang:fr"}) {
		t.Errorf("a query is missing: %v", add)
	}
	if _, remove := difference(nil, held, map[string]struct{}{"k9": {}}); !slices.Equal(remove, []string{"3"}) {
		t.Errorf("of a stray: %v", remove)
	}
}

func TestReplyPrices(t *testing.T) {
	for _, c := range []struct {
		target community.Message
		reply  community.Reply
		want   int64
	}{
		{community.Message{CanReply: true}, community.Reply{Text: "Merci !"}, priceSummons},
		{community.Message{CanReply: true}, community.Reply{Text: "voir vigie.fr"}, priceLink},
		{community.Message{}, community.Reply{Text: "Merci !"}, priceCreate},
		{community.Message{Private: true}, community.Reply{Text: "voir vigie.fr"}, priceSend},
		{community.Message{CanReply: true}, community.Reply{Text: "x", Visibility: community.Private}, priceSend},
	} {
		if _, got := replyPrice(&c.target, &c.reply); got != c.want {
			t.Errorf("%q: %d, want %d", c.reply.Text, got, c.want)
		}
	}
}

func TestChargedOnceADay(t *testing.T) {
	var c charged
	now := time.Date(2026, 11, 1, 23, 59, 0, 0, time.UTC)
	if n := len(c.fresh("p", []string{"1", "2", "1", ""}, now)); n != 2 {
		t.Errorf("%d", n)
	}
	if n := len(c.fresh("p", []string{"1", "3"}, now)); n != 1 {
		t.Errorf("%d", n)
	}
	if n := len(c.fresh("u", []string{"1"}, now)); n != 1 {
		t.Errorf("a person is no post: %d", n)
	}
	if n := len(c.fresh("p", []string{"1"}, now.Add(2*time.Minute))); n != 1 {
		t.Errorf("the next day: %d", n)
	}
}

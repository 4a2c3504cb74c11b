package feed

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/vigie-hq/vigie/community"
)

func sourceFor(t testing.TB) *source {
	t.Helper()
	s, err := New(Options{}).source(community.Account{Network: Name, Server: "https://blog.example/feed?key=s3cr3t"})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

var documents = []struct {
	name, kind, body string
	id, scope        string // of the first entry
	text, author     string
	created          string
}{
	{
		"rss", "application/rss+xml",
		`<?xml version="1.0"?><rss version="2.0"><channel><title>Blog</title><item><title>Un &amp; deux</title><link>https://blog.example/1</link><guid isPermaLink="false">tag:1</guid><author>lea@x.example (Léa)</author><pubDate>Mon, 02 Nov 2026 09:15:00 +0100</pubDate><description>&lt;p&gt;Mon colis &lt;b&gt;perdu&lt;/b&gt;&lt;/p&gt;</description></item></channel></rss>`,
		"tag:1", "blog.example", "Un & deux\n\nMon colis perdu", "Léa", "2026-11-02T08:15:00Z",
	},
	{
		"atom", "application/atom+xml",
		`<feed xmlns="http://www.w3.org/2005/Atom"><entry><id>urn:uuid:7</id><title type="html">Titre</title><updated>2026-11-02T09:15:00Z</updated><author><name> Léa  B. </name></author><content type="html">&lt;a href="https://x.example/"&gt;ici&lt;/a&gt;</content></entry></feed>`,
		"urn:uuid:7", "blog.example", "Titre\n\nici (https://x.example/)", "Léa B.", "2026-11-02T09:15:00Z",
	},
	{
		"json feed with a number as id", "application/feed+json",
		`{"version":"https://jsonfeed.org/version/1","items":[{"id":17,"content_text":"bonjour","date_published":"2026-11-02T09:15:00Z"}]}`,
		"17", "blog.example/feed?" + shortHash("key=s3cr3t"), "bonjour", "", "2026-11-02T09:15:00Z",
	},
	{
		"rdf, no guid: the link", "text/xml",
		`<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel/><item><title>x</title><link>https://blog.example/x</link><dc:date>2026-11-02</dc:date></item></rdf:RDF>`,
		"https://blog.example/x", "blog.example", "x", "", "2026-11-02T00:00:00Z",
	},
	{
		"latin-1 by its declaration", "text/xml",
		"<?xml version='1.0' encoding='ISO-8859-1'?><rss version='2.0'><channel><item><guid>http://a</guid><title>d\xe9\xe7ue</title></item></channel></rss>",
		"http://a", "blog.example", "déçue", "", "",
	},
	{
		"latin-1 that claims to be UTF-8", "text/xml; charset=utf-8",
		"<?xml version='1.0' encoding='UTF-8'?><rss version='2.0'><channel><item><guid>http://a</guid><title>d\xe9\xe7ue \x80</title></item></channel></rss>",
		"http://a", "blog.example", "déçue €", "", "",
	},
	{
		"by Content-Type alone", "text/xml; charset=windows-1252",
		"<rss version='2.0'><channel><item><guid>http://a</guid><title>10 \x80</title></item></channel></rss>",
		"http://a", "blog.example", "10 €", "", "",
	},
	{
		"UTF-16 with a mark", "text/xml",
		utf16le("<?xml version='1.0' encoding='UTF-16'?><rss version='2.0'><channel><item><guid>http://a</guid><title>été</title></item></channel></rss>"),
		"http://a", "blog.example", "été", "", "",
	},
	{
		"a title that the text repeats", "text/xml",
		`<rss version="2.0"><channel><item><guid>http://a</guid><title>Mon colis est perdu</title><description>Mon colis est perdu et rien ne vient</description></item></channel></rss>`,
		"http://a", "blog.example", "Mon colis est perdu et rien ne vient", "", "",
	},
	{
		"no id, no link: a hash of the words", "text/xml",
		`<rss version="2.0"><channel><item><title>x</title></item></channel></rss>`,
		(&community.Message{Text: "x"}).Hash(), "blog.example/feed?" + shortHash("key=s3cr3t"), "x", "", "",
	},
	{
		"an impossible date", "text/xml",
		`<rss version="2.0"><channel><item><guid>http://a</guid><title>x</title><pubDate>Mon, 01 Jan 0001 00:00:00 GMT</pubDate></item></channel></rss>`,
		"http://a", "blog.example", "x", "", "",
	},
}

func utf16le(s string) string {
	b := []byte("\xFF\xFE")
	for _, r := range s {
		b = append(b, byte(r), byte(r>>8))
	}
	return string(b)
}

func TestParse(t *testing.T) {
	s := sourceFor(t)
	for _, c := range documents {
		d := document{body: []byte(c.body), kind: c.kind}
		if err := d.parse(10); err != nil || len(d.entries) != 1 {
			t.Errorf("%s: %d entries, %v", c.name, len(d.entries), err)
			continue
		}
		m := s.messageOf(&d.entries[0], &d)
		created := ""
		if !m.CreatedAt.IsZero() {
			created = m.CreatedAt.Format(time.RFC3339)
		}
		if m.ID != c.id || m.Scope != c.scope || m.Text != c.text || m.Author.Name != c.author && c.author != "" || created != c.created {
			t.Errorf("%s: %q %q %q %q %s", c.name, m.ID, m.Scope, m.Text, m.Author.Name, created)
		}
		if m.CanReply || m.ReplyWhy == "" || strings.Contains(m.Scope, "s3cr3t") || (m.Author.ID == "") != (c.author == "") {
			t.Errorf("%s: %+v", c.name, m)
		}
	}
}

// Any prefix of a document is refused whole: half of it is not read as if it
// were all.
func TestHalfADocumentIsNone(t *testing.T) {
	for _, c := range documents {
		end := strings.LastIndexAny(c.body, ">}")
		for n := range end {
			d := document{body: []byte(c.body[:n]), kind: c.kind}
			if err := d.parse(10); err == nil {
				t.Errorf("%s: the first %d bytes are read as %d entries", c.name, n, len(d.entries))
				break
			}
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, c := range documents {
		f.Add([]byte(c.body), c.kind)
	}
	s := sourceFor(f)
	f.Fuzz(func(t *testing.T, body []byte, kind string) {
		d := document{body: body, kind: kind}
		if d.parse(50) != nil {
			return
		}
		for i := range d.entries {
			m := s.messageOf(&d.entries[i], &d)
			if m.ID == "" || len(m.ID) > community.MaxID || len(m.Scope) > community.MaxID || !utf8.ValidString(m.Text+m.ID+m.URL+m.Author.Name) {
				t.Errorf("message %+v", m)
			}
			if m.URL != "" && !strings.HasPrefix(m.URL, "http") {
				t.Errorf("address %q", m.URL)
			}
		}
	})
}

func TestPace(t *testing.T) {
	o := New(Options{}).o
	sunday := time.Date(2026, 11, 22, 9, 30, 0, 0, time.UTC)
	for _, c := range []struct {
		name   string
		rhythm rhythm
		fresh  time.Duration
		torn   bool
		want   time.Duration
	}{
		{"nothing asked", rhythm{}, 0, false, 15 * time.Minute},
		{"ttl", rhythm{TTL: 3600}, 0, false, time.Hour},
		{"ttl too short", rhythm{TTL: 60}, 0, false, 5 * time.Minute},
		{"ttl too long", rhythm{TTL: 30 * 86400}, 0, false, 6 * time.Hour},
		{"max-age", rhythm{}, 10 * time.Minute, false, 10 * time.Minute},
		{"the later of both", rhythm{TTL: 600}, 20 * time.Minute, false, 20 * time.Minute},
		{"torn", rhythm{TTL: 86400}, time.Hour, true, 5 * time.Minute},
		{"skipped hour", rhythm{TTL: 3600, Hours: 1 << 10}, 0, false, 90 * time.Minute},
		{"skipped day", rhythm{Days: 1 << time.Sunday}, 0, false, 14*time.Hour + 30*time.Minute},
		{"always skipped", rhythm{Days: 127}, 0, false, 15 * time.Minute},
	} {
		var fresh time.Time
		if c.fresh != 0 {
			fresh = sunday.Add(c.fresh)
		}
		if got := o.pace(c.rhythm, fresh, c.torn, sunday).Sub(sunday); got != c.want {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

func TestRhythmOf(t *testing.T) {
	for body, want := range map[string]rhythm{
		`<rss version="2.0"><channel><ttl>30</ttl><skipHours><hour>0</hour><hour>24</hour><hour>23</hour><hour>99</hour></skipHours><skipDays><day>sunday</day></skipDays></channel></rss>`:       {TTL: 1800, Hours: 1 | 1<<23, Days: 1},
		`<rss version="2.0" xmlns:sy="http://purl.org/rss/1.0/modules/syndication/"><channel><sy:updatePeriod>hourly</sy:updatePeriod><sy:updateFrequency>2</sy:updateFrequency></channel></rss>`: {TTL: 1800},
		`<rss version="2.0"><channel><ttl>soon</ttl></channel></rss>`: {},
	} {
		d := document{body: []byte(body)}
		if err := d.parse(1); err != nil || d.rhythm != want {
			t.Errorf("%s: %+v, %v", body, d.rhythm, err)
		}
	}
}

func TestFreshUntil(t *testing.T) {
	now := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		h    http.Header
		want time.Duration
	}{
		{http.Header{}, 0},
		{http.Header{"Cache-Control": {"public, Max-Age=600"}}, 10 * time.Minute},
		{http.Header{"Cache-Control": {"max-age=600"}, "Age": {"500"}}, 100 * time.Second},
		{http.Header{"Cache-Control": {"no-cache, max-age=600"}}, 0},
		{http.Header{"Cache-Control": {"max-age=-1"}}, 0},
		{http.Header{"Cache-Control": {"max-age=99999999999999"}}, 0},
		{http.Header{"Expires": {now.Add(time.Hour).Format(http.TimeFormat)}}, time.Hour},
		{http.Header{"Expires": {"0"}}, 0},
		{http.Header{"Retry-After": {"120"}, "Cache-Control": {"max-age=1"}}, 2 * time.Minute},
	} {
		got := time.Duration(0)
		if at := freshUntil(c.h, now); !at.IsZero() {
			got = at.Sub(now)
		}
		if got != c.want {
			t.Errorf("%v: %v, want %v", c.h, got, c.want)
		}
	}
}

func TestDiscover(t *testing.T) {
	at, _ := url.Parse("https://shop.example/blog/")
	for page, want := range map[string]string{
		`<head><link rel="stylesheet" href="/x.css"><LINK REL="Alternate" TYPE="application/rss+xml; charset=utf-8" HREF="feed.xml"/>`: "https://shop.example/blog/feed.xml",
		`<link rel=alternate hreflang=fr href=/fr><link rel="alternate home" type="application/atom+xml" href="//cdn.example/a">`:      "https://cdn.example/a",
		`<body><link rel="alternate" type="application/rss+xml" href="/comment-of-a-stranger">`:                                        "",
		`<link rel="alternate" type="application/rss+xml" href="javascript:x">`:                                                        "",
		``: "",
	} {
		got := ""
		if u := discover([]byte(page), at); u != nil {
			got = u.String()
		}
		if got != want {
			t.Errorf("%s: %q, want %q", page, got, want)
		}
	}
}

func TestReplyIsRefused(t *testing.T) {
	n := New(Options{})
	_, err := n.Reply(t.Context(), community.Account{}, community.Message{}, community.Reply{})
	var f *community.Fault
	if !errors.As(err, &f) || f.Kind != community.Refused || f.Key != "network.read_only" {
		t.Error(err)
	}
	d, err := n.Describe(t.Context(), community.Account{})
	if err != nil || d.ReplyPublic || d.ReplyPrivate || !d.Collects {
		t.Errorf("%+v %v", d, err)
	}
}

package mastodon

import (
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"github.com/vigie-hq/vigie/community"
)

var contents = []struct{ html, text string }{
	{"", ""},
	{"plain words", "plain words"},
	{"<p>one</p><p>two<br>three<br />four</p>", "one\n\ntwo\nthree\nfour"},
	{"<p>a<br><br><br><br>b</p>", "a\n\nb"},
	{`<p><span class="h-card" translate="no"><a href="https://m.example/@brand" class="u-url mention">@<span>brand</span></a></span> my parcel!</p>`, "@brand my parcel!"},
	{`<p><span class="h-card"><a href="http://x/@brand" rel="nofollow">@<span>brand</span></a></span> no class</p>`, "@brand no class"},
	{`see <a href="https://example.com/a/very/long/path"><span class="invisible">https://</span><span class="ellipsis">example.com/a/ve</span><span class="invisible">ry/long/path</span></a>.`, "see https://example.com/a/very/long/path."},
	{`<a href="https://example.com/">example.com</a>`, "example.com"},
	{`<a href="https://evil.example/">your bank</a>`, "your bank (https://evil.example/)"},
	{`<a href="javascript:alert(1)">click</a>`, "click"},
	{`<a href="https://m.example/tags/sale" class="mention hashtag" rel="tag">#<span>sale</span></a>`, "#sale"},
	{`<a href="https://only.example/"></a>`, "https://only.example/"},
	{"fish & chips &lt;b> &amp;amp; 1 < 2", "fish & chips <b> &amp; 1 < 2"},
	{"<ul><li>one</li><li><p>two</p></li></ul><p>end</p>", "- one\n- two\n\nend"},
	{"<script>alert(1)</script><style>p{}</style>safe", "safe"},
	{"<p>  many \n  spaces\t here </p>", "many spaces here"},
	{"<b>bold</b> and <i>italic</i>", "bold and italic"},
	{"<pre><code>a  b\n  c</code></pre>", "a  b\n  c"},
	{"<blockquote><p>said</p></blockquote><p>no</p>", "said\n\nno"},
	{":blobcat: hi", ":blobcat: hi"},
	{"<p>never closed <b>at all", "never closed at all"},
	{"nul\x00 and \xff", "nul\ufffd and \ufffd"},
	{"un&nbsp;deux", "un\u00a0deux"},
}

func TestTextOf(t *testing.T) {
	for _, c := range contents {
		want := c.text
		if strings.Contains(c.html, "\x00") {
			continue // only that it comes out as valid text, below
		}
		if got := textOf(c.html); got != want {
			t.Errorf("%q:\n got %q\nwant %q", c.html, got, want)
		}
	}
	if deep := textOf(strings.Repeat("<div>", 10_000) + "x"); !utf8.ValidString(deep) {
		t.Error("deep nesting")
	}
}

func FuzzTextOf(f *testing.F) {
	for _, c := range contents {
		f.Add(c.html)
	}
	f.Fuzz(func(t *testing.T, content string) {
		text := textOf(content)
		if !utf8.ValidString(text) {
			t.Errorf("%q: not UTF-8: %q", content, text)
		}
		if strings.Contains(text, "\n\n\n") && !strings.Contains(content, "pre") {
			t.Errorf("%q: holes in the text: %q", content, text)
		}
		if len(text) > 4*len(content)+16 {
			t.Errorf("%d bytes became %d", len(content), len(text))
		}
	})
}

func TestCount(t *testing.T) {
	for text, want := range map[string]int{
		"":                               0,
		"hello":                          5,
		"héllo":                          5,
		"e\u0301":                        1,
		"👩‍👩‍👧‍👦🇫🇷":                      2,
		"https://example.com/a/b?c=d":    23,
		"https://example.com/aaa, or":    23 + 4,
		"(https://example.com/a)":        25,
		"https://x.org/a_(b)":            23,
		"http://localhost":               16, // no dot: no link
		"xhttps://example.com":           20, // inside a word
		"ftp://example.com":              17,
		"@lea@social.example hello":      4 + 6,
		"@lea hello":                     10,
		"a@b.example":                    11, // an address, no mention
		"@":                              1,
		"@@":                             2,
		"@lea@":                          5,
		"@lea@host.example.":             5,
		"https://a.fr https://b.fr":      47,
		"https://user@host.example/@lea": 23,
	} {
		if got := count(text, 23); got != want {
			t.Errorf("%q: %d, want %d", text, got, want)
		}
	}
	if got := count("https://example.com", 25); got != 25 {
		t.Errorf("a server with 25 characters a link: %d", got)
	}
}

func FuzzCount(f *testing.F) {
	f.Add("@lea@social.example https://example.com/a.b) 👩‍👩‍👧‍👦")
	f.Fuzz(func(t *testing.T, text string) {
		if n := count(text, 23); n < 0 || n > 24*len(text) {
			t.Errorf("%q: %d", text, n)
		}
		eachMention(text, func(at int, name string) {
			if text[at] != '@' || !strings.HasPrefix(text[at+1:], name) || name == "" {
				t.Errorf("%q: mention %q at %d", text, name, at)
			}
		})
	})
}

func TestDefuseLeavesOneReader(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		words := rapid.SliceOf(rapid.SampledFrom([]string{"@lea", "@lea@x.example", "@boss", "@a@b.example", "mail@x.fr", "hello", "@", "é"})).Draw(t, "words")
		text := strings.Join(words, " ")
		safe := defuse(text, "lea")
		eachMention(safe, func(_ int, name string) {
			if name != "lea" {
				t.Fatalf("%q can be read by %q", safe, name)
			}
		})
		if strings.ReplaceAll(safe, "\u200b", "") != text {
			t.Fatalf("%q became %q", text, safe)
		}
		if essence(safe) != essence(text) {
			t.Fatalf("%q would not be found again as %q", text, safe)
		}
	})
}

func TestNarrowest(t *testing.T) {
	for _, c := range []struct {
		parent string
		asked  community.Visibility
		want   string
	}{
		{"public", community.Public, "public"},
		{"unlisted", community.Public, "unlisted"},
		{"private", community.Public, "private"},
		{"direct", community.Public, "direct"},
		{"public", community.Private, "direct"},
		{"public", "", "public"},
		{"local-only", community.Public, "direct"},
		{"", community.Public, "direct"},
	} {
		if got := narrowest(c.parent, c.asked); got != c.want {
			t.Errorf("%s asked %s: %s, want %s", c.parent, c.asked, got, c.want)
		}
	}
}

func TestMentions(t *testing.T) {
	for _, c := range []struct {
		text, acct string
		want       bool
	}{
		{"@lea hello", "lea", true},
		{"hello @Lea!", "lea", true},
		{"@leah hello", "lea", false},
		{"@lea hello", "lea@far.example", false},
		{"@lea@far.example hello", "lea@far.example", true},
		{"@lea@far.example hello", "lea", false},
		{"lea@far.example", "far.example", false},
	} {
		if got := mentions(c.text, c.acct); got != c.want {
			t.Errorf("%q mentions %s: %v", c.text, c.acct, got)
		}
	}
}

func TestHonoursKeys(t *testing.T) {
	for _, c := range []struct {
		version, source string
		want            bool
	}{
		{"4.4.1", "https://github.com/mastodon/mastodon", true},
		{"4.3.0+glitch", "https://github.com/glitch-soc/mastodon", true},
		{"0.20.0-SNAPSHOT+git-1a2b3c", "https://codeberg.org/superseriousbusiness/gotosocial", false},
		{"0.20.0", "", false},
		{"2.7.2 (compatible; Pleroma 2.5.0)", "", false},
		{"", "", false},
		{"4", "", false},
	} {
		if got := honoursKeys(c.version, c.source); got != c.want {
			t.Errorf("%s %s: %v", c.version, c.source, got)
		}
	}
}

func TestStreamURLs(t *testing.T) {
	session := func(server string) *session {
		u, err := parseServer(server)
		if err != nil {
			t.Fatal(err)
		}
		return &session{server: u}
	}
	for _, c := range []struct{ server, told, want string }{
		{"social.example", "", "wss://social.example/api/v1/streaming?stream=user"},
		{"social.example", "wss://stream.social.example", "wss://stream.social.example/api/v1/streaming?stream=user wss://social.example/api/v1/streaming?stream=user"},
		{"social.example", "ws://stream.social.example", "wss://social.example/api/v1/streaming?stream=user"}, // no token in clear
		{"http://127.0.0.1:1", "ws://127.0.0.1:1", "ws://127.0.0.1:1/api/v1/streaming?stream=user"},
		{"social.example", "://", "wss://social.example/api/v1/streaming?stream=user"},
	} {
		if got := strings.Join(session(c.server).streamURLs(c.told), " "); got != c.want {
			t.Errorf("%s told %q: %s, want %s", c.server, c.told, got, c.want)
		}
	}
	for _, bad := range []string{"", "ftp://x", "https://", "https://user:pass@x", "https://x/?q=1", ":"} {
		if u, err := parseServer(bad); err == nil {
			t.Errorf("%q is taken as %s", bad, u)
		}
	}
}

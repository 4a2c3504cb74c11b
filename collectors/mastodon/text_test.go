package mastodon

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/vigie-hq/vigie/community"
)

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

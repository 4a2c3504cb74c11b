package plain

import (
	"strings"
	"testing"
	"unicode/utf8"
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

func TestText(t *testing.T) {
	for _, c := range contents {
		want := c.text
		if strings.Contains(c.html, "\x00") {
			continue // only that it comes out as valid text, below
		}
		if got := Text(c.html); got != want {
			t.Errorf("%q:\n got %q\nwant %q", c.html, got, want)
		}
	}
	if deep := Text(strings.Repeat("<div>", 10_000) + "x"); !utf8.ValidString(deep) {
		t.Error("deep nesting")
	}
}

func FuzzText(f *testing.F) {
	for _, c := range contents {
		f.Add(c.html)
	}
	f.Fuzz(func(t *testing.T, content string) {
		text := Text(content)
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

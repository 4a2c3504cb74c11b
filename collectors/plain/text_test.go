package plain

import (
	"fmt"
	"runtime"
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
	{"<html><head><title>no</title><style>p{}</style></head><body style='x'>yes</body></html>", "yes"},
	{"<table><tr><td>Total</td><td>12 €</td></tr><tr><td>Paid</td></tr></table>", "Total 12 €\nPaid"},
	{"<p>a<template>no<b>no</b></template><font id=x>b</font><o:p>c</o:p><hr>d</p>", "abcd"},
	{"1 <<input>b> 2", "1 <b> 2"},
	{"<svg><style><b>x</style>y</svg>z", "yz"},
	{"a</template>b", "ab"},
	{"<A\xff>x</A\x00>", "x"},
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
	for _, nest := range []string{"<div>", "<span>x", "<b>x<p>x", "<ul><li>"} {
		if deep := Text("<p>" + strings.Repeat(nest, 10_000) + "<p>one<br>two"); !strings.HasSuffix(deep, "one\ntwo") || strings.Contains(deep, "<") {
			t.Errorf("%s nested deeply became %.100q", nest, deep)
		}
	}
}

// What costs a browser's parser minutes and gigabytes costs neither here.
func TestHostileText(t *testing.T) {
	numbered := func(form string, n int) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, form, i)
		}
		return b.String()
	}
	for name, content := range map[string]string{
		"attributes of one body":  numbered("<body a%d>", 20_000),
		"attributes of one html":  numbered("<html a%d>", 20_000),
		"hidden in a picture":     "<svg><style>" + numbered("<body a%d>", 20_000),
		"hidden in a choice":      "<select><textarea>" + numbered("<body a%d>", 20_000),
		"beside what is left out": numbered("<<input>body a%d>", 12_000),
		"opened anew":             "<p>" + numbered("<b a=%d>", 480) + strings.Repeat("<p>x", 60_000),
		"one link, many lines":    "<a href=https://" + strings.Repeat("a", 2_000) + ">" + strings.Repeat("<p>x", 60_000),
		"links in tables":         strings.Repeat("<table><td><a href=https://x.example/y>x", 6_000),
		"tables":                  strings.Repeat("<table><b>x", 20_000), "foster": "<table>" + strings.Repeat("x<b>y</i>", 25_000),
		"never closed": strings.Repeat("<textarea><p>", 20_000), "tags": strings.Repeat("<", 200_000),
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		text := Text(content)
		runtime.ReadMemStats(&after)
		// What takes long takes room as well, and room does not depend on the machine.
		if used := (after.TotalAlloc - before.TotalAlloc) >> 20; used > 200 || len(text) > 2*maxText {
			t.Errorf("%s: %d MB, %d bytes", name, used, len(text))
		}
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

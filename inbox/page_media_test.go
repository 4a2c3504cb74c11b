package inbox

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/vigie-hq/vigie/community"
)

// hostile are addresses that strangers may give for whatever has one.
func hostile() []string {
	return []string{
		"javascript:alert(1)", "JavaScript:alert(1)", " javascript:alert(1)", "java\tscript:alert(1)", "data:text/html,<script>alert(1)</script>",
		"vbscript:x", "file:///etc/passwd", "attachment:x", "//evil.example/x", "/settings/accounts/new", "x", "https:evil.example", "blob:https://evil.example/1",
	}
}

// Whatever a message says of its media, its author and itself, a page links
// nothing but the web.
func TestHostileAddresses(t *testing.T) {
	st, v := newVisitor(t)
	st.doubts("c05")
	st.sampled("c05")
	paths := []string{"/c/c05", "/c/c05?m=mc05", "/triage", "/audit", "/"}
	links := regexp.MustCompile(`(?:href|src|action|hx-get|hx-post)="([^"]*)"`)
	told := func(page string) (all []string) {
		for _, m := range links.FindAllStringSubmatch(page, -1) {
			if !strings.HasPrefix(m[1], "/asset/") {
				all = append(all, m[1])
			}
		}
		slices.Sort(all)
		return slices.Compact(all)
	}
	clean := map[string][]string{}
	for _, path := range paths {
		clean[path] = told(v.get(path))
	}
	for _, address := range hostile() {
		st.alter("mc05", func(e *community.Entry) {
			e.Message.URL, e.Message.Author.URL, e.Message.CanReply = address, address, false // the composer then shows the way there
			e.Message.Media = []community.Media{{Type: "image", URL: address}, {Type: address, URL: address}}
		})
		for _, path := range paths {
			page := v.get(path)
			if strings.Contains(page, "#ZgotmplZ") {
				t.Errorf("%q: a link of %s leads nowhere", address, path)
			}
			for _, link := range told(page) {
				if !slices.Contains(clean[path], link) {
					t.Errorf("%q: %s links %q", address, path, link)
				}
			}
		}
	}
	st.alter("mc05", func(e *community.Entry) {
		e.Message.Media = []community.Media{
			{Type: "file", URL: "attachment:facture%20n%C2%B0%2012%20%3Cb%3E.pdf"},
			{Type: "file", URL: "attachment:%zz"},
			{Type: "file", URL: "attachment:"},
			{Type: "image", URL: "https://network.example/p.jpg"},
		}
	})
	page := v.get("/c/c05")
	for _, want := range []string{`<bdi>facture n° 12 &lt;b&gt;.pdf</bdi>`, `<bdi>%zz</bdi>`, `href="https://network.example/p.jpg"`} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %s", want)
		}
	}
	if strings.Contains(page, `"attachment:`) {
		t.Error("an attachment is linked")
	}
}

func TestMediaOf(t *testing.T) {
	for _, address := range hostile() {
		if got := mediaOf([]community.Media{{Type: "file", URL: address}}); got[0].URL != "" {
			t.Errorf("%q is linked as %q", address, got[0].URL)
		}
	}
}

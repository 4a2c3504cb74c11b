package inbox

import (
	"io/fs"
	"os"
	"regexp"
	"testing"
)

// TestNoAttributeIsTakenForAScript: html/template reads what follows data- as
// the attribute's name, and a name that begins with "on" as a script, whose
// values it quotes.
func TestNoAttributeIsTakenForAScript(t *testing.T) {
	wrong := regexp.MustCompile(`\sdata-on[a-z-]*=`)
	pages, err := fs.Glob(os.DirFS("page"), "*.html")
	if err != nil || len(pages) == 0 {
		t.Fatalf("%d pages, %v", len(pages), err)
	}
	for _, name := range pages {
		text, err := os.ReadFile("page/" + name)
		if err != nil {
			t.Fatal(err)
		}
		for _, found := range wrong.FindAllString(string(text), -1) {
			t.Errorf("%s: %s", name, found)
		}
	}
}

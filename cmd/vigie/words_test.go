package main

import (
	"encoding/json"
	"log/slog"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vigie-hq/vigie/collectors"
)

// sentences is a language of the inbox, by key.
func sentences(t *testing.T, lang string) map[string]json.RawMessage {
	t.Helper()
	b, err := os.ReadFile("../../inbox/locale/" + lang + ".json")
	if err != nil {
		t.Fatal(err)
	}
	var words map[string]json.RawMessage
	if err := json.Unmarshal(b, &words); err != nil {
		t.Fatal(err)
	}
	return words
}

// TestFormsHaveWords: whatever a network asks when one of its accounts is
// connected has a label in every language, every choice too; and no label stands
// for a field that nobody asks for.
func TestFormsHaveWords(t *testing.T) {
	networks := networksOf(&house{now: time.Now, log: slog.New(slog.DiscardHandler)})
	for _, lang := range []string{"en", "fr"} {
		words := sentences(t, lang)
		asked := []string{}
		for name, network := range networks {
			form, can := network.(collectors.Connector)
			if !can {
				continue
			}
			own := "connect." + name + "."
			asked = append(asked, own+"needs")
			if _, aside := words[own+"app"]; aside { // what its app is for, where it may be left out
				asked = append(asked, own+"app")
			}
			for _, f := range form.Form() {
				asked = append(asked, own+f.Name)
				if _, helped := words[own+f.Name+".help"]; helped {
					asked = append(asked, own+f.Name+".help")
				}
				for _, choice := range f.Choices {
					asked = append(asked, own+f.Name+"."+choice)
				}
			}
		}
		for _, key := range asked {
			if _, said := words[key]; !said {
				t.Errorf("%s has no words for %s", lang, key)
			}
		}
		for key := range words {
			network, _, _ := strings.Cut(strings.TrimPrefix(key, "connect."), ".")
			if _, known := networks[network]; known && strings.HasPrefix(key, "connect.") && !slices.Contains(asked, key) {
				t.Errorf("nobody asks for %s", key)
			}
		}
	}
}

package inbox

import (
	"context"
	"strings"
	"sync"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/vigie-hq/vigie/community"
)

// person is somebody as a page shows him: a round avatar and a name.
type person struct{ ID, Name, First, Initials string }

func personOf(id, name string) person {
	first, _, _ := strings.Cut(name, " ")
	return person{ID: id, Name: name, First: first, Initials: initials(name)}
}

// initials are the first letters of the first and last word, or the first two
// of a single word; words without letters (emoji) do not count.
func initials(name string) string {
	var words []string
	for _, word := range strings.FieldsFunc(name, func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune("_-.·@", r) }) {
		if strings.ContainsFunc(word, unicode.IsLetter) {
			words = append(words, strings.TrimLeftFunc(word, func(r rune) bool { return !unicode.IsLetter(r) }))
		}
	}
	switch len(words) {
	case 0:
		return "•"
	case 1:
		return strings.ToUpper(letters(words[0], 2))
	}
	return strings.ToUpper(letters(words[0], 1) + letters(words[len(words)-1], 1))
}

// letters are the first n letters of a word, accents that follow them included.
func letters(word string, n int) string {
	end := 0
	for i, r := range word {
		if !unicode.Is(unicode.Mn, r) {
			if n--; n < 0 {
				break
			}
			if !unicode.IsLetter(r) {
				break
			}
		}
		end = i + utf8.RuneLen(r)
	}
	return word[:min(end, len(word))]
}

// authorName is how a customer is called: name, else handle.
func authorName(lang string, a community.Author) string {
	switch {
	case strings.TrimSpace(a.Name) != "":
		return a.Name
	case a.Handle != "":
		return "@" + strings.TrimPrefix(a.Handle, "@")
	}
	return T(lang, "author.unknown")
}

// names remembers who the colleagues are and where a brand's day begins, so that
// a row can be drawn without asking the store. Pages refresh it as they are read.
type names struct {
	mu     sync.RWMutex
	agents map[string]person
	zones  map[string]*time.Location
	asked  map[string]time.Time // brand and viewer: when it was last read
}

// namesLife is how long what was learnt of a brand is believed.
const namesLife = 15 * time.Second

func (n *names) agent(id string) person {
	if id == "" {
		return person{}
	}
	n.mu.RLock()
	defer n.mu.RUnlock()
	if p, ok := n.agents[id]; ok {
		return p
	}
	return stranger(id)
}

// tokenPrefix begins the name a token of the API acts under; what it was
// called when it was made follows.
const tokenPrefix = "token:"

// stranger is somebody who is no colleague of this brand: a token of the API
// under the name it was given, else whoever bears that id.
func stranger(id string) person {
	name, ok := strings.CutPrefix(id, tokenPrefix)
	p := personOf(id, name)
	if ok {
		p.Name += " (API)"
	}
	return p
}

func (n *names) zone(brand string) *time.Location {
	n.mu.RLock()
	defer n.mu.RUnlock()
	if l := n.zones[brand]; l != nil {
		return l
	}
	return time.UTC
}

// learn reads a brand's zone and agents, unless that was done a moment ago.
func (s *Server) learn(ctx context.Context, v community.Viewer, b community.Brand) error {
	n, now, key := &s.face.names, s.Now(), b.ID+"\x00"+v.Agent
	n.mu.RLock()
	fresh := now.Sub(n.asked[key]) < namesLife
	n.mu.RUnlock()
	if fresh {
		return nil
	}
	agents, err := s.Reader.Agents(ctx, v, b.ID)
	if err != nil {
		return err
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.agents == nil {
		n.agents, n.zones, n.asked = map[string]person{}, map[string]*time.Location{}, map[string]time.Time{}
	}
	n.asked[key], n.zones[b.ID] = now, zone(b)
	for _, a := range agents {
		n.agents[a.ID] = personOf(a.ID, a.Name)
	}
	return nil
}

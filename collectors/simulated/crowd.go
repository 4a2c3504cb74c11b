package simulated

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"strconv"
	"strings"

	"github.com/vigie-hq/vigie/community"
)

// person is somebody of people.jsonl.
type person struct {
	Handle    string `json:"handle"`
	Name      string `json:"name"`
	Lang      string `json:"lang"`
	Followers int    `json:"followers"`
	Verified  bool   `json:"verified"`
}

// author is the person as the network shows them; the id follows from the handle.
func (p person) author() community.Author {
	h := fnv.New32a()
	h.Write([]byte(p.Handle))
	return community.Author{
		ID:     strconv.FormatUint(1_000_000+uint64(h.Sum32()), 10),
		Handle: p.Handle, Name: p.Name, Followers: p.Followers, Verified: p.Verified,
	}
}

// gaps are the words that fill a sentence's {gap}, by gap and language ("" for
// both).
type gaps map[string][]string

type gap struct {
	Gap   string   `json:"gap"`
	Lang  string   `json:"lang"`
	Words []string `json:"words"`
}

func (g gaps) add(v gap) { g[v.Gap+"/"+v.Lang] = v.Words }

// fill puts words into the sentence's gaps. {order} and {n} are figures; a gap
// nobody wrote words for stays visible, which the content's test forbids.
func (g gaps) fill(r *rand.Rand, text, lang string) string {
	var b strings.Builder
	for {
		before, rest, open := strings.Cut(text, "{")
		b.WriteString(before)
		if !open {
			return b.String()
		}
		name, after, closed := strings.Cut(rest, "}")
		if !closed {
			b.WriteString("{" + rest)
			return b.String()
		}
		b.WriteString(g.word(r, name, lang))
		text = after
	}
}

func (g gaps) word(r *rand.Rand, name, lang string) string {
	switch name {
	case "order":
		return fmt.Sprintf("ML-%06d", 100_000+r.IntN(900_000))
	case "n":
		return strconv.Itoa(2 + r.IntN(12))
	}
	words := g[name+"/"+lang]
	if len(words) == 0 {
		words = g[name+"/"]
	}
	if len(words) == 0 {
		return "{" + name + "}"
	}
	return words[r.IntN(len(words))]
}

// somebody is a written person of that language, or nobody has been written.
func (t *talk) somebody(r *rand.Rand, lang string) person {
	for range 50 {
		if p := t.people[r.IntN(len(t.people))]; p.Lang == lang {
			return p
		}
	}
	return t.people[0]
}

// stranger makes a new person up from given names and family names.
func (t *talk) stranger(r *rand.Rand, lang string) person {
	given := t.gaps.word(r, "given", lang)
	family := t.gaps.word(r, "family", lang)
	low, name := handleOf(given), given+" "+family
	var handle string
	switch r.IntN(5) {
	case 0:
		handle = low + "." + handleOf(family)
	case 1:
		handle = low + "_" + strconv.Itoa(1960+r.IntN(48))
	case 2:
		handle = handleOf(family) + low[:1] + strconv.Itoa(r.IntN(100))
		name = given
	case 3:
		handle = low + handleOf(family)
	default:
		handle = "_" + low + "_" + strconv.Itoa(r.IntN(10_000))
		name = given + " " + string([]rune(family)[:1]) + "."
	}
	return person{Handle: handle, Name: name, Lang: lang, Followers: r.IntN(1 + r.IntN(2500))}
}

// handleOf keeps the letters and figures a handle may have.
func handleOf(name string) string {
	plain := strings.NewReplacer("é", "e", "è", "e", "ê", "e", "ë", "e", "ï", "i", "î", "i", "ô", "o", "ç", "c", "à", "a", "â", "a", "ü", "u")
	return strings.Map(func(c rune) rune {
		if (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') {
			return c
		}
		return -1
	}, plain.Replace(strings.ToLower(name)))
}

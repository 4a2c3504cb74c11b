package inbox

import (
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/vigie-hq/vigie/community"
)

//go:embed locale/*.json
var localeFiles embed.FS

// lexicon is what the locale files say, read once.
var lexicon = sync.OnceValues(func() (words, error) { return loadWords(localeFiles) })

// spoken is the lexicon for callers that were made after New had checked it.
func spoken() words {
	w, err := lexicon()
	if err != nil {
		return nil
	}
	return w
}

// T says the sentence of a key in a language, {0}, {1} ... replaced by args. The
// first whole number among args decides between singular and plural. A key that
// no file has comes back as itself, so that it is seen and found.
func T(lang, key string, args ...any) string { return spoken().T(lang, key, args...) }

// sayFault says what went wrong, in the reader's language.
func sayFault(lang string, f *community.Fault) string { return spoken().Fault(lang, f) }

// phrase is one sentence of a language: other, and one for a count that the
// language treats as singular. {0}, {1} ... stand for the arguments; the first
// whole number among them is the count.
type phrase struct{ one, other string }

// UnmarshalJSON reads "a sentence" or {"one": "...", "other": "..."}.
func (p *phrase) UnmarshalJSON(b []byte) error {
	if err := json.Unmarshal(b, &p.other); err == nil {
		return nil
	}
	var forms struct{ One, Other string }
	if err := json.Unmarshal(b, &forms); err != nil {
		return err
	}
	p.one, p.other = forms.One, forms.Other
	return nil
}

// words is everything the face says, by language and key. A language is one
// file of the locale folder: adding one needs no other change.
type words map[string]map[string]phrase

// defaultLang is what is spoken to a reader whose language is not known.
const defaultLang = "en"

func loadWords(files fs.FS) (words, error) {
	names, err := fs.Glob(files, "locale/*.json")
	if err != nil {
		return nil, err
	}
	w := make(words, len(names))
	for _, name := range names {
		b, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, err
		}
		var phrases map[string]phrase
		if err := json.Unmarshal(b, &phrases); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		w[strings.TrimSuffix(path.Base(name), ".json")] = phrases
	}
	return w, nil
}

// langs lists the languages the face speaks, in alphabetical order.
func (w words) langs() []string {
	langs := make([]string, 0, len(w))
	for lang := range w {
		langs = append(langs, lang)
	}
	slices.Sort(langs)
	return langs
}

// lang is the language itself if the face speaks it, else the default one.
func (w words) lang(lang string) string {
	if _, ok := w[lang]; ok {
		return lang
	}
	return defaultLang
}

// T: see the function of that name.
func (w words) T(lang, key string, args ...any) string {
	p, ok := w[lang][key]
	if !ok {
		if p, ok = w[defaultLang][key]; !ok {
			return key
		}
	}
	s := p.other
	if p.one != "" && singular(lang, args) {
		s = p.one
	}
	if len(args) == 0 || !strings.Contains(s, "{") {
		return s
	}
	pairs := make([]string, 0, 2*len(args))
	for i, arg := range args {
		pairs = append(pairs, "{"+strconv.Itoa(i)+"}", say(lang, arg))
	}
	return strings.NewReplacer(pairs...).Replace(s)
}

// has tells whether the language has a sentence for the key.
func (w words) has(lang, key string) bool {
	_, ok := w[lang][key]
	return ok
}

// Fault says what went wrong, in the reader's language. An error that is no
// fault, and a fault without a sentence, is told by its kind: its own text is
// for the log.
func (w words) Fault(lang string, err error) string {
	var f *community.Fault
	if errors.As(err, &f) && w.has(lang, "fault."+f.Key) {
		key := f.Key
		if key == "message.field" && len(f.Args) > 1 {
			if _, most := f.Args[1].(int); most { // a limit, not what the field should look like
				key = "message.field.long"
			}
		}
		return w.T(lang, "fault."+key, f.Args...)
	}
	return w.T(lang, "kind."+string(community.KindOf(err)))
}

// singular follows the plural rules of CLDR for counts of whole things: French
// counts none and one as singular, English only one.
func singular(lang string, args []any) bool {
	for _, arg := range args {
		n, ok := arg.(int)
		if !ok {
			continue
		}
		if lang == "fr" {
			return n == 0 || n == 1
		}
		return n == 1
	}
	return false
}

// say writes one argument as the language writes it.
func say(lang string, arg any) string {
	switch v := arg.(type) {
	case string:
		return v
	case int:
		return number(lang, v)
	case int64:
		return number(lang, int(v))
	}
	return fmt.Sprint(arg)
}

// number groups the figures by three: with a narrow space that does not break
// in French, with a comma in English.
func number(lang string, n int) string {
	s := strconv.Itoa(n)
	sign := ""
	if n < 0 {
		sign, s = "−", s[1:]
	}
	if len(s) < 4 {
		return sign + s
	}
	sep := ","
	if lang == "fr" {
		sep = "\u202f"
	}
	var b strings.Builder
	b.WriteString(sign)
	for i, r := range s {
		if i > 0 && (len(s)-i)%3 == 0 {
			b.WriteString(sep)
		}
		b.WriteRune(r)
	}
	return b.String()
}

// percent writes a share of 1 in whole hundredths.
func percent(lang string, share float64) string {
	n := strconv.Itoa(int(share*100 + 0.5))
	if lang == "fr" {
		return n + "\u00a0%"
	}
	return n + "%"
}

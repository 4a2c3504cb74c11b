package rulebook

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/vigie-hq/vigie/community"
	"github.com/vigie-hq/vigie/community/phrase"
)

// What a list may hold, so that any of them is cheap to compile and to apply.
const (
	MaxRules = 5000 // of a brand
	MaxName  = 120  // code points
	MaxList  = 1000 // values of one list of a condition
	MaxValue = 256  // bytes of one value
	MaxTags  = 16   // of a rule
	MaxTag   = 32   // code points
)

// Check tells what is wrong with a rule: a Fault Invalid of package phrase about
// its expression, or
//
//	rule.name       no name, none that shows, or one longer than MaxName
//	rule.empty      it would touch every message: no condition is given
//	rule.effect     it would do nothing
//	rule.field      a value that is none: the field's name, the value
//	rule.kind       a kind no message has: it, and those there are
//	rule.language   a language that is not two or three letters
//	rule.tag        a tag that is not letters, figures, - and _, at most MaxTag
//	rule.too_long   more values than a list may have: the field's name, how many
func Check(r *community.Rule) error {
	for _, err := range []error{sound(r), kinds(r.Condition.Kinds), languages(r.Condition.Languages)} {
		if err != nil {
			return err
		}
	}
	if plain(r.Name) == "" {
		return community.Faultf(community.Invalid, "rule.name", MaxName)
	}
	return nil
}

// sound is what a rule must be to be compiled. One that was kept before Check
// asked for more, and at worst touches nothing, does not stop its brand's others.
func sound(r *community.Rule) error {
	c, e := &r.Condition, &r.Effect
	if n := utf8.RuneCountInString(strings.TrimSpace(r.Name)); n == 0 || n > MaxName {
		return community.Faultf(community.Invalid, "rule.name", MaxName)
	}
	if c.Phrase != "" {
		if _, err := phrase.Parse(c.Phrase); err != nil {
			return err
		}
	}
	for _, err := range []error{
		values("authors", c.Authors), values("accounts", c.Accounts), values("networks", c.Networks),
		values("kinds", c.Kinds), values("languages", c.Languages),
		known("categories", c.Categories, community.Categories()), known("urgencies", c.Urgencies, community.Urgencies()),
		known("sentiments", c.Sentiments, community.Sentiments()),
		known("category", one(e.Category), community.Categories()), known("urgency", one(e.Urgency), community.Urgencies()),
		known("raise", one(e.Raise), community.Urgencies()), values("channel", one(e.Channel)),
	} {
		if err != nil {
			return err
		}
	}
	switch {
	case c.Followers < 0:
		return community.Faultf(community.Invalid, "rule.field", "followers", c.Followers)
	case len(e.Tags) > MaxTags:
		return community.Faultf(community.Invalid, "rule.too_long", "tags", MaxTags)
	}
	for _, tag := range e.Tags {
		if !ValidTag(tag) {
			return community.Faultf(community.Invalid, "rule.tag", tag, MaxTag)
		}
	}
	if empty(c) {
		return community.Faultf(community.Invalid, "rule.empty")
	}
	if e.Category == "" && e.Urgency == "" && e.Raise == "" && e.Channel == "" && len(e.Tags) == 0 && !e.Stop {
		return community.Faultf(community.Invalid, "rule.effect")
	}
	return nil
}

func empty(c *community.Condition) bool {
	return c.Phrase == "" && len(c.Authors) == 0 && len(c.Accounts) == 0 && len(c.Networks) == 0 && len(c.Kinds) == 0 &&
		len(c.Languages) == 0 && c.Private == nil && c.Followers == 0 && len(c.Categories) == 0 && len(c.Urgencies) == 0 && len(c.Sentiments) == 0
}

// ValidTag tells whether a word can be a tag: letters, figures, - and _, in
// small letters, at most MaxTag of them.
func ValidTag(tag string) bool {
	if tag == "" || utf8.RuneCountInString(tag) > MaxTag || strings.ToLower(tag) != tag {
		return false
	}
	return !strings.ContainsFunc(tag, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '-' && r != '_' || r == utf8.RuneError
	})
}

// Tidy is the rule as it is kept: spaces around its words taken off, its name and
// tags without what does not show, values that
// are empty or given twice left out, handles without @, languages and tags in
// small letters.
func Tidy(r community.Rule) community.Rule {
	r = Copy(r)
	c := &r.Condition
	r.Name, c.Phrase = plain(r.Name), strings.TrimSpace(c.Phrase)
	c.Authors, c.Accounts, c.Networks = tidy(c.Authors, bare), tidy(c.Accounts, nil), tidy(c.Networks, strings.ToLower)
	c.Kinds, c.Languages = tidy(c.Kinds, nil), tidy(c.Languages, strings.ToLower)
	c.Categories, c.Urgencies, c.Sentiments = tidy(c.Categories, nil), tidy(c.Urgencies, nil), tidy(c.Sentiments, nil)
	r.Effect.Tags = tidy(r.Effect.Tags, func(s string) string { return strings.ToLower(strings.TrimPrefix(plain(s), "#")) })
	slices.Sort(r.Effect.Tags)
	return r
}

func tidy[T ~string](list []T, form func(string) string) []T {
	var out []T
	for _, value := range list {
		s := strings.TrimSpace(string(value))
		if form != nil {
			s = form(s)
		}
		if s != "" && !slices.Contains(out, T(s)) {
			out = append(out, T(s))
		}
	}
	return out
}

func one[T ~string](value T) []T {
	if value == "" {
		return nil
	}
	return []T{value}
}

func values[T ~string](field string, list []T) error {
	if len(list) > MaxList {
		return community.Faultf(community.Invalid, "rule.too_long", field, MaxList)
	}
	for _, v := range list {
		if v == "" || len(v) > MaxValue || !utf8.ValidString(string(v)) {
			return community.Faultf(community.Invalid, "rule.field", field, string(v))
		}
	}
	return nil
}

func known[T ~string](field string, list, allowed []T) error {
	if err := values(field, list); err != nil {
		return err
	}
	for _, v := range list {
		if !slices.Contains(allowed, v) {
			return community.Faultf(community.Invalid, "rule.field", field, string(v))
		}
	}
	return nil
}

func kinds(list []community.Kind) error {
	for _, k := range list {
		if all := community.Kinds(); !slices.Contains(all, k) {
			var names []string
			for _, one := range all {
				names = append(names, string(one))
			}
			return community.Faultf(community.Invalid, "rule.kind", string(k), strings.Join(names, ", "))
		}
	}
	return nil
}

// languages refuses what the model and the networks never say, a region with it
// too: "fr-CA" is compared as "fr".
func languages(list []string) error {
	for _, l := range list {
		other := func(r rune) bool { return r < 'a' || r > 'z' }
		if len(l) != 2 && len(l) != 3 || strings.ContainsFunc(l, other) {
			return community.Faultf(community.Invalid, "rule.language", l)
		}
	}
	return nil
}

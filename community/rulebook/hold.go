package rulebook

import (
	"slices"
	"strings"

	"github.com/vigie-hq/vigie/community"
	"github.com/vigie-hq/vigie/community/phrase"
	"github.com/vigie-hq/vigie/community/text"
)

// clause is one compiled rule.
type clause struct {
	rule    community.Rule
	phrased bool
	phrase  phrase.Expr
	authors map[string]struct{} // folded, without @
}

// compile checks a rule and compiles it. It holds on to nothing of the caller's.
func compile(r *community.Rule) (clause, error) {
	if err := sound(r); err != nil {
		return clause{}, err
	}
	c := clause{rule: Copy(*r)}
	if p := c.rule.Condition.Phrase; p != "" {
		e, err := phrase.Parse(p)
		if err != nil {
			return clause{}, err
		}
		c.phrase, c.phrased = e, true
	}
	if names := c.rule.Condition.Authors; len(names) > 0 {
		c.authors = make(map[string]struct{}, len(names))
		for _, name := range names {
			c.authors[text.Fold(bare(name))] = struct{}{}
		}
	}
	return c, nil
}

// Copy is a rule that shares nothing with the one given.
func Copy(r community.Rule) community.Rule {
	c := &r.Condition
	c.Authors, c.Accounts, c.Networks = slices.Clone(c.Authors), slices.Clone(c.Accounts), slices.Clone(c.Networks)
	c.Kinds, c.Languages = slices.Clone(c.Kinds), slices.Clone(c.Languages)
	c.Categories, c.Urgencies, c.Sentiments = slices.Clone(c.Categories), slices.Clone(c.Urgencies), slices.Clone(c.Sentiments)
	if c.Private != nil {
		private := *c.Private
		c.Private = &private
	}
	r.Effect.Tags = slices.Clone(r.Effect.Tags)
	return r
}

// holds tells whether everything but the phrase holds.
func (c *clause) holds(m *community.Message, said *community.Verdict) bool {
	want := &c.rule.Condition
	switch {
	case want.Private != nil && *want.Private != m.Private,
		m.Author.Followers < want.Followers,
		!takes(want.Kinds, m.Kind),
		!takes(want.Networks, m.Network),
		!answered(want.Categories, &said.Category),
		!answered(want.Urgencies, &said.Urgency.Head),
		!answered(want.Sentiments, &said.Sentiment):
		return false
	case len(want.Languages) > 0 && !slices.Contains(want.Languages, language(m, said)):
		return false
	case c.authors != nil && !c.wrote(&m.Author):
		return false
	case len(want.Accounts) > 0 && !slices.Contains(want.Accounts, community.AccountKey(m.Brand, m.Network, m.Account)):
		return false
	}
	return true
}

// takes tells whether a list takes a value; an empty one takes every value.
func takes[T comparable](list []T, value T) bool {
	return len(list) == 0 || slices.Contains(list, value)
}

func answered[T ~string](list []T, head *community.Head) bool {
	return len(list) == 0 || !head.Abstain && slices.Contains(list, T(head.Label))
}

func language(m *community.Message, said *community.Verdict) string {
	if said.Language.Label != "" && !said.Language.Abstain {
		return said.Language.Label
	}
	short, _, _ := strings.Cut(strings.ToLower(m.Lang), "-")
	return short
}

func (c *clause) wrote(a *community.Author) bool {
	var room [64]byte
	for _, name := range [...]string{a.Handle, a.ID} {
		if name == "" {
			continue
		}
		if _, ok := c.authors[string(text.AppendFold(room[:0], bare(name)))]; ok {
			return true
		}
	}
	return false
}

// bare is a handle as it is compared: without its @.
func bare(handle string) string { return strings.TrimPrefix(strings.TrimSpace(handle), "@") }

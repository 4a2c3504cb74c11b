package rulebook

import (
	"slices"

	"github.com/vigie-hq/vigie/community"
)

// Unsound is a rule that was left out of a list, and why.
type Unsound struct {
	Rule string // ID
	Err  error  // see Check
}

// Sound is a stored list without the rules that do not compile, the others as
// they stand: what one version of Vigie took the next may refuse, and one rule
// must not silence the rest. What is beyond MaxRules is left out too.
func Sound(list community.Rules) (community.Rules, []Unsound) {
	var out []Unsound
	kept := 0
	list.List = slices.DeleteFunc(slices.Clone(list.List), func(r community.Rule) bool {
		err := sound(&r)
		if err == nil && kept == MaxRules {
			err = community.Faultf(community.Invalid, "rule.too_many", MaxRules)
		}
		if err != nil {
			out = append(out, Unsound{r.ID, err})
			return true
		}
		kept++
		return false
	})
	return list, out
}

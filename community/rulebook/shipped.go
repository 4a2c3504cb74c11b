package rulebook

import (
	"slices"
	"strings"

	"github.com/vigie-hq/vigie/community"
)

// Shipped is the list a new brand starts with. Its version is 0: nobody has
// changed it.
func Shipped(brand community.Brand) community.Rules {
	out := community.Rules{Brand: brand.ID}
	for i, s := range slices.Concat(safety(), vulnerable(), law(), fraud()) {
		name := s.en
		if brand.Lang == "fr" {
			name = s.fr
		}
		out.List = append(out.List, community.Rule{
			ID: s.id, Brand: brand.ID, Name: name, Enabled: true, Position: i + 1, Shipped: true, Version: 1,
			Condition: community.Condition{Phrase: strings.Join(strings.Fields(s.phrase), " ")},
			Effect:    community.Effect{Raise: s.raise, Tags: []string{s.tag}},
		})
	}
	return out
}

// ready is one rule that comes with Vigie.
type ready struct {
	id, en, fr string
	raise      community.Urgency
	tag        string
	phrase     string
}

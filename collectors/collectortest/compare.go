package collectortest

import (
	"fmt"
	"slices"
	"strings"

	"github.com/vigie-hq/vigie/community"
)

// compare tells the first difference between what was said and what is held.
func (s *stage) compare() string {
	for id, f := range s.said {
		held, ok := s.house.Get(id)
		if !ok {
			if f.deleted {
				continue // gone before anybody could see it: nothing to hold
			}
			return fmt.Sprintf("missing: %s %q", id, f.text)
		}
		if problem := s.matches(id, f, &held); problem != "" {
			return problem
		}
	}
	if extra := s.house.Len() - len(s.said); extra > 0 && !s.Shared {
		return fmt.Sprintf("%d messages that nobody said", extra)
	}
	return ""
}

func (s *stage) matches(id string, f *fact, held *Held) string {
	if held.History.Gone != f.deleted {
		return fmt.Sprintf("%s: deleted %v, held as deleted %v", id, f.deleted, held.History.Gone)
	}
	if f.deleted {
		return ""
	}
	m := &held.Message
	current := held.History.Current()
	switch {
	case !strings.Contains(m.Text, f.text):
		return fmt.Sprintf("%s: said %q, held %q", id, f.text, m.Text)
	case current == nil:
		return fmt.Sprintf("%s: no content", id)
	case m.Private != (f.private || slices.Contains(s.Lacks, Openness)):
		return fmt.Sprintf("%s: private %v, held as %v", id, f.private, m.Private)
	case m.Brand != s.Account.Brand, m.Account != s.Account.Name, m.Network != s.Account.Network:
		return fmt.Sprintf("%s: held for %s %s %s", id, m.Brand, m.Network, m.Account)
	case m.V == 0, m.Origin == "", m.ReceivedAt.IsZero(), m.CreatedAt.IsZero(), m.Thread == "", m.Author.ID == "":
		return fmt.Sprintf("%s: incomplete: %+v", id, m)
	case m.Lag < 0:
		return fmt.Sprintf("%s: lag %v", id, m.Lag)
	}
	return ""
}

// kindOf is the kind of a fault, "none" for none.
func kindOf(err error) community.FaultKind {
	if err == nil {
		return "none"
	}
	return community.KindOf(err)
}

package rulebook

import (
	"time"

	"github.com/vigie-hq/vigie/community"
)

// Count tells how many messages each rule of a list touches, given to Read.
type Count struct {
	book *Book
	out  community.RuleCount
}

// NewCount prepares to count a list. A rule is counted whether it is enabled or
// not, and whatever stops before it, as a preview counts it; one that does not
// compile is not counted.
func NewCount(list community.Rules, since time.Time) (*Count, error) {
	list, _ = Sound(list)
	for i := range list.List {
		list.List[i].Enabled = true
	}
	book, err := Compile(list)
	return &Count{book: book, out: community.RuleCount{Since: since, Touched: map[string]int{}}}, err
}

// Read takes in one message, and keeps nothing of it.
func (c *Count) Read(e *community.Entry) error {
	c.out.Read++
	said := e.Verdict.Alone()
	c.book.each(&e.Message, &said, func(rule *clause) bool {
		c.out.Touched[rule.rule.ID]++
		return true
	})
	return nil
}

// Result is what was counted; cut tells that there were older messages.
func (c *Count) Result(cut bool) community.RuleCount {
	c.out.Cut = cut
	return c.out
}

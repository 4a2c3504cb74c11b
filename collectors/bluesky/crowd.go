package bluesky

import (
	"github.com/vigie-hq/vigie/community/phrase"
	"github.com/vigie-hq/vigie/community/text"
)

// ear is one account that listens.
type ear struct {
	did     string
	queries []query
	knows   func(uri string) bool // posts whose changes and end it wants to hear of
	state   func(up bool)
	heard   chan heard
}

// heard is an event for one account, with the query that asked for it.
type heard struct {
	event
	via string
}

// crowd is all who listen, arranged so that an event costs the same however many
// they are.
type crowd struct {
	all     []*ear
	byDID   map[string][]*ear
	set     *phrase.Set
	asker   []*ear // of each expression in set
	line    []string
	reading *phrase.Reading
}

func newCrowd(ears map[*ear]struct{}) crowd {
	c := crowd{byDID: map[string][]*ear{}}
	var exprs []phrase.Expr
	for e := range ears {
		c.all = append(c.all, e)
		c.byDID[e.did] = append(c.byDID[e.did], e)
		for _, q := range e.queries {
			exprs = append(exprs, q.meant)
			c.asker, c.line = append(c.asker, e), append(c.line, q.line)
		}
	}
	c.set = phrase.NewSet(exprs)
	c.reading = c.set.NewReading()
	return c
}

// concerned is who must hear of an event, with the query that asks for it; ""
// when it concerns the account itself.
func (c *crowd) concerned(e *event) map[*ear]string {
	found := map[*ear]string{}
	if e.op != opCreate {
		for _, listener := range c.all {
			if listener.knows(e.uri) {
				found[listener] = ""
			}
		}
	}
	if e.op == opDelete {
		return found
	}
	if len(c.asker) > 0 {
		c.set.Read(c.reading, text.Tokens(e.record.Text))
		for i := range c.reading.Asked.Each {
			if _, already := found[c.asker[i]]; !already && c.set.Match(i, c.reading) {
				found[c.asker[i]] = c.line[i]
			}
		}
	}
	for _, did := range e.record.addressed(e.did) {
		for _, listener := range c.byDID[did] {
			found[listener] = ""
		}
	}
	return found
}

// addressed are the accounts that a post of author concerns, himself among them.
func (r *record) addressed(author string) []string {
	dids := []string{author}
	if r.Reply != nil {
		dids = append(dids, repoOf(r.Reply.Parent.URI), repoOf(r.Reply.Root.URI))
	}
	if quoted := r.quotes(); quoted != "" {
		dids = append(dids, repoOf(quoted))
	}
	for _, f := range r.Facets {
		for _, x := range f.Features {
			if x.Type == mentionFeature {
				dids = append(dids, x.DID)
			}
		}
	}
	return dids
}

package sql

import (
	"cmp"
	"maps"
	"slices"

	"github.com/vigie-hq/vigie/community"
)

// dimension is what a counter counts by.
type dimension int64

// The dimensions. Their numbers are kept: never renumber. Status and trouble
// count every conversation, the others open ones only.
const (
	byStatus dimension = iota + 1
	byTrouble
	byAssignee
	byCategory
	byUrgency
	bySentiment
	byReason
	byNetwork
	byAccount
	byTriage
)

// facets are the dimensions of open conversations by the name Tally gives them.
var facets = map[dimension]string{
	byAssignee: "assignee", byCategory: "category", byUrgency: "urgency", bySentiment: "sentiment",
	byReason: "reason", byNetwork: "network", byAccount: "account",
}

// counter names one number of the tally table; all but dim are labels.
type counter struct {
	brand, channel int64
	private        int64 // 1 for private conversations
	dim            dimension
	value          int64
}

// counts is what a transaction changes of the tally.
type counts map[counter]int64

// count adds a conversation to the counters, or with -1 takes it away.
func (t *Tx) count(c *community.Conversation, by int64) {
	if t.counts == nil {
		t.counts = counts{}
	}
	brand, channel, private := t.label(c.Brand), t.label(c.Channel), bit(c.Private)
	add := func(dim dimension, value int64) { t.counts[counter{brand, channel, private, dim, value}] += by }
	add(byStatus, labelOf(t, c.Status))
	if c.Trouble() {
		add(byTrouble, 1)
	}
	if c.Status != community.Open {
		return
	}
	add(byAssignee, t.label(c.Assignee))
	add(byCategory, labelOf(t, c.Category))
	add(byUrgency, labelOf(t, c.Urgency))
	add(bySentiment, labelOf(t, c.Sentiment))
	add(byReason, labelOf(t, c.Reason))
	add(byNetwork, t.label(c.Network))
	add(byAccount, t.label(c.Account))
	if c.Triage {
		add(byTriage, 1)
	}
}

// flushCounts writes what changed, in the order of the keys: with several
// writers, any other order ends in deadlocks.
func (t *Tx) flushCounts() error {
	keys := slices.SortedFunc(maps.Keys(t.counts), func(a, b counter) int {
		return cmp.Or(cmp.Compare(a.brand, b.brand), cmp.Compare(a.channel, b.channel), cmp.Compare(a.private, b.private),
			cmp.Compare(a.dim, b.dim), cmp.Compare(a.value, b.value))
	})
	for _, k := range keys {
		n := t.counts[k]
		if n == 0 {
			continue
		}
		if err := t.exec(`INSERT INTO tally (brand, channel, is_private, dim, value, n) VALUES ($1, $2, $3, $4, $5, $6)
			ON CONFLICT (brand, channel, is_private, dim, value) DO UPDATE SET n = tally.n + excluded.n`,
			k.brand, k.channel, k.private, int64(k.dim), k.value, n); err != nil {
			return err
		}
	}
	return nil
}

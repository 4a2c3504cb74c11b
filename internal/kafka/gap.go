package kafka

import (
	"github.com/vigie-hq/vigie/community"
)

// Gap says that the log does not hold what a reader still needs.
type Gap struct {
	Topic     string
	Partition int
	// From is the next offset the reader needed, To the one it will go on with.
	From, To int64
	// Rewound: the log ends before From. It was deleted, replaced or restored
	// from an older copy; To is its first record and everything is read again.
	// Otherwise To > From, and the records between are gone.
	Rewound bool
}

// Fault is the gap as Unavailable "log.gap" or "log.rewound", with topic,
// partition, from and to.
func (g Gap) Fault() *community.Fault {
	key := "log.gap"
	if g.Rewound {
		key = "log.rewound"
	}
	return community.Faultf(community.Unavailable, key, g.Topic, g.Partition, g.From, g.To)
}

// gapAt compares the next offset a reader needs with what its partition holds.
func gapAt(topic string, partition int, next int64, held Range) (Gap, bool) {
	g := Gap{Topic: topic, Partition: partition, From: next, To: held.First}
	switch {
	case next > held.Last:
		g.Rewound = true
		return g, true
	case next < held.First:
		return g, true
	}
	return Gap{}, false
}

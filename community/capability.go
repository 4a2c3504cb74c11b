package community

import "time"

// Unit is what a network counts a text in.
type Unit string

// The units of length.
const (
	Codepoints Unit = "codepoints"
	Graphemes  Unit = "graphemes"
	Bytes      Unit = "bytes"
	Weighted   Unit = "weighted" // X: most characters 1, CJK and emoji 2, a link 23
)

// Capability is what a network lets an account do. The composer shows it and
// the sender obeys it.
type Capability struct {
	Network        string        `json:"network"`
	Title          string        `json:"title"` // the network's name as people know it
	Collects       bool          `json:"collects"`
	ReplyPublic    bool          `json:"reply_public"`
	ReplyPrivate   bool          `json:"reply_private"`
	Limit          int           `json:"limit"` // longest reply in Unit; 0: none known
	Unit           Unit          `json:"unit"`
	PrivateLimit   int           `json:"private_limit,omitempty"` // of a private reply, where it is another; 0: Limit
	PrivateUnit    Unit          `json:"private_unit,omitempty"`  // with PrivateLimit; empty: Unit
	Deeds          []Deed        `json:"deeds,omitempty"`         // what else the account may do to messages
	IdempotencyKey bool          `json:"idempotency_key"`         // the same key sent twice posts once
	ReadBack       bool          `json:"read_back"`               // a thread can be read to look for our own reply
	IndexDelay     time.Duration `json:"index_delay"`             // how long a new post may stay invisible to a read
	Edits          bool          `json:"edits"`
	Deletes        bool          `json:"deletes"`
	// LinkMicros is what a link in a public reply costs beside the reply itself,
	// in millionths of a dollar; 0: nothing. The composer warns of it.
	LinkMicros int64 `json:"link_micros,omitempty"`
}

// Longest is the limit of a reply of this visibility, and what it is counted in.
func (c *Capability) Longest(v Visibility) (limit int, unit Unit) {
	if v != Private || c.PrivateLimit == 0 {
		return c.Limit, c.Unit
	}
	if c.PrivateUnit == "" {
		return c.PrivateLimit, c.Unit
	}
	return c.PrivateLimit, c.PrivateUnit
}

package simulated

import "time"

// limits is what GET /pages/{page} tells.
type limits struct {
	Title      string        `json:"title"`
	Limit      int           `json:"limit"`
	IndexDelay time.Duration `json:"index_delay"`
}

// item is one notice on the wire. A stream leaves the position out: what it
// brings says nothing about what came before.
type item struct {
	Pos  int64 `json:"pos,omitempty"`
	Post Post  `json:"post"`
}

// sheet is one page of a feed, newest first. Next is the position to read on
// before; zero when the feed ends here.
type sheet struct {
	Now   time.Time `json:"now"`
	Items []item    `json:"items"`
	Next  int64     `json:"next,omitempty"`
}

// burst is what a stream brought, and where to go on.
type burst struct {
	Items []item    `json:"items"`
	After time.Time `json:"after"`
}

package community

// Page is one page of a list. Next is the cursor of the following page, empty
// on the last one. More is true when a search looked at its newest matches only
// and there are older ones.
type Page[T any] struct {
	Items []T    `json:"items"`
	Next  string `json:"next,omitempty"`
	More  bool   `json:"more,omitempty"`
}

// Count is a number that may have stopped counting: under a free filter counts
// stop at CountLimit and Over is true.
type Count struct {
	N    int  `json:"n"`
	Over bool `json:"over,omitempty"`
}

// CountLimit is where counts under a filter stop.
const CountLimit = 1000

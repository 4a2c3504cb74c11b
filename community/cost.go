package community

import "time"

// CostRow is what one kind of call for an account cost on one day, as pages
// show it.
type CostRow struct {
	Account string    `json:"account"` // key
	Network string    `json:"network"`
	Name    string    `json:"name"`
	Day     time.Time `json:"day"`  // its first moment, UTC
	What    string    `json:"what"` // the operation, by its network's name, e.g. "post.read"
	Units   int64     `json:"units"`
	Micros  int64     `json:"micros"` // millionths of a dollar
}

package community

import "time"

// Receipt is what a network gave back for a reply it took: its id there, where
// it can be seen, and when the network says it took it.
type Receipt struct {
	ID  string    `json:"id"`
	URL string    `json:"url,omitempty"`
	At  time.Time `json:"at,omitzero"`
}

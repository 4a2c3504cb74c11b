package desk

import "github.com/vigie-hq/vigie/community"

// Count is the length of a text as the network counts it: the number the
// composer shows is the one Answer obeys.
func (d *Desk) Count(network string, v community.Visibility, text string) int {
	return d.sender.Count(network, v, text)
}

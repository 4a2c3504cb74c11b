package desk

// Count is the length of a text as the network counts it: the number the
// composer shows is the one Answer obeys.
func (d *Desk) Count(network, text string) int { return d.sender.Count(network, text) }

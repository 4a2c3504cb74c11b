package community

import (
	"slices"
	"time"
)

// Channel is a separate support line: who works on it, which verdicts it
// takes, which accounts its answers leave from, when it is open and what it
// promises.
type Channel struct {
	ID       string        `json:"id"`
	Brand    string        `json:"brand"`
	Name     string        `json:"name"`
	Position int           `json:"position"` // the first channel that takes a message has it
	Takes    []Category    `json:"takes"`
	Networks []string      `json:"networks,omitempty"` // empty: every network
	Triage   bool          `json:"triage"`             // takes what the classifier would rather not say
	Senders  []string      `json:"senders"`            // account keys, the preferred first
	Hours    Calendar      `json:"hours"`
	Policy   Policy        `json:"policy"`
	Undo     time.Duration `json:"undo"` // how long a reply is held before it leaves
}

// DefaultUndo is how long a reply can be taken back.
const DefaultUndo = 10 * time.Second

// Opens tells whether the channel has this category and network among what it takes.
func (c *Channel) Opens(category Category, network string) bool {
	return slices.Contains(c.Takes, category) && (len(c.Networks) == 0 || slices.Contains(c.Networks, network))
}

// Route gives the channel for a category on a network, by position. What
// abstained, and what nobody takes, goes to triage; without a triage channel to
// the first channel: never to nobody. Channels are one brand's; nil only when
// there are none.
func Route(channels []Channel, category Category, network string, abstain bool) *Channel {
	var first, triage, taker *Channel
	before := func(c, than *Channel) bool { return than == nil || c.Position < than.Position }
	for i := range channels {
		c := &channels[i]
		if before(c, first) {
			first = c
		}
		if c.Triage && before(c, triage) {
			triage = c
		}
		if !c.Triage && c.Opens(category, network) && before(c, taker) {
			taker = c
		}
	}
	switch {
	case !abstain && taker != nil:
		return taker
	case triage != nil:
		return triage
	case taker != nil:
		return taker
	}
	return first
}

// DefaultChannels are the lines a new brand starts with: support, brand,
// community and triage, open by the given hours. Names are in the brand's
// language.
func DefaultChannels(brand Brand) []Channel {
	names := []string{"Support", "Brand", "Community", "Triage"}
	if brand.Lang == "fr" {
		names = []string{"SAV", "Marque", "Communauté", "À trier"}
	}
	takes := [][]Category{{CategorySupport}, {CategoryBrand}, {CategoryCommunity}, nil}
	ids := []string{"support", "brand", "community", "triage"}
	channels := make([]Channel, len(ids))
	for i, id := range ids {
		channels[i] = Channel{
			ID: brand.ID + "." + id, Brand: brand.ID, Name: names[i], Position: i + 1,
			Takes: takes[i], Triage: id == "triage",
			Hours: brand.Calendar, Policy: DefaultPolicy(), Undo: DefaultUndo,
		}
	}
	return channels
}

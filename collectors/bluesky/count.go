package bluesky

import (
	"github.com/vigie-hq/vigie/community"
	"github.com/vigie-hq/vigie/community/text"
)

// A text may have ten bytes of UTF-8 for each grapheme it may have: 3,000 beside
// 300 in a post, 10,000 beside 1,000 in a direct message.
const bytesPerGrapheme = 10

// Count is the length of a text in graphemes; one whose graphemes take more than
// ten bytes on average (families of emoji do) counts a tenth of its bytes, so that
// both of the network's limits are one.
func (n *Network) Count(_ community.Visibility, s string) int { return count(s) }

func count(s string) int {
	return max(text.Graphemes(s), (len(s)+bytesPerGrapheme-1)/bytesPerGrapheme)
}

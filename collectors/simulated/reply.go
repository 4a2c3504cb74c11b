package simulated

import (
	"context"
	"net/http"
	"strings"

	"github.com/vigie-hq/vigie/community"
)

// Reply posts a reply. What answers a private message stays private. The
// sender's id of it goes along for the network's tallies; the network posts the
// same id as often as it is told to.
func (n *Network) Reply(ctx context.Context, account community.Account, target community.Message, reply community.Reply) (community.Receipt, error) {
	var posted Post
	in := answer{
		Target: target.ID, Text: reply.Text,
		Private: target.Private || reply.Visibility == community.Private,
	}
	header := http.Header{"Content-Type": {"application/json"}, replyHeader: {reply.ID}}
	if err := n.post(ctx, &posted, in, header, "pages", account.NativeID, "replies"); err != nil {
		return community.Receipt{}, err
	}
	return receipt(&posted), nil
}

// Look reads the target's thread for a post of ours with the reply's words
// that answers the target; the newest, should there be several. Before
// Describe's IndexDelay has passed, found is not yet certain to be false.
func (n *Network) Look(ctx context.Context, account community.Account, target community.Message, reply community.Reply) (community.Receipt, bool, error) {
	var read sheet
	if err := n.get(ctx, &read, nil, "pages", account.NativeID, "threads", target.Thread); err != nil {
		return community.Receipt{}, false, err
	}
	for i := len(read.Items) - 1; i >= 0; i-- {
		p := &read.Items[i].Post
		if p.Author.ID == account.NativeID && p.InReplyTo == target.ID && sameWords(p.Text, reply.Text) {
			return receipt(p), true, nil
		}
	}
	return community.Receipt{}, false, nil
}

func receipt(p *Post) community.Receipt {
	return community.Receipt{ID: p.ID, URL: p.url(), At: p.CreatedAt}
}

// sameWords compares texts as networks may hand them back: spaces can differ.
func sameWords(a, b string) bool {
	return strings.Join(strings.Fields(a), " ") == strings.Join(strings.Fields(b), " ")
}

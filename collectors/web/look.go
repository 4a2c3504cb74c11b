package web

import (
	"context"

	"github.com/vigie-hq/vigie/community"
)

// Look asks whether an answer was taken: GET <Outgoing>?key=<its key>, where the
// other side promised to know; 200 with the receipt, 404 if it never came. Fault
// Unavailable "network.no_look" where it did not promise.
func (n *Network) Look(ctx context.Context, account community.Account, to community.Message, reply community.Reply) (community.Receipt, bool, error) {
	if !promised(&account, promiseLook) || account.Outgoing == "" {
		return community.Receipt{}, false, community.Faultf(community.Unavailable, "network.no_look", account.Name)
	}
	address, err := parseAddress(account.Outgoing)
	if err != nil {
		return community.Receipt{}, false, err
	}
	q := address.Query()
	q.Set("key", keyOf(to, reply))
	address.RawQuery = q.Encode()
	var got receipt
	switch err := n.get(ctx, &account, address, &got); {
	case err != nil && community.KindOf(err) == community.NotFound:
		return community.Receipt{}, false, nil
	case err != nil:
		return community.Receipt{}, false, err
	}
	found, err := n.receiptOf(&got)
	if err != nil {
		return community.Receipt{}, false, community.Faultf(community.Unavailable, "network.unreadable")
	}
	return found, true, nil
}

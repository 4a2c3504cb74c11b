package mastodon

import (
	"context"
	"errors"
	"net/http"

	client "github.com/mattn/go-mastodon"

	"github.com/vigie-hq/vigie/collectors"
	"github.com/vigie-hq/vigie/community"
)

// Why a brand cannot hide or delete what others say: on Mastodon nobody owns the
// place where he is answered.
const noHost = "mastodon.no_host"

// canDo is what can be done to somebody else's status beside answering it as it
// was written.
func canDo(private bool) []community.Ability {
	can := []community.Ability{
		{Deed: community.DeedLike},
		{Deed: community.DeedHide, Why: noHost},
		{Deed: community.DeedDelete, Why: noHost},
	}
	if !private {
		can = append(can, community.Ability{Deed: community.DeedPrivate})
	}
	return can
}

// Moderate likes a status, or takes that back. Every other deed is Refused
// "mastodon.no_host".
func (n *Network) Moderate(ctx context.Context, account community.Account, target community.Message, deed community.Deed) error {
	s, err := n.session(ctx, account)
	if err != nil {
		return err
	}
	if !validID(target.ID) || target.Scope != "" && target.Scope != s.scope {
		return community.Faultf(community.Refused, "reply.elsewhere", target.Scope)
	}
	switch deed {
	case community.DeedLike:
		_, err = s.rest.Favourite(ctx, client.ID(target.ID))
	case community.DeedUnlike:
		_, err = s.rest.Unfavourite(ctx, client.ID(target.ID))
	default:
		return community.Faultf(community.Refused, noHost)
	}
	return moderated(err)
}

// moderated is the fault of a deed. Done twice is done once, so an answer that
// cannot be read is no doubt that a human must settle.
func moderated(err error) error {
	var status *collectors.StatusError
	switch {
	case errors.As(err, &status) && (status.Status == http.StatusNotFound || status.Status == http.StatusGone):
		return community.Faultf(community.NotFound, "reply.target_gone").Because(err)
	case err != nil:
		return asFault(err)
	}
	return nil
}

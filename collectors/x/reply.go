package x

import (
	"context"
	"errors"

	"github.com/vigie-hq/vigie/community"
)

// Reply answers target from the account: in public below it, or in private to
// its author. A direct message is answered in private whatever is asked. X knows
// no idempotency key: nothing is ever sent twice, and what may have been sent is
// Uncertain until Look finds it.
func (n *Network) Reply(ctx context.Context, account community.Account, target community.Message, reply community.Reply) (community.Receipt, error) {
	s, err := n.session(ctx, account)
	if err != nil {
		return community.Receipt{}, err
	}
	private := reply.Visibility == community.Private || target.Private
	visibility := community.Public
	if private {
		visibility = community.Private
	}
	switch length := count(visibility, reply.Text); {
	case !validID(target.ID):
		return community.Receipt{}, community.Faultf(community.Refused, "reply.target")
	case length > limitOf(visibility):
		return community.Receipt{}, community.Faultf(community.Refused, "reply.too_long", length, limitOf(visibility))
	case !private && !s.enterprise() && target.ReplyWhy == "x.not_summoned":
		return community.Receipt{}, community.Faultf(community.Refused, "x.not_summoned")
	}
	what, price := replyPrice(&target, &reply)
	if err := s.within(ctx, price); err != nil {
		return community.Receipt{}, err
	}
	var receipt community.Receipt
	if private {
		receipt, err = s.sendDirect(ctx, &target, reply.Text)
	} else {
		receipt, err = s.api().reply(ctx, target.ID, reply.Text)
	}
	if err != nil {
		return community.Receipt{}, notPosted(err)
	}
	// It is sent, whatever becomes of the meter.
	if err := s.spend(context.WithoutCancel(ctx), what, 1, price); err != nil {
		n.o.Logger.Error("cost not written", "account", account.Key(), "error", err)
	}
	return receipt, nil
}

func (s *session) within(ctx context.Context, price int64) error {
	if s.o.Meter == nil || s.legacy() {
		return nil
	}
	return s.o.Meter.Afford(ctx, s.account, price)
}

// sendDirect writes to whom the message is from; to whom it went when it is our
// own.
func (s *session) sendDirect(ctx context.Context, target *community.Message, text string) (community.Receipt, error) {
	to := s.counterpart(target)
	if to == "" {
		return community.Receipt{}, community.Faultf(community.Refused, "reply.target")
	}
	return s.api().direct(ctx, to, text)
}

// counterpart is who a private answer to a message goes to; "" for nobody.
func (s *session) counterpart(target *community.Message) string {
	if validID(target.Author.ID) && target.Author.ID != s.account.NativeID {
		return target.Author.ID
	}
	if !target.Private {
		return ""
	}
	return otherThan(s.account.NativeID, splitConversation(target.Thread))
}

// notPosted is the fault of a post X did not take. Where X explains nothing (a
// bare 403 may be words it has seen before, a conversation closed to us, or a
// rule about replies) the key says that much.
func notPosted(err error) error {
	var known *community.Fault
	if !errors.As(err, &known) && errors.Is(err, context.Canceled) { // given up before anything left
		return community.Faultf(community.Unavailable, "network.cancelled").Because(err)
	}
	if community.KindOf(err) == community.Refused && keyOf(err) == "network.forbidden" {
		return community.Faultf(community.Refused, "x.post_refused").Because(err)
	}
	return err
}

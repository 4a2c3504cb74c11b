package bluesky

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/vigie-hq/vigie/collectors"
	"github.com/vigie-hq/vigie/community"
)

// newPost is app.bsky.feed.post, as far as it is written.
type newPost struct {
	Type      string   `json:"$type"`
	Text      string   `json:"text"`
	CreatedAt string   `json:"createdAt"`
	Facets    []facet  `json:"facets,omitempty"`
	Reply     replyRef `json:"reply"`
}

// Reply answers target from the account: a private message in its conversation, a
// post by a post below it, or in private if that is asked for. What is private is
// never answered in public.
//
// A post is created under a key that is a function of the reply, so that the same
// reply sent again finds itself there. Direct messages have no such key: one whose
// fate is unknown is never sent again.
func (n *Network) Reply(ctx context.Context, account community.Account, target community.Message, reply community.Reply) (community.Receipt, error) {
	s, err := n.session(ctx, account)
	if err != nil {
		return community.Receipt{}, err
	}
	if target.Private || reply.Visibility == community.Private {
		return s.direct(ctx, target, reply)
	}
	if !validPost(target.ID) {
		return community.Receipt{}, community.Faultf(community.Refused, "reply.target")
	}
	if length := count(reply.Text); length > postLimit {
		return community.Receipt{}, community.Faultf(community.Refused, "reply.too_long", length, postLimit)
	}
	parent, err := s.parent(ctx, target.ID)
	if err != nil {
		return community.Receipt{}, err
	}
	facets, err := s.facets(ctx, reply.Text)
	if err != nil {
		return community.Receipt{}, notSent(err)
	}
	post := newPost{
		Type: postCollection, Text: reply.Text, Facets: facets,
		CreatedAt: s.o.Now().UTC().Format(datetime), Reply: *parent,
	}
	key := keyFor(reply, target)
	made, err := s.create(ctx, postCollection, key, post)
	switch {
	case err == nil && validPost(made.URI):
		return community.Receipt{ID: made.URI, URL: permalink(made.URI), At: parseTime(post.CreatedAt)}, nil
	case err == nil:
		return community.Receipt{}, community.Faultf(community.Uncertain, "network.unreadable")
	case !answered(err):
		return community.Receipt{}, perhapsSent(err)
	}
	// A PDS answers a key that is taken with a 500 that says nothing else. What
	// stands under the key tells whether it was this reply.
	if receipt, found, lookErr := s.written(ctx, key, reply, target); lookErr == nil && found {
		return receipt, nil
	}
	return community.Receipt{}, perhapsSent(err)
}

// answered tells whether the server itself answered an error, other than having
// no time now: the call is over, whatever it did.
func answered(err error) bool {
	var status *collectors.StatusError
	return errors.As(err, &status) && (community.KindOf(err) == community.Uncertain || community.KindOf(err) == community.Refused)
}

// parent reads the post that is answered: its version, and the root of its thread.
func (s *session) parent(ctx context.Context, uri string) (*replyRef, error) {
	shown, _, err := s.posts(ctx, []string{uri})
	if err != nil {
		return nil, notSent(err)
	}
	v := shown[uri]
	switch {
	case v == nil:
		return nil, community.Faultf(community.Refused, "reply.target_gone")
	case v.Viewer.ReplyDisabled:
		return nil, community.Faultf(community.Refused, "bluesky.reply_disabled")
	}
	to := ref{v.URI, v.CID}
	if v.Record.Reply != nil {
		return &replyRef{Root: v.Record.Reply.Root, Parent: to}, nil
	}
	return &replyRef{Root: to, Parent: to}, nil
}

// written looks under a reply's key in our own repository, which shows a record as
// soon as it is made.
func (s *session) written(ctx context.Context, key string, reply community.Reply, target community.Message) (community.Receipt, bool, error) {
	found, err := s.record(ctx, s.account.NativeID, postCollection, key)
	if err != nil {
		if community.KindOf(err) == community.NotFound {
			return community.Receipt{}, false, nil
		}
		return community.Receipt{}, false, err
	}
	var post record
	if err := json.Unmarshal(found.Value, &post); err != nil {
		return community.Receipt{}, false, community.Faultf(community.Unavailable, "network.unreadable").Because(err)
	}
	if post.Text != reply.Text || post.Reply == nil || post.Reply.Parent.URI != target.ID || !validPost(found.URI) {
		return community.Receipt{}, false, nil
	}
	return community.Receipt{ID: found.URI, URL: permalink(found.URI), At: parseTime(post.CreatedAt)}, true, nil
}

// notSent is the fault of a reply that stopped before it was posted.
func notSent(err error) error {
	switch community.KindOf(err) {
	case community.NotFound:
		return community.Faultf(community.Refused, "reply.target_gone").Because(err)
	case community.Forbidden, community.Invalid:
		return community.Faultf(community.Refused, "reply.target").Because(err)
	}
	return perhapsSent(err)
}

// perhapsSent is the fault of a reply whose post went wrong: the transport has
// named what it knows, and a cancellation it passed through was not sent.
func perhapsSent(err error) error {
	var fault *community.Fault
	switch {
	case errors.As(err, &fault):
		return err
	case errors.Is(err, context.Canceled):
		return community.Faultf(community.Unavailable, "network.cancelled").Because(err)
	}
	return community.Faultf(community.Uncertain, "network.unreadable").Because(err)
}

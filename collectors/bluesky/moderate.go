package bluesky

import (
	"context"
	"encoding/json"
	"slices"

	"github.com/vigie-hq/vigie/community"
)

// mostHidden is how many answers one thread may hide (app.bsky.feed.threadgate).
const mostHidden = 300

// Moderate likes, unlikes, hides or shows again. An answer can be hidden in a
// thread that the account began: it then stands behind a warning for everybody.
// Nobody can delete somebody else's post here.
func (n *Network) Moderate(ctx context.Context, account community.Account, target community.Message, deed community.Deed) error {
	s, err := n.session(ctx, account)
	if err != nil {
		return err
	}
	if !validPost(target.ID) {
		return community.Faultf(community.Refused, "reply.target")
	}
	shown, _, err := s.posts(ctx, []string{target.ID})
	if err != nil {
		return err
	}
	v := shown[target.ID]
	if v == nil {
		return community.Faultf(community.NotFound, "reply.target_gone")
	}
	switch deed {
	case community.DeedLike:
		return s.like(ctx, v)
	case community.DeedUnlike:
		if v.Viewer.Like == "" {
			return nil
		}
		return s.procedure(ctx, "com.atproto.repo.deleteRecord", write{Repo: account.NativeID, Collection: likeCollection, Key: keyOf(v.Viewer.Like)}, nil)
	case community.DeedHide, community.DeedUnhide:
		return s.gate(ctx, v, deed == community.DeedHide)
	case community.DeedDelete:
		return community.Faultf(community.Refused, "bluesky.no_delete")
	}
	return community.Faultf(community.Refused, "deed.unknown", string(deed))
}

// like likes a post once: the PDS itself drops an older like of the same post.
func (s *session) like(ctx context.Context, v *postView) error {
	if v.Viewer.Like != "" {
		return nil
	}
	_, err := s.create(ctx, likeCollection, "", map[string]any{
		"$type": likeCollection, "subject": ref{v.URI, v.CID}, "createdAt": s.o.Now().UTC().Format(datetime),
	})
	return err
}

// gate puts an answer on its thread's list of hidden ones, or takes it off. The
// rest of the thread's rules stays as it is, and so does what somebody else
// changed meanwhile.
func (s *session) gate(ctx context.Context, v *postView, hide bool) error {
	if v.Record.Reply == nil || repoOf(v.Record.Reply.Root.URI) != s.account.NativeID {
		return community.Faultf(community.Refused, "bluesky.hide_elsewhere")
	}
	root := v.Record.Reply.Root.URI
	now := s.o.Now().UTC().Format(datetime)
	value := map[string]any{"$type": gateCollection, "post": root, "createdAt": now}
	before, err := s.record(ctx, s.account.NativeID, gateCollection, keyOf(root))
	var hidden []string
	var swap *string // null: only if there is none yet
	switch {
	case err == nil:
		swap = &before.CID
		var list struct {
			Hidden []string `json:"hiddenReplies"`
		}
		if json.Unmarshal(before.Value, &value) != nil || json.Unmarshal(before.Value, &list) != nil {
			return community.Faultf(community.Unavailable, "network.unreadable")
		}
		hidden = list.Hidden
	case community.KindOf(err) != community.NotFound:
		return err
	}
	at := slices.Index(hidden, v.URI)
	switch {
	case hide == (at >= 0):
		return nil
	case !hide:
		hidden = slices.Delete(hidden, at, at+1)
	case len(hidden) >= mostHidden:
		return community.Faultf(community.Refused, "bluesky.hide_full", mostHidden)
	default:
		hidden = append(hidden, v.URI)
	}
	value["hiddenReplies"] = hidden
	return s.procedure(ctx, "com.atproto.repo.putRecord", struct {
		write
		Swap *string `json:"swapRecord"`
	}{write{s.account.NativeID, gateCollection, keyOf(root), value}, swap}, nil)
}

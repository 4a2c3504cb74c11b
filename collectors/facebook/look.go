package facebook

import (
	"context"
	"encoding/json"

	"github.com/vigie-hq/vigie/collectors/graph"
	"github.com/vigie-hq/vigie/community"
)

// Look reads back what may have been sent: below the target in public, in the
// conversation in private. It finds our own words, not before the reply was
// written.
func (n *Network) Look(ctx context.Context, account community.Account, target community.Message, reply community.Reply) (community.Receipt, bool, error) {
	p, err := n.page(ctx, account)
	if err != nil {
		return community.Receipt{}, false, err
	}
	if !graph.ValidID(target.ID) {
		return community.Receipt{}, false, nil // Reply refused it before sending
	}
	switch {
	case target.Private || target.Kind == community.KindDirect:
		return p.lookInThread(ctx, target.Thread, reply)
	case reply.Visibility == community.Private:
		return p.lookPrivately(ctx, target, reply)
	}
	found, ok, err := p.lookBelow(ctx, graph.Answered(&target), reply)
	if community.KindOf(err) == community.NotFound && err != nil {
		return community.Receipt{}, false, nil // the target is gone, and our answer with it
	}
	return found, ok, err
}

// lookBelow reads the comments below a post or comment, newest first.
func (p *page) lookBelow(ctx context.Context, on string, reply community.Reply) (community.Receipt, bool, error) {
	params := graph.Params{"fields": commentFields, "limit": pageSize, "filter": "stream", "order": "reverse_chronological"}
	next, earliest := "", p.client.Earliest(&reply)
	for range graph.LookPages {
		got, err := p.client.List(ctx, graph.Path(on, "comments"), params, next)
		if err != nil {
			return community.Receipt{}, false, err
		}
		for _, raw := range got.Items {
			var one comment
			switch {
			case json.Unmarshal(raw, &one) != nil:
			case one.Created.Older(earliest):
				return community.Receipt{}, false, nil
			case one.From != nil && one.From.ID == p.account.NativeID && graph.Essence(one.Text) == graph.Essence(reply.Text):
				return community.Receipt{ID: one.ID, URL: one.URL, At: one.Created.Time}, true, nil
			}
		}
		if next = got.Next; next == "" {
			return community.Receipt{}, false, nil
		}
	}
	return community.Receipt{}, false, community.Faultf(community.Unavailable, "reply.look_unfinished")
}

// lookPrivately reads the conversation that a private reply to a comment began;
// the comment names it. A post does not: there the newest conversations are read.
func (p *page) lookPrivately(ctx context.Context, target community.Message, reply community.Reply) (community.Receipt, bool, error) {
	if target.Kind == community.KindPost {
		return p.lookInNewest(ctx, reply)
	}
	var got struct {
		Conversation graph.Person `json:"private_reply_conversation"`
	}
	err := p.client.Get(ctx, graph.Path(target.ID), graph.Params{"fields": "private_reply_conversation{id}"}, &got)
	switch {
	case err != nil && community.KindOf(err) == community.NotFound:
		return p.lookInNewest(ctx, reply) // the comment is gone, what it began is not
	case err != nil:
		return community.Receipt{}, false, err
	case got.Conversation.ID == "":
		return community.Receipt{}, false, nil
	}
	var found graph.Finder
	err = p.client.LettersOf(ctx, got.Conversation.ID, graph.MessengerFields, found.Among(p.client, p.account.NativeID, &reply))
	return found.Receipt, found.Found, err
}

func (p *page) lookInThread(ctx context.Context, person string, reply community.Reply) (community.Receipt, bool, error) {
	var found graph.Finder
	err := p.client.Letters(ctx, p.account.NativeID, graph.Messenger, graph.MessengerFields, person, found.Among(p.client, p.account.NativeID, &reply))
	return found.Receipt, found.Found, err
}

// lookInNewest reads the conversations that changed since the reply was written.
func (p *page) lookInNewest(ctx context.Context, reply community.Reply) (community.Receipt, bool, error) {
	var found graph.Finder
	for next, pages := "", 0; pages < graph.LookPages; pages++ {
		threads, more, err := p.client.Threads(ctx, p.account.NativeID, graph.Messenger, graph.MessengerFields, next)
		if err != nil {
			return community.Receipt{}, false, err
		}
		for i := range threads {
			if threads[i].Updated.Older(p.client.Earliest(&reply)) {
				return community.Receipt{}, false, nil
			}
			err := p.client.LettersOf(ctx, threads[i].ID, graph.MessengerFields, found.Among(p.client, p.account.NativeID, &reply))
			if err != nil || found.Found {
				return found.Receipt, found.Found, err
			}
		}
		if next = more; next == "" {
			return community.Receipt{}, false, nil
		}
	}
	return community.Receipt{}, false, community.Faultf(community.Unavailable, "reply.look_unfinished")
}

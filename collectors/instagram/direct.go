package instagram

import (
	"context"
	"encoding/json"

	"github.com/vigie-hq/vigie/collectors/graph"
	"github.com/vigie-hq/vigie/community"
)

// The fields asked of a media of somebody else's.
const otherFields = "id,caption,timestamp,username,permalink"

// mentions brings those whose words could not be read when they were pushed.
func (p *poller) mentions(ctx context.Context) error {
	all := p.s.owing()
	for i := range all {
		m, ok, err := p.s.mentioned(ctx, &all[i].change, all[i].at)
		if err == nil && ok {
			err = p.give(ctx, []community.Message{m}, 0)
		}
		if err != nil {
			p.s.owe(all[i:]...)
			return err
		}
	}
	return nil
}

// tags brings media in which somebody tagged the account.
func (p *poller) tags(ctx context.Context) error {
	next := ""
	for {
		page, err := p.s.client.List(ctx, graph.Path(p.s.account.NativeID, "tags"), graph.Params{"fields": otherFields, "limit": pageSize}, next)
		if err != nil {
			return err
		}
		var messages []community.Message
		unreadable, old := 0, false
		for _, raw := range page.Items {
			var m media
			if json.Unmarshal(raw, &m) != nil || !graph.ValidID(m.ID) {
				unreadable++
				continue
			}
			if m.At.Older(p.new) {
				old = true
				continue
			}
			messages = append(messages, p.s.media(&m))
		}
		if len(messages)+unreadable > 0 {
			if err := p.give(ctx, messages, unreadable); err != nil {
				return err
			}
		}
		if old || page.Next == "" {
			return nil
		}
		next = page.Next
	}
}

// threads brings private messages: the conversations that changed since the last
// round, the last changed first.
func (p *poller) threads(ctx context.Context) error {
	next := ""
	for {
		threads, more, err := p.s.client.Threads(ctx, "me", graph.Instagram, graph.InstagramFields, next)
		if err != nil {
			return err
		}
		old := false
		for i := range threads {
			if threads[i].Updated.Older(p.new) {
				old = true
				continue
			}
			if err := p.thread(ctx, &threads[i]); err != nil {
				return err
			}
		}
		if old || more == "" {
			return nil
		}
		next = more
	}
}

// thread brings what is new in a conversation.
func (p *poller) thread(ctx context.Context, t *graph.Conversation) error {
	who := t.With(p.s.account.NativeID)
	if who.ID == "" {
		return nil // somebody who left Instagram: nobody is there to answer
	}
	p.s.call(who)
	items, next := t.Messages.Data, t.Messages.Next()
	for {
		var messages []community.Message
		unreadable, old := 0, false
		for _, raw := range items {
			var m graph.DirectMessage
			if json.Unmarshal(raw, &m) != nil || !graph.ValidID(m.ID) {
				unreadable++
				continue
			}
			if m.Created.Older(p.new) {
				old = true
				continue
			}
			messages = append(messages, p.s.direct(&m, who))
		}
		if len(messages)+unreadable > 0 {
			if err := p.give(ctx, messages, unreadable); err != nil {
				return err
			}
		}
		if old || next == "" {
			return nil
		}
		page, err := p.s.client.List(ctx, graph.Path(t.ID, "messages"), graph.Params{"fields": graph.InstagramFields, "limit": pageSize}, next)
		if err != nil {
			return err
		}
		items, next = page.Items, page.Next
	}
}

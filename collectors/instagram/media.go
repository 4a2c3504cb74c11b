package instagram

import (
	"context"
	"encoding/json"
	"time"

	"github.com/vigie-hq/vigie/collectors/graph"
	"github.com/vigie-hq/vigie/community"
)

// The fields asked of a media and of a comment, and how many come at once. How
// many media are followed is bounded, newest first: each is an entry of the
// cursor.
const (
	mediaFields   = "id,timestamp,permalink,comments_count"
	commentFields = "id,text,timestamp,username,from,hidden,like_count,parent_id"
	withReplies   = commentFields + ",replies.limit(50){" + commentFields + "}"
	pageSize      = 50
	mostMedia     = 300
)

// media goes through the account's media, newest first, and walks the comments
// of those that have new ones.
func (p *poller) media(ctx context.Context) error {
	type item struct {
		ID       string     `json:"id"`
		At       graph.Time `json:"timestamp"`
		Link     string     `json:"permalink"`
		Comments int        `json:"comments_count"`
	}
	var followed []item
	oldest := p.begun.Add(-p.o.Media)
	err := p.s.client.Each(ctx, graph.Path(p.s.account.NativeID, "media"), graph.Params{"fields": mediaFields, "limit": pageSize},
		func(raw json.RawMessage) (bool, error) {
			var m item
			if json.Unmarshal(raw, &m) != nil || !graph.ValidID(m.ID) {
				return true, nil
			}
			if m.At.Before(oldest) || len(followed) == mostMedia {
				return false, nil
			}
			followed = append(followed, m)
			return true, nil
		})
	if err != nil {
		return err
	}
	kept := make(map[string]bool, len(followed))
	for _, m := range followed {
		kept[m.ID] = true
		p.s.link(m.ID, m.Link)
	}
	p.at.keep(kept)
	for _, m := range followed {
		c := p.at.of(m.ID)
		if c.Count != m.Comments {
			c.Due = true
		}
		deep := c.Due && p.begun.Sub(time.Unix(c.Deep, 0)) >= p.o.Deep
		if c.Count == m.Comments && !deep && p.in.Media != m.ID {
			continue
		}
		if err := p.walk(ctx, m.ID, m.Comments-c.Count, deep); err != nil {
			return err
		}
		c = p.at.of(m.ID)
		if c.Count = m.Comments; deep {
			c.Deep, c.Due = p.begun.Unix(), false
		}
	}
	return nil
}

// walk reads a media's comments, newest first, with their answers, until a whole
// page holds nothing new and at least more new ones were found; to the end if
// deep. A page is emitted before the next one is read.
func (p *poller) walk(ctx context.Context, media string, more int, deep bool) error {
	next, found := "", 0
	if p.in.Media == media {
		next = p.in.Next
	}
	for {
		page, err := p.s.client.List(ctx, graph.Path(media, "comments"), graph.Params{"fields": withReplies, "limit": pageSize}, next)
		if community.KindOf(err) == community.NotFound && err != nil {
			return nil // the media was deleted meanwhile, its comments with it
		}
		if err != nil {
			return err
		}
		var messages []community.Message
		unreadable := 0
		for _, raw := range page.Items {
			below, err := p.comment(ctx, raw, media)
			switch {
			case err != nil:
				return err
			case below == nil:
				unreadable++
			}
			messages = append(messages, below...)
		}
		messages = p.fresh(messages)
		found += len(messages)
		p.under(place{Media: media, Next: page.Next})
		if err := p.give(ctx, messages, unreadable); err != nil {
			return err
		}
		if page.Next == "" || len(page.Items) > 0 && len(messages) == 0 && found >= more && !deep {
			p.in = place{}
			return nil
		}
		next = page.Next
	}
}

// comment is a comment and all its answers; nil if it cannot be read.
func (p *poller) comment(ctx context.Context, raw json.RawMessage, media string) ([]community.Message, error) {
	var top comment
	if json.Unmarshal(raw, &top) != nil || !graph.ValidID(top.ID) {
		return nil, nil
	}
	all := []community.Message{p.s.comment(&top, media, "", p.begun)}
	add := func(raw json.RawMessage) {
		var c comment
		if json.Unmarshal(raw, &c) == nil && graph.ValidID(c.ID) {
			all = append(all, p.s.comment(&c, media, top.ID, p.begun))
		}
	}
	for _, one := range top.Replies.Data {
		add(one)
	}
	for next := top.Replies.Next(); next != ""; {
		page, err := p.s.client.List(ctx, graph.Path(top.ID, "replies"), graph.Params{"fields": commentFields, "limit": pageSize}, next)
		if err != nil {
			if community.KindOf(err) == community.NotFound {
				return all, nil
			}
			return nil, err
		}
		for _, one := range page.Items {
			add(one)
		}
		next = page.Next
	}
	return all, nil
}

// fresh keeps what was said since the last round.
func (p *poller) fresh(messages []community.Message) []community.Message {
	kept := messages[:0]
	for _, m := range messages {
		if !m.CreatedAt.Before(p.new) {
			kept = append(kept, m)
		}
	}
	return kept
}

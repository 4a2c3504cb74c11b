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
	// Media whose count stands still are read again too, the newest few that are
	// due in each round: a comment that came while another went moves no count.
	calmPerRound = 5
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
			if m.At.Older(oldest) || len(followed) == mostMedia {
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
	calm := calmPerRound
	for _, m := range followed {
		c := p.at.of(m.ID)
		w := walk{media: m.ID, count: m.Comments, more: m.Comments - c.Count}
		c.Due = c.Due || w.more != 0
		at := p.at.At
		if p.begun.Sub(time.Unix(c.Deep, 0)) >= p.o.Deep && (c.Due || m.Comments > 0 && calm > 0) {
			w.deep, w.whole, at = true, c.Due, c.Deep
		}
		if w.deep && !w.whole {
			calm--
		}
		if p.in.Media == m.ID { // what came since the walk began is the next round's
			w.next, w.count = p.in.Next, p.in.Count
		} else if w.more == 0 && !w.deep {
			continue
		}
		p.new = settled(at, p.begun.Add(-p.o.History), p.o.Settle)
		if err := p.walk(ctx, w); err != nil {
			return err
		}
		c = p.at.of(m.ID)
		if c.Count = w.count; w.deep {
			c.Deep, c.Due = p.begun.Unix(), false
		}
	}
	return nil
}

// walk is how a media's comments are read.
type walk struct {
	media string
	count int    // how many there were when it began
	more  int    // than when they were last walked
	next  string // the page to begin with
	whole bool   // to the end
	deep  bool   // for everything since the last deep walk, not since the last round
}

// walk reads a media's comments, newest first, with their answers, until a whole
// page holds nothing new and as many as there are more were found; to the end if
// whole. A page is emitted before the next one is read.
func (p *poller) walk(ctx context.Context, w walk) error {
	for found := 0; ; {
		page, err := p.s.client.List(ctx, graph.Path(w.media, "comments"), graph.Params{"fields": withReplies, "limit": pageSize}, w.next)
		if community.KindOf(err) == community.NotFound && err != nil {
			p.in = place{}
			return nil // the media was deleted meanwhile, its comments with it
		}
		if err != nil {
			return err
		}
		var messages []community.Message
		unreadable := 0
		for _, raw := range page.Items {
			below, lost, err := p.comment(ctx, raw, w.media)
			if err != nil {
				return err
			}
			unreadable += lost
			messages = append(messages, below...)
		}
		messages = p.fresh(messages)
		p.under(place{Media: w.media, Next: page.Next, Count: w.count})
		if err := p.give(ctx, messages, unreadable); err != nil {
			return err
		}
		for i := range messages {
			if _, before := p.told[messages[i].ID]; !before {
				found++ // those of before were counted before
			}
			p.told[messages[i].ID] = messages[i].CreatedAt
		}
		if page.Next == "" || len(page.Items) > 0 && len(messages) == 0 && found >= w.more && !w.whole {
			p.in = place{}
			return nil
		}
		w.next = page.Next
	}
}

// comment is a comment and all its answers, and how many of them cannot be read.
func (p *poller) comment(ctx context.Context, raw json.RawMessage, media string) (all []community.Message, unreadable int, err error) {
	add := func(raw json.RawMessage, above string) *comment {
		var c comment
		if json.Unmarshal(raw, &c) != nil || !graph.ValidID(c.ID) {
			unreadable++
			return nil
		}
		all = append(all, p.s.comment(&c, media, above, p.begun))
		return &c
	}
	top := add(raw, "")
	if top == nil {
		return nil, unreadable, nil
	}
	for _, one := range top.Replies.Data {
		add(one, top.ID)
	}
	for next := top.Replies.Next(); next != ""; {
		page, err := p.s.client.List(ctx, graph.Path(top.ID, "replies"), graph.Params{"fields": commentFields, "limit": pageSize}, next)
		switch {
		case err != nil && community.KindOf(err) == community.NotFound:
			return all, unreadable, nil // deleted since the list was read
		case err != nil:
			return nil, 0, err
		}
		for _, one := range page.Items {
			add(one, top.ID)
		}
		next = page.Next
	}
	return all, unreadable, nil
}

// fresh keeps what is new.
func (p *poller) fresh(messages []community.Message) []community.Message {
	kept := messages[:0]
	for _, m := range messages {
		if m.CreatedAt.IsZero() || !m.CreatedAt.Before(p.new) {
			kept = append(kept, m)
		}
	}
	return kept
}

package facebook

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"github.com/vigie-hq/vigie/collectors"
	"github.com/vigie-hq/vigie/collectors/graph"
	"github.com/vigie-hq/vigie/community"
)

// lookAgain reads what is due once more, and publishes what was edited or
// deleted since.
func (s *sweeper) lookAgain(ctx context.Context) error {
	for _, kind := range []sort{aPost, aComment, aLetter} {
		now := s.p.client.Clock()
		due := s.p.known.due(kind, now)
		if len(due) == 0 {
			continue
		}
		ids := make([]string, len(due))
		for i := range due {
			ids[i] = due[i].ID
		}
		found, err := s.p.client.Many(ctx, ids, map[sort]string{aPost: postFields, aComment: commentFields, aLetter: graph.MessengerFields}[kind])
		if err != nil {
			if ctx.Err() == nil && !graph.Reachable(err) {
				continue
			}
			return err
		}
		if len(found) == 0 {
			blind, err := s.p.blind(ctx, kind)
			if err != nil {
				return err
			}
			if blind {
				for i := range due {
					s.p.known.looked(due[i].ID, false, now)
				}
				continue
			}
		}
		if err := s.compare(ctx, due, found, now); err != nil {
			return err
		}
	}
	return nil
}

// blind tells whether we may not read a sort of messages any more. Graph says the
// same of what is gone and of what is not for us: where nothing at all was found,
// the token's permissions tell the two apart.
func (p *page) blind(ctx context.Context, s sort) (bool, error) {
	scopes := []string{"pages_read_engagement", "pages_read_user_content"}
	if s == aLetter {
		scopes = []string{"pages_messaging"}
	}
	health, err := p.o.Graph.Check(ctx, p.account, scopes)
	return len(health.Missing) > 0, err
}

// compare publishes the differences between what was known and what was found.
func (s *sweeper) compare(ctx context.Context, due []watched, found map[string]json.RawMessage, now time.Time) error {
	batch := collectors.Batch{Skew: s.p.client.Skew()}
	for i := range due {
		w := &due[i]
		raw, ok := found[w.ID]
		switch {
		case !ok && s.p.unproven(w):
			continue
		case !ok:
			batch.Messages = append(batch.Messages, s.p.deletion(w.ID, w.Thread, w.Sort))
			continue
		}
		m, ok := s.p.again(w, raw, now)
		if !ok {
			batch.Unreadable++
			continue
		}
		if graph.Brief(&m) != w.Hash {
			s.p.known.meet(&m, w.Sort, time.Time{}, false, now)
			batch.Messages = append(batch.Messages, m)
		}
	}
	if len(batch.Messages) > 0 || batch.Unreadable > 0 {
		if err := s.emit(ctx, batch); err != nil {
			for i := range due {
				s.p.known.restore(due[i])
			}
			return err
		}
	}
	for i := range due {
		if _, ok := found[due[i].ID]; !ok {
			s.p.known.drop(due[i].ID)
			continue
		}
		s.p.known.looked(due[i].ID, true, now)
	}
	return nil
}

// unproven tells whether a message that is not found was never to be read by its
// id: it stands elsewhere, where we may see what a list or a webhook tells and no
// more. To be gone is final, so such a one is not thought gone but let be.
func (p *page) unproven(w *watched) bool {
	return !w.Read && (w.Sort == aPost && !p.onOurs(w.ID) || w.Sort == aComment && !p.onOurs(w.Thread))
}

// again decodes a message that was read by its id.
func (p *page) again(w *watched, raw json.RawMessage, now time.Time) (community.Message, bool) {
	switch w.Sort {
	case aPost:
		var one post
		ok := json.Unmarshal(raw, &one) == nil && one.ID == w.ID
		kind := community.KindMention
		if p.onOurs(w.ID) {
			kind = community.KindPost
		}
		return p.postMessage(&one, kind, now), ok
	case aComment:
		var one comment
		ok := json.Unmarshal(raw, &one) == nil && one.ID == w.ID
		m := p.commentMessage(&one, w.Thread, now)
		if !p.onOurs(w.Thread) {
			m.Kind = community.KindMention
		}
		return m, ok
	case aLetter:
		var one graph.DirectMessage
		ok := json.Unmarshal(raw, &one) == nil && one.ID == w.ID
		return p.letterMessage(p.letterOf(&one, w.Thread), now), ok
	}
	return community.Message{}, false
}

// onOurs tells whether a post stands on our page: its id begins with the page's.
func (p *page) onOurs(post string) bool { return strings.HasPrefix(post, p.account.NativeID+"_") }

// deletion is the message that says that another is gone.
func (p *page) deletion(id, thread string, s sort) community.Message {
	m := community.Message{ID: id, Thread: thread, Deleted: true}
	if s == aLetter {
		m.Scope, m.Private = p.account.NativeID, true
	}
	return m
}

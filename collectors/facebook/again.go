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
			if ctx.Err() == nil && !reachable(err) {
				continue
			}
			return err
		}
		if err := s.compare(ctx, due, found, now); err != nil {
			return err
		}
	}
	return nil
}

// compare publishes the differences between what was known and what was found.
func (s *sweeper) compare(ctx context.Context, due []watched, found map[string]json.RawMessage, now time.Time) error {
	batch := collectors.Batch{Skew: s.p.client.Skew()}
	for i := range due {
		w := &due[i]
		raw, ok := found[w.ID]
		if !ok {
			batch.Messages = append(batch.Messages, s.p.deletion(w.ID, w.Thread, w.Sort))
			continue
		}
		m, ok := s.p.again(w, raw, now)
		if !ok {
			batch.Unreadable++
			continue
		}
		if brief(&m) != w.Hash {
			s.p.known.meet(&m, w.Sort, time.Time{}, false, now)
			batch.Messages = append(batch.Messages, m)
		}
	}
	if len(batch.Messages) > 0 || batch.Unreadable > 0 {
		if err := s.emit(ctx, batch); err != nil {
			return err
		}
	}
	for i := range due {
		if _, ok := found[due[i].ID]; !ok {
			s.p.known.drop(due[i].ID)
			continue
		}
		s.p.known.looked(due[i].ID, now)
	}
	return nil
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

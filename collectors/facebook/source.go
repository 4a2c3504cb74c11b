package facebook

import (
	"context"
	"encoding/json"

	"github.com/vigie-hq/vigie/collectors/graph"
	"github.com/vigie-hq/vigie/community"
)

// How many items a page asks for: what every edge allows.
const pageSize = 100

// feedList is which of the lists is the page's own. Without it nothing can be
// said to be complete; without Messenger or reviews the rest can.
const feedList = 1

// lists are the page's lists in the order they are read. A place in the cursor
// counts on it.
func (s *sweeper) lists() []func(context.Context) error {
	return []func(context.Context) error{s.letters, s.feed, s.tagged, s.reviews}
}

// walk reads the pages of a list from where the sweep stands, until with says
// that the rest is old.
func (s *sweeper) walk(ctx context.Context, edge string, params graph.Params, with func(context.Context, graph.Page) (old bool, err error)) error {
	for {
		got, err := s.p.client.List(ctx, graph.Path(s.p.account.NativeID, edge), params, s.from.Page)
		if err != nil {
			return err
		}
		old, err := with(ctx, got)
		if err != nil {
			return err
		}
		if old || got.Next == "" {
			return nil
		}
		s.from.Page = got.Next
	}
}

// feed reads what was written on the page, and the comments of every post below
// which something happened. Going on after an interruption it passes over the
// posts that were done, on however many pages they stand now; if the one it
// looks for is gone, it reads the list from its beginning.
func (s *sweeper) feed(ctx context.Context) error {
	params := graph.Params{"fields": feedFields, "limit": pageSize}
	sought := s.from.Item
	read := func(ctx context.Context, got graph.Page) (bool, error) {
		posts, unreadable, old := s.posts(got)
		if err := s.give(ctx, s.young(posts), unreadable); err != nil {
			return false, err
		}
		for i := range posts {
			switch id := posts[i].ID; sought {
			case "":
				s.from.Item, s.from.Inner = id, ""
			case id:
				sought = "" // its own list goes on at s.from.Inner
			default:
				continue
			}
			if err := s.below(ctx, &posts[i]); err != nil {
				return false, err
			}
		}
		if sought == "" {
			s.from.Item, s.from.Inner = "", ""
		}
		return old, nil
	}
	err := s.walk(ctx, "feed", params, read)
	if err == nil && sought != "" {
		sought, s.from = "", place{List: s.from.List}
		err = s.walk(ctx, "feed", params, read)
	}
	return err
}

// young are the posts that no earlier sweep brought.
func (s *sweeper) young(posts []post) (all []item) {
	now := s.p.client.Clock()
	for i := range posts {
		if !posts[i].Created.Older(s.bound) {
			all = append(all, item{s.p.postMessage(&posts[i], community.KindPost, now), aPost})
		}
	}
	return all
}

// posts decodes a page of posts. old is true once posts are beyond the history:
// an unreadable one is never old.
func (s *sweeper) posts(got graph.Page) (posts []post, unreadable int, old bool) {
	horizon := s.horizon()
	for _, raw := range got.Items {
		var one post
		switch {
		case json.Unmarshal(raw, &one) != nil || !graph.ValidID(one.ID):
			unreadable++
		case one.Created.Older(horizon):
			old = true
		default:
			posts = append(posts, one)
		}
	}
	return posts, unreadable, old
}

// below reads a post's comments, newest first on every level, if something
// happened there since the sweep before: the post says when it last changed and
// how many there are.
func (s *sweeper) below(ctx context.Context, of *post) error {
	total := of.Comments.Summary.Total
	count, counted := s.counts[of.ID]
	if total == 0 || of.Updated.Older(s.bound) && (!counted || count == total) {
		s.counts[of.ID] = total
		return nil
	}
	params := graph.Params{"fields": commentFields, "limit": pageSize, "filter": "stream", "order": "reverse_chronological"}
	for {
		got, err := s.p.client.List(ctx, graph.Path(of.ID, "comments"), params, s.from.Inner)
		switch {
		case err != nil && community.KindOf(err) == community.NotFound:
			return nil // deleted since the list was read
		case err != nil:
			return err
		}
		fresh, unreadable, old := s.comments(got, of.ID)
		if err := s.give(ctx, fresh, unreadable); err != nil {
			return err
		}
		if old || got.Next == "" {
			s.counts[of.ID] = total
			s.from.Inner = ""
			return nil
		}
		s.from.Inner = got.Next
	}
}

func (s *sweeper) comments(got graph.Page, on string) (fresh []item, unreadable int, old bool) {
	now := s.p.client.Clock()
	for _, raw := range got.Items {
		var one comment
		switch {
		case json.Unmarshal(raw, &one) != nil || !graph.ValidID(one.ID):
			unreadable++
		case one.Created.Older(s.bound):
			old = true
		default:
			fresh = append(fresh, item{s.p.commentMessage(&one, on, now), aComment})
		}
	}
	return fresh, unreadable, old
}

// tagged reads the posts elsewhere that name the page.
func (s *sweeper) tagged(ctx context.Context) error {
	params := graph.Params{"fields": postFields, "limit": pageSize}
	return s.walk(ctx, "tagged", params, func(ctx context.Context, got graph.Page) (bool, error) {
		var fresh []item
		unreadable, old := 0, false
		now := s.p.client.Clock()
		for _, raw := range got.Items {
			var one post
			switch {
			case json.Unmarshal(raw, &one) != nil || !graph.ValidID(one.ID):
				unreadable++
			case one.Created.Older(s.bound):
				old = true
			default:
				fresh = append(fresh, item{s.p.postMessage(&one, community.KindMention, now), aPost})
			}
		}
		return old, s.give(ctx, fresh, unreadable)
	})
}

// reviews reads the recommendations.
func (s *sweeper) reviews(ctx context.Context) error {
	params := graph.Params{"fields": reviewFields, "limit": pageSize}
	return s.walk(ctx, "ratings", params, func(ctx context.Context, got graph.Page) (bool, error) {
		var fresh []item
		unreadable, old := 0, false
		for _, raw := range got.Items {
			var one review
			switch {
			case json.Unmarshal(raw, &one) != nil:
				unreadable++
			case one.Created.Older(s.bound):
				old = true
			case graph.ValidID(one.Story.ID): // a star alone has no story and cannot be answered
				fresh = append(fresh, item{s.p.reviewMessage(&one), aReview})
			}
		}
		return old, s.give(ctx, fresh, unreadable)
	})
}

// letters reads Messenger: the conversations that changed, each back to where
// the sweep before began.
func (s *sweeper) letters(ctx context.Context) error {
	for {
		threads, next, err := s.p.client.Threads(ctx, s.p.account.NativeID, graph.Messenger, graph.MessengerFields, s.from.Page)
		if err != nil {
			return err
		}
		old := false
		for i := range threads {
			if threads[i].Updated.Older(s.bound) {
				old = true
				continue
			}
			if err := s.thread(ctx, &threads[i]); err != nil {
				return err
			}
		}
		if old || next == "" {
			return nil
		}
		s.from = place{List: s.from.List, Page: next}
	}
}

// thread reads one conversation, newest first.
func (s *sweeper) thread(ctx context.Context, t *graph.Conversation) error {
	person := t.With(s.p.account.NativeID)
	if person.ID == "" {
		return nil // somebody who left Facebook: nobody is there to answer
	}
	s.p.call(person.ID, person.Name)
	got := graph.Page{Items: t.Messages.Data, Next: t.Messages.Next()}
	for {
		fresh, unreadable, old := s.page(got, person.ID)
		if err := s.give(ctx, fresh, unreadable); err != nil {
			return err
		}
		if old || got.Next == "" {
			return nil
		}
		var err error
		got, err = s.p.client.List(ctx, graph.Path(t.ID, "messages"), graph.Params{"fields": graph.MessengerFields, "limit": pageSize}, got.Next)
		if err != nil {
			return err
		}
	}
}

func (s *sweeper) page(got graph.Page, person string) (fresh []item, unreadable int, old bool) {
	now := s.p.client.Clock()
	for _, raw := range got.Items {
		var one graph.DirectMessage
		switch {
		case json.Unmarshal(raw, &one) != nil || !graph.ValidID(one.ID):
			unreadable++
		case one.Created.Older(s.bound):
			old = true
		default:
			fresh = append(fresh, item{s.p.letterMessage(s.p.letterOf(&one, person), now), aLetter})
		}
	}
	return fresh, unreadable, old
}

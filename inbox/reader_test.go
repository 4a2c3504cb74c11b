package inbox

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/vigie-hq/vigie/community"
	"github.com/vigie-hq/vigie/community/desk"
)

// The world as a Reader.

func (w *world) Conversations(_ context.Context, v community.Viewer, q community.Query) (community.Page[community.Conversation], error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	var page community.Page[community.Conversation]
	for _, c := range w.conversations {
		ok := v.Sees(c.Brand, c.Channel, c.Private) && (q.Brand == "" || q.Brand == c.Brand) &&
			(len(q.Status) == 0 || slices.Contains(q.Status, c.Status)) && (len(q.Category) == 0 || slices.Contains(q.Category, c.Category)) &&
			strings.Contains(c.Preview, q.Q)
		if ok {
			page.Items = append(page.Items, c)
		}
	}
	slices.SortFunc(page.Items, func(a, b community.Conversation) int { return cmp.Compare(a.ID, b.ID) })
	if i := slices.IndexFunc(page.Items, func(c community.Conversation) bool { return c.ID > q.Cursor }); q.Cursor != "" {
		page.Items = page.Items[max(i, 0):]
	}
	if len(page.Items) > q.Limit && q.Limit > 0 {
		page.Items = page.Items[:q.Limit]
		page.Next = page.Items[q.Limit-1].ID
	}
	return page, nil
}

func (w *world) Count(ctx context.Context, v community.Viewer, q community.Query) (community.Count, error) {
	q.Limit, q.Cursor = 0, ""
	page, err := w.Conversations(ctx, v, q)
	return community.Count{N: len(page.Items)}, err
}

func (w *world) Tally(context.Context, community.Viewer, string) (community.Tally, error) {
	return community.Tally{Views: map[string]int{community.ViewOpen: 1}, Facets: map[string]map[string]int{}}, nil
}

func (w *world) Conversation(_ context.Context, v community.Viewer, id string) (*community.Conversation, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	c, ok := w.conversations[id]
	if !ok || !v.Sees(c.Brand, c.Channel, c.Private) {
		return nil, missing("conversation.unknown")
	}
	return &c, nil
}

func (w *world) Matter(ctx context.Context, v community.Viewer, id string) (*community.Matter, error) {
	c, err := w.Conversation(ctx, v, id)
	if err != nil {
		return nil, err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	m := &community.Matter{Conversation: *c, Deadlines: w.deadlines[id]}
	for _, e := range w.entries {
		if e.Conversation == id {
			m.Entries = append(m.Entries, e)
		}
	}
	for _, r := range w.replies {
		if r.Conversation == id {
			m.Replies = append(m.Replies, r)
		}
	}
	for _, n := range w.notes {
		if n.Conversation == id {
			m.Notes = append(m.Notes, n)
		}
	}
	for _, a := range w.acts {
		if a.Conversation == id {
			m.Acts = append(m.Acts, a)
		}
	}
	return m, nil
}

func (w *world) Revisions(_ context.Context, v community.Viewer, key string) ([]Wording, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	e, ok := w.entries[key]
	if c := w.conversations[e.Conversation]; !ok || !v.Sees(c.Brand, c.Channel, c.Private) {
		return nil, missing("message.unknown")
	}
	return []Wording{{Revision: e.Message.Revision(), Text: e.Message.Text}}, nil
}

func (w *world) Messages(_ context.Context, v community.Viewer, q community.MessageQuery) (community.Page[community.Entry], error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	var page community.Page[community.Entry]
	for _, e := range w.entries {
		at := e.Message.At()
		if v.May(community.ActionReport, q.Brand, "") && e.Message.Brand == q.Brand && !at.Before(q.From) && at.Before(q.To) {
			page.Items = append(page.Items, e)
		}
	}
	return page, nil
}

func (w *world) Mood(_ context.Context, v community.Viewer, brand string, from, to time.Time) ([]community.Mood, error) {
	if !v.May(community.ActionReport, brand, "") {
		return nil, missing("brand.unknown")
	}
	return []community.Mood{
		{Day: from.Format(time.DateOnly), Category: community.CategorySupport, Sentiment: community.Negative, N: 1},
		{Day: to.Format(time.DateOnly), Category: community.CategorySupport, Sentiment: community.Negative, N: 2},
	}, nil
}

func (w *world) Complaints(_ context.Context, v community.Viewer, q community.ComplaintQuery) (community.Page[community.Complaint], error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	var page community.Page[community.Complaint]
	for _, c := range w.complaints {
		if v.May(community.ActionRead, c.Brand, "") && (q.Brand == "" || q.Brand == c.Brand) {
			page.Items = append(page.Items, c)
		}
	}
	return page, nil
}

func (w *world) Complaint(_ context.Context, v community.Viewer, id string) (*community.Complaint, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	c, ok := w.complaints[id]
	if !ok || !v.May(community.ActionRead, c.Brand, "") {
		return nil, missing("complaint.unknown")
	}
	return &c, nil
}

func (w *world) Brands(_ context.Context, v community.Viewer) ([]community.Brand, error) {
	var out []community.Brand
	for _, id := range slices.Sorted(maps.Keys(w.settings)) {
		if v.System || slices.Contains(v.Brands(), id) {
			out = append(out, w.settings[id].Brand)
		}
	}
	return out, nil
}

func (w *world) of(v community.Viewer, brand string) *desk.Settings {
	if s := w.settings[brand]; s != nil && slices.Contains(v.Brands(), brand) {
		return s
	}
	return &desk.Settings{}
}

func (w *world) Channels(_ context.Context, v community.Viewer, brand string) ([]community.Channel, error) {
	return w.of(v, brand).Channels, nil
}

func (w *world) Accounts(_ context.Context, v community.Viewer, brand string) ([]community.Account, error) {
	out := slices.Clone(w.of(v, brand).Accounts)
	for i := range out {
		out[i] = out[i].Shown(v)
	}
	return out, nil
}

func (w *world) Agents(_ context.Context, v community.Viewer, brand string) ([]community.Agent, error) {
	var out []community.Agent
	for _, a := range w.agents {
		if slices.Contains(v.Brands(), brand) && a.Assignable(brand) {
			out = append(out, a)
		}
	}
	return out, nil
}

func (w *world) Events(_ context.Context, v community.Viewer, after int64, limit int) ([]community.Event, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	var out []community.Event
	for _, e := range w.events {
		if e.ID > after && slices.Contains(v.Brands(), e.Brand) && len(out) < limit {
			out = append(out, e)
		}
	}
	return out, nil
}

func (w *world) Import(context.Context, community.Viewer, string) (community.ImportTally, error) {
	return community.ImportTally{Accepted: 3, Duplicate: 1}, nil
}

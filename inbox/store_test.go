package inbox

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"time"

	"github.com/vigie-hq/vigie/community"
	"github.com/vigie-hq/vigie/community/desk"
)

// store is the world as the desk sees it. What no verb of a person needs is left
// to the embedded interface, which is nil: using it fails the test.
type store struct{ w *world }

func (s store) Now() time.Time { return s.w.Now() }

func (s store) Write(_ context.Context, f func(desk.Tx) error) error { return s.in(f) }

func (s store) Batch(_ context.Context, f func(desk.Tx) error) error { return s.in(f) }

func (s store) Read(_ context.Context, f func(desk.Reader) error) error {
	return s.in(func(tx desk.Tx) error { return f(tx) })
}

func (s store) Recent(_ context.Context, v community.Viewer, brand string, since time.Time, limit int, visit func(*community.Entry) error) (bool, error) {
	s.w.mu.Lock()
	defer s.w.mu.Unlock()
	for _, e := range slices.SortedFunc(maps.Values(s.w.entries), func(a, b community.Entry) int { return b.Message.At().Compare(a.Message.At()) }) {
		c := s.w.conversations[e.Conversation]
		if e.Out || e.Gone || e.Message.Brand != brand || e.Message.At().Before(since) || !v.Sees(brand, c.Channel, c.Private || e.Message.Private) {
			continue
		}
		if limit--; limit < 0 {
			return true, nil
		}
		if err := visit(&e); err != nil {
			return false, err
		}
	}
	return false, nil
}

// in undoes everything when f fails.
func (s store) in(f func(desk.Tx) error) error {
	w := s.w
	w.mu.Lock()
	defer w.mu.Unlock()
	entries, conversations, replies, complaints := maps.Clone(w.entries), maps.Clone(w.conversations), maps.Clone(w.replies), maps.Clone(w.complaints)
	deadlines, notes, acts, events := maps.Clone(w.deadlines), len(w.notes), len(w.acts), len(w.events)
	err := f(&tx{w: w})
	if err != nil {
		w.entries, w.conversations, w.replies, w.complaints, w.deadlines = entries, conversations, replies, complaints, deadlines
		w.notes, w.acts, w.events = w.notes[:notes], w.acts[:acts], w.events[:events]
	}
	return err
}

func (w *world) Now() time.Time { return w.at }

type tx struct {
	desk.Tx
	w *world
}

func one[T any](m map[string]T, key string) (*T, error) {
	if v, ok := m[key]; ok {
		return &v, nil
	}
	return nil, nil
}

func (t *tx) Settings(_ context.Context, brand string) (*desk.Settings, error) {
	return t.w.settings[brand], nil
}

func (t *tx) Rules(_ context.Context, brand string) (*community.Rules, error) {
	return one(t.w.rules, brand)
}

func (t *tx) PutRules(_ context.Context, _, after *community.Rules, why community.RuleChange) error {
	t.w.rules[after.Brand] = *after
	t.w.ruleChanges = append(t.w.ruleChanges, why)
	return nil
}

func (t *tx) RuleChanges(context.Context, string, int) ([]community.RuleChange, error) {
	return t.w.ruleChanges, nil
}

func (t *tx) Entry(_ context.Context, key string) (*community.Entry, error) {
	return one(t.w.entries, key)
}

func (t *tx) History(_ context.Context, key string) (community.History, error) {
	e, ok := t.w.entries[key]
	if !ok {
		return community.History{}, nil
	}
	return community.History{Contents: []community.Revision{e.Message.Revision()}, Gone: e.Gone}, nil
}

func (t *tx) PutEntry(_ context.Context, _, after *community.Entry) error {
	t.w.entries[after.Key] = *after
	return nil
}

func (t *tx) PutRevision(context.Context, string, community.Revision, string) error { return nil }

func (t *tx) PutAuthor(context.Context, *community.Message) error { return nil }

func (t *tx) Joinable(context.Context, *community.Message) ([]community.Conversation, error) {
	return nil, nil
}

func (t *tx) Threaded(context.Context, *community.Message) ([]community.Conversation, error) {
	return nil, nil
}

func (t *tx) HandedOver(context.Context, *community.Message) ([]community.Conversation, error) {
	return nil, nil
}

func (t *tx) Orphans(context.Context, *community.Message) ([]community.Entry, error) { return nil, nil }

func (t *tx) PutHandoff(context.Context, community.Handoff) error { return nil }

func (t *tx) of(conversation string) []community.Entry {
	var out []community.Entry
	for _, e := range t.w.entries {
		if e.Conversation == conversation {
			out = append(out, e)
		}
	}
	slices.SortFunc(out, func(a, b community.Entry) int {
		return cmp.Or(a.Message.At().Compare(b.Message.At()), cmp.Compare(a.Key, b.Key))
	})
	return out
}

func (t *tx) Facts(_ context.Context, conversation string) ([]community.Fact, error) {
	var out []community.Fact
	for _, e := range t.of(conversation) {
		out = append(out, e.Fact(community.AccountKey(e.Message.Brand, e.Message.Network, e.Message.Account)))
	}
	return out, nil
}

func (t *tx) Opening(_ context.Context, conversation string) (*community.Entry, error) {
	es := t.of(conversation)
	return &es[0], nil
}

func (t *tx) Latest(_ context.Context, conversation string) (*community.Entry, error) {
	es := t.of(conversation)
	return &es[len(es)-1], nil
}

func (t *tx) Conversation(_ context.Context, id string) (*community.Conversation, error) {
	return one(t.w.conversations, id)
}

func (t *tx) PutConversation(_ context.Context, before, after *community.Conversation) error {
	if before != nil && (after.Version != before.Version+1 || t.w.conversations[after.ID].Version != before.Version) {
		return community.Faultf(community.Conflict, "conversation.version", t.w.conversations[after.ID].Version)
	}
	t.w.conversations[after.ID] = *after
	return nil
}

func (t *tx) Deadlines(_ context.Context, conversation string) ([]community.Deadline, error) {
	return t.w.deadlines[conversation], nil
}

func (t *tx) PutDeadlines(_ context.Context, conversation string, ds []community.Deadline) error {
	t.w.deadlines[conversation] = ds
	return nil
}

func (t *tx) Reply(_ context.Context, id string) (*community.Reply, error) {
	return one(t.w.replies, id)
}

func (t *tx) Replies(_ context.Context, conversation string) ([]community.Reply, error) {
	var out []community.Reply
	for _, r := range t.w.replies {
		if r.Conversation == conversation {
			out = append(out, r)
		}
	}
	return out, nil
}

func (t *tx) PutReply(_ context.Context, _, after *community.Reply) error {
	t.w.replies[after.ID] = *after
	return nil
}

func (t *tx) Assignable(_ context.Context, brand, agent string) (bool, error) {
	a, ok := t.w.agents[agent]
	return ok && a.Assignable(brand), nil
}

func (t *tx) PutNote(_ context.Context, n community.Note) error {
	for _, held := range t.w.notes {
		if held.ID == n.ID && (held.Text != n.Text || held.Conversation != n.Conversation) {
			return community.Faultf(community.Conflict, "note.id", n.ID)
		}
		if held.ID == n.ID {
			return nil
		}
	}
	t.w.notes = append(t.w.notes, n)
	return nil
}

func (t *tx) PutAct(_ context.Context, a community.Act) error {
	t.w.acts = append(t.w.acts, a)
	return nil
}

func (t *tx) PutCorrection(_ context.Context, c community.Correction) error {
	t.w.corrections = append(t.w.corrections, c)
	return nil
}

func (t *tx) Complaint(_ context.Context, id string) (*community.Complaint, error) {
	return one(t.w.complaints, id)
}

func (t *tx) ComplaintOf(_ context.Context, conversation string) (*community.Complaint, error) {
	for _, c := range t.w.complaints {
		if c.Conversation == conversation {
			return &c, nil
		}
	}
	return nil, nil
}

func (t *tx) PutComplaint(_ context.Context, _, after *community.Complaint) error {
	t.w.complaints[after.ID] = *after
	return nil
}

func (t *tx) NextNumber(context.Context, string, int) (int, error) {
	return len(t.w.complaints) + 1, nil
}

func (t *tx) PutEvent(_ context.Context, e community.Event) error {
	e.ID = int64(len(t.w.events) + 1)
	t.w.events = append(t.w.events, e)
	return nil
}

func (t *tx) Tally(context.Context, string, community.Change) error { return nil }

func (t *tx) Applied(context.Context, desk.Position) error { return nil }

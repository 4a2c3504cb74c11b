package desk

import (
	"context"
	"slices"
	"time"

	"github.com/vigie-hq/vigie/community"
)

// BatchSize is how many messages one receiving transaction takes, so that an
// agent's write never waits long behind the stream.
const BatchSize = 50

// Delivery is a classified message as it comes off the log. Payload is the
// record itself, kept when it has to be set aside. Fault is set when the record
// could not even be read: it is set aside without being looked at.
type Delivery struct {
	community.Classified
	Position Position // of this record
	Payload  []byte
	Fault    error
}

// Receive files a batch of at most BatchSize deliveries in one transaction,
// together with how far the log was read. The same deliveries again, in any
// order, change nothing and fire nothing. A delivery that is itself invalid is
// set aside, alone; every other fault undoes the batch and is returned, to be
// tried again.
func (d *Desk) Receive(ctx context.Context, batch []Delivery) error {
	err := d.store.Batch(ctx, func(tx Tx) error { return d.receive(ctx, tx, batch) })
	if err == nil || community.KindOf(err) != community.Invalid || len(batch) == 0 {
		return err
	}
	if len(batch) > 1 {
		for i := range batch {
			if err := d.Receive(ctx, batch[i:i+1]); err != nil {
				return err
			}
		}
		return nil
	}
	return d.setAside(ctx, batch[0], err)
}

func (d *Desk) setAside(ctx context.Context, one Delivery, cause error) error {
	return d.store.Batch(ctx, func(tx Tx) error {
		aside := Aside{Position: one.Position, Cause: cause.Error(), Payload: one.Payload}
		if err := tx.SetAside(ctx, aside); err != nil {
			return err
		}
		if one.Message.Batch != "" {
			if err := tx.Tally(ctx, one.Message.Batch, community.Aside); err != nil {
				return err
			}
		}
		return tx.Applied(ctx, one.Position.after())
	})
}

func (p Position) after() Position {
	p.Offset++
	return p
}

func (d *Desk) receive(ctx context.Context, tx Tx, batch []Delivery) error {
	applied := map[Position]int64{}
	for i := range batch {
		one := &batch[i]
		if one.Fault != nil {
			return one.Fault
		}
		change, err := d.file(ctx, tx, &one.Classified)
		if err != nil {
			return err
		}
		if one.Message.Batch != "" {
			if err := tx.Tally(ctx, one.Message.Batch, change); err != nil {
				return err
			}
		}
		place := one.Position
		place.Offset = 0
		applied[place] = max(applied[place], one.Position.Offset+1)
	}
	for place, offset := range applied {
		place.Offset = offset
		if err := tx.Applied(ctx, place); err != nil {
			return err
		}
	}
	return nil
}

// file files one message and brings its conversation in line.
func (d *Desk) file(ctx context.Context, tx Tx, c *community.Classified) (community.Change, error) {
	m := &c.Message
	for _, at := range []*time.Time{&m.CreatedAt, &m.EditedAt, &m.ReceivedAt} {
		*at = at.Truncate(time.Millisecond) // as stores keep it, so that a repeat compares equal
	}
	for i := range m.Can {
		m.Can[i].Until = m.Can[i].Until.Truncate(time.Millisecond)
	}
	m.Can = community.JoinAbilities(m.Can, nil)
	settings, account, err := d.reached(ctx, tx, m)
	if err != nil {
		return "", err
	}
	held, err := tx.Entry(ctx, m.Identity().Key())
	if err != nil {
		return "", err
	}
	bare := m.Deleted && m.Text == "" && len(m.Media) == 0
	change, history, err := revise(ctx, tx, held, m, bare)
	if err != nil {
		return "", err
	}
	if change == community.Duplicate {
		return change, d.sightedAgain(ctx, tx, settings, held, c)
	}
	own, out := settings.Accounts.Ours(m)
	if held != nil && held.Out {
		out = true
	}
	after := entryAfter(held, c, history, bare)
	after.Out = out
	after.Asks = !out && !after.Bare && after.Verdict.Asks(&after.Message, settings.Channels)
	if err := keepOther(ctx, tx, held, &after, m, bare); err != nil {
		return "", err
	}
	if err := keepWord(ctx, tx, held, &after); err != nil {
		return "", err
	}
	f := filing{desk: d, tx: tx, settings: settings, account: account}
	if after.Conversation == "" && !after.Bare {
		if out {
			err = f.link(ctx, own, &after)
		} else {
			err = f.join(ctx, &after)
		}
		if err != nil {
			return "", err
		}
	}
	if err := tx.PutAuthor(ctx, &after.Message); err != nil {
		return "", err
	}
	if err := tx.PutEntry(ctx, held, &after); err != nil {
		return "", err
	}
	if err := f.settle(ctx, &after, eventOf(change)); err != nil {
		return "", err
	}
	drawn := change
	if held != nil && held.Message.Origin != community.Live && after.Message.Origin == community.Live {
		drawn = community.Created // what was history is news after all
	}
	return change, d.sample(ctx, tx, settings, drawn, &after, &c.Verdict, f.after.Channel)
}

// reached returns the brand's settings and the account the message reached. An
// account nobody configured is made, so that it shows; it neither collects nor
// sends.
func (d *Desk) reached(ctx context.Context, tx Tx, m *community.Message) (*Settings, string, error) {
	settings, err := tx.Settings(ctx, m.Brand)
	if err != nil {
		return nil, "", err
	}
	if settings == nil {
		return nil, "", community.Faultf(community.Invalid, "message.brand", m.Brand)
	}
	known := slices.ContainsFunc(settings.Accounts, func(a community.Account) bool {
		return a.Network == m.Network && a.Name == m.Account
	})
	if !known {
		err = tx.PutAccount(ctx, community.Account{
			Brand: m.Brand, Network: m.Network, Name: m.Account, Title: m.Account,
			Role: community.RoleCorporate, State: community.AccountActive,
		})
		if err != nil {
			return nil, "", err
		}
		if settings, err = tx.Settings(ctx, m.Brand); err != nil {
			return nil, "", err
		}
	}
	return settings, community.AccountKey(m.Brand, m.Network, m.Account), nil
}

// revise decides what the sighting changes. The history is read only when the
// newest content does not settle it.
func revise(ctx context.Context, tx Tx, held *community.Entry, m *community.Message, bare bool) (community.Change, community.History, error) {
	var history community.History
	r := m.Revision()
	if held != nil {
		if !m.Deleted && !held.Bare && held.Revision.Hash == r.Hash {
			return community.Duplicate, history, nil
		}
		var err error
		if history, err = tx.History(ctx, held.Key); err != nil {
			return "", history, err
		}
	}
	change := history.Apply(r, bare)
	return change, history, nil
}

// entryAfter is the entry once the sighting is taken in.
func entryAfter(held *community.Entry, c *community.Classified, history community.History, bare bool) community.Entry {
	m := c.Message
	after := community.Entry{Key: m.Identity().Key(), Message: m, Verdict: c.Verdict, Urgency: urgencyOf(c)}
	if held != nil {
		after = *held
		after.Version++
		if u := urgencyOf(c); !bare && u.Rank() > after.Urgency.Rank() {
			after.Urgency = u
		}
	}
	after.Gone = history.Gone
	after.Edits = max(0, len(history.Contents)-1)
	current := history.Current()
	after.Bare = current == nil
	if after.Bare {
		after.Urgency = community.Low
		return after
	}
	after.Revision = *current
	if held != nil && (held.Bare || current.Hash != held.Revision.Hash) {
		after.Message, after.Verdict = m, c.Verdict
		if held.Bare {
			after.Urgency = urgencyOf(c)
		} else {
			after.Message.ReceivedAt = earlier(held.Message.ReceivedAt, m.ReceivedAt)
			after.Message.Account, after.Message.Via = reachedBy(&held.Message, &m)
			after.Message.Origin = newest(held.Message.Origin, m.Origin)
		}
	}
	if held != nil {
		after.Message.Can = community.JoinAbilities(held.Message.Can, m.Can)
	}
	after.Message.Deleted = after.Gone
	return after
}

func urgencyOf(c *community.Classified) community.Urgency {
	if c.Verdict.Urgency.Label == "" {
		return community.Normal
	}
	return community.Urgency(c.Verdict.Urgency.Label)
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

// reachedBy says which account and query a message counts for when two saw it:
// one it was addressed to before one that only heard it, then by name, so that
// the order of the sightings does not matter.
func reachedBy(a, b *community.Message) (account, via string) {
	switch {
	case a.Via == "" && b.Via != "":
		return a.Account, a.Via
	case a.Via != "" && b.Via == "":
		return b.Account, b.Via
	case b.Account < a.Account:
		return b.Account, b.Via
	}
	return a.Account, a.Via
}

// keepOther keeps the content that is not the newest: the sighting's own when it
// came late, or the one it replaces.
func keepOther(ctx context.Context, tx Tx, held, after *community.Entry, m *community.Message, bare bool) error {
	switch {
	case bare || held == nil || held.Bare:
		return nil
	case m.Hash() != after.Revision.Hash:
		return tx.PutRevision(ctx, held.Key, m.Revision(), m.Text)
	case held.Revision.Hash != after.Revision.Hash:
		return tx.PutRevision(ctx, held.Key, held.Revision, held.Message.Text)
	}
	return nil
}

// sightedAgain takes from a duplicate what it may still teach: that the message
// was addressed to us, was received earlier than we knew, or was edited back to
// these words, or what can be done to it.
func (d *Desk) sightedAgain(ctx context.Context, tx Tx, settings *Settings, held *community.Entry, c *community.Classified) error {
	if held == nil || held.Bare {
		return nil
	}
	m := &c.Message
	account, via := reachedBy(&held.Message, m)
	received := earlier(held.Message.ReceivedAt, m.ReceivedAt)
	after := *held
	if origin := newest(held.Message.Origin, m.Origin); origin != held.Message.Origin {
		// What was history is news after all: its clock starts as the news has it.
		after.Message.Origin, after.Message.Lag, received = origin, m.Lag, m.ReceivedAt
	}
	if r := m.Revision(); r.Hash == held.Revision.Hash && r.At.After(held.Revision.At) {
		after.Revision.At, after.Revision.Seen = r.At, r.Seen
	}
	after.Message.Can = community.JoinAbilities(held.Message.Can, m.Can)
	after.Version++
	if account == held.Message.Account && via == held.Message.Via && received.Equal(held.Message.ReceivedAt) && after.Message.Origin == held.Message.Origin {
		if after.Revision == held.Revision && slices.Equal(after.Message.Can, held.Message.Can) {
			return nil
		}
		return tx.PutEntry(ctx, held, &after)
	}
	after.Message.Account, after.Message.Via, after.Message.ReceivedAt = account, via, received
	after.Asks = !after.Out && after.Verdict.Asks(&after.Message, settings.Channels)
	err := tx.PutEntry(ctx, held, &after)
	if err != nil {
		return err
	}
	f := filing{desk: d, tx: tx, settings: settings}
	if after.Asks == held.Asks && account == held.Message.Account {
		err = f.refresh(ctx, &after)
	} else {
		err = f.settle(ctx, &after, community.EventConversationChanged)
	}
	if err != nil || after.Message.Origin == held.Message.Origin {
		return err
	}
	return d.sample(ctx, tx, settings, community.Created, &after, &c.Verdict, f.after.Channel)
}

// newest is the origin of a message that came in two ways: live wins.
func newest(held, seen community.Origin) community.Origin {
	if seen == community.Live {
		return seen
	}
	return held
}

func eventOf(change community.Change) community.EventType {
	switch change {
	case community.Created:
		return community.EventMessageReceived
	case community.Deleted:
		return community.EventMessageDeleted
	}
	return community.EventMessageEdited
}

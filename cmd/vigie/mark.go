package main

import (
	"context"
	"maps"

	"github.com/vigie-hq/vigie/community"
	"github.com/vigie-hq/vigie/community/desk"
	"github.com/vigie-hq/vigie/internal/kafka"
)

// The log is the only copy of what is published and not yet received. So each
// account has two cursors: up to where its messages are published, and up to
// where they are received. Should the log be lost, the account is read again
// from the second.

// mark is a published cursor on its way to becoming a received one: it waits
// until the readers have passed the ends the log had when the mark was made,
// first the collected topic's, then the classified topic's.
type mark struct {
	cursor community.Cursor
	topic  string
	ends   map[int]int64
}

// passed tells whether the readers are past the mark's ends.
func (m mark) passed(applied map[kafka.TopicPartition]int64) bool {
	for p, end := range m.ends {
		if applied[kafka.TopicPartition{Topic: m.topic, Partition: p}] < end {
			return false
		}
	}
	return true
}

// ends is where the topics of the intake end now.
func (h *house) ends(ctx context.Context) (map[string]map[int]int64, error) {
	ends := map[string]map[int]int64{}
	for _, topic := range []string{kafka.Collected, kafka.Classified} {
		ranges, err := h.bus.Ends(ctx, topic)
		if err != nil {
			return nil, err
		}
		ends[topic] = map[int]int64{}
		for p, r := range ranges {
			ends[topic][p] = r.Last
		}
	}
	return ends, nil
}

// embedded is the house as an import sees it: it is done once the readers have
// passed the ends the log had after the last message, the collected topic's and
// then the classified one's. Counting would not do: a killed import may have
// published lines twice.
type embedded struct {
	*house
	waits mark
}

// Applied tells whether everything published so far is applied. What is applied
// is read before where the topics end: a reader publishes before it says that
// it is done, so the ends then hold all that followed.
func (e *embedded) Applied(ctx context.Context, _ string, _ int) (bool, error) {
	applied, err := e.applied(ctx)
	if err != nil {
		return false, err
	}
	ends, err := e.ends(ctx)
	if err != nil {
		return false, err
	}
	switch {
	case e.waits.topic == "":
		e.waits = mark{topic: kafka.Collected, ends: ends[kafka.Collected]}
	case !e.waits.passed(applied):
	case e.waits.topic == kafka.Collected:
		e.waits = mark{topic: kafka.Classified, ends: ends[kafka.Classified]}
	default:
		return true, nil
	}
	return false, nil
}

// received moves each account's received cursor on, once everything that was
// published before it has been applied. The cursors are read first, then what is
// applied, then where the topics end: see embedded.Applied.
func (h *house) received(ctx context.Context) error {
	accounts, err := h.memory.Accounts(ctx)
	if err != nil {
		return err
	}
	published := make([]community.Cursor, len(accounts))
	for i := range accounts {
		if published[i], err = h.memory.Cursor(ctx, accounts[i].Key()); err != nil {
			return err
		}
	}
	applied, err := h.applied(ctx)
	if err != nil {
		return err
	}
	ends, err := h.ends(ctx)
	if err != nil {
		return err
	}
	h.marking.Lock()
	defer h.marking.Unlock()
	for i := range accounts {
		if err := h.advance(ctx, accounts[i].Key(), published[i], applied, ends); err != nil {
			return err
		}
	}
	return nil
}

func (h *house) advance(ctx context.Context, account string, published community.Cursor, applied map[kafka.TopicPartition]int64, ends map[string]map[int]int64) error {
	m, waiting := h.marks[account]
	if !waiting {
		received, err := h.memory.Received(ctx, account)
		if err != nil || received == published {
			return err
		}
		h.marks[account] = mark{cursor: published, topic: kafka.Collected, ends: maps.Clone(ends[kafka.Collected])}
		return nil
	}
	if !m.passed(applied) {
		return nil
	}
	if m.topic == kafka.Collected {
		h.marks[account] = mark{cursor: m.cursor, topic: kafka.Classified, ends: maps.Clone(ends[kafka.Classified])}
		return nil
	}
	delete(h.marks, account)
	return h.memory.SaveReceived(ctx, account, m.cursor)
}

// sameLog compares the log with the one the store last read. Another one means
// that what was published and not received is gone: accounts start again from
// their received cursors, and people are told.
func (h *house) sameLog(ctx context.Context) error {
	known, err := h.positions.Log(ctx)
	if err != nil {
		return err
	}
	if known == h.bus.Identity() {
		return nil
	}
	if known != "" {
		h.log.Warn("the log was deleted or replaced: accounts are read again from what was received; messages that came by push or import and were not received yet cannot be fetched again",
			"was", known, "is", h.bus.Identity())
		if err := h.rewind(ctx); err != nil {
			return err
		}
		if err := h.mood.Rebuild(ctx); err != nil { // events that were told and not counted went with it
			return err
		}
	}
	return h.positions.SetLog(ctx, h.bus.Identity())
}

// rewind sets every account back to what was received. Nobody may be collecting.
func (h *house) rewind(ctx context.Context) error {
	h.marking.Lock()
	defer h.marking.Unlock()
	clear(h.marks)
	accounts, err := h.memory.Accounts(ctx)
	if err != nil {
		return err
	}
	for i := range accounts {
		key := accounts[i].Key()
		received, err := h.memory.Received(ctx, key)
		if err != nil {
			return err
		}
		if err := h.memory.SaveCursor(ctx, key, received); err != nil {
			return err
		}
	}
	return nil
}

// gap is what happens when the log lacks records that a reader still needs: it
// is told, readiness is red (Bus.Check), the reader's place follows the log, and
// the accounts are read again from what was received.
func (h *house) gap(ctx context.Context, g kafka.Gap) error {
	h.log.Error("the log lacks messages that were not received yet: accounts are read again from what was received",
		"topic", g.Topic, "partition", g.Partition, "from", g.From, "to", g.To, "rewound", g.Rewound)
	if g.Topic == kafka.Classified {
		to := desk.Position{Log: h.bus.Identity(), Topic: g.Topic, Partition: g.Partition, Offset: g.To}
		if err := h.positions.SetPosition(ctx, to); err != nil {
			return err
		}
	}
	select {
	case h.lost <- struct{}{}:
	default: // it is known already
	}
	return nil
}

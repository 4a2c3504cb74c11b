package main

import (
	"context"
	"runtime"
	"runtime/debug"
	"time"

	"github.com/vigie-hq/vigie/collectors"
	"github.com/vigie-hq/vigie/community"
	"github.com/vigie-hq/vigie/community/desk"
	"github.com/vigie-hq/vigie/internal/kafka"
)

// intake is the part of the journey an import needs: what is published becomes
// classified, received and told.
//
//	messages.collected ─classify→ messages.classified ─receive→ store ─relay→ events ─mood→ figures
func (h *house) intake() []loop {
	return []loop{
		{"classify", h.classify},
		{"receive", h.receive},
		every(h.log, "relay", time.Second, h.outbox.Wait, h.relay),
		{"mood", h.countMood},
		every(h.log, "trim", time.Minute, nil, h.trim),
	}
}

// journey is all of it: networks are collected, replies leave, clocks strike,
// screens follow.
func (h *house) journey() []loop {
	loops := append(h.intake(),
		loop{"collect", h.collect},
		every(h.log, "look back", desk.LookEvery, nil, h.desk.LookBack),
		every(h.log, "watch", time.Second, nil, h.desk.Watch),
		every(h.log, "cursors", time.Second, nil, h.received),
		every(h.log, "rules", time.Second, nil, h.judge.refresh),
		loop{"show", h.show},
	)
	for range senderLoops {
		loops = append(loops, every(h.log, "deliver", 200*time.Millisecond, nil, h.deliver))
	}
	return loops
}

// senderLoops is how many accounts can be sent from at once: a network that
// hangs for its thirty seconds holds one of them, not everybody.
const senderLoops = 4

// collect runs the fleet, and runs it anew from what was received when the log
// turned out to lack what had been published.
func (h *house) collect(ctx context.Context) error {
	// This process has the folder to itself: leases that are still there were held
	// by one that was killed.
	if err := h.memory.Release(ctx, ""); err != nil {
		return err
	}
	for ctx.Err() == nil {
		fleet := collectors.NewFleet(collectors.FleetOptions{
			Networks: h.networks, Log: h, Memory: h.memory, Holder: h.holder, Now: h.now, Logger: h.log,
		})
		running, stop := context.WithCancel(ctx)
		done := make(chan error, 1)
		go func() { done <- fleet.Run(running) }()
		h.hooks.Store(&hooks{fleet, fleet.Hooks()})
		select {
		case <-h.lost:
		case <-ctx.Done():
		}
		h.hooks.Store(nil)
		stop()
		if err := <-done; err != nil || ctx.Err() != nil {
			return err
		}
		if err := h.rewind(ctx); err != nil {
			return err
		}
	}
	return nil
}

// classify gives every collected message its verdict. Its place in the log is
// kept by the broker: doing a batch twice changes nothing further on.
func (h *house) classify(ctx context.Context) error {
	s := kafka.Subscription{Topic: kafka.Collected, Group: "classify", Batch: 500, OnGap: h.gap}
	return h.bus.Consume(ctx, s, func(ctx context.Context, records []kafka.Record) error {
		if err := h.judge.refresh(ctx); err != nil {
			return err
		}
		out := make([]kafka.Record, 0, len(records))
		for i := range records {
			var m community.Message
			if err := m.UnmarshalJSON(records[i].Value); err != nil {
				if err := h.desk.Receive(ctx, []desk.Delivery{h.unreadable(&records[i], err)}); err != nil {
					return err
				}
				continue
			}
			runtime.Gosched() // networks that call us go first
			verdict, err := h.judge.judge(ctx, &m)
			if err != nil {
				return err
			}
			c := community.Classified{Message: m, Verdict: verdict}
			out = append(out, kafka.Record{Key: records[i].Key, Value: appendClassified(nil, &c)})
		}
		err := h.bus.Publish(ctx, kafka.Classified, out)
		if community.KindOf(err) != community.Invalid || err == nil {
			return err
		}
		return h.classifyOneByOne(ctx, records, out)
	})
}

// classifyOneByOne publishes a batch of which some record is too large for the
// log once it has its verdict: that one is set aside, alone.
func (h *house) classifyOneByOne(ctx context.Context, records, out []kafka.Record) error {
	for i := range out {
		err := h.bus.Publish(ctx, kafka.Classified, out[i:i+1])
		if err != nil && community.KindOf(err) == community.Invalid {
			aside := h.unreadable(&records[i], err)
			aside.Payload = out[i].Value
			err = h.desk.Receive(ctx, []desk.Delivery{aside})
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// receive files what was classified. Its place in the log is kept by the store,
// in the same transaction as what it did.
func (h *house) receive(ctx context.Context) error {
	from, err := h.positions.Applied(ctx, h.bus.Identity(), kafka.Classified)
	if err != nil {
		return err
	}
	s := kafka.Subscription{Topic: kafka.Classified, From: from, Batch: desk.BatchSize, OnGap: h.gap}
	return h.bus.Consume(ctx, s, func(ctx context.Context, records []kafka.Record) error {
		batch := make([]desk.Delivery, len(records))
		for i := range records {
			c, err := readClassified(records[i].Value)
			if err != nil {
				batch[i] = h.unreadable(&records[i], err)
				continue
			}
			batch[i] = desk.Delivery{Classified: c, Position: h.position(&records[i]), Payload: records[i].Value}
		}
		return h.desk.Receive(ctx, batch)
	})
}

// relay publishes what happened.
func (h *house) relay(ctx context.Context) error { return desk.Relay(ctx, h.outbox, h) }

// countMood keeps the sentiment figures. They can be rebuilt from the store's
// own events, so a gap in the log is no loss.
func (h *house) countMood(ctx context.Context) error {
	s := kafka.Subscription{Topic: kafka.Events, Group: "mood", Batch: 500, OnGap: func(ctx context.Context, _ kafka.Gap) error {
		return h.mood.Rebuild(ctx)
	}}
	return h.bus.Consume(ctx, s, func(ctx context.Context, records []kafka.Record) error {
		return h.mood.Apply(ctx, readEvents(records))
	})
}

// show gives every event to the screens.
func (h *house) show(ctx context.Context) error {
	return h.bus.Tail(ctx, kafka.Events, nil, func(records []kafka.Record) {
		for _, e := range readEvents(records) {
			h.server.Hub.Publish(e)
			if e.Type == community.EventAccountChanged {
				h.reload()
			}
		}
	})
}

// deliver sends replies until none is due.
func (h *house) deliver(ctx context.Context) error {
	for {
		if more, err := h.desk.Deliver(ctx); err != nil || !more {
			return err
		}
	}
}

// trim gives back the disk of what every reader has applied, and the memory a
// burst left behind: an idle Vigie is a small one.
func (h *house) trim(ctx context.Context) error {
	applied, err := h.applied(ctx)
	if err != nil {
		return err
	}
	_, err = h.broker.Trim(ctx, applied)
	debug.FreeOSMemory()
	return err
}

// applied is the next offset of the slowest reader of each partition.
func (h *house) applied(ctx context.Context) (map[kafka.TopicPartition]int64, error) {
	out := map[kafka.TopicPartition]int64{}
	for group, topic := range map[string]string{"classify": kafka.Collected, "mood": kafka.Events} {
		next, err := h.bus.Committed(ctx, group, topic)
		if err != nil {
			return nil, err
		}
		for p := range h.bus.Partitions(topic) {
			out[kafka.TopicPartition{Topic: topic, Partition: p}] = next[p]
		}
	}
	next, err := h.positions.Applied(ctx, h.bus.Identity(), kafka.Classified)
	if err != nil {
		return nil, err
	}
	for p := range h.bus.Partitions(kafka.Classified) {
		out[kafka.TopicPartition{Topic: kafka.Classified, Partition: p}] = next[p]
	}
	return out, nil
}

// Publish puts collected messages on the log and returns when they are durable:
// what the fleet, the API and the import call. It refuses while readers are too
// far behind (Limited).
func (h *house) Publish(ctx context.Context, messages []community.Message) error {
	if err := h.gate.Check(ctx); err != nil {
		return err
	}
	records := make([]kafka.Record, len(messages))
	for i := range messages {
		m := &messages[i]
		records[i] = kafka.Record{Key: partitionKey(m), Value: community.AppendMessage(nil, m)}
	}
	return h.bus.Publish(ctx, kafka.Collected, records)
}

// PublishEvents puts events on the log, those of one conversation in order.
func (h *house) PublishEvents(ctx context.Context, events []community.Event) error {
	records := make([]kafka.Record, len(events))
	for i := range events {
		value, err := appendEvent(&events[i])
		if err != nil {
			return err
		}
		records[i] = kafka.Record{Key: []byte(events[i].Conversation), Value: value}
	}
	return h.bus.Publish(ctx, kafka.Events, records)
}

// partitionKey keeps the events of one thread in order, where the network names
// it in every event, else those of one message.
func partitionKey(m *community.Message) []byte {
	if m.Thread != "" {
		return []byte(m.Network + "\x00" + m.Scope + "\x00" + m.Thread)
	}
	return []byte(m.Network + "\x00" + m.Scope + "\x00" + m.ID)
}

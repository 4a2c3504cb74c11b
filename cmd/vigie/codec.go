package main

import (
	"encoding/json"

	"github.com/vigie-hq/vigie/community"
	"github.com/vigie-hq/vigie/community/desk"
	"github.com/vigie-hq/vigie/internal/kafka"
)

// appendClassified writes a classified message as the log carries it:
// {"message":{...},"verdict":{...}}.
func appendClassified(b []byte, c *community.Classified) []byte {
	b = append(b, `{"message":`...)
	b = community.AppendMessage(b, &c.Message)
	b = append(b, `,"verdict":`...)
	verdict, err := json.Marshal(&c.Verdict)
	if err != nil { // a verdict holds no number JSON cannot write
		verdict = []byte("{}")
	}
	return append(append(b, verdict...), '}')
}

func readClassified(data []byte) (community.Classified, error) {
	var c community.Classified
	if err := json.Unmarshal(data, &c); err != nil {
		return c, community.Faultf(community.Invalid, "message.json").Because(err)
	}
	return c, nil
}

func appendEvent(e *community.Event) ([]byte, error) {
	e.V = 1
	return json.Marshal(e)
}

// readEvents leaves out what it cannot read: events are ours alone, and each
// can be read again from the store.
func readEvents(records []kafka.Record) []community.Event {
	out := make([]community.Event, 0, len(records))
	for i := range records {
		var e community.Event
		if json.Unmarshal(records[i].Value, &e) == nil {
			out = append(out, e)
		}
	}
	return out
}

func (h *house) position(r *kafka.Record) desk.Position {
	return desk.Position{Log: h.bus.Identity(), Topic: r.Topic, Partition: r.Partition, Offset: r.Offset}
}

// unreadable is a record that is no message: it is set aside for a human.
func (h *house) unreadable(r *kafka.Record, why error) desk.Delivery {
	return desk.Delivery{Position: h.position(r), Payload: r.Value, Fault: community.Faultf(community.Invalid, "message.json").Because(why)}
}

package bustest

import (
	"bytes"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/vigie-hq/vigie/community"
	"github.com/vigie-hq/vigie/internal/kafka"
)

func whole(t *testing.T, open Factory) {
	topic := name("whole")
	bus := open(t, kafka.Topic{Name: topic, Partitions: 1}).Bus
	at := time.Date(2026, 11, 2, 9, 15, 0, 123e6, time.UTC)
	sent := []kafka.Record{
		{Key: []byte("clé/été/🛵"), Value: []byte(`{"text":"où est mon colis ?"}`), Time: at},
		{Key: []byte("empty value"), Value: []byte{}, Time: at},
		{Key: []byte{0, 0xff, 0xfe}, Value: []byte{0, 1, 0xff}, Time: at},
		{Value: []byte("no key"), Time: at},
		{Key: []byte("large"), Value: bytes.Repeat([]byte("abcdefgh"), kafka.MaxRecord/8-1), Time: at},
	}
	publish(t, bus, topic, sent...)
	for i, r := range collect(t, bus, kafka.Subscription{Topic: topic}, len(sent)) {
		if !bytes.Equal(r.Key, sent[i].Key) || !bytes.Equal(r.Value, sent[i].Value) {
			t.Errorf("record %d: key %q value of %d bytes, sent %q and %d", i, r.Key, len(r.Value), sent[i].Key, len(sent[i].Value))
		}
		if r.Topic != topic || r.Partition != 0 || r.Offset != int64(i) || !r.Time.Equal(at) {
			t.Errorf("record %d found at %s/%d@%d, %v", i, r.Topic, r.Partition, r.Offset, r.Time)
		}
	}
}

func keyOrder(t *testing.T, open Factory) {
	const publishers, each, keys = 4, 500, 7
	topic := name("order")
	bus := open(t, kafka.Topic{Name: topic, Partitions: 3}).Bus
	var wg sync.WaitGroup
	for p := range publishers {
		wg.Go(func() {
			for from := 0; from < each; from += 50 {
				var batch []kafka.Record
				for i := from; i < from+50; i++ {
					batch = append(batch, kafka.Record{
						Key:   fmt.Appendf(nil, "clé %d/%d", p, i%keys),
						Value: fmt.Appendf(nil, "%05d", i),
					})
				}
				if err := bus.Publish(limit(t), topic, batch); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	last := make(map[string]string)
	home := make(map[string]int)
	for _, r := range collect(t, bus, kafka.Subscription{Topic: topic, Batch: 33}, publishers*each) {
		key := string(r.Key)
		if string(r.Value) <= last[key] {
			t.Errorf("key %s: %s after %s", key, r.Value, last[key])
		}
		if p, ok := home[key]; ok && p != r.Partition {
			t.Errorf("key %s in partitions %d and %d", key, p, r.Partition)
		}
		last[key], home[key] = string(r.Value), r.Partition
	}
	if len(last) != publishers*keys {
		t.Errorf("%d keys came back, sent %d", len(last), publishers*keys)
	}
}

func twoTopics(t *testing.T, open Factory) {
	one, two := name("one"), name("two")
	bus := open(t, kafka.Topic{Name: one, Partitions: 2}, kafka.Topic{Name: two, Partitions: 1}).Bus
	if n := bus.Partitions(one); n != 2 {
		t.Errorf("%s has %d partitions, asked for 2", one, n)
	}
	publish(t, bus, one, kafka.Record{Key: []byte("k"), Value: []byte("first")})
	publish(t, bus, two, kafka.Record{Key: []byte("k"), Value: []byte("second")})
	for topic, want := range map[string]string{one: "first", two: "second"} {
		if r := collect(t, bus, kafka.Subscription{Topic: topic}, 1)[0]; string(r.Value) != want {
			t.Errorf("%s holds %q, want %q", topic, r.Value, want)
		}
	}
}

func oversize(t *testing.T, open Factory) {
	topic := name("oversize")
	bus := open(t, kafka.Topic{Name: topic, Partitions: 1}).Bus
	err := bus.Publish(limit(t), topic, []kafka.Record{
		{Key: []byte("good"), Value: []byte("small")},
		{Key: []byte("bad"), Value: make([]byte, kafka.MaxRecord)},
	})
	wantFault(t, err, community.Invalid, "log.too_large")
	ends, err := bus.Ends(limit(t), topic)
	if err != nil {
		t.Fatal(err)
	}
	if ends[0].Last != 0 {
		t.Errorf("%d records were written by a refused call", ends[0].Last)
	}
}

func unknownTopic(t *testing.T, open Factory) {
	bus := open(t, kafka.Topic{Name: name("known"), Partitions: 1}).Bus
	nowhere := name("nowhere")
	wantFault(t, bus.Publish(limit(t), nowhere, []kafka.Record{{Value: []byte("x")}}), community.NotFound, "log.topic")
	wantFault(t, bus.Consume(limit(t), kafka.Subscription{Topic: nowhere, OnGap: noGap(t)}, nil), community.NotFound, "log.topic")
	_, err := bus.Ends(limit(t), nowhere)
	wantFault(t, err, community.NotFound, "log.topic")
}

func durable(t *testing.T, open Factory) {
	topic := name("durable")
	log := open(t, kafka.Topic{Name: topic, Partitions: 2})
	identity := log.Bus.Identity()
	var sent []kafka.Record
	for i := range 300 {
		sent = append(sent, kafka.Record{Key: fmt.Appendf(nil, "k%d", i), Value: fmt.Appendf(nil, "v%d", i)})
	}
	publish(t, log.Bus, topic, sent[:200]...)
	bus := log.Reopen()
	if bus.Identity() != identity || identity == "" {
		t.Errorf("identity %q became %q", identity, bus.Identity())
	}
	publish(t, bus, topic, sent[200:]...)
	seen := make(map[string]string)
	for _, r := range collect(t, bus, kafka.Subscription{Topic: topic}, len(sent)) {
		seen[string(r.Key)] = string(r.Value)
	}
	for _, r := range sent {
		if seen[string(r.Key)] != string(r.Value) {
			t.Fatalf("record %s holds %q", r.Key, seen[string(r.Key)])
		}
	}
}

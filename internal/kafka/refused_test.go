package kafka_test

import (
	"fmt"
	"testing"

	"github.com/twmb/franz-go/pkg/kfake"

	"github.com/vigie-hq/vigie/internal/kafka"
)

// TestSmallBroker publishes to a broker that takes less in a batch than we send:
// the records are not to blame unless they are too large alone.
func TestSmallBroker(t *testing.T) {
	cluster, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.BrokerConfigs(map[string]string{"message.max.bytes": "10000"}))
	if err != nil {
		t.Fatal(err)
	}
	defer cluster.Close()
	bus := connect(t, kafka.Config{Brokers: cluster.ListenAddrs(), Topics: []kafka.Topic{{Name: "t", Partitions: 2}}})
	var records []kafka.Record
	for n := range 100 {
		records = append(records, kafka.Record{Key: fmt.Appendf(nil, "%d", n), Value: noise(500)})
	}
	if err := bus.Publish(t.Context(), "t", records); err != nil {
		t.Fatal(err)
	}
	held := func() (n int64) {
		ends, err := bus.Ends(t.Context(), "t")
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range ends {
			n += r.Last - r.First
		}
		return n
	}
	if n := held(); n != 100 {
		t.Errorf("%d of 100 records written", n)
	}
	err = bus.Publish(t.Context(), "t", []kafka.Record{{Key: []byte("k"), Value: noise(20_000)}})
	if key(err) != "invalid log.refused" {
		t.Errorf("too large for this broker: %v", err)
	}
	if n := held(); n != 100 {
		t.Errorf("%d records after a refusal", n)
	}
}

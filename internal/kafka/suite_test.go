package kafka_test

import (
	"os"
	"strings"
	"testing"

	"github.com/vigie-hq/vigie/internal/bustest"
	"github.com/vigie-hq/vigie/internal/kafka"
)

func open(t testing.TB, dir string, o kafka.Options) *kafka.Broker {
	t.Helper()
	broker, err := kafka.Open(t.Context(), dir, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := broker.Close(); err != nil {
			t.Error(err)
		}
	})
	return broker
}

func connect(t testing.TB, c kafka.Config) *kafka.Bus {
	t.Helper()
	bus, err := kafka.Connect(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := bus.Close(); err != nil {
			t.Error(err)
		}
	})
	return bus
}

func TestEmbedded(t *testing.T) {
	bustest.Run(t, func(t *testing.T, topics ...kafka.Topic) bustest.Log {
		dir := t.TempDir()
		options := kafka.Options{Topics: topics}
		broker := open(t, dir, options)
		bus := connect(t, broker.Config())
		return bustest.Log{
			Bus: bus,
			Reopen: func() *kafka.Bus {
				if err := bus.Close(); err != nil {
					t.Fatal(err)
				}
				if err := broker.Close(); err != nil {
					t.Fatal(err)
				}
				return connect(t, open(t, dir, options).Config())
			},
			Cut: func(at kafka.TopicPartition, before int64) {
				if err := broker.Cut(t.Context(), map[kafka.TopicPartition]int64{at: before}); err != nil {
					t.Fatal(err)
				}
			},
		}
	})
}

func TestCluster(t *testing.T) {
	brokers := os.Getenv("VIGIE_TEST_KAFKA")
	if brokers == "" {
		t.Skip("VIGIE_TEST_KAFKA names no brokers (host:port,host:port): the suite ran on the embedded broker only")
	}
	bustest.Run(t, func(t *testing.T, topics ...kafka.Topic) bustest.Log {
		config := kafka.Config{Brokers: strings.Split(brokers, ","), Topics: topics}
		bus := connect(t, config)
		return bustest.Log{Bus: bus, Reopen: func() *kafka.Bus {
			if err := bus.Close(); err != nil {
				t.Fatal(err)
			}
			return connect(t, config)
		}}
	})
}

package kafka

import (
	"cmp"
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"runtime/debug"
	"strconv"
	"sync"
	"time"

	"github.com/gofrs/flock"
	"github.com/segmentio/kafka-go"
	"github.com/segmentio/kafka-go/sasl/plain"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	franzplain "github.com/twmb/franz-go/pkg/sasl/plain"
)

// Options of the embedded broker; the zero value is good for one machine.
type Options struct {
	Topics []Topic // created when missing; default DefaultTopics
	// Cap is the size in bytes the log may reach; default 256 MB. Trim keeps it
	// at half of it by dropping what has been applied; at Cap, Full stops
	// publishing. Unapplied records are never dropped.
	Cap int64
	// Segment is the size in bytes of the files the log is cut into, and so how
	// precisely Trim frees the disk; default 4 MB.
	Segment int64
	Log     *slog.Logger // nil discards
}

// Broker is the embedded broker over one folder.
type Broker struct {
	dir      string
	options  Options
	cluster  *kfake.Cluster
	lock     *flock.Flock
	admin    *kgo.Client
	addr     string
	secret   string
	identity string
	closing  sync.Once
}

const user = "vigie"

// Open starts a broker over a folder, which is made if it is missing. It listens
// on a free port of the loopback interface and admits only those who know the
// secret drawn for this start. Conflict "log.locked" (folder) means that another
// process has the folder.
func Open(ctx context.Context, dir string, o Options) (*Broker, error) {
	o.Cap = cmp.Or(o.Cap, 256<<20)
	o.Segment = cmp.Or(o.Segment, 4<<20)
	if o.Topics == nil {
		o.Topics = DefaultTopics()
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	lock, err := lockFolder(dir)
	if err != nil {
		return nil, err
	}
	b := &Broker{dir: dir, options: o, lock: lock, secret: rand.Text()}
	if err := b.start(ctx); err != nil {
		b.Close()
		return nil, err
	}
	// Reading the log to its end leaves ten times what the broker then needs.
	debug.FreeOSMemory()
	return b, nil
}

func (b *Broker) start(ctx context.Context) error {
	if err := forget(b.dir); err != nil {
		return unavailable("log.open", err)
	}
	cluster, err := kfake.NewCluster(
		kfake.NumBrokers(1), kfake.Ports(0), kfake.DataDir(b.dir), kfake.SyncWrites(),
		kfake.ClusterID(rand.Text()), // kept in the folder; a new one only if the folder is new
		kfake.EnableSASL(), kfake.Superuser("PLAIN", user, b.secret),
		kfake.WithLogger(brokerLog{b.options.Log}),
		kfake.BrokerConfigs(map[string]string{
			// The broker's own retention knows no reader. Trim does.
			"log.retention.bytes": "-1", "log.retention.ms": "-1",
			// Offsets of an installation that was off for a while are kept: ten years.
			"offsets.retention.minutes": "5256000",
		}),
	)
	if err != nil {
		return unavailable("log.open", err)
	}
	b.cluster = cluster
	b.addr = cluster.ListenAddrs()[0]
	if err := forget(b.dir); err != nil { // the new secret, in clear
		return unavailable("log.open", err)
	}
	transport := &kafka.Transport{
		DialTimeout: 3 * time.Second, ClientID: clientID,
		SASL: plain.Mechanism{Username: user, Password: b.secret},
	}
	defer transport.CloseIdleConnections()
	client := &kafka.Client{Addr: kafka.TCP(b.addr), Transport: transport, Timeout: 10 * time.Second}
	b.identity, err = ensureTopics(ctx, client, b.options.Topics, []kafka.ConfigEntry{
		{ConfigName: "retention.bytes", ConfigValue: "-1"},
		{ConfigName: "retention.ms", ConfigValue: "-1"},
		{ConfigName: "segment.bytes", ConfigValue: strconv.FormatInt(b.options.Segment, 10)},
	})
	if err != nil {
		return err
	}
	b.admin, err = kgo.NewClient(
		kgo.SeedBrokers(b.addr), kgo.ClientID(clientID),
		kgo.SASL(franzplain.Auth{User: user, Pass: b.secret}.AsMechanism()),
	)
	if err != nil {
		return unavailable("log.open", err)
	}
	return nil
}

// Config is how to connect a Bus to this broker.
func (b *Broker) Config() Config {
	return Config{
		Brokers: []string{b.addr}, User: user, Password: b.secret,
		Topics: b.options.Topics, Log: b.options.Log,
	}
}

// Identity names this log: it stays when the folder stays, and is new when the
// folder is new.
func (b *Broker) Identity() string { return b.identity }

// Close writes what a quick start needs and frees the folder. End readers and
// close the Bus first.
func (b *Broker) Close() error {
	var err error
	b.closing.Do(func() {
		if b.admin != nil {
			b.admin.Close()
		}
		if b.cluster != nil {
			b.cluster.Close()
			err = forget(b.dir)
		}
		if e := b.lock.Unlock(); err == nil {
			err = e
		}
	})
	return err
}

// brokerLog passes on what the broker warns of; below that it tells of requests.
type brokerLog struct{ log *slog.Logger }

func (l brokerLog) Logf(level kfake.LogLevel, format string, args ...any) {
	switch level {
	case kfake.LogLevelError:
		l.log.Error("embedded broker: " + fmt.Sprintf(format, args...))
	case kfake.LogLevelWarn:
		l.log.Warn("embedded broker: " + fmt.Sprintf(format, args...))
	}
}

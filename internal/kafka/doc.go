// Package kafka is the log: the one bus between those who hear messages and
// those who store them, and the broker that is embedded where no Kafka cluster
// is given. It is the only package that imports kafka-go and kfake.
//
// Read it in this order:
//
//	record.go     what travels: records, topics, limits
//	bus.go        Connect: one client for publishing and reading, any broker
//	publish.go    Publish: durable when it returns, at least once
//	consume.go    Consume: one reader a partition, in order, retried in place
//	gap.go        what is said when the log lacks what a reader still needs
//	tail.go       Tail: live screens follow a topic from its end
//	commit.go     offsets kept with the broker, for readers without a store
//	backlog.go    how far behind readers are, and the gate before publishers
//	health.go     which partitions are blocked, and since when
//	broker.go     Open: the embedded broker, its folder, its lock, its identity
//	retention.go  Trim: deletes only what has been applied
//
// # What is promised
//
// A record whose Publish returned nil is on disk (fsync in the embedded broker,
// all in-sync replicas in a cluster) and survives the process being killed.
// Delivery is at least once: a publish that failed may still have been written,
// and a batch whose handler failed, or whose process died, is handed out again.
// Records with one key stay in order, but for those a fault made us send again.
// Offsets are the reader's own truth: it
// stores the next offset in the transaction that applies a batch and gives it
// back in Subscription.From; the offsets kept by the broker are a courtesy.
//
// # The embedded broker
//
// It is franz-go's kfake, which calls itself a broker for tests: one process,
// one machine, no replication. It speaks Kafka's protocol on the loopback
// interface, so the code that reads and writes it is the code that reads and
// writes a cluster.
package kafka

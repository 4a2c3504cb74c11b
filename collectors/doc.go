// Package collectors is where people speak: every social network looks the same
// from here, and messages from all of them reach the log without loss.
//
// Read it in this order:
//
//	network.go    what a network is: Collect, Reply, Describe, Count
//	ability.go    what else one may be able to do: push, connect, moderate, check
//	fleet.go      one loop an account, started and stopped as accounts come and go
//	lease.go      one process at a time for each account
//	loop.go       collect, wait out a fault, collect again, or park for a human
//	backoff.go    how long each wait is
//	intake.go     what Emit does: mark, publish durably, then move the cursor
//	port.go       where networks that call us are answered
//	push.go       what was pushed at the same time is made durable together,
//	ferry.go      for one account and for all of them
//	recent.go     recognising what the other way brought a moment ago
//	ledger.go     counts by account and hour: pushed, recovered, doubled, late
//	tally.go      the same since the fleet began, for those who watch it
//	health.go     asking how accounts stand, every hour
//	meter.go      what calls cost, and an account's daily budget
//	transport.go  under every network's HTTP client: rate windows, faults
//	fault.go      from statuses and broken connections to community.Fault
//	public.go     a way out that reaches the public Internet alone
//	guard.go      panics
//
// Three rules hold everywhere. Push never moves the cursor: only a poll does,
// once its sweep has reached back to where the last one ended. A message is
// published durably before the cursor moves, so a crash at any point repeats and
// never skips. And what may have been sent is never sent again on a guess: it is
// Uncertain until it is read back or a human decides.
//
// # Adding a network
//
// A network is one folder and one line in cmd/vigie/networks.go. Say it is a
// forum that is polled:
//
//	package forum
//
//	// Network is the forum. It implements collectors.Network.
//	type Network struct{ transport *collectors.Transport }
//
//	func New() *Network {
//		return &Network{collectors.NewTransport(collectors.TransportOptions{})}
//	}
//
//	func (n *Network) Collect(ctx context.Context, account community.Account, cursor community.Cursor, emit collectors.Emit) error {
//		for {
//			began := time.Now()
//			posts, err := n.newerThan(ctx, account, cursor.Since) // a page, oldest first
//			if err != nil {
//				return err // the transport made it a fault; the fleet knows what to do
//			}
//			if len(posts) > 0 {
//				cursor.Since = posts[len(posts)-1].ID
//			} else {
//				cursor.Complete = began // nothing is left: up to here nothing is missing
//			}
//			batch := collectors.Batch{Messages: messages(posts), Cursor: &cursor, Skew: n.transport.Skew()}
//			if err := emit(ctx, batch); err != nil {
//				return err // not kept: the same posts come again
//			}
//			if len(posts) == 0 && collectors.Wait(ctx, time.Minute) != nil {
//				return ctx.Err()
//			}
//		}
//	}
//
// Reply, Describe and Count complete it. Then give collectortest a Bench with a
// server that can be driven from the other side, and run its suite: it finds what
// was forgotten (edits while stopped, an answer lost on its way, a page that
// fails in the middle of a first sweep). Look makes an uncertain reply findable.
// A whole network of that kind, with its server and its bench, stands in this
// package's tests (toy_test.go, toy_server_test.go): it has under a hundred lines.
package collectors

// Package collectors is where people speak: every social network looks the same
// from here, and messages from all of them reach the log without loss.
//
// Read it in this order:
//
//	network.go    what a network is: Collect, Reply, Describe, Count
//	fleet.go      one loop an account, started and stopped as accounts come and go
//	loop.go       collect, wait out a fault, collect again, or park for a human
//	backoff.go    how long each wait is
//	intake.go     what Emit does: mark, publish durably, then move the cursor
//	recent.go     recognising what the other way brought a moment ago
//	ledger.go     counts by account and hour: pushed, recovered, doubled, late
//	transport.go  under every network's HTTP client: rate windows, faults
//	fault.go      from statuses and broken connections to community.Fault
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
//	type Network struct{ http *http.Client }
//
//	func New() *Network {
//		return &Network{&http.Client{Transport: collectors.NewTransport(collectors.TransportOptions{})}}
//	}
//
//	func (n *Network) Collect(ctx context.Context, account community.Account, cursor community.Cursor, emit collectors.Emit) error {
//		for {
//			began := time.Now()
//			posts, err := n.newerThan(ctx, account, cursor.Since) // oldest first
//			if err != nil {
//				return err // the transport made it a fault; the fleet knows what to do
//			}
//			if len(posts) > 0 {
//				cursor.Since = posts[len(posts)-1].ID
//			}
//			cursor.Complete = began
//			if err := emit(ctx, collectors.Batch{Messages: messages(posts), Cursor: &cursor}); err != nil {
//				return err // not kept: the same posts come again
//			}
//			if err := collectors.Wait(ctx, time.Minute); err != nil {
//				return err
//			}
//		}
//	}
//
// Reply, Describe and Count complete it. Then give collectortest a Bench with a
// server that can be driven from the other side, and run its suite: it finds what
// was forgotten (edits while stopped, an answer lost on its way, a page that
// fails in the middle of a first sweep). Look makes an uncertain reply findable.
package collectors

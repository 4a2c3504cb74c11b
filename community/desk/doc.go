// Package desk is the verbs of Vigie: what happens to a conversation, decided in
// one place and written in one transaction.
//
//	receive.go   the stream brings a message: identity, revision, joining, clocks
//	link.go      one of our own messages comes back: which reply was it?
//	answer.go    an agent writes: draft, held, taken back
//	deliver.go   a held reply leaves, once
//	handoff.go   a person is moved to the support account
//	assign.go    who works on it, open or closed, team notes
//	correct.go   a human's word before the model's
//	rule.go      the rules beside the model: try, save, order, switch off
//	audit.go     a sample of what came in, judged blind
//	escalate.go  it becomes a registered complaint, and goes through its phases
//	watch.go     deadlines warn and breach
//	relay.go     what changed is told to the log of events
//
// The rules themselves are pure and stand in package community; the desk reads
// what they need, asks them, and writes what they say. It declares what it needs
// of the world: Store and Tx (store.go), Sender (desk.go), Publisher (relay.go).
package desk

// Package simulated is a social network that lives in the program: the one
// `vigie demo` listens to and answers on, and the one that tests break on purpose.
//
// On it a fashion retailer, Maison Lune, is spoken of in French and English.
// Every text was written for this project (talk/*.jsonl); when all have been
// said, the crowd goes on from sentences with gaps, with new people and new order
// numbers. The same seed and the same start give the same talk.
//
// Read it in this order:
//
//	options.go    what a world is made of, and how much trouble it makes
//	accounts.go   the brand's pages there
//	post.go       a message as this network knows it, and its notices
//	talk.go       the written texts
//	crowd.go      who speaks, and the sentences with gaps
//	script.go     what is said next, and when
//	world.go      the state: time goes on only when somebody looks
//	answer.go     a reply of ours: taken, refused, lost, or taken in silence
//	push.go       which notices a stream brings, late, twice or never
//	journal.go    how a world outlives its process
//	server.go     the world behind HTTP, in this process or in another
//	network.go    the client, a collectors.Network: collect.go and reply.go
//
// There is one code path: a network without an address talks HTTP to a server in
// its own process, through a RoundTripper instead of a socket.
package simulated

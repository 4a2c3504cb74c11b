// Package web is the network for everything that has no collector of its own: a
// review site, a shop's chat, a form, a forum. It speaks a small contract of
// Vigie's own over HTTP, signed both ways with one secret:
//
//	in    POST /hooks/web/<account> brings messages as they happen
//	back  GET  <Server>?since=…     is asked for what a push did not bring (optional)
//	out   POST <Outgoing>           takes answers (optional)
//	look  GET  <Outgoing>?key=…     tells whether an answer was taken (optional)
//
// Read it in the order of a message's way:
//
//	network.go   what the fleet and the sender see
//	sign.go      the signature: who signs what, and how long it is good
//	hook.go      a delivery; replay.go remembers it, body.go reads it
//	poll.go      what was missed, oldest first
//	message.go   what is made of what was said
//	reply.go     an answer and its receipt; call.go sends both; look.go asks again
//	connect.go   from a form to an account
//
// Messages have the form of the import. Their ids are the other side's: unique
// within the account, which is their scope. A message again with other words is an
// edit, with "deleted": true a deletion. What the brand itself says there has the
// account's name as author.id.
//
// A delivery is kept whole or not at all, and answered 200 only once it is durable;
// whatever else it is answered, it may be sent again. The same signed delivery a
// second time is refused (409): it was kept. Signed anew it is taken, and what it
// holds is recognised by identity and content, however long ago it was.
//
// Without the poll only pushes bring anything, and what a push lost is lost.
package web

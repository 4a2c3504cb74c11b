// Package instagram is Instagram's professional accounts, reached through the
// Facebook page each of them belongs to: comments under the account's media and
// their answers, media that tag it, mentions elsewhere, private messages.
//
// Read it in this order:
//
//	network.go   what the network is: limits, counting
//	connect.go   signing in, how the account stands
//	collect.go   polling, round after round
//	position.go  what is remembered between rounds, in the cursor
//	media.go     comments: which media have new ones, and walking them
//	direct.go    mentions, tags and private conversations
//	memory.go    what push and poll tell each other
//	watch.go     looking again at what was collected: Instagram tells nobody of a
//	             comment that was deleted
//	message.go   from Graph's objects to messages, and what can be done to them
//	hook.go      what is pushed; people.go by whom
//	reply.go     answering in the four ways Instagram has; deed.go hiding, deleting
//	look.go      reading back
//
// What Meta's two networks share is in collectors/graph.
//
// What cannot be read by its id, because it stands under somebody else's media or
// because a permission was lost, is never thought deleted. Of what stands elsewhere
// deletions are therefore not found.
//
// Comments cannot be edited on Instagram. Who mentions the account in a comment
// under somebody else's media is told by push alone: no list of Graph's names
// such comments, so one whose push is lost stays unknown.
package instagram

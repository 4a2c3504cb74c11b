// Package bluesky collects from and answers on Bluesky: any personal data server
// (PDS), the AppView behind it, the chat service, and Jetstream.
//
// Read it in the order of a message's way:
//
//	network.go   what the fleet and the sender see
//	connect.go   from an app password to an account; check.go how it stands
//	session.go   tokens and calls; token.go what a token tells; fault.go errors
//	collect.go   push and poll side by side
//	hub.go       push: one stream of all posts for all accounts; event.go decodes it
//	stream.go    what it tells one account; crowd.go whom an event concerns
//	poll.go      poll: lists that are read newest first; feed.go the lists
//	query.go     from a query to searches; chat.go direct messages
//	take.go      each version of a post told once; told.go its memory
//	watch.go     looking again at what was collected: edits and deletions
//	post.go      a post as a community.Message; profile.go its author; wire.go JSON
//	reply.go     answering; direct.go in private; facet.go links, mentions, tags
//	record.go    records and the key that makes a reply unique; moderate.go deeds
//	count.go     how Bluesky counts a text
//
// What is collected: posts that mention, answer or quote the account, its own
// posts, its direct messages, and what its queries find. A post's id is its
// at:// address, with a DID for its authority; a direct message's is its
// conversation's and its own.
//
// No list of Bluesky can be asked for what is new: they are read newest first
// until the last sweep's end. And they are ordered by a time that authors choose,
// where it lies before the moment the network saw the post: what is dated back
// slips in far below. So each sweep goes ten minutes beyond the end of the last
// one, and one in half an hour two days beyond. What is dated back further is
// found by the stream alone. For the same reason a post's own time is believed
// only within five minutes of when the network first told of it.
//
// The stream says what happened and the AppView is asked for it: so a pushed post
// is the same message as a polled one. A deletion or a change is told of a post
// that this process remembers (the newest 4,096, and those being watched). What
// the stream missed is found by looking again at each collected post after 2 and
// 15 minutes, one, six and 24 hours, the newest 200 of them. A post that the
// AppView shows no more is deleted only if its record is gone too: somebody who
// blocks us has not taken anything back.
//
// A record can be changed: another CID under the same address is an edit, dated
// with the moment it was seen, since the network gives none. Direct messages are
// never edited, and deleting one hides it from whoever deletes it alone.
//
// Of indigo, Bluesky's own library, only the package syntax is used: its client
// repeats a call by itself and brings Prometheus and protocol buffers along (4 MB
// of binary for what is 200 lines here), its generated types another megabyte.
package bluesky

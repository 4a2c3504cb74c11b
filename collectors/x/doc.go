// Package x collects from and answers on X, through either version of its API:
// version 2 over net/http, or version 1.1 over dghubble/go-twitter for accounts
// that still have it. Account.API chooses; everything above is written once,
// against the interface api.
//
// Read it in the order of a message's way:
//
//	network.go   what the fleet and the sender see
//	session.go   what is kept of one account, and what both versions can do (api)
//	secret.go    what the vault holds; sign.go signs with it; token.go renews it
//	connect.go   from a sign-in or a token to an account; check.go how it stands
//	call.go      one call of version 2; fault.go what its errors ask for
//	meter.go     what calls cost
//	v2.go        version 2; wire.go what it sends
//	legacy.go    version 1.1; legacy_wire.go what it sends
//	post.go      a post as a community.Message; text.go its words; id.go its id
//	collect.go   push and poll side by side
//	feed.go      a list swept newest first; poll.go all lists of an account
//	watch.go     looking again at what was collected: edits and deletions
//	stream.go    version 2's filtered stream, one for the app; rules.go its rules
//	legacy_stream.go  version 1.1's, one for the account
//	hook.go      webhooks; event.go decodes them; subscribe.go asks for them
//	reply.go     answering; look.go finding our answer back; moderate.go the rest
//
// What is collected: mentions of the account (answers to it are such), its own
// posts, its direct messages, and what its queries find. Reposts are nobody's
// words to us and are left out. A post is known by the first id of its edit
// history; each edit makes a new id. The time of a post is read from its id,
// which is exact to the millisecond where X tells seconds.
//
// X tells of edits and deletions only in part (an edit matches a stream's rule
// again), so each collected post is looked at again after 2 and 15 minutes, one,
// six and 23 hours, the newest 200 of them, a hundred in one call. What is
// changed later is not noticed. A post that X says can be read no more counts as
// deleted: its author removed it or hid it from us. X does not tell that a direct
// message was deleted.
//
// The mentions timeline reaches back 800 posts. A sweep that needs more goes on
// in the search, which reaches back seven days; what is older than both cannot be
// had. Version 1.1 names no threads: there, and in old webhooks, the thread is the
// oldest ancestor that can be read.
//
// Reads and writes cost (meter.go). Before each, the account's budget is asked;
// when it is used up collecting stops until the day ends. The prices are X's
// published ones; what X itself charges is counted by X.
package x

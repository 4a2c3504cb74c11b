// Package mastodon collects from and answers on any server that speaks the
// Mastodon API: Mastodon itself, GoToSocial, and others as far as they keep to
// it.
//
// Read it in the order of a message's way:
//
//	network.go   what the fleet and the sender see; one session an account
//	connect.go   from a form to an account: with a token, or by signing in at the
//	             server; app.go registers Vigie there, verify.go asks whose token it is
//	check.go     how the account stands
//	collect.go   push and poll side by side
//	stream.go    push: the user stream over WebSocket; event.go decodes it
//	feed.go      poll: a list that is read upwards from a position
//	sweep.go     the feeds (notifications, our own posts, hashtags) and the first sweep
//	watch.go     looking again at what was collected: edits and deletions
//	page.go      lists in which one item is broken
//	status.go    a status as a community.Message; thread.go its thread
//	tag.go       the hashtags that are listened to
//	reply.go     answering; look.go finding our answer back; moderate.go liking
//	instance.go  the server's limits; count.go its way of counting
//
// What is collected: mentions, replies that mention the account, private
// mentions, posts that quote one of the account's, the account's own posts, and public posts with the hashtags it listens
// to, as far as its server knows them. Mastodon notifies nothing else; a reply
// deep in a thread that mentions us no more is not seen, and there is no search of
// what strangers say.
//
// Edits and deletions come over the stream, as far as the server tells them: an
// edit of a mention that nobody answered is told to the author's followers only.
// The rest is found by looking again at each collected status after 2 and 15
// minutes, one, six and 24 hours, the newest 200 of them. What is edited or
// deleted later than that, or behind 200 newer ones, is noticed only if the
// stream tells; so is the deletion of a message that push brought, if Vigie
// stopped before the next poll (a minute at most) and it was deleted before Vigie
// came back. A status that can no longer be read (404) counts as deleted: its
// author removed it or hid it from us.
//
// The thread of a message is the oldest ancestor the server shows, so every
// message under one root names the same thread as long as the server knows the
// root. A reply whose ancestors are gone names its parent, which is then the
// most that can be known.
//
// github.com/mattn/go-mastodon does the REST calls, under a collectors.Transport
// that keeps it from retrying by itself. Its WebSocket reader is not used: it
// panics in a goroutine of its own when an event's payload is not a string, it
// cannot be dialled with a context, waits for ever on a dead connection, and puts
// the token in the URL.
package mastodon

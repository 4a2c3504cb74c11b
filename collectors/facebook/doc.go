// Package facebook collects from and answers on Facebook Pages: what visitors
// write there, comments and answers to them on every post, posts elsewhere that
// name the page, recommendations, and Messenger.
//
// Read it in the order of a message's way:
//
//	network.go   what the fleet and the sender see; a desk an account
//	connect.go   from one sign-in to hundreds of pages; check.go how they stand
//	hook.go      push: the webhook of the app; event.go what its changes mean
//	collect.go   poll, side by side with it
//	sweep.go     one poll: every list newest first, back to the last one
//	source.go    the lists: feed with comments, tags, reviews, Messenger
//	item.go      posts, comments, reviews as Graph writes them, as messages
//	letter.go    private messages as messages
//	known.go     what was collected lately: when it was edited, when to look again
//	again.go     looking again: edits and deletions
//	reply.go     answering in public and in private; look.go reading that back
//	moderate.go  the other deeds
//
// Ids of posts and comments are the same for everybody, so their scope is empty.
// Who writes in Messenger has another id for every page, so the scope of a private
// message is the page; its thread is the person's id, which webhook and list both
// tell, and not the conversation's, which the webhook does not.
//
// Graph gives a comment no time of its edit. One that the webhook tells of is
// dated by the webhook, one that is found by looking by the moment it was found.
// Messenger tells nobody of a message that was taken back; looking again finds it.
// What could never be read by its id, on somebody else's wall, is not thought
// deleted, and nothing is while a permission to read is missing: Graph has one
// answer for all of these. Each message is looked at again after 2 and 15
// minutes, one, six and 24 hours, the newest 200 of them; edits and deletions
// later than that come by webhook alone. Comments on posts older than the history
// (30 days) do too.
//
// Where Graph does not say who wrote (the permission pages_read_user_content is
// missing, or the person gave none), the author is unknown: a name alone never
// makes an author.
package facebook

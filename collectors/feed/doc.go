// Package feed collects what is published as a feed: RSS, Atom or JSON Feed. One
// account is one feed; its address is the account's Server. Nothing can be
// answered there.
//
// Read it in the order of an entry's way:
//
//	network.go   what the fleet and the sender see
//	collect.go   fetch, sift, emit, wait
//	fetch.go     a conditional GET: entity tags, redirects, bounds
//	parse.go     bytes to entries; decode.go makes them UTF-8 first
//	entry.go     an entry as a community.Message
//	position.go  what the cursor remembers
//	pace.go      when to come again
//	queries.go   listening for words in a feed
//	connect.go   from an address that somebody typed to an account; discover.go
//	             finds the feed of a web page
//
// A feed is a window on the newest entries. An entry that leaves it is not
// deleted: nobody can tell "old" from "gone", so deletions are not seen. An entry
// that enters and leaves the window between two fetches is not seen either; when
// two windows in a row share nothing, that may have happened, the log says so and
// the next fetch comes as soon as is polite.
//
// An entry is known by its guid or id, else by its link, else by a hash of its
// title and text. It is edited when its words change, whatever its dates say;
// the edit's time is the one the feed gives if that moved, else the moment it was
// seen. An entry without a date is dated when it is first seen, and as history if
// that is the first fetch of all.
//
// What cannot be read as a whole (half a document, a page of HTML, more than
// Options.MaxBody) is not read in part: the fetch fails, and is tried again.
package feed

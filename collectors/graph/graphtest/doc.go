// Package graphtest is a fake of Meta's Graph, written for Vigie: no server of
// Meta's, or of anybody else, can be run to test against. It is built from the
// field and edge names of Meta's published specification (Page, PagePost,
// Comment, Recommendation, UnifiedThread as of April 2026) and from the error
// tables, windows and limits of Meta's documentation. It proves what Vigie does,
// not what Meta does.
//
// It is strict where Graph is, and where a client may be careless: an unknown
// field is error 100, an unknown parameter too; a missing proof of the app's
// secret, a token in an address, a page that is asked to be too long, a call
// while the limits said stop are remembered (Complaints).
//
// Read it in this order:
//
//	server.go     a server, its clients, what every call has in common
//	object.go     things with fields and edges; kinds say which there are
//	selection.go  the language of ?fields=
//	list.go       edges, cut into pages
//	failure.go    errors, and going wrong on demand
//	token.go      tokens, the sign-in dialog, debug_token
//	push.go       webhooks: signed, late, twice, disordered, lost
//	facebook.go   pages, posts, comments, reviews; act.go what people do there
//	messenger.go  private conversations and Meta's windows
//	instagram.go  media, comments, mentions; instagram_direct.go private messages
package graphtest

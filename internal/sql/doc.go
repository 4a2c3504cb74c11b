// Package sql keeps everything Vigie knows in one SQLite file: conversations,
// messages and their full text, replies, deadlines, the outbox, who may come in.
//
//	db.go migrate.go queue.go   the file, its schema, the one writer
//	desk.go tx.go               desk.Store: what is decided is written here
//	message.go conversation.go  one file a noun, each with its SQL
//	label.go counter.go         words kept once; counts kept exact
//	search.go                   full text, written with the message
//	correction.go audit.go      what people taught; quality.go shadow.go: what it says
//	inbox.go list.go tally.go   what pages and API read, each read by a Viewer
//	door.go memory.go outbox.go mood.go position.go export.go look.go
//
// There is one type per asker (Desk, Inbox, Door, Memory, Outbox, Mood, Lessons ...),
// all on one DB: one writing connection that people use before the stream, and
// a few reading ones that never wait for it.
//
// Queries are one text with $1 placeholders for every engine; the schema stands
// under schema/common, and what only one engine knows under its name, so that
// another engine is a dialect and a folder.
package sql

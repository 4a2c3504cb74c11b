// Package community is the ground Vigie stands on: the words everybody uses
// (message, verdict, conversation, channel, deadline, reply, complaint, viewer ...)
// and the rules that hold between them.
//
// Read it in the order of a message's life:
//
//	message.go       what somebody said, and its identity; wire.go reads and writes it
//	revision.go      its edits and its deletion, the same in any order of arrival
//	verdict.go       what the classifier made of it
//	rule.go          a brand's own judgement beside the model's (package rulebook applies it)
//	correction.go    a person's word against it, and what that teaches; audit.go: a
//	                 sample judged blind, quality.go: what it says; shadow.go, model.go
//	account.go       the brand's own presence on a network; which authors are "us"
//	channel.go       the support line that takes it
//	conversation.go  one author's open matter: joining, reopening, what it needs now
//	entry.go turn.go its messages as they are kept; its waits, one after the other
//	calendar.go      business time: hours.go working.go holiday.go day.go zone.go
//	sla.go           what was promised, and until when; explain.go says why
//	reply.go         an answer, from draft to receipt.go; leave.go: when it may leave
//	handoff.go       moving a person to the support account
//	complaint.go     a registered case and its five working days
//	viewer.go        who may see and do what
//	query.go page.go what a reader may ask for, and how it is paged; report.go
//	event.go         what changed, without personal text
//	fault.go         what went wrong, by kind and key
//
// Everything here is pure: no I/O, no clock, no goroutine. Rules that depend on
// time take now. The package imports the standard library only, so every other
// package may stand on it.
package community

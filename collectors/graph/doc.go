// Package graph is what Meta's networks share: Graph, its API. Facebook and
// Instagram stand on it; it is no network itself.
//
// Read it in this order:
//
//	graph.go         one Graph for all networks of Meta's: clients by account
//	app.go           the app registered with Meta, its fields and secrets
//	client.go        one token's calls: Get, Post, Delete, Many
//	page.go          lists, page by page, by position and never by address
//	usage.go         what Meta says of its limits, and slowing down before they bite
//	fault.go         from codes and subcodes to faults
//	value.go         persons, times, ids
//	login.go         signing in: dialog, code, long-lived token, pages and their tokens
//	token.go         what a token is worth and until when; subscription.go push
//	hook.go          the webhook: challenge, signature, age; entry.go decodes it
//	remove.go        deleting what may be gone already
//	conversation.go  private conversations, read; send.go written, within Meta's windows
//	wording.go       which words a message had, and since when
//	answer.go        what answering and reading back have in common
//
// github.com/huandu/facebook/v2 makes the calls. It is given an own transport
// and base address, keeps the token in a header, proves it with the app's secret,
// and its paging, which follows addresses and stops at empty pages, is not used.
//
// Nothing Meta says in words is kept or decided by: sentences of its errors may
// quote tokens and customers.
package graph

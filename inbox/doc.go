// Package inbox is the face of Vigie: what community managers, brand teams and
// programs see and do, over HTTP.
//
//	server.go    the server, its routes and middleware (fiber)
//	reader.go    what it needs of the world: Reader, Door, Intake, Explainer
//	session.go   who is signed in; door.go, password.go, secret.go: how one comes in
//	api.go       /api/v1 for programs; one file a noun beside it; openapi.yaml
//	hub.go       what changed, pushed to the screens that show it; live.go
//	page.go      the pages for people; one page_ file each; page/ asset/ locale/
//
// Pages are rendered here, in the reader's language, from html/template; nothing
// is built or generated. What a verb may do is decided by community/desk, what a
// viewer may see by the Reader: this package holds neither rules nor queries.
package inbox

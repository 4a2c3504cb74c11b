package bluesky_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/vigie-hq/vigie/collectors"
	"github.com/vigie-hq/vigie/collectors/bluesky"
	"github.com/vigie-hq/vigie/collectors/collectortest"
	"github.com/vigie-hq/vigie/community"
)

// real is a user of a PDS that is not ours, by its plain HTTP interface.
type real struct {
	server, did, handle, token, password string
}

// join makes a user on a PDS, with an app password.
func join(t testing.TB, server, name string) *real {
	t.Helper()
	u := &real{server: server, handle: fmt.Sprintf("%s%x.test", name, time.Now().UnixNano()&0xffffffff)}
	var session struct {
		DID    string `json:"did"`
		Access string `json:"accessJwt"`
	}
	u.must(t, "com.atproto.server.createAccount", map[string]any{
		"handle": u.handle, "email": u.handle + "@example.com", "password": "correct horse",
	}, &session)
	u.did, u.token = session.DID, session.Access
	var app struct {
		Password string `json:"password"`
	}
	u.must(t, "com.atproto.server.createAppPassword", map[string]any{"name": "vigie", "privileged": true}, &app)
	u.password = app.Password
	return u
}

// must calls a procedure, or a query where in is url.Values.
func (u *real) must(t testing.TB, method string, in, out any) {
	t.Helper()
	if status, body := u.call(t, method, in, out); status != http.StatusOK {
		t.Fatalf("%s: %d %s", method, status, body)
	}
}

func (u *real) call(t testing.TB, method string, in, out any) (int, string) {
	t.Helper()
	verb, address, body := http.MethodPost, u.server+"/xrpc/"+method, []byte(nil)
	if params, query := in.(url.Values); query {
		verb, address = http.MethodGet, address+"?"+params.Encode()
	} else {
		var err error
		if body, err = json.Marshal(in); err != nil {
			t.Fatal(err)
		}
	}
	request, err := http.NewRequestWithContext(t.Context(), verb, address, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	if u.token != "" {
		request.Header.Set("Authorization", "Bearer "+u.token)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	if out != nil && response.StatusCode == http.StatusOK {
		if err := json.Unmarshal(answer, out); err != nil {
			t.Fatal(err)
		}
	}
	return response.StatusCode, string(answer)
}

type realRecord struct {
	URI   string         `json:"uri"`
	CID   string         `json:"cid"`
	Value map[string]any `json:"value"`
}

func (u *real) record(t testing.TB, uri string) (r realRecord) {
	t.Helper()
	parts := strings.Split(uri, "/")
	u.must(t, "com.atproto.repo.getRecord", url.Values{"repo": {parts[2]}, "collection": {parts[3]}, "rkey": {parts[4]}}, &r)
	return r
}

// post writes a post; @brand in it becomes a mention of somebody.
func (u *real) post(t testing.TB, text string, of *real, inReplyTo string) string {
	t.Helper()
	value := postOf(text, of)
	if inReplyTo != "" {
		parent := u.record(t, inReplyTo)
		to := map[string]any{"uri": parent.URI, "cid": parent.CID}
		root := any(to)
		if above, answers := parent.Value["reply"].(map[string]any); answers {
			root = above["root"]
		}
		value["reply"] = map[string]any{"root": root, "parent": to}
	}
	var made realRecord
	u.must(t, "com.atproto.repo.createRecord", map[string]any{"repo": u.did, "collection": "app.bsky.feed.post", "record": value}, &made)
	return made.URI
}

func postOf(text string, of *real) map[string]any {
	value := map[string]any{"$type": "app.bsky.feed.post", "text": text, "createdAt": time.Now().UTC().Format("2006-01-02T15:04:05.000Z")}
	if of == nil {
		return value
	}
	at := "@" + of.handle
	value["text"] = at + " " + text
	value["facets"] = []any{map[string]any{
		"index":    map[string]int{"byteStart": 0, "byteEnd": len(at)},
		"features": []any{map[string]string{"$type": "app.bsky.richtext.facet#mention", "did": of.did}},
	}}
	return value
}

func (u *real) edit(t testing.TB, uri, text string, of *real) {
	t.Helper()
	value := u.record(t, uri).Value
	next := postOf(text, of)
	value["text"], value["facets"] = next["text"], next["facets"]
	u.must(t, "com.atproto.repo.putRecord", map[string]any{
		"repo": u.did, "collection": "app.bsky.feed.post", "rkey": uri[strings.LastIndexByte(uri, '/')+1:], "record": value,
	}, nil)
}

func (u *real) remove(t testing.TB, uri string) {
	t.Helper()
	u.must(t, "com.atproto.repo.deleteRecord", map[string]any{
		"repo": u.did, "collection": "app.bsky.feed.post", "rkey": uri[strings.LastIndexByte(uri, '/')+1:],
	}, nil)
}

// posted counts the user's own posts that hold a text.
func (u *real) posted(t testing.TB, text string) (n int) {
	t.Helper()
	var list struct {
		Records []realRecord `json:"records"`
	}
	u.must(t, "com.atproto.repo.listRecords", url.Values{"repo": {u.did}, "collection": {"app.bsky.feed.post"}, "limit": {"100"}}, &list)
	for _, r := range list.Records {
		if words, _ := r.Value["text"].(string); strings.Contains(words, text) {
			n++
		}
	}
	return n
}

// sees waits until the AppView shows a post, or shows it no more.
func (u *real) sees(t testing.TB, uri string, shown bool) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(100 * time.Millisecond) {
		var out struct {
			Posts []json.RawMessage `json:"posts"`
		}
		if u.must(t, "app.bsky.feed.getPosts", url.Values{"uris": {uri}}, &out); (len(out.Posts) == 1) == shown {
			return
		}
	}
	t.Fatalf("%s: the AppView does not come to show it: %v", uri, shown)
}

// backlog is how many posts make several pages.
const backlog = 130

// TestSuiteOnRealNetwork runs the suite against Bluesky's own dev network (PDS and
// AppView; .ci/bluesky starts one): VIGIE_TEST_ATPROTO_URL is the PDS's address.
// Direct messages have no open server and are left out.
func TestSuiteOnRealNetwork(t *testing.T) {
	server := os.Getenv("VIGIE_TEST_ATPROTO_URL")
	if server == "" {
		t.Skip("no real network: set VIGIE_TEST_ATPROTO_URL (.ci/bluesky start DIR)")
	}
	collectortest.Run(t, func(t testing.TB) collectortest.Bench {
		brand, alice := join(t, server, "brand"), join(t, server, "alice")
		v := newVault()
		n := impatient(v)
		said := 0
		return collectortest.Bench{
			Network: n, Account: connect(t, n, v, server, brand.handle, brand.password),
			Patience: 40 * time.Second, Backlog: backlog, Lacks: []collectortest.Trait{collectortest.Privacy},
			Server: collectortest.Server{
				Post: func(t testing.TB, p collectortest.Post) string {
					uri := alice.post(t, p.Text, brand, p.InReplyTo)
					if said++; said%backlog == 0 {
						brand.sees(t, uri, true) // history is what the AppView shows
					}
					return uri
				},
				Edit: func(t testing.TB, id, text string) { alice.edit(t, id, text, brand) },
				Delete: func(t testing.TB, id string) {
					alice.remove(t, id)
					brand.sees(t, id, false) // a reply is taken as long as it is shown
				},
				Own:    func(t testing.TB, text, inReplyTo string) string { return brand.post(t, text, nil, inReplyTo) },
				Posted: func(t testing.TB, text string) int { return brand.posted(t, text) },
			},
		}
	})
}

func impatient(v *vault) *bluesky.Network {
	return bluesky.New(bluesky.Options{
		Vault: v, Logger: slog.New(slog.DiscardHandler), NoChat: true,
		Poll: 400 * time.Millisecond, Looks: looks(0, 1, 2, 3, 5, 8, 12, 16, 20, 25, 30, 60),
	})
}

// The same reply twice is one record, on a PDS that is not ours; other words under
// the same id are another.
func TestIdempotencyOnRealPDS(t *testing.T) {
	server := os.Getenv("VIGIE_TEST_ATPROTO_URL")
	if server == "" {
		t.Skip("no real network: set VIGIE_TEST_ATPROTO_URL (.ci/bluesky start DIR)")
	}
	brand, alice := join(t, server, "brand"), join(t, server, "alice")
	v := newVault()
	n := impatient(v)
	account := connect(t, n, v, server, brand.handle, brand.password)
	target := community.Message{ID: alice.post(t, "🔥 café: where is my parcel?", brand, "")}
	reply := community.Reply{
		ID: "r1", Text: "🔥 @" + alice.handle + " look: https://example.com/colis?n=1 #colis.",
		Visibility: community.Public, CreatedAt: time.Now(),
	}
	waitFor(t, "the AppView shows the question", func() bool {
		_, err := n.Reply(t.Context(), account, target, reply)
		return err == nil
	})
	first, err := n.Reply(t.Context(), account, target, reply)
	if err != nil {
		t.Fatal(err)
	}
	if n := brand.posted(t, "look"); n != 1 {
		t.Errorf("posted %d times", n)
	}
	if receipt, found, err := n.Look(t.Context(), account, target, reply); err != nil || !found || receipt != first {
		t.Errorf("looked for: %+v %v %v", receipt, found, err)
	}
	var kinds []string
	for _, f := range brand.record(t, first.ID).Value["facets"].([]any) {
		feature := f.(map[string]any)["features"].([]any)[0].(map[string]any)
		kinds = append(kinds, feature["$type"].(string))
	}
	if got := strings.Join(kinds, " "); got != "app.bsky.richtext.facet#mention app.bsky.richtext.facet#link app.bsky.richtext.facet#tag" {
		t.Errorf("facets: %s", got)
	}
	reply.Text = "Other words."
	if second, err := n.Reply(t.Context(), account, target, reply); err != nil || second.ID == first.ID {
		t.Errorf("other words: %+v %v", second, err)
	}
	longest := community.Reply{ID: "r2", Text: strings.Repeat("é", 300), CreatedAt: time.Now()}
	if _, err := n.Reply(t.Context(), account, target, longest); err != nil {
		t.Errorf("exactly as long as allowed: %v", err)
	}
}

// What can be done to a post is done on the real network, undone, and doing it
// twice is no error. Errors are what our table says they are.
func TestDeedsAndErrorsOnRealNetwork(t *testing.T) {
	server := os.Getenv("VIGIE_TEST_ATPROTO_URL")
	if server == "" {
		t.Skip("no real network: set VIGIE_TEST_ATPROTO_URL (.ci/bluesky start DIR)")
	}
	brand, alice := join(t, server, "brand"), join(t, server, "alice")
	v := newVault()
	n := impatient(v)
	account := connect(t, n, v, server, brand.handle, brand.password)
	root := brand.post(t, "our new shop", nil, "")
	target := community.Message{ID: alice.post(t, "rubbish", nil, root)}
	waitFor(t, "the AppView shows the answer", func() bool {
		return n.Moderate(t.Context(), account, target, community.DeedLike) == nil
	})
	time.Sleep(time.Second)
	for _, deed := range []community.Deed{
		community.DeedLike, community.DeedHide, community.DeedHide, community.DeedUnhide, community.DeedUnlike,
	} {
		if err := n.Moderate(t.Context(), account, target, deed); err != nil {
			t.Errorf("%s: %v", deed, err)
		}
		time.Sleep(500 * time.Millisecond)
	}
	var likes struct {
		Records []realRecord `json:"records"`
	}
	brand.must(t, "com.atproto.repo.listRecords", url.Values{"repo": {brand.did}, "collection": {"app.bsky.feed.like"}}, &likes)
	if len(likes.Records) != 0 {
		t.Errorf("likes left: %+v", likes.Records)
	}
	gate := brand.record(t, strings.Replace(root, "app.bsky.feed.post", "app.bsky.feed.threadgate", 1))
	if hidden, _ := gate.Value["hiddenReplies"].([]any); len(hidden) != 0 || gate.Value["post"] != root {
		t.Errorf("gate left: %+v", gate.Value)
	}
	health, err := n.Check(t.Context(), account)
	if err != nil || health.Fault != "" || health.RenewsAt.IsZero() {
		t.Errorf("health: %+v %v", health, err)
	}
	brand.must(t, "com.atproto.server.revokeAppPassword", map[string]any{"name": "vigie"}, nil)
	if err := v.PutSecrets(t.Context(), account.Key(), map[string][]byte{"access": []byte("dead")}); err != nil {
		t.Fatal(err)
	}
	if _, err := n.Check(t.Context(), account); community.KindOf(err) != community.Unauthorised {
		t.Errorf("a revoked app password: %v", err)
	}
	if _, err := n.Connect(t.Context(), filled(server, brand.handle, "wrong")); community.KindOf(err) != community.Unauthorised {
		t.Errorf("a wrong password: %v", err)
	}
	if _, err := n.Connect(t.Context(), filled(server, brand.handle, "correct horse")); community.KindOf(err) != community.Invalid {
		t.Errorf("the account's own password: %v", err)
	}
}

func filled(server, handle, password string) collectors.Filled {
	return collectors.Filled{Values: map[string]string{"server": server, "handle": handle, "password": password}}
}

func waitFor(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(200 * time.Millisecond) {
		if ok() {
			return
		}
	}
	t.Fatalf("still not: %s", what)
}

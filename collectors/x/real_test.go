package x_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/vigie-hq/vigie/collectors"
	"github.com/vigie-hq/vigie/collectors/x"
	"github.com/vigie-hq/vigie/community"
)

// oneByOne asks a server one thing at a time: X's playground dies of two calls at
// once. It also leaves out what the playground alone refuses (an expansion, fields
// of direct messages that X's guide names and its description does not), and says
// that the token is a user's, as the playground wants to be told.
type oneByOne struct{ mu sync.Mutex }

func (o *oneByOne) RoundTrip(r *http.Request) (*http.Response, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	r = r.Clone(r.Context())
	if q := r.URL.Query(); q.Get("tweet.fields") != "" && strings.HasPrefix(r.URL.Path, "/2/users/0/") {
		q.Del("expansions")
		r.URL.RawQuery = q.Encode()
	}
	if q := r.URL.Query(); q.Has("dm_event.fields") {
		q.Set("dm_event.fields", "created_at,dm_conversation_id,event_type,text")
		r.URL.RawQuery = q.Encode()
	}
	if r.Header.Get("Authorization") == "Bearer user" {
		r.Header.Set("X-Auth-Method", "oauth2user")
	}
	return http.DefaultTransport.RoundTrip(r)
}

// TestPlayground collects from and answers on X's own API playground
// (xdevplatform/playground), whose address VIGIE_TEST_X_URL gives. It proves the
// shapes of calls and answers; its replies are not linked and its windows hold 15
// calls, so nothing more is asked of it.
func TestPlayground(t *testing.T) {
	server := os.Getenv("VIGIE_TEST_X_URL")
	if server == "" {
		t.Skip("VIGIE_TEST_X_URL is not set: no X playground to test against")
	}
	account := community.Account{
		Brand: "shop", Network: x.Name, Name: "playground", NativeID: "0", Handle: "playground_user", Server: server, Queries: "until", Collects: true, Sends: true,
	}
	v := &vault{held: map[string]map[string]string{
		account.Key(): {"token": "user"}, collectors.AppOwner(x.Name): {"bearer": "app"},
	}}
	n := quick(v, func(o *x.Options) {
		o.HTTP, o.Poll, o.PollStreaming = &http.Client{Transport: &oneByOne{}}, time.Second, time.Second
		o.PollDirect, o.Silence = time.Hour, 25*time.Second
	})
	if health, err := n.Check(t.Context(), account); err != nil {
		t.Fatalf("%+v %v", health, err)
	}
	mention := seed(t, server)
	g := collect(t, n, account)
	eventually(t, "the mention is collected", func() bool {
		if err := g.ended(); err != nil {
			t.Fatal(err)
		}
		_, ok := g.get(mention)
		return ok
	})
	m, _ := g.get(mention)
	if m.Text != "@playground_user is it <open> & warm?" || m.Author.ID != "10" || m.Thread != mention {
		t.Errorf("%+v", m)
	}
	m.CanReply = true // the playground names people by handle only where a real mention has an id
	words := "Yes, until " + strconv.FormatInt(time.Now().UnixNano(), 10)
	receipt, err := n.Reply(t.Context(), account, m, community.Reply{ID: "r1", Text: words, CreatedAt: time.Now()})
	if err != nil || receipt.ID == "" {
		t.Fatalf("%+v %v", receipt, err)
	}
	eventually(t, "our answer comes back", func() bool {
		if err := g.ended(); err != nil {
			t.Fatal(err)
		}
		_, ok := g.get(receipt.ID)
		return ok
	})
	if receipt, err := n.Reply(t.Context(), account, m, community.Reply{ID: "r2", Text: words, Visibility: community.Private, CreatedAt: time.Now()}); err != nil || receipt.ID == "" {
		t.Errorf("in private: %+v %v", receipt, err)
	}
	if err := n.Moderate(t.Context(), account, community.Message{ID: receipt.ID, Author: community.Author{ID: "0"}}, community.DeedDelete); err != nil {
		t.Errorf("deleting: %v", err)
	}
}

// seed adds a mention by somebody else: the playground lets one import it.
func seed(t *testing.T, server string) string {
	t.Helper()
	id := strconv.FormatInt((time.Now().UnixMilli()-1288834974657)<<22, 10)
	body, err := json.Marshal(map[string]any{"tweets": map[string]any{id: map[string]any{
		"id": id, "text": "@playground_user is it &lt;open&gt; &amp; warm?", "author_id": "10", "conversation_id": id,
		"created_at": time.Now().UTC().Format(time.RFC3339), "edit_history_tweet_ids": []string{id},
		"entities": map[string]any{"mentions": []any{map[string]any{"start": 0, "end": 16, "username": "playground_user", "id": "0"}}},
	}}})
	if err != nil {
		t.Fatal(err)
	}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server+"/state/import", bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	response, err := (&http.Client{Transport: &oneByOne{}}).Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		t.Fatalf("importing a mention: HTTP %d", response.StatusCode)
	}
	return id
}

package facebook_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/vigie-hq/vigie/collectors/facebook"
	"github.com/vigie-hq/vigie/collectors/graph"
	"github.com/vigie-hq/vigie/collectors/graph/graphtest"
	"github.com/vigie-hq/vigie/community"
)

// still is a port that keeps nothing, at once.
type still struct{ account community.Account }

func (s still) Accounts(context.Context, string) ([]community.Account, error) {
	return []community.Account{s.account}, nil
}
func (still) Push(context.Context, community.Account, []community.Message) error { return nil }

// BenchmarkHook is one comment pushed: signature, decoding, and the message made
// of it; without the log behind it.
func BenchmarkHook(b *testing.B) {
	account := community.Account{Brand: "shop", Network: facebook.Name, Name: "10", NativeID: "10", Scope: "10"}
	n := facebook.New(facebook.Options{Graph: graph.New(graph.Options{Vault: appVault(account), Logger: slog.New(slog.DiscardHandler)})})
	h := n.Hooks(still{account})
	i := 0
	for b.Loop() {
		i++
		body := fmt.Sprintf(`{"object":"page","entry":[{"id":"10","time":%d,"changes":[{"field":"feed","value":{"item":"comment","verb":"add","post_id":"10_1","parent_id":"10_1","comment_id":"1_%d","from":{"id":"7","name":"L\u00e9a"},"message":"where is my parcel? I have been waiting for it since Monday","created_time":%d}}]}]}`, time.Now().Unix(), i, time.Now().Unix())
		r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
		r.Header.Set(graph.SignatureHeader, graph.Sign(graphtest.AppSecret, []byte(body)))
		w := httptest.NewRecorder()
		if h.ServeHTTP(w, r); w.Code != http.StatusOK {
			b.Fatal(w.Code)
		}
	}
}

package instagram

import (
	"encoding/json"
	"testing"
	"unicode/utf8"

	"github.com/vigie-hq/vigie/collectors/graph"
	"github.com/vigie-hq/vigie/community"
)

// FuzzEvents: whatever a signed webhook holds, what comes of it can be kept: it
// has an id, stands in the account's scope, and is readable text.
func FuzzEvents(f *testing.F) {
	for _, seed := range []string{
		`{"object":"instagram","entry":[{"id":"17","time":1762074900,"changes":[{"field":"comments","value":{"id":"18","text":"caf\u00e9 \ud83d\ude00","from":{"id":"5","username":"lea"},"media":{"id":"9"},"parent_id":"7"}}]}]}`,
		`{"object":"instagram","entry":[{"id":"17","time":1762074900,"changes":[{"field":"mentions","value":{"media_id":"9","comment_id":"8"}}]}]}`,
		`{"object":"instagram","entry":[{"id":"17","time":1762074900000,"messaging":[{"sender":{"id":"5"},"recipient":{"id":"17"},"timestamp":1762074900000,"message":{"mid":"aWdm","text":"bonjour","reply_to":{"story":{"url":"https://s"}},"attachments":[{"type":"image","payload":{"url":"https://i"}}]}}]}]}`,
		`{"object":"instagram","entry":[{"id":"17","time":1,"standby":[{"sender":{"id":"5"},"recipient":{"id":"17"},"message":{"mid":"m","is_deleted":true}}]}]}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		envelope, err := graph.DecodeEnvelope(body)
		if err != nil {
			return
		}
		// Without a client nothing is asked of Graph: as for a dead token.
		s := &session{account: community.Account{Network: Name, NativeID: "17", Handle: "shop"}, client: nil, memory: newMemory()}
		for i := range envelope.Entries {
			messages, err := s.events(t.Context(), &envelope.Entries[i])
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range messages {
				if m.ID == "" || m.Scope != "17" || m.Network != Name || !utf8.ValidString(m.Text) {
					t.Errorf("%+v", m)
				}
				if _, err := json.Marshal(m); err != nil {
					t.Error(err)
				}
			}
		}
	})
}

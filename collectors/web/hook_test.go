package web_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/vigie-hq/vigie/collectors/collectortest"
	"github.com/vigie-hq/vigie/collectors/web"
	"github.com/vigie-hq/vigie/collectors/web/webtest"
	"github.com/vigie-hq/vigie/community"
)

// port is where deliveries end in these tests.
type port struct {
	mu       sync.Mutex
	accounts []community.Account
	messages []community.Message
	fault    error
}

func (p *port) Accounts(_ context.Context, id string) (found []community.Account, _ error) {
	for _, a := range p.accounts {
		if a.NativeID == id {
			found = append(found, a)
		}
	}
	return found, nil
}

func (p *port) Push(_ context.Context, _ community.Account, messages []community.Message) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.fault == nil {
		p.messages = append(p.messages, messages...)
	}
	return p.fault
}

// door is a hook with one account, "crm".
func door(t testing.TB, values map[string]string) (http.Handler, *port, *vault) {
	v := &vault{}
	n := web.New(web.Options{Vault: v})
	if values == nil {
		values = map[string]string{"name": "crm", "secret": secret, "answers": "https://crm.example/in"}
	}
	p := &port{accounts: []community.Account{connect(t, n, v, values)}}
	return n.Hooks(p), p, v
}

func deliver(h http.Handler, body, signature string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, "/crm", strings.NewReader(body))
	r.Header.Set("Vigie-Signature", signature)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestDeliveries(t *testing.T) {
	now := time.Now()
	one := `{"id":"1","author":{"id":"lea","name":"Léa"},"text":"où est mon colis ?"}`
	for name, c := range map[string]struct {
		body   string
		sign   func(body string) string
		status int
		has    string
		kept   int
	}{
		"one":            {one, nil, 200, `{"accepted":1}`, 1},
		"over lines":     {"{\n \"id\": \"1\",\n \"text\": \"x\"\n}", nil, 200, "", 1},
		"array":          {`[` + one + `,{"id":"2","text":"y"}]`, nil, 200, `{"accepted":2}`, 2},
		"lines":          {one + "\n\n" + `{"id":"2","deleted":true}` + "\n", nil, 200, "", 2},
		"bad line":       {one + "\n" + `{"text":"no id"}` + "\n" + `{`, nil, 400, `[{"line":2,"error":"message.id"},{"line":3,"error":"message.json"`, 0},
		"bad place":      {`[` + one + `,{"id":"2","created_at":"yesterday"}]`, nil, 400, `{"line":2,"error":"message.field"`, 0},
		"not json":       {`hello`, nil, 400, `message.json`, 0},
		"half an array":  {`[` + one, nil, 400, `message.json`, 0},
		"empty":          {``, nil, 400, `body.empty`, 0},
		"other network":  {`{"id":"1","network":"x"}`, nil, 400, `"args":["network","web"]`, 0},
		"other account":  {`{"id":"1","account":"erp"}`, nil, 400, `"args":["account","crm"]`, 0},
		"too large":      {`"` + strings.Repeat("a", 3<<20) + `"`, nil, 413, `hook.too_large`, 0},
		"too many":       {`[` + strings.Repeat(`{"id":"1"},`, 1000) + `{"id":"2"}]`, nil, 400, `hook.too_many`, 0},
		"no signature":   {one, func(string) string { return "" }, 401, `hook.signature`, 0},
		"other secret":   {one, func(b string) string { return webtest.Sign(strings.Repeat("f", 32), now, []byte(b)) }, 401, `hook.signature`, 0},
		"other body":     {one, func(b string) string { return webtest.Sign(secret, now, []byte(b+" ")) }, 401, `hook.signature`, 0},
		"too old":        {one, func(b string) string { return webtest.Sign(secret, now.Add(-6*time.Minute), []byte(b)) }, 401, `hook.signature`, 0},
		"from tomorrow":  {one, func(b string) string { return webtest.Sign(secret, now.Add(6*time.Minute), []byte(b)) }, 401, `hook.signature`, 0},
		"a little early": {one, func(b string) string { return webtest.Sign(secret, now.Add(4*time.Minute), []byte(b)) }, 200, ``, 1},
		"no time": {one, func(b string) string {
			_, v1, _ := strings.Cut(webtest.Sign(secret, now, []byte(b)), ",")
			return v1
		}, 401, `hook.signature`, 0},
		"several signatures": {one, func(b string) string { return webtest.Sign(secret, now, []byte(b)) + ",v1=" + strings.Repeat("0", 64) }, 200, ``, 1},
		"a thousand signatures": {one, func(b string) string {
			return webtest.Sign(secret, now, []byte(b)) + strings.Repeat(",v1="+strings.Repeat("0", 64), 1000)
		}, 401, ``, 0},
	} {
		t.Run(name, func(t *testing.T) {
			h, p, _ := door(t, nil)
			if c.sign == nil {
				c.sign = func(b string) string { return webtest.Sign(secret, now, []byte(b)) }
			}
			w := deliver(h, c.body, c.sign(c.body))
			if w.Code != c.status || !strings.Contains(w.Body.String(), c.has) || len(p.messages) != c.kept {
				t.Errorf("%d %s; %d kept", w.Code, w.Body, len(p.messages))
			}
			if kind := w.Header().Get("Content-Type"); w.Code >= 400 && kind != "application/problem+json" || !json.Valid(w.Body.Bytes()) {
				t.Errorf("%s: %s", kind, w.Body)
			}
			for _, m := range p.messages {
				if m.Network != web.Name || m.Scope != "crm" || m.Thread == "" || !m.CanReply {
					t.Errorf("%+v", m)
				}
			}
		})
	}
}

func TestHookOfNobody(t *testing.T) {
	h, _, v := door(t, nil)
	for _, c := range []struct {
		method, path string
		status       int
	}{{"POST", "/erp", 401}, {"POST", "/", 401}, {"GET", "/crm", 405}, {"PUT", "/crm", 405}} {
		r := httptest.NewRequest(c.method, c.path, strings.NewReader("{}"))
		r.Header.Set("Vigie-Signature", webtest.Sign(secret, time.Now(), []byte("{}")))
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != c.status {
			t.Errorf("%s %s: %d", c.method, c.path, w.Code)
		}
	}
	v.held = nil // an account without its secret
	if w := deliver(h, "{}", webtest.Sign(secret, time.Now(), []byte("{}"))); w.Code != 401 {
		t.Errorf("without a secret: %d", w.Code)
	}
	if w := deliver(h, "{}", webtest.Sign("", time.Now(), []byte("{}"))); w.Code != 401 {
		t.Errorf("with an empty secret: %d", w.Code)
	}
}

// The same delivery again is refused; one that was not kept may come again.
func TestReplays(t *testing.T) {
	h, p, _ := door(t, nil)
	body := `{"id":"1","text":"x"}`
	signature := webtest.Sign(secret, time.Now(), []byte(body))
	p.fault = community.Faultf(community.Limited, "log.behind")
	w := deliver(h, body, signature)
	if w.Code != 503 || w.Header().Get("Retry-After") == "" {
		t.Errorf("while the log is behind: %d", w.Code)
	}
	p.fault = nil
	for i, want := range []int{200, 409, 409} {
		if w := deliver(h, body, signature); w.Code != want {
			t.Errorf("delivery %d: %d %s", i, w.Code, w.Body)
		}
	}
	if w := deliver(h, body, webtest.Sign(secret, time.Now().Add(time.Second), []byte(body))); w.Code != 200 {
		t.Errorf("signed anew: %d", w.Code)
	}
	// The same, with a second signature beside it that changes nothing.
	if w := deliver(h, body, signature+",v1="+strings.Repeat("0", 64)); w.Code != 409 {
		t.Errorf("dressed up: %d", w.Code)
	}
}

// shelf keeps what is pushed as the desk does.
type shelf struct {
	*port
	house *collectortest.House
}

func (s shelf) Push(ctx context.Context, _ community.Account, messages []community.Message) error {
	return s.house.Publish(ctx, messages)
}

// A restart forgets which deliveries were kept; the same ones once more, in any
// order, change nothing.
func TestReplaysAcrossARestart(t *testing.T) {
	v := &vault{}
	n := web.New(web.Options{Vault: v})
	account := connect(t, n, v, map[string]string{"name": "crm", "secret": secret})
	s := shelf{&port{accounts: []community.Account{account}}, collectortest.NewHouse(account)}
	bodies := []string{
		`{"id":"1","text":"Mon colis est perdu","created_at":"2026-11-02T09:15:00Z"}`,
		`{"id":"1","text":"Mon colis est là","created_at":"2026-11-02T09:15:00Z"}`, // does not even say when it was edited
		`{"id":"2","text":"x"}`,
		`{"id":"2","deleted":true}`,
	}
	signatures := make([]string, len(bodies))
	h := n.Hooks(s)
	for i, body := range bodies {
		signatures[i] = webtest.Sign(secret, time.Now(), []byte(body))
		if w := deliver(h, body, signatures[i]); w.Code != 200 {
			t.Fatalf("%s: %d %s", body, w.Code, w.Body)
		}
	}
	h = n.Hooks(s)
	for _, i := range []int{0, 2, 1, 3, 0, 2} {
		if w := deliver(h, bodies[i], signatures[i]); w.Code != 200 && w.Code != 409 {
			t.Errorf("%s again: %d %s", bodies[i], w.Code, w.Body)
		}
	}
	one, _ := s.house.Get("1")
	two, _ := s.house.Get("2")
	if one.Message.Text != "Mon colis est là" || one.History.Gone || len(one.History.Contents) != 2 || !two.History.Gone || s.house.Len() != 2 {
		t.Errorf("%+v\n%+v", one, two)
	}
}

// While a secret is changed both are good, and afterwards the new one alone.
func TestRotation(t *testing.T) {
	newer := strings.Repeat("e", 32)
	h, _, v := door(t, map[string]string{"name": "crm", "secret": newer, "previous": secret})
	send := func(with string, n int) int {
		body := fmt.Sprintf(`{"id":"%d"}`, n)
		return deliver(h, body, webtest.Sign(with, time.Now(), []byte(body))).Code
	}
	if a, b := send(newer, 1), send(secret, 2); a != 200 || b != 200 {
		t.Errorf("while changing: %d %d", a, b)
	}
	connect(t, web.New(web.Options{Vault: v}), v, map[string]string{"name": "crm", "secret": newer})
	if a, b := send(newer, 3), send(secret, 4); a != 200 || b != 401 {
		t.Errorf("afterwards: %d %d", a, b)
	}
}

// TestTheExample runs the example of the documentation, word for word but for the
// address and the secret.
func TestTheExample(t *testing.T) {
	for _, tool := range []string{"bash", "curl", "openssl"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("no %s here", tool)
		}
	}
	h, p, _ := door(t, nil)
	front := httptest.NewServer(http.StripPrefix("/hooks/web", h))
	defer front.Close()
	const example = `
body='{"id":"4711","author":{"id":"lea","name":"Léa"},"text":"Mon colis est perdu","created_at":"2026-11-02T09:15:00Z"}'
t=$(date +%s)
v1=$(printf '%s.%s' "$t" "$body" | openssl dgst -sha256 -hmac "$SECRET" | sed 's/^.* //')
curl -sS -H "Vigie-Signature: t=$t,v1=$v1" -H 'Content-Type: application/json' --data-binary "$body" "$VIGIE/hooks/web/crm"
`
	c := exec.CommandContext(t.Context(), "bash", "-c", example)
	c.Env = append(c.Environ(), "SECRET="+secret, "VIGIE="+front.URL)
	out, err := c.CombinedOutput()
	if err != nil || strings.TrimSpace(string(out)) != `{"accepted":1}` || len(p.messages) != 1 || p.messages[0].ID != "4711" {
		t.Errorf("%s (%v); %+v", out, err, p.messages)
	}
}

func FuzzDelivery(f *testing.F) {
	f.Add([]byte(`{"id":"1","text":"x"}`), "")
	f.Add([]byte(`[{"id":"1"},{"id":2,"in_reply_to":"1"}]`), "v1=00")
	f.Add([]byte("{\"id\":\"1\"}\n{\"id\":\"2\",\"deleted\":true}"), ",,t=1,=")
	h, p, _ := door(f, nil)
	f.Fuzz(func(t *testing.T, body []byte, more string) {
		p.messages = nil
		deliver(h, string(body), more) // nobody's signature
		if len(p.messages) != 0 {
			t.Errorf("taken with %q", more)
		}
		w := deliver(h, string(body), webtest.Sign(secret, time.Now(), body))
		if w.Code != 200 && w.Code != 400 && w.Code != 409 || !json.Valid(w.Body.Bytes()) {
			t.Errorf("%d %s", w.Code, w.Body)
		}
		for _, m := range p.messages {
			if m.ID == "" || m.Scope != "crm" || m.Network != web.Name {
				t.Errorf("%+v", m)
			}
		}
	})
}

// BenchmarkDelivery is one message a delivery, without the log behind it.
func BenchmarkDelivery(b *testing.B) {
	h, p, _ := door(b, nil)
	now := time.Now()
	for i := 0; b.Loop(); i++ {
		body := fmt.Sprintf(`{"id":"%d","author":{"id":"lea"},"text":"Mon colis est perdu, que faire ?"}`, i)
		if w := deliver(h, body, webtest.Sign(secret, now, []byte(body))); w.Code != 200 {
			b.Fatal(w.Code)
		}
		p.messages = p.messages[:0]
	}
}

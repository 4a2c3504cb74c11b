package inbox

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/vigie-hq/vigie/community"
)

// messageLines are lines as hostile as they come, with what is said of each; an
// empty key: it is taken.
var messageLines = []struct{ line, key string }{
	{`{"network":"x","id":"1","text":"a"}`, ""},
	{`{"network":"x","id":"2"`, "message.json"},
	{`not json`, "message.json"},
	{`[1,2]`, "message.object"},
	{`{"network":"x","id":"3","text":12}`, "message.field"},
	{`{"network":"x","id":"4","text":"` + strings.Repeat("a", 1<<20) + `"}`, "message.line.too_long"},
	{"{\"network\":\"x\",\"id\":\"5\",\"text\":\"\xff\xfe\"}", ""},
	{"{\"network\":\"x\",\"id\":\"6\x00\"}", "message.json"},
	{`{"network":"x","id":"7","text":"a\u0000b"}`, ""},
	{`{"network":"x","id":"8","deep":` + strings.Repeat("[", 5000) + strings.Repeat("]", 5000) + `}`, "message.nested"},
	{`{"network":"x","id":"9","created_at":"1970-01-01T00:00:00Z"}`, ""},
	{`{"network":"x","id":"10","created_at":"2100-01-01T00:00:00Z","author":{}}`, ""},
	{`{"network":"x","id":"11","text":"` + strings.Repeat("😀", 10_000) + `"}`, ""},
	{`{"network":"x","id":"12","brand":"bolt"}`, "brand.unknown"},
	{`{"network":"X!","id":"13"}`, "message.network"},
	{`{"network":"x","id":14,"deleted":true}`, ""},
}

func checkTaken(t *testing.T, w *world, out taken, shift int) {
	t.Helper()
	good, told := 0, map[int]string{}
	for _, e := range out.Errors {
		told[e.Line] = e.Key
		if e.Error == "" {
			t.Errorf("line %d without a reason", e.Line)
		}
	}
	for i, l := range messageLines {
		if told[i+1+shift] != l.key {
			t.Errorf("line %d: %q, want %q", i+1+shift, told[i+1+shift], l.key)
		}
		if l.key == "" {
			good++
		}
	}
	if out.Accepted != good || len(out.Keys) != good || out.Refused != len(messageLines)-good || len(w.taken) != good {
		t.Errorf("accepted %d (%d keys, %d taken), refused %d; want %d and %d", out.Accepted, len(out.Keys), len(w.taken), out.Refused, good, len(messageLines)-good)
	}
	for _, m := range w.taken {
		if m.Brand != "acme" || m.Origin != community.Live || !m.ReceivedAt.Equal(worldNow) {
			t.Errorf("taken as %+v", m)
		}
	}
}

func TestTakeLines(t *testing.T) {
	var b strings.Builder
	b.WriteString("\uFEFF\r\n") // a mark and a blank line count as line 1
	for _, l := range messageLines {
		b.WriteString(l.line + "\r\n")
	}
	for _, kind := range []string{"application/x-ndjson", "application/json", ""} {
		w := newWorld(t)
		api := as(t, w.server(t), "acme")
		status, _, out := api.do("POST", "/api/v1/messages", b.String(), "Content-Type", kind)
		var got taken
		if err := json.Unmarshal([]byte(out), &got); err != nil || status != 202 {
			t.Fatalf("%s: %d %.300s", kind, status, out)
		}
		checkTaken(t, w, got, 1)
	}
}

func TestTakeArray(t *testing.T) {
	var items []string
	for _, l := range messageLines {
		if json.Valid([]byte(l.line)) {
			items = append(items, l.line)
		}
	}
	w := newWorld(t)
	var got taken
	as(t, w.server(t), "acme").want(202, "POST", "/api/v1/messages?batch=b1&origin=import", "["+strings.Join(items, ",\n")+"]", &got)
	if got.Accepted == 0 || got.Refused == 0 || got.Accepted+got.Refused != len(items) || w.taken[0].Batch != "b1" || w.taken[0].Origin != community.Import {
		t.Errorf("%+v of %d", got, len(items))
	}
	// Up to where an array is broken, its messages are taken.
	as(t, w.server(t), "acme").want(202, "POST", "/api/v1/messages", `[{"network":"x","id":"1"},{"network":"x","id":"2"},{]`, &got)
	if got.Accepted != 2 || got.Refused != 1 || got.Errors[0].Line != 3 || got.Errors[0].Key != "message.json" {
		t.Errorf("broken: %+v", got)
	}
	for _, end := range []string{``, `] []`, `]x`} {
		as(t, w.server(t), "acme").want(202, "POST", "/api/v1/messages", `[{"network":"x","id":"1"}`+end, &got)
		if got.Accepted != 1 || got.Refused != 1 {
			t.Errorf("%q: %+v", end, got)
		}
	}
	got.Errors = nil
	if out := as(t, w.server(t), "acme").want(202, "POST", "/api/v1/messages", `[]`, &got); out != `{"accepted":0,"refused":0,"keys":[],"errors":[]}` {
		t.Error(out)
	}
}

func TestTakeOne(t *testing.T) {
	w := newWorld(t)
	s := w.server(t)
	var got taken
	as(t, s, "acme").want(202, "POST", "/api/v1/messages", "{\n  \"network\": \"x\",\n  \"id\": \"1\",\n \"origin\": \"replay\"\n}\n", &got)
	want := community.Identity{Brand: "acme", Network: "x", ID: "1"}.Key()
	if got.Accepted != 1 || got.Keys[0] != want || w.taken[0].Origin != community.Import {
		t.Errorf("%+v %+v", got, w.taken)
	}
	for body, key := range map[string]string{
		`{"network":"x"}`: "message.id", ``: "body.empty", "\n \n": "body.empty", `"hello"`: "message.object", `{"network":"x","id":"1","text":{}}`: "message.field",
	} {
		var p struct {
			Problem
			taken
		}
		as(t, s, "acme").want(400, "POST", "/api/v1/messages", body, &p)
		if p.Key != key || p.Refused != 1 || len(p.Errors) != 1 || p.Accepted != 0 {
			t.Errorf("%q: %+v", body, p)
		}
	}
	for _, path := range []string{"?origin=replay", "?batch=a/b", "?batch=" + strings.Repeat("a", 65)} {
		as(t, s, "acme").want(400, "POST", "/api/v1/messages"+path, `{"network":"x","id":"1"}`, nil)
	}
	if status, _, _ := as(t, s, "acme").do("POST", "/api/v1/messages", "x", "Content-Encoding", "gzip"); status != 400 {
		t.Errorf("gzip: %d", status)
	}
}

func TestTakeRights(t *testing.T) {
	w := newWorld(t)
	w.tokens[HashToken("token-agent")] = community.Viewer{Agent: "u", Grants: []community.Grant{{Brand: "acme", Role: community.RoleAgent}}}
	w.tokens[HashToken("token-two")] = community.Viewer{Agent: "u", Grants: []community.Grant{
		{Brand: "acme", Role: community.RoleAdmin}, {Brand: "bolt", Role: community.RoleAdmin},
	}}
	s := w.server(t)
	var p Problem
	as(t, s, "agent").want(403, "POST", "/api/v1/messages", `{"network":"x","id":"1"}`, &p)
	if p.Key != "viewer.import" {
		t.Errorf("%+v", p)
	}
	as(t, s, "two").want(404, "POST", "/api/v1/messages", `{"network":"x","id":"1"}`, nil) // the default brand is neither of his
	as(t, s, "two").want(202, "POST", "/api/v1/messages?brand=bolt", `{"network":"x","id":"1"}`, nil)
	as(t, s, "two").want(202, "POST", "/api/v1/messages?brand=bolt", `{"network":"x","id":"1","brand":"acme"}`, nil)
	if w.taken[0].Brand != "bolt" || w.taken[1].Brand != "acme" {
		t.Errorf("%+v", w.taken)
	}
}

func TestTakeWaits(t *testing.T) {
	w := newWorld(t)
	w.full = true
	status, h, out := as(t, w.server(t), "acme").do("POST", "/api/v1/messages", `{"network":"x","id":"1"}`)
	if status != 429 || h.Get("Retry-After") != "5" || !strings.Contains(out, "intake.behind") {
		t.Errorf("%d %v %s", status, h, out)
	}
}

func TestTakeTooMuch(t *testing.T) {
	w := newWorld(t)
	lines := strings.Repeat("x\n", 5000)
	var p struct{ taken }
	as(t, w.server(t), "acme").want(400, "POST", "/api/v1/messages", lines, &p)
	if p.Refused != 5000 || len(p.Errors) != mostTold {
		t.Errorf("refused %d, told %d", p.Refused, len(p.Errors))
	}
	// A request that says it is too large is refused before it is sent.
	conn, err := net.Dial("tcp", strings.TrimPrefix(serve(t, w.server(t)), "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	fmt.Fprintf(conn, "POST /api/v1/messages HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n", bodyLimit+1)
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != 413 || resp.Header.Get("Content-Type") != problemType {
		t.Errorf("%d %v", resp.StatusCode, resp.Header)
	}
}

func FuzzSplit(f *testing.F) {
	for _, l := range messageLines[:3] {
		f.Add([]byte(l.line+"\n"+l.line), "application/json")
	}
	f.Add([]byte(`[{"a":1},[],{}]`), "")
	f.Add([]byte("[{},\n{"), "application/json")
	f.Add([]byte("\n\n{}\r\n"), "application/x-ndjson")
	f.Fuzz(func(t *testing.T, data []byte, kind string) {
		last := 0
		split(data, kind, func(line int, one []byte, err error) {
			if line <= last {
				t.Fatalf("line %d after %d", line, last)
			}
			last = line
			if (err == nil) == (len(one) == 0) {
				t.Fatalf("line %d: %q and %v", line, one, err)
			}
			if err == nil && !bytes.Contains(data, one) {
				t.Fatalf("line %d: %q is not in the body", line, one)
			}
			if err != nil && community.KindOf(err) != community.Invalid {
				t.Fatalf("line %d: %v", line, err)
			}
		})
		if last == 0 && len(bytes.TrimSpace(data)) > 0 && fmt.Sprint(string(bytes.TrimSpace(data))) != "[]" && bytes.TrimSpace(data)[0] != '[' {
			t.Fatalf("%q is lost", data)
		}
	})
}

// BenchmarkTake reads, checks and answers a request of a thousand lines.
func BenchmarkTake(b *testing.B) {
	w := newWorld(b)
	s := w.server(b)
	var body strings.Builder
	for i := range 1000 {
		fmt.Fprintf(&body, `{"network":"x","account":"brand","id":"%d","thread":"%d","author":{"id":"%d","handle":"lea"},"text":"Bonjour, mon colis n'est jamais arrivé, que faire ?","created_at":"2026-11-02T09:15:00Z"}`+"\n", i, i, i)
	}
	api := as(b, s, "acme")
	b.ReportAllocs()
	for b.Loop() {
		api.want(202, "POST", "/api/v1/messages", body.String(), nil)
		w.taken = w.taken[:0]
	}
	b.ReportMetric(float64(1000*b.N)/b.Elapsed().Seconds(), "messages/s")
}

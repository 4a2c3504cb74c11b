package inbox

import (
	"encoding/json"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/vigie-hq/vigie/community"
)

// TestAPIWalk goes through every endpoint the way a program would, in order.
func TestAPIWalk(t *testing.T) {
	w := newWorld(t)
	s := w.server(t)
	c := w.said(t, s.Desk, "acme", "1", "Mon colis est perdu", community.CategorySupport)
	api := as(t, s, "acme")

	var me community.Viewer
	api.want(200, "GET", "/api/v1/me", nil, &me)
	if me.Agent != "u-acme" {
		t.Errorf("me: %+v", me)
	}
	var list struct{ Items []map[string]any }
	for path, n := range map[string]int{
		"/api/v1/brands": 1, "/api/v1/channels": 4, "/api/v1/accounts?brand=acme": 2, "/api/v1/agents": 1,
		"/api/v1/conversations?status=open&category=support": 1, "/api/v1/conversations?category=noise": 0,
		"/api/v1/messages?from=2026-11-16&to=2026-11-17": 1, "/api/v1/messages?to=2026-11-16": 0, "/api/v1/complaints?state=open": 0,
		"/api/v1/conversations/" + c.ID + "/senders": 2, "/api/v1/reports/sentiment": 2,
	} {
		list.Items = nil
		api.want(200, "GET", path, nil, &list)
		if len(list.Items) != n || list.Items == nil {
			t.Errorf("%s: %d items, want %d", path, len(list.Items), n)
		}
	}
	if out := api.want(200, "GET", "/api/v1/agents", nil, nil); strings.Contains(out, "@") {
		t.Errorf("e-mail addresses are nobody's business: %s", out)
	}

	var m community.Matter
	api.want(200, "GET", "/api/v1/conversations/"+c.ID+"?evidence=true", nil, &m)
	if len(m.Entries) != 1 || len(m.Entries[0].Verdict.Evidence) != 1 || m.Entries[0].Message.Text != "Mon colis est perdu" {
		t.Fatalf("matter: %+v", m)
	}
	api.want(200, "GET", "/api/v1/messages/"+m.Entries[0].Key+"/revisions", nil, &list)

	// Change it; the version must be the present one.
	path := "/api/v1/conversations/" + c.ID
	api.want(200, "PATCH", path, map[string]any{"version": c.Version, "assignee": "me", "urgency": "critical"}, &c)
	if c.Assignee != "u-acme" || c.Urgency != community.Critical || c.Version != 3 {
		t.Errorf("patched: %+v", c)
	}
	var p Problem
	api.want(409, "PATCH", path, map[string]any{"version": 1, "status": "closed"}, &p)
	if p.Key != "conversation.version" || p.Version != c.Version || p.Status != 409 || p.Type != "about:blank" {
		t.Errorf("stale: %+v", p)
	}
	api.want(200, "PATCH", path, map[string]any{"version": c.Version, "assignee": ""}, &c)

	// Answer, undo, hand off.
	var r community.Reply
	answer := map[string]any{"id": "r1", "text": "Bonjour", "from": "support"}
	for range 2 { // the same again is the same reply
		api.want(201, "POST", path+"/replies", answer, &r)
		if r.State != community.ReplyHeld || r.Account != community.AccountKey("acme", "x", "support") {
			t.Fatalf("reply: %+v", r)
		}
	}
	answer["text"] = "Autre chose"
	api.want(409, "POST", path+"/replies", answer, &p)
	if p.Key != "reply.id" {
		t.Errorf("other text: %+v", p)
	}
	api.want(200, "POST", "/api/v1/replies/r1/undo", nil, &r)
	if r.State != community.ReplyDraft {
		t.Errorf("undone: %+v", r)
	}
	api.want(409, "POST", "/api/v1/replies/r1/send", nil, &p)
	api.want(409, "POST", "/api/v1/replies/r1/settle", map[string]bool{"sent": true}, &p)
	api.want(409, "POST", "/api/v1/replies/r1/retry", nil, &p)
	api.want(204, "DELETE", "/api/v1/replies/r1", nil, nil)
	api.want(403, "POST", path+"/replies", map[string]any{"id": "r2", "text": "Bonjour", "from": "corporate"}, &p)
	if p.Key != "reply.guard.corporate" {
		t.Errorf("guard: %+v", p)
	}
	api.want(201, "POST", path+"/handoff", map[string]any{"id": "r3", "from": "corporate", "to": "support", "anyway": true}, &r)
	if r.Kind != community.ReplyHandoff || !strings.Contains(r.Text, "acmesupport") {
		t.Errorf("handoff: %+v", r)
	}
	api.want(200, "POST", "/api/v1/replies/r3/send", nil, &r)
	api.want(201, "POST", path+"/replies", map[string]any{"id": "r4", "text": "brouillon", "draft": true}, &r)
	if r.State != community.ReplyDraft {
		t.Errorf("draft: %+v", r)
	}
	var n community.Note
	api.want(201, "POST", path+"/notes", map[string]string{"text": "vu"}, &n)
	if n.ID == "" || n.Agent != "u-acme" {
		t.Errorf("note: %+v", n)
	}

	// Escalate and advance.
	var k community.Complaint
	api.want(201, "POST", path+"/complaint", map[string]any{"reason": "delivery", "cost": 1500, "owner": "me"}, &k)
	if k.Number != "R-2026-0001" || k.Cost != 1500 || k.Owner != "u-acme" {
		t.Errorf("complaint: %+v", k)
	}
	api.want(201, "POST", path+"/complaint", nil, &k)
	api.want(200, "GET", "/api/v1/complaints/"+k.ID, nil, &k)
	api.want(200, "PATCH", "/api/v1/complaints/"+k.ID, map[string]any{"version": k.Version, "event": "acknowledge"}, &k)
	if k.State != community.ComplaintAcknowledged {
		t.Errorf("advanced: %+v", k)
	}
	api.want(409, "PATCH", "/api/v1/complaints/"+k.ID, map[string]any{"version": 1, "event": "resolve"}, &p)
	if p.Key != "complaint.version" || p.Version != k.Version {
		t.Errorf("stale complaint: %+v", p)
	}
	var done struct{ Accepted, Done int }
	api.want(200, "GET", "/api/v1/imports/b1", nil, &done)
	if done.Accepted != 3 || done.Done != 4 {
		t.Errorf("import: %+v", done)
	}
	var tally community.Tally
	api.want(200, "GET", "/api/v1/reports/tally", nil, &tally)
}

func TestAPIRefuses(t *testing.T) {
	w := newWorld(t)
	s := w.server(t)
	c := w.said(t, s.Desk, "acme", "1", "Mon colis est perdu", community.CategorySupport)
	path := "/api/v1/conversations/" + c.ID
	for _, x := range []struct {
		method, path string
		body         any
		status       int
		key          string
	}{
		{"GET", "/api/v1/conversations?status=asleep", nil, 400, "query.value"},
		{"GET", "/api/v1/conversations?limit=0", nil, 400, "query.value"},
		{"GET", "/api/v1/conversations?a=%zz", nil, 400, "query.form"},
		{"GET", "/api/v1/messages?sentiment=sad", nil, 400, "query.value"},
		{"GET", "/api/v1/messages?from=2026-11-18&to=2026-11-17", nil, 400, "query.value"},
		{"GET", "/api/v1/reports/sentiment?from=soon", nil, 400, "query.value"},
		{"GET", "/api/v1/reports/quality?to=9999-12-31", nil, 400, "query.value"},
		{"GET", "/api/v1/complaints?state=lost", nil, 400, "query.value"},
		{"GET", "/api/v1/imports/..%2f..", nil, 404, "batch.unknown"},
		{"GET", "/api/v1/events?after=-1", nil, 400, "query.value"},
		{"GET", "/api/v1/nothing", nil, 404, "api.unknown"},
		{"POST", "/api/v2/messages", "{}", 404, "api.unknown"},
		{"PATCH", path, "{", 400, "body.json"},
		{"PATCH", path, "{} {}", 400, "body.json"},
		{"PATCH", path, `{"version":"1"}`, 400, "body.field"},
		{"PATCH", path, `{"assignee":"me"}`, 400, "body.field"},
		{"PATCH", path, `{"version":1,"asignee":"me"}`, 400, "body.field"},
		{"PATCH", path, `{"version":1,"category":"love"}`, 400, "body.field"},
		{"PATCH", path, `{"version":1,"status":"waiting"}`, 400, "body.field"},
		{"PATCH", path, `{"version":1,"assignee":"u-bolt"}`, 400, "agent.unknown"},
		{"POST", path + "/replies", `{"text":"a"}`, 400, "reply.client_id"},
		{"POST", path + "/replies", `{"id":"1","text":" "}`, 400, "reply.empty"},
		{"POST", path + "/replies", `{"id":"1","text":"a","from":"nobody"}`, 400, "reply.account"},
		{"POST", path + "/replies", `{"id":"1","text":"a","visibility":"both"}`, 400, "body.field"},
		{"POST", path + "/notes", `{"text":""}`, 400, "note.empty"},
		{"POST", path + "/complaint", `{"cost":-1}`, 400, "body.field"},
		{"POST", path + "/complaint", `{"event":"close"}`, 400, "body.field"},
		{"POST", "/api/v1/replies/none/settle", `{}`, 400, "body.field"},
		{"PATCH", "/api/v1/complaints/none", `{"event":"close"}`, 400, "body.field"},
	} {
		t.Run(x.method+" "+x.path, func(t *testing.T) {
			status, h, out := as(t, s, "acme").do(x.method, x.path, x.body)
			var p Problem
			_ = json.Unmarshal([]byte(out), &p)
			if status != x.status || p.Key != x.key || p.Status != status || p.Title == "" || p.Detail == "" || h.Get("Content-Type") != problemType {
				t.Errorf("%d %s, want %d %s: %s", status, h.Get("Content-Type"), x.status, x.key, out)
			}
		})
	}
}

// TestIsolation asks with the token of one brand for everything of another: it
// does not exist. The same requests with the right token do exist.
func TestIsolation(t *testing.T) {
	w := newWorld(t)
	s := w.server(t)
	c := w.said(t, s.Desk, "bolt", "1", "Mon colis est perdu", community.CategorySupport)
	bolt := as(t, s, "bolt")
	bolt.want(201, "POST", "/api/v1/conversations/"+c.ID+"/replies", map[string]any{"id": "r1", "text": "Bonjour"}, nil)
	var k community.Complaint
	bolt.want(201, "POST", "/api/v1/conversations/"+c.ID+"/complaint", nil, &k)
	var m community.Matter
	bolt.want(200, "GET", "/api/v1/conversations/"+c.ID, nil, &m)

	for _, x := range []struct {
		method, path string
		body         any
	}{
		{"GET", "/api/v1/channels?brand=bolt", nil},
		{"GET", "/api/v1/accounts?brand=bolt", nil},
		{"GET", "/api/v1/agents?brand=bolt", nil},
		{"GET", "/api/v1/messages?brand=bolt", nil},
		{"GET", "/api/v1/messages/" + m.Entries[0].Key + "/revisions", nil},
		{"GET", "/api/v1/conversations/" + c.ID, nil},
		{"GET", "/api/v1/conversations/" + c.ID + "/senders", nil},
		{"PATCH", "/api/v1/conversations/" + c.ID, `{"version":1,"status":"closed"}`},
		{"POST", "/api/v1/conversations/" + c.ID + "/replies", `{"id":"x","text":"a"}`},
		{"POST", "/api/v1/conversations/" + c.ID + "/notes", `{"text":"a"}`},
		{"POST", "/api/v1/conversations/" + c.ID + "/handoff", `{"id":"x"}`},
		{"POST", "/api/v1/conversations/" + c.ID + "/complaint", nil},
		{"POST", "/api/v1/replies/r1/undo", nil},
		{"POST", "/api/v1/replies/r1/send", nil},
		{"POST", "/api/v1/replies/r1/retry", nil},
		{"POST", "/api/v1/replies/r1/settle", `{"sent":true}`},
		{"DELETE", "/api/v1/replies/r1", nil},
		{"GET", "/api/v1/complaints/" + k.ID, nil},
		{"PATCH", "/api/v1/complaints/" + k.ID, `{"version":1,"event":"acknowledge"}`},
		{"GET", "/api/v1/reports/tally?brand=bolt", nil},
		{"GET", "/api/v1/reports/sentiment?brand=bolt", nil},
		{"GET", "/api/v1/reports/quality?brand=bolt", nil},
		{"GET", "/api/v1/reports/shadow?brand=bolt", nil},
		{"GET", "/api/v1/audit/next?brand=bolt", nil},
		{"POST", "/api/v1/audit/" + m.Entries[0].Key, `{"category":"support"}`},
		{"GET", "/api/v1/events?brand=bolt", nil},
		{"POST", "/api/v1/messages", `{"brand":"bolt","network":"x","id":"9"}`},
		{"POST", "/api/v1/messages?brand=bolt", `{"network":"x","id":"9"}`},
	} {
		if status, _, out := as(t, s, "acme").do(x.method, x.path, x.body); status != http.StatusNotFound {
			t.Errorf("%s %s: %d, want 404: %s", x.method, x.path, status, out)
		}
	}
	for _, path := range []string{"/api/v1/conversations", "/api/v1/conversations?brand=bolt", "/api/v1/complaints", "/api/v1/complaints?brand=bolt"} {
		var list struct{ Items []any }
		as(t, s, "acme").want(200, "GET", path, nil, &list)
		if len(list.Items) != 0 {
			t.Errorf("%s: %v", path, list.Items)
		}
	}
	if len(w.taken) != 0 {
		t.Errorf("took %v", w.taken)
	}
}

func TestToken(t *testing.T) {
	w := newWorld(t)
	s := w.server(t)
	for _, header := range []string{"", "Bearer", "Bearer wrong", "Basic token-acme", "token-acme"} {
		status, h, out := asking(t, s, "Authorization", header, "Accept-Language", "fr").do("GET", "/api/v1/conversations", nil)
		if status != 401 || h.Get("WWW-Authenticate") == "" || h.Get("Content-Language") != "fr" {
			t.Errorf("%q: %d %v %s", header, status, h, out)
		}
	}
	if status, _, _ := asking(t, s, "Authorization", "bearer  token-acme").do("GET", "/api/v1/brands", nil); status != 200 {
		t.Errorf("small letters: %d", status)
	}
}

// TestOpenAPI holds the description and the routes together, both ways.
func TestOpenAPI(t *testing.T) {
	file, err := os.ReadFile("openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var described []string
	path := ""
	isPath, isVerb := regexp.MustCompile(`^  (/[^:]*):$`), regexp.MustCompile(`^    (get|post|patch|put|delete):$`)
	for line := range strings.Lines(string(file)) {
		line = strings.TrimRight(line, "\n")
		if m := isPath.FindStringSubmatch(line); m != nil {
			path = m[1]
		} else if m := isVerb.FindStringSubmatch(line); m != nil {
			described = append(described, strings.ToUpper(m[1])+" "+path)
		}
	}
	var routes []string
	param := regexp.MustCompile(`:(\w+)`)
	for _, r := range newWorld(t).server(t).app(t.Context()).GetRoutes(true) {
		service := slices.Contains([]string{"/healthz", "/readyz", "/metrics", "/openapi.yaml"}, r.Path)
		if r.Method != http.MethodHead && (service || strings.HasPrefix(r.Path, "/api/")) {
			routes = append(routes, r.Method+" "+param.ReplaceAllString(r.Path, "{$1}"))
		}
	}
	slices.Sort(described)
	slices.Sort(routes)
	if !slices.Equal(described, routes) {
		t.Errorf("described but no route: %v\nroute but not described: %v", absent(described, routes), absent(routes, described))
	}
	status, h, out := asking(t, newWorld(t).server(t)).do("GET", "/openapi.yaml", nil)
	if status != 200 || h.Get("Content-Type") != "application/yaml" || out != string(file) {
		t.Errorf("served as %d %s", status, h.Get("Content-Type"))
	}
}

func absent(a, b []string) []string {
	return slices.DeleteFunc(slices.Clone(a), func(s string) bool { return slices.Contains(b, s) })
}

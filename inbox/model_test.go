package inbox

import (
	"testing"

	"github.com/vigie-hq/vigie/community"
)

// TestModelsAPI changes the models as somebody who may in every brand, and is
// refused as everybody else.
func TestModelsAPI(t *testing.T) {
	w := newWorld(t)
	s := w.server(t)
	w.lineup.Running = "one"
	grants := []community.Grant{{Brand: "acme", Role: community.RoleAdmin}, {Brand: "bolt", Role: community.RoleAdmin}}
	w.tokens[HashToken("token-both")] = community.Viewer{Agent: "both", Grants: grants}
	both := as(t, s, "both")
	var l community.Lineup
	both.want(200, "GET", "/api/v1/models", nil, &l)
	if l.Running != "one" {
		t.Errorf("%+v", l)
	}
	var p Problem
	both.want(409, "POST", "/api/v1/models", `{"verb":"rollback"}`, &p)
	both.want(200, "POST", "/api/v1/models", `{"verb":"shadow","version":"two"}`, &l)
	if l.Shadow != "two" {
		t.Errorf("%+v", l)
	}
	both.want(200, "POST", "/api/v1/models", `{"verb":"promote","version":"two"}`, &l)
	both.want(200, "POST", "/api/v1/models", `{"verb":"rollback"}`, &l)
	if l.Running != "one" || l.Previous != "two" {
		t.Errorf("%+v", l)
	}
	both.want(400, "POST", "/api/v1/models", `{"verb":"delete","version":"two"}`, &p)
	if p.Key != "body.field" {
		t.Errorf("%s", p.Key)
	}
	for _, x := range []struct{ method, body string }{{"GET", ""}, {"POST", `{"verb":"promote","version":"two"}`}, {"POST", `{"verb":"shadow"}`}} {
		var body any
		if x.body != "" {
			body = x.body
		}
		as(t, s, "acme").want(403, x.method, "/api/v1/models", body, &p)
		if p.Key != "viewer.model" {
			t.Errorf("%s %s: %s", x.method, x.body, p.Key)
		}
	}
}

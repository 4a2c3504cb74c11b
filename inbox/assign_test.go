package inbox

import (
	"testing"

	"github.com/vigie-hq/vigie/community"
)

// TestWhoCannotHaveIt refuses to give a conversation to who answers nobody, and
// to a token that asks for itself.
func TestWhoCannotHaveIt(t *testing.T) {
	w := newWorld(t)
	s := w.server(t)
	c := w.said(t, s.Desk, "acme", "1", "Mon colis est perdu", community.CategorySupport)
	w.tokens[HashToken("token-ci")] = community.Viewer{Agent: "token:ci", Grants: []community.Grant{{Brand: "acme", Role: community.RoleAdmin}}}
	w.agents["looks-on"] = community.Agent{ID: "looks-on", Active: true, Grants: []community.Grant{{Brand: "acme", Role: community.RoleReader}}}
	path := "/api/v1/conversations/" + c.ID
	var p Problem
	for who, key := range map[string]string{"me": "assign.agent", "token:ci": "assign.agent", "looks-on": "agent.unknown"} {
		as(t, s, "ci").want(400, "PATCH", path, map[string]any{"version": c.Version, "assignee": who}, &p)
		if p.Key != key {
			t.Errorf("%s: %+v", who, p)
		}
	}
	as(t, s, "ci").want(200, "PATCH", path, map[string]any{"version": c.Version, "assignee": "u-acme"}, &c)
	if c.Assignee != "u-acme" {
		t.Errorf("%+v", c)
	}
}

// TestNoteOnce sends a note twice, and then another under its id.
func TestNoteOnce(t *testing.T) {
	w := newWorld(t)
	s := w.server(t)
	c := w.said(t, s.Desk, "acme", "1", "Mon colis est perdu", community.CategorySupport)
	api, path := as(t, s, "acme"), "/api/v1/conversations/"+c.ID+"/notes"
	for range 2 {
		api.want(201, "POST", path, map[string]any{"id": "n1", "text": "rappeler"}, nil)
	}
	var p Problem
	api.want(409, "POST", path, map[string]any{"id": "n1", "text": "ne pas rappeler"}, &p)
	if p.Key != "note.id" || len(w.notes) != 1 {
		t.Errorf("%+v, %d notes", p, len(w.notes))
	}
}

package inbox

import (
	"net/http"
	"testing"

	"github.com/vigie-hq/vigie/community"
)

// TestAuditAPI takes a message of the sample, judges it, and reads the figures.
func TestAuditAPI(t *testing.T) {
	w := newWorld(t)
	s := w.server(t)
	acme := as(t, s, "acme")
	w.said(t, s.Desk, "acme", "1", "Où est mon colis ?", community.CategorySupport)
	w.said(t, s.Desk, "acme", "2", "Bravo à l'équipe", community.CategoryBrand)

	var raw map[string]any
	acme.want(200, "GET", "/api/v1/audit/next", nil, &raw)
	for _, told := range []string{"verdict", "category", "urgency", "sentiment", "reason", "complaint", "conversation", "lang", "channel"} {
		if _, ok := raw[told]; ok {
			t.Errorf("it tells the %s", told)
		}
	}
	if raw["left"] != 2.0 || raw["text"] == "" {
		t.Errorf("%v", raw)
	}
	id, _ := raw["id"].(string)
	for _, x := range []struct {
		body   any
		status int
		key    string
	}{
		{`{}`, 400, "audit.empty"},
		{`{"category":"sav"}`, 400, "correct.label"},
		{`{"mood":"sad"}`, 400, "body.field"},
		{`{"skip":true,"category":"support"}`, 400, "body.field"},
		{`{"category":"support","complaint":"yes"}`, 204, ""},
		{`{"category":"support","complaint":"yes"}`, 204, ""},
		{`{"category":"brand"}`, 409, "audit.judged"},
	} {
		var p Problem
		acme.want(x.status, "POST", "/api/v1/audit/"+id, x.body, nilOr(x.status, &p))
		if p.Key != x.key {
			t.Errorf("%v: %s, want %s", x.body, p.Key, x.key)
		}
	}
	acme.want(200, "GET", "/api/v1/audit/next", nil, &raw)
	acme.want(204, "POST", "/api/v1/audit/"+raw["id"].(string), `{"skip":true}`, nil)
	var p Problem
	acme.want(404, "GET", "/api/v1/audit/next", nil, &p)
	if p.Key != "audit.none" {
		t.Errorf("nothing left: %s", p.Key)
	}
	var q community.Quality
	acme.want(200, "GET", "/api/v1/reports/quality?from=2026-11-01&to=2026-11-17", nil, &q)
	if q.Brand != "acme" || q.Enough {
		t.Errorf("%+v", q)
	}
	var r community.ShadowReport
	acme.want(200, "GET", "/api/v1/reports/shadow", nil, &r)
	if r.Brand != "acme" || r.Heads == nil {
		t.Errorf("%+v", r)
	}
}

// nilOr is where a Problem goes when there is one.
func nilOr(status int, p *Problem) any {
	if status == http.StatusNoContent {
		return nil
	}
	return p
}

// TestCorrectionsAPI corrects every head by one request.
func TestCorrectionsAPI(t *testing.T) {
	w := newWorld(t)
	s := w.server(t)
	c := w.said(t, s.Desk, "acme", "1", "Où est mon colis ?", community.CategorySupport)
	acme := as(t, s, "acme")
	var out community.Conversation
	acme.want(200, "PATCH", "/api/v1/conversations/"+c.ID,
		map[string]any{"version": c.Version, "category": "brand", "urgency": "low", "sentiment": "positive", "reason": "other", "complaint": "yes"}, &out)
	if out.Category != "brand" || out.Urgency != "low" || out.Sentiment != "positive" || out.Reason != "other" || !out.Complaint || out.Version != c.Version+5 {
		t.Errorf("%+v", out)
	}
	if len(w.corrections) != 5 || w.corrections[0].Head != "category" || w.corrections[4].Head != "complaint" {
		t.Errorf("%+v", w.corrections)
	}
	for field, value := range map[string]string{"sentiment": "sad", "reason": "weather", "complaint": "maybe", "category": "sav"} {
		var p Problem
		acme.want(400, "PATCH", "/api/v1/conversations/"+c.ID, map[string]any{"version": out.Version, field: value}, &p)
		if p.Key != "body.field" {
			t.Errorf("%s: %s", field, p.Key)
		}
	}
}

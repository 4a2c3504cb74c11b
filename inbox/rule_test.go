package inbox

import (
	"slices"
	"strings"
	"testing"

	"github.com/vigie-hq/vigie/community"
)

// TestRulesWalk goes through every endpoint of the rules, in order.
func TestRulesWalk(t *testing.T) {
	w := newWorld(t)
	s := w.server(t)
	api := as(t, s, "acme")
	w.said(t, s.Desk, "acme", "1", "Mon colis est perdu", community.CategorySupport)
	w.said(t, s.Desk, "acme", "2", "Colis cassé, vendeur absent", community.CategorySupport)
	w.said(t, s.Desk, "bolt", "3", "Mon colis est perdu", community.CategorySupport)

	// Nobody changed them yet: those that came with Vigie.
	var list community.Rules
	api.want(200, "GET", "/api/v1/rules", nil, &list)
	shipped := len(list.List)
	if list.Version != 0 || shipped < 10 || !list.List[0].Shipped || !list.List[0].Enabled || !strings.HasPrefix(list.List[0].Name, "Danger :") {
		t.Fatalf("shipped: version %d, %d rules", list.Version, shipped)
	}

	// Try, then add.
	colis := map[string]any{
		"name": "Colis cassés", "condition": map[string]any{"phrase": "colis AND (cassé OR brisé)"},
		"effect": map[string]any{"raise": "critical", "tags": []string{"#Casse"}, "channel": "acme.support"},
	}
	var p community.RulePreview
	api.want(200, "POST", "/api/v1/rules/preview", colis, &p)
	if p.Read != 2 || p.Touched != 1 || p.Right != 0 || len(p.Samples) != 1 || p.Samples[0].Message.ID != "2" || p.Cut {
		t.Errorf("preview: %+v", p)
	}
	var raw struct{ Samples []map[string]any }
	api.want(200, "POST", "/api/v1/rules/preview", colis, &raw)
	if _, ok := raw.Samples[0]["verdict"]; ok || raw.Samples[0]["category"] != "support" {
		t.Errorf("sample: %v", raw.Samples[0])
	}
	var r community.Rule
	api.want(201, "POST", "/api/v1/rules", colis, &r)
	if r.ID != "r1" || r.Version != 1 || !r.Enabled || r.Position != shipped+1 || r.ChangedBy != "u-acme" || !slices.Equal(r.Effect.Tags, []string{"casse"}) {
		t.Errorf("added: %+v", r)
	}
	api.want(200, "GET", "/api/v1/rules", nil, &list)
	if list.Version != 1 || len(list.List) != shipped+1 || list.List[shipped].ID != "r1" {
		t.Errorf("list: version %d, %d rules", list.Version, len(list.List))
	}
	var other community.Rules
	as(t, s, "bolt").want(200, "GET", "/api/v1/rules", nil, &other)
	if other.Version != 0 || len(other.List) != shipped {
		t.Errorf("another brand's list changed: %+v", other.Version)
	}

	// Change it, switch it off, move it; the version must be the present one.
	path := "/api/v1/rules/r1"
	api.want(200, "PATCH", path, map[string]any{"version": 1, "name": "Colis brisés"}, &r)
	if r.Name != "Colis brisés" || r.Version != 2 || r.Condition.Phrase != "colis AND (cassé OR brisé)" || r.Position != shipped+1 {
		t.Errorf("changed: %+v", r)
	}
	var problem Problem
	api.want(409, "PATCH", path, map[string]any{"version": 1, "enabled": false}, &problem)
	if problem.Key != "rule.version" || problem.Version != 2 {
		t.Errorf("stale: %+v", problem)
	}
	api.want(200, "PATCH", path, map[string]any{"version": 2, "enabled": false}, &r)
	if r.Enabled || r.Version != 3 {
		t.Errorf("off: %+v", r)
	}
	api.want(200, "PATCH", path, map[string]any{"version": 3, "position": 1}, &r)
	if r.Position != 1 || r.Version != 4 {
		t.Errorf("moved: %+v", r)
	}
	api.want(200, "GET", "/api/v1/rules", nil, &list)
	ids := make([]string, len(list.List))
	for i, r := range list.List {
		if ids[i] = r.ID; r.Position != i+1 {
			t.Errorf("%s stands at %d, not %d", r.ID, r.Position, i+1)
		}
	}
	if ids[0] != "r1" {
		t.Errorf("first is %s", ids[0])
	}

	// Another order; it must name all of them.
	slices.Reverse(ids)
	api.want(200, "POST", "/api/v1/rules/order", map[string]any{"ids": ids}, &list)
	if list.List[0].ID != ids[0] || list.List[len(ids)-1].ID != "r1" {
		t.Errorf("ordered: %v", list.List[0].ID)
	}
	for _, wrong := range [][]string{ids[1:], append(slices.Clone(ids[1:]), ids[1]), append(slices.Clone(ids), "r9")} {
		api.want(409, "POST", "/api/v1/rules/order", map[string]any{"ids": wrong}, &problem)
	}

	// A preview of one that is there counts it once, and the others beside it.
	colis["id"], colis["condition"] = "r1", map[string]any{"phrase": "colis"}
	api.want(200, "POST", "/api/v1/rules/preview", colis, &p)
	if p.Touched != 2 || len(p.Overlap) != 0 {
		t.Errorf("preview: %+v", p)
	}
	delete(colis, "id")
	api.want(201, "POST", "/api/v1/rules", map[string]any{"name": "absent", "condition": map[string]any{"phrase": "vendeur"}, "effect": map[string]any{"stop": true}}, &r)
	api.want(200, "POST", "/api/v1/rules/preview", colis, &p)
	if len(p.Overlap) != 1 || p.Overlap[0] != (community.RuleOverlap{Rule: r.ID, Name: "absent", Messages: 1}) {
		t.Errorf("overlap: %+v", p.Overlap)
	}

	api.want(409, "DELETE", path+"?version=1", nil, &problem)
	api.want(204, "DELETE", path+"?version=4", nil, nil)
	api.want(404, "DELETE", path, nil, &problem)
	var history struct{ Items []community.RuleChange }
	api.want(200, "GET", "/api/v1/rules/history", nil, &history)
	var verbs []string
	for _, c := range history.Items {
		verbs = append(verbs, c.Verb)
	}
	if got := strings.Join(verbs, " "); got != "added changed disabled changed ordered added deleted" {
		t.Errorf("history: %s", got)
	}
	told := 0
	for _, e := range w.events {
		if e.Type == community.EventRulesChanged {
			told++
			if e.Version != int64(told) || e.Brand != "acme" {
				t.Errorf("told %+v", e)
			}
		}
	}
	if told != 7 {
		t.Errorf("told %d times", told)
	}
}

func TestRulesThatCannotBe(t *testing.T) {
	w := newWorld(t)
	api := as(t, w.server(t), "acme")
	good := func() map[string]any {
		return map[string]any{"name": "n", "condition": map[string]any{"phrase": "colis"}, "effect": map[string]any{"stop": true}}
	}
	for key, with := range map[string]map[string]any{
		"rule.name":          {"name": ""},
		"rule.empty":         {"condition": map[string]any{}},
		"rule.effect":        {"effect": map[string]any{}},
		"rule.tag":           {"effect": map[string]any{"tags": []string{"a b"}}},
		"rule.field":         {"effect": map[string]any{"category": "sav"}},
		"rule.kind":          {"condition": map[string]any{"kinds": []string{"banana"}}},
		"rule.language":      {"condition": map[string]any{"languages": []string{"fr-ca"}}},
		"rule.channel":       {"effect": map[string]any{"channel": "bolt.support"}},
		"phrase.parenthesis": {"condition": map[string]any{"phrase": "(colis"}},
		"body.field":         {"nothing": 1},
	} {
		body := good()
		for name, value := range with {
			body[name] = value
		}
		for _, path := range []string{"/api/v1/rules", "/api/v1/rules/preview"} {
			var p Problem
			api.want(400, "POST", path, body, &p)
			if p.Key != key || p.Detail == "" || strings.Contains(p.Detail, "{") {
				t.Errorf("%s: %+v", key, p)
			}
		}
	}
	if len(w.rules) != 0 {
		t.Error("something was saved")
	}
	var p Problem
	api.want(404, "GET", "/api/v1/rules?brand=bolt", nil, &p)
	api.want(404, "PATCH", "/api/v1/rules/r9", map[string]any{"version": 1, "name": "x"}, &p)
	api.want(400, "PATCH", "/api/v1/rules/r9", map[string]any{"name": "x"}, &p)
}

// TestWhoMayChangeRules lets everybody read by which rules messages are judged,
// and those who lead change them.
func TestWhoMayChangeRules(t *testing.T) {
	w := newWorld(t)
	s := w.server(t)
	rule := map[string]any{"name": "n", "condition": map[string]any{"phrase": "colis"}, "effect": map[string]any{"stop": true}}
	for role, may := range map[community.Role]bool{
		community.RoleAdmin: true, community.RoleSupervisor: true, community.RoleAgent: false, community.RoleBrand: false, community.RoleReader: false,
	} {
		w.tokens[HashToken("token-some")] = community.Viewer{Agent: "some", Grants: []community.Grant{{Brand: "acme", Role: role}}}
		api, want := as(t, s, "some"), 403
		if may {
			want = 200
		}
		api.want(200, "GET", "/api/v1/rules", nil, nil)
		api.want(want, "POST", "/api/v1/rules/preview", rule, nil)
		if may {
			want = 201
		}
		api.want(want, "POST", "/api/v1/rules", rule, nil)
	}
	w.tokens[HashToken("token-some")] = community.Viewer{Grants: []community.Grant{{Brand: "acme", Role: community.RoleAdmin, Channels: []string{"acme.support"}}}}
	as(t, s, "some").want(403, "POST", "/api/v1/rules", rule, nil) // rules are the whole brand's
}

// TestWhyNamesTheRules shows in the conversation which rules decided.
func TestWhyNamesTheRules(t *testing.T) {
	w := newWorld(t)
	s := w.server(t)
	why := &whyView{verdict: community.Verdict{Fired: []string{"fire-fr", "gone"}}}
	m := &community.Matter{Conversation: community.Conversation{Brand: "acme"}}
	if err := s.overruled(t.Context(), community.Viewer{System: true}, "fr", m, why); err != nil {
		t.Fatal(err)
	}
	if len(why.Fired) != 2 || why.Fired[0].Label != "Danger : feu, fumée, explosion (français)" || why.Fired[0].Href != "/settings/rules/fire-fr" || why.Fired[1].Label != "gone" {
		t.Errorf("it says %+v", why.Fired)
	}
}

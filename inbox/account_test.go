package inbox

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/vigie-hq/vigie/community"
)

func TestAccountsAPI(t *testing.T) {
	w := newWorld(t)
	s := w.server(t)
	a := asking(t, s, "Authorization", "Bearer token-acme")
	key := community.AccountKey("acme", "x", "support")

	status, _, out := a.do("GET", "/api/v1/networks", nil)
	if status != 200 || !strings.Contains(out, `"network":"shops"`) || !strings.Contains(out, `"kind":"secret"`) || !strings.Contains(out, `"known":[]`) {
		t.Errorf("networks: %d %s", status, out)
	}
	status, _, out = a.do("GET", "/api/v1/accounts/"+key, nil)
	var sheet struct {
		Key, Network, Name, State string
		Waiting                   int
		Acts                      []community.AccountAct
	}
	if err := json.Unmarshal([]byte(out), &sheet); status != 200 || err != nil || sheet.Key != key || sheet.Name != "support" || sheet.State != "active" || sheet.Acts == nil {
		t.Errorf("account: %d %s %v", status, out, err)
	}
	for _, path := range []string{"/api/v1/accounts/nobody", "/api/v1/accounts/" + community.AccountKey("bolt", "x", "support")} {
		if status, _, out := a.do("GET", path, nil); status != 404 || !strings.Contains(out, "account.unknown") {
			t.Errorf("%s: %d %s", path, status, out)
		}
	}
	status, _, out = a.do("PATCH", "/api/v1/accounts/"+key, map[string]any{"title": "Maison", "role": "store", "sends": false, "active": false})
	if status != 200 || !strings.Contains(out, `"title":"Maison"`) || !strings.Contains(out, `"state":"deactivated"`) || !strings.Contains(out, `"key":"`+key) {
		t.Errorf("changed: %d %s", status, out)
	}
	for field, body := range map[string]map[string]any{"body.field": {"handle": "x"}, "account.field": {"role": "king"}} {
		if status, _, out := a.do("PATCH", "/api/v1/accounts/"+key, body); status != 400 || !strings.Contains(out, field) {
			t.Errorf("%s: %d %s", field, status, out)
		}
	}
	status, _, out = a.do("POST", "/api/v1/accounts/"+key+"/check", nil)
	if status != 200 || !strings.Contains(out, `"checked_at":"2026-11-17T09:00:00Z"`) {
		t.Errorf("checked: %d %s", status, out)
	}
}

func TestConnectingAPI(t *testing.T) {
	w := newWorld(t)
	a := asking(t, w.server(t), "Authorization", "Bearer token-acme")
	connect := func(more map[string]any, token string) (int, string) {
		body := map[string]any{"network": "shops", "values": map[string]string{"token": token}}
		for name, value := range more {
			body[name] = value
		}
		status, _, out := a.do("POST", "/api/v1/accounts", body)
		if token != "" && strings.Contains(out, token) && token != "one" {
			t.Errorf("the secret comes out: %s", out)
		}
		return status, out
	}
	if status, out := connect(nil, ""); status != 400 || !strings.Contains(out, `"key":"connect.field"`) {
		t.Errorf("nothing filled in: %d %s", status, out)
	}
	if status, out := connect(nil, "wrong"); status != 401 || !strings.Contains(out, "network.unauthorised") {
		t.Errorf("refused: %d %s", status, out)
	}
	if status, out := connect(map[string]any{"role": "support"}, "one"); status != 201 || !strings.Contains(out, `"role":"support"`) || !strings.Contains(out, `"found":[]`) {
		t.Errorf("one: %d %s", status, out)
	}
	if status, out := connect(nil, "many-shops-secret"); status != 200 || strings.Count(out, `"id":`) != 3 || !strings.Contains(out, `"connected":[]`) || strings.Contains(out, "choice") {
		t.Errorf("several: %d %s", status, out)
	}
	if status, out := connect(map[string]any{"only": []string{"lyon"}, "role": "store"}, "many-shops-secret"); status != 201 || strings.Count(out, `"key":`) != 1 || !strings.Contains(out, "Maison lyon") {
		t.Errorf("one of several: %d %s", status, out)
	}
	if status, out := connect(map[string]any{"all": true}, "many-shops-secret"); status != 201 || strings.Count(out, `"key":`) != 3 {
		t.Errorf("all: %d %s", status, out)
	}
	bolt := asking(t, w.server(t), "Authorization", "Bearer token-bolt")
	if status, _, out := bolt.do("POST", "/api/v1/accounts?brand=acme", map[string]any{"network": "shops", "values": map[string]string{"token": "one"}}); status != 404 {
		t.Errorf("another's brand: %d %s", status, out)
	}
}

func TestDeedsAPI(t *testing.T) {
	w := newWorld(t)
	s := w.server(t)
	c := w.said(t, s.Desk, "acme", "1", "Où est mon colis ?", community.CategorySupport)
	key := community.Identity{Brand: "acme", Network: "x", ID: "1"}.Key()
	e := w.entries[key]
	e.Message.Can = []community.Ability{{Deed: community.DeedHide}, {Deed: community.DeedDelete, Why: "deed.ours"}}
	w.entries[key] = e
	a := asking(t, s, "Authorization", "Bearer token-acme")
	path := "/api/v1/messages/" + key + "/deeds"
	if status, _, out := a.do("POST", path, map[string]string{"deed": "hide"}); status != 200 || !strings.Contains(out, `"hidden":true`) {
		t.Errorf("hidden: %d %s", status, out)
	}
	if status, _, out := a.do("POST", path, map[string]string{"deed": "delete"}); status != 403 || !strings.Contains(out, "deed.ours") {
		t.Errorf("deleted: %d %s", status, out)
	}
	if status, _, out := a.do("POST", path, map[string]string{"deed": "burn"}); status != 400 || !strings.Contains(out, "deed.form") {
		t.Errorf("burnt: %d %s", status, out)
	}
	if status, _, out := asking(t, s, "Authorization", "Bearer token-bolt").do("POST", path, map[string]string{"deed": "hide"}); status != 404 {
		t.Errorf("another's message: %d %s", status, out)
	}
	if w.conversations[c.ID].Version != c.Version+1 {
		t.Errorf("the conversation is at %d", w.conversations[c.ID].Version)
	}
}

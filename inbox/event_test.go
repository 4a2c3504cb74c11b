package inbox

import (
	"encoding/json"
	"strconv"
	"strings"
	"testing"

	"github.com/vigie-hq/vigie/community"
)

func TestEvents(t *testing.T) {
	w := newWorld(t)
	s := w.server(t)
	url := serve(t, s)
	first := w.said(t, s.Desk, "acme", "1", "a", community.CategorySupport)
	second := w.said(t, s.Desk, "acme", "2", "b", community.CategorySupport)
	n := w.tell(s.Hub, 0)
	ours := strconv.Itoa(n)
	w.said(t, s.Desk, "bolt", "1", "a", community.CategorySupport)
	n = w.tell(s.Hub, n)
	const token = "Bearer token-acme"

	// From the beginning, after an event, and from now on.
	all := listen(t, url+"/api/v1/events?after=0", "Authorization", token)
	e := next(t, all)
	var got community.Event
	if err := json.Unmarshal([]byte(e.data), &got); err != nil || got.Conversation != first.ID || e.id != "1" || e.event != string(got.Type) {
		t.Fatalf("%+v: %v", e, err)
	}
	if strings.Contains(e.data, "Léa") {
		t.Errorf("personal text in %s", e.data)
	}
	for e.id != ours {
		e = next(t, all)
	}
	silent(t, all) // what follows is another brand's
	from := listen(t, url+"/api/v1/events", "Authorization", token, "Last-Event-ID", "1")
	if e := next(t, from); e.id != "2" || !strings.Contains(e.data, second.ID) {
		t.Errorf("resumed at %+v", e)
	}
	now := listen(t, url+"/api/v1/events", "Authorization", token)
	silent(t, now)
	w.said(t, s.Desk, "acme", "3", "c", community.CategorySupport)
	w.tell(s.Hub, n)
	for i, events := range []<-chan told{all, from, now} {
		if e := next(t, events); e.id != strconv.Itoa(n+1) {
			t.Errorf("live %d: %+v", i, e)
		}
	}
}

// TestEventsFromNow begins a stream before anything ever happened.
func TestEventsFromNow(t *testing.T) {
	w := newWorld(t)
	s := w.server(t)
	url := serve(t, s)
	now := listen(t, url+"/api/v1/events", "Authorization", "Bearer token-acme")
	w.said(t, s.Desk, "acme", "1", "a", community.CategorySupport)
	w.tell(s.Hub, 0)
	if e := next(t, now); e.id != "1" {
		t.Errorf("%+v", e)
	}
}

// TestEventsOfAChannel tells a token for one channel of that channel only.
func TestEventsOfAChannel(t *testing.T) {
	w := newWorld(t)
	w.tokens[HashToken("narrow")] = community.Viewer{Agent: "n", Grants: []community.Grant{
		{Brand: "acme", Role: community.RoleAgent, Channels: []string{"acme.brand"}},
	}}
	s := w.server(t)
	url := serve(t, s)
	w.said(t, s.Desk, "acme", "1", "a", community.CategorySupport)
	c := w.said(t, s.Desk, "acme", "2", "b", community.CategoryBrand)
	w.tell(s.Hub, 0)
	events := listen(t, url+"/api/v1/events?after=0", "Authorization", "Bearer narrow")
	if e := next(t, events); !strings.Contains(e.data, c.ID) {
		t.Errorf("%+v", e)
	}
	silent(t, events)
}

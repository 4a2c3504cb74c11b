package inbox

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/vigie-hq/vigie/community"
)

// TestStranger: a token is told by the name it was given.
func TestStranger(t *testing.T) {
	if p := stranger("token:demo"); p.Name != "demo (API)" || p.Initials != "DE" || p.ID != "token:demo" {
		t.Errorf("%+v", p)
	}
	if p := stranger("u-gone"); p.Name != "u-gone" {
		t.Errorf("%+v", p)
	}
}

// TestOwners: the form of a complaint never proposes another owner than the
// present one, and offers nobody who could not work on it.
func TestOwners(t *testing.T) {
	_, s := newStage(t)
	grant := func(r community.Role) []community.Grant { return []community.Grant{{Brand: stageBrand, Role: r}} }
	agents := []community.Agent{
		{ID: "a", Name: "Ada", Active: true, Grants: grant(community.RoleAgent)},
		{ID: "r", Name: "Rosa", Active: true, Grants: grant(community.RoleReader)},
	}
	for owner, want := range map[string]string{"a": "*Ada", "r": "Ada *Rosa", "": "*Nobody Ada", "token:demo": "*demo (API) Ada"} {
		var got []string
		for _, o := range s.owners("en", &community.Complaint{Brand: stageBrand, Owner: owner}, agents) {
			if o.On {
				o.Label = "*" + o.Label
			}
			got = append(got, o.Label)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%q: %q, want %q", owner, got, want)
		}
	}
}

// TestWatchCounts: a heading says a number where it is the number of what
// stands under it, and nowhere else.
func TestWatchCounts(t *testing.T) {
	_, s := newStage(t)
	tally := community.Tally{Views: map[string]int{community.ViewLate: 2, community.ViewSoon: 4}}
	for _, c := range []struct {
		key, view, want string
		own             community.Query
	}{
		{watchLate, community.ViewOpen, "2", community.Query{}},
		{watchSoon, community.ViewOpen, "4", community.Query{}},
		{watchLate, community.ViewLate, "2", community.Query{}},
		{watchSoon, community.ViewMine, "", community.Query{}},
		{watchLate, community.ViewUnassigned, "", community.Query{}},
		{watchLate, community.ViewOpen, "", community.Query{Q: "colis"}},
		{watchToday, community.ViewOpen, "", community.Query{}},
	} {
		if got := s.watch("en", c.key, c.view, c.own, tally).Count; got != c.want {
			t.Errorf("%s in %s: %q, want %q", c.key, c.view, got, c.want)
		}
	}
}

func TestTicks(t *testing.T) {
	for _, c := range []struct {
		pos, neg int
		unit     float64
		want     []int
	}{
		{100, 100, 1, []int{50, 100, -50, -100}},
		{13, 46, 3.2, []int{13, -20, -40}},
		{1, 60, 3, []int{1, -20, -40}},
		{45, 12, 3.3, []int{20, 40, -12}},
	} {
		if got := ticks(c.pos, c.neg, c.unit); !slices.Equal(got, c.want) {
			t.Errorf("%d over %d: %v, want %v", c.pos, c.neg, got, c.want)
		}
	}
}

// TestStopSaysWhatIsTrue: that nothing is lost is said to who was writing; an
// invitation that was used says what to do.
func TestStopSaysWhatIsTrue(t *testing.T) {
	_, v := newVisitor(t)
	if _, _, page := v.ask(http.MethodGet, "/nowhere", nil); strings.Contains(page, T("fr", "stop.safe")) {
		t.Error("a page that is not there speaks of what was written")
	}
	if _, _, page := v.ask(http.MethodPost, "/c/nobody/close", map[string][]string{}); !strings.Contains(page, T("fr", "stop.safe")) {
		t.Error("a refused form does not say that nothing is lost")
	}
	v.cookie = ""
	_, _, page := v.ask(http.MethodGet, "/invite/spent", nil)
	if !strings.Contains(page, T("en", "stop.invite")) || !strings.Contains(page, `href="/sign-in"`) || strings.Contains(page, T("en", "stop.safe")) {
		t.Error(page)
	}
}

// TestLimitSentence: a limit is told as one, a form as a form.
func TestLimitSentence(t *testing.T) {
	for want, arg := range map[string]any{
		"Field “text” is too long: 512 at most.": 512, "The field “text” is not valid (wanted: string).": "string",
	} {
		if got := sayFault("en", community.Faultf(community.Invalid, "message.field", "text", arg)); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

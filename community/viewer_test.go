package community

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// TestRights is the matrix again, as a table to be read: a column a role
// (admin supervisor agent brand reader), a row an action.
func TestRights(t *testing.T) {
	table := map[Action]string{
		ActionRead:     "x x x x x",
		ActionPrivate:  "x x x . .",
		ActionReport:   "x x x x .",
		ActionNote:     "x x x x .",
		ActionReply:    "x x x . .",
		ActionHandoff:  "x x x . .",
		ActionAssign:   "x x x . .",
		ActionCorrect:  "x x x . .",
		ActionClose:    "x x x . .",
		ActionEscalate: "x x x . .",
		ActionModerate: "x x . . .",
		ActionSettings: "x . . . .",
		ActionImport:   "x . . . .",
		ActionRule:     "x x . . .",
		ActionAudit:    "x x x . .",
		ActionModel:    "x . . . .",
		ActionCost:     "x x . x .",
	}
	if len(table) != len(Actions()) {
		t.Fatalf("%d actions in the table, %d in the code", len(table), len(Actions()))
	}
	for action, row := range table {
		for i, cell := range strings.Fields(row) {
			role, want := Roles()[i], cell == "x"
			everywhere := Viewer{Grants: []Grant{{Brand: "a", Role: role}}}
			here := Viewer{Grants: []Grant{{Brand: "a", Role: role, Channels: []string{"sav", "eu"}}}}
			for _, c := range []struct {
				v              Viewer
				brand, channel string
				want           bool
			}{
				{everywhere, "a", "sav", want},
				{everywhere, "a", "", want},
				{everywhere, "b", "sav", false},
				{everywhere, "", "", false},
				{here, "a", "sav", want},
				{here, "a", "eu", want},
				{here, "a", "other", false},
				{here, "a", "", false},
				{here, "b", "sav", false},
				{Viewer{}, "a", "sav", false},
				{Viewer{System: true}, "a", "sav", true},
			} {
				if got := c.v.May(action, c.brand, c.channel); got != c.want {
					t.Errorf("%s %s in %q/%q with %+v: %v", role, action, c.brand, c.channel, c.v.Grants, got)
				}
			}
		}
	}
	if Role("owner").May(ActionRead) || (Viewer{Grants: []Grant{{Brand: "", Role: RoleAdmin}}}).May(ActionRead, "", "") {
		t.Error("an unknown role or an empty brand opens nothing")
	}
}

// TestViewerListsAgree: what Channels and Brands list is what May allows, and
// nothing crosses from a brand to another.
func TestViewerListsAgree(t *testing.T) {
	names := rapid.SampledFrom([]string{"a", "b", "c"})
	rapid.Check(t, func(t *rapid.T) {
		v := Viewer{Grants: rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Grant {
			return Grant{names.Draw(t, "brand"), rapid.SampledFrom(Roles()).Draw(t, "role"), rapid.SliceOfN(names, 0, 2).Draw(t, "channels")}
		}), 0, 4).Draw(t, "grants")}
		brand, channel, action := names.Draw(t, "brand"), names.Draw(t, "channel"), rapid.SampledFrom(Actions()).Draw(t, "action")
		list, all := v.ChannelsFor(action, brand)
		if got := all || slices.Contains(list, channel); got != v.May(action, brand, channel) {
			t.Fatalf("%v %v, May %v", list, all, !got)
		}
		if all != v.May(action, brand, "") {
			t.Fatalf("all %v, May without channel %v", all, !all)
		}
		list, all = v.Channels(brand)
		if reads := slices.Contains(v.Brands(), brand); reads != (all || len(list) > 0) {
			t.Fatalf("brands %v, channels %v %v", v.Brands(), list, all)
		}
		if !v.May(ActionRead, brand, channel) && v.Sees(brand, channel, false) || v.Sees(brand, channel, true) && !v.May(ActionPrivate, brand, channel) {
			t.Fatal("sees more than he may")
		}
		only := v
		only.Grants = slices.DeleteFunc(slices.Clone(v.Grants), func(g Grant) bool { return g.Brand != brand })
		if only.May(action, brand, channel) != v.May(action, brand, channel) {
			t.Fatal("another brand's grant counted")
		}
	})
}

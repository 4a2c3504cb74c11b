package main

import (
	"net/url"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/vigie-hq/vigie/community"
	"github.com/vigie-hq/vigie/community/desk"
)

// TestNamesThatKeepTheirKey: a name that would be kept as another one is refused,
// and one that is made unique is not cut within a character.
func TestNamesThatKeepTheirKey(t *testing.T) {
	m, ctx := newArcadeHouse(t), t.Context()
	in := m.form("token", shopSecret)
	for _, name := range []string{"caf\xe9", "a\x00b", strings.Repeat("x", community.MaxID+1)} {
		in.Name = name
		_, err := m.Connect(ctx, m.ada, in)
		fault(t, name, err, community.Invalid, "account.field [name]")
	}
	long := strings.Repeat("é", community.MaxID/2)
	for i := range 2 {
		found := shop(i+1, shopSecret)
		found.Account.Name, found.Account.Network = long, "arcade"
		taken, err := m.desk.Connect(ctx, m.ada, m.acme, []desk.Connected{{Account: found.Account}})
		if err != nil {
			t.Fatal(err)
		}
		s, err := m.reader.Standing(ctx, m.ada, taken[0].Key())
		if err != nil || s.Account.Key() != s.Key || !utf8.ValidString(s.Name) {
			t.Errorf("%q is kept under %s, %v", s.Name, s.Key, err)
		}
	}
}

// TestACheckOfTheTokenBefore: what a check says of a token that was replaced while
// it ran does not park the account.
func TestACheckOfTheTokenBefore(t *testing.T) {
	m, ctx := newArcadeHouse(t), t.Context()
	step, err := m.Connect(ctx, m.ada, m.form("token", shopSecret))
	if err != nil {
		t.Fatal(err)
	}
	m.arcade.fault = community.Faultf(community.Unauthorised, "network.unauthorised")
	m.arcade.meanwhile = func() {
		time.Sleep(2 * time.Millisecond) // the clock of Since counts in those
		if _, err := m.Connect(ctx, m.ada, m.form("token", shopSecret)); err != nil {
			t.Error(err)
		}
	}
	s, err := m.Check(ctx, m.ada, step.Connected[0].Key())
	if err != nil || s.State != community.AccountActive {
		t.Errorf("it stands as %s, %v", s.State, err)
	}
}

// TestRightsAreLostMeanwhile: whoever may connect no more when the browser comes
// back, or when he has chosen, connects nothing; his state is used up.
func TestRightsAreLostMeanwhile(t *testing.T) {
	m, ctx := newArcadeHouse(t), t.Context()
	step, err := m.Connect(ctx, m.ada, m.form())
	if err != nil {
		t.Fatal(err)
	}
	demoted := community.Viewer{Agent: "ada", Grants: []community.Grant{{Brand: m.acme, Role: community.RoleSupervisor}}}
	back := url.Values{"state": {stateOf(t, step)}, "code": {"3"}}
	_, err = m.Back(ctx, demoted, "s1", back)
	fault(t, "a supervisor by now", err, community.Forbidden, "viewer.account")
	_, err = m.Back(ctx, m.ada, "s1", back)
	fault(t, "the state again", err, community.Invalid, "connect.state")
	if step, err = m.Connect(ctx, m.ada, m.form()); err != nil {
		t.Fatal(err)
	}
	if step, err = m.Back(ctx, m.ada, "s1", url.Values{"state": {stateOf(t, step)}, "code": {"3"}}); err != nil {
		t.Fatal(err)
	}
	for _, v := range []community.Viewer{demoted, m.bob} {
		if _, err = m.Choose(ctx, v, "s1", step.Choice, []community.Chosen{{ID: "1"}}); err == nil {
			t.Errorf("%s chose", v.Agent)
		}
		if _, err = m.Found(ctx, v, "s1", step.Choice); err == nil {
			t.Errorf("%s saw what was found", v.Agent)
		}
	}
	if list, err := m.reader.Standings(ctx, m.ada, m.acme); err != nil || len(list) != 0 {
		t.Errorf("%d are connected, %v", len(list), err)
	}
}

package community

import (
	"strings"
	"testing"
)

func TestMayHandOff(t *testing.T) {
	for name, c := range map[string]struct {
		change func(from, to *Account)
		key    string
	}{
		"corporate to support": {func(_, _ *Account) {}, ""},
		"store to support":     {func(from, _ *Account) { from.Role = RoleStore }, ""},
		"support to support":   {func(from, _ *Account) { from.Role = RoleSupport }, "handoff.from"},
		"to a store":           {func(_, to *Account) { to.Role = RoleStore }, "handoff.to"},
		"to another brand":     {func(_, to *Account) { to.Brand = "other" }, "handoff.brand"},
		"to another network":   {func(_, to *Account) { to.Network = "x" }, "handoff.network"},
		"to a dead account":    {func(_, to *Account) { to.State = AccountReconnect }, "handoff.inactive"},
		"to one that is mute":  {func(_, to *Account) { to.Sends = false }, "handoff.inactive"},
	} {
		from := Account{Brand: "b", Network: "mastodon", Role: RoleCorporate}
		to := Account{Brand: "b", Network: "mastodon", Role: RoleSupport, State: AccountActive, Sends: true}
		c.change(&from, &to)
		err := MayHandOff(&from, &to)
		if key1(err) != c.key || (err != nil && KindOf(err) != Forbidden) {
			t.Errorf("%s: %v, want %q", name, err, c.key)
		}
	}
}

func TestHandoffText(t *testing.T) {
	for _, c := range []struct {
		lang    string
		private bool
		begins  string
	}{
		{"fr", false, "Bonjour"}, {"fr-CA", true, "Bonjour"}, {"en", false, "Hello"}, {"", true, "Hello"}, {"frr", false, "Hello"},
	} {
		got := HandoffText(c.lang, "@care", c.private)
		if !strings.HasPrefix(got, c.begins) || strings.Count(got, "@care") != 1 || strings.Contains(got, "@@") || got != HandoffText(c.lang, "care", c.private) {
			t.Errorf("%q %v: %s", c.lang, c.private, got)
		}
	}
}

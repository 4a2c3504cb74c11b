package community

import (
	"testing"
	"time"
)

func TestIdentityKeyTellsPartsApart(t *testing.T) {
	seen := map[string]Identity{}
	for _, id := range []Identity{
		{"b", "x", "", "1"},
		{"b", "x", "1", ""},
		{"bx", "", "", "1"},
		{"b", "x1", "", ""},
		{"b", "mastodon", "a.example", "1"},
		{"b", "mastodon", "b.example", "1"},
		{"c", "x", "", "1"},
	} {
		k := id.Key()
		if len(k) != 27 || k[0] != 'm' {
			t.Errorf("key of %v is %q", id, k)
		}
		if other, ok := seen[k]; ok {
			t.Errorf("%v and %v share a key", id, other)
		}
		seen[k] = id
	}
}

func TestClockStart(t *testing.T) {
	received := time.Date(2026, 11, 2, 12, 0, 0, 0, time.UTC)
	for _, tt := range []struct {
		name    string
		created time.Time
		lag     time.Duration
		want    time.Time
	}{
		{"within the known lag", received.Add(-2 * time.Minute), 5 * time.Minute, received.Add(-2 * time.Minute)},
		{"older than the lag", received.Add(-time.Hour), 5 * time.Minute, received.Add(-5 * time.Minute)},
		{"dated 1970", time.Unix(0, 0), time.Minute, received.Add(-time.Minute)},
		{"dated 2100", time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC), time.Minute, received},
		{"no date", time.Time{}, time.Minute, received},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m := Message{CreatedAt: tt.created, ReceivedAt: received, Lag: tt.lag}
			if got := m.ClockStart(); !got.Equal(tt.want) {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}

func TestHashFollowsContentOnly(t *testing.T) {
	a := Message{Text: "où est mon colis", ReceivedAt: time.Now()}
	b := Message{Text: "où est mon colis", Author: Author{Followers: 12}}
	c := Message{Text: "où est mon colis ?"}
	d := Message{Text: "où est mon colis", Media: []Media{{Type: "image", URL: "https://example.org/1"}}}
	if a.Hash() != b.Hash() {
		t.Error("the same words have two hashes")
	}
	if a.Hash() == c.Hash() || a.Hash() == d.Hash() {
		t.Error("other content has the same hash")
	}
}

func TestOurs(t *testing.T) {
	accounts := Accounts{
		{Brand: "b", Network: "x", Name: "brand", NativeID: "7", Handle: "maison"},
		{Brand: "b", Network: "mastodon", Name: "care", Handle: "aide"},
	}
	for _, tt := range []struct {
		name string
		m    Message
		want bool
	}{
		{"by native id", Message{Brand: "b", Network: "x", Author: Author{ID: "7", Handle: "renamed"}}, true},
		{"a namesake with another id", Message{Brand: "b", Network: "x", Author: Author{ID: "8", Handle: "maison"}}, false},
		{"by handle", Message{Brand: "b", Network: "mastodon", Author: Author{ID: "9", Handle: "Aide"}}, true},
		{"another brand's", Message{Brand: "c", Network: "x", Author: Author{ID: "7"}}, false},
		{"another network's", Message{Brand: "b", Network: "mastodon", Author: Author{ID: "7", Handle: "x"}}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if _, got := accounts.Ours(&tt.m); got != tt.want {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}

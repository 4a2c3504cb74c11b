package storetest

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/vigie-hq/vigie/community"
	"github.com/vigie-hq/vigie/community/desk"
)

// crowd files many different conversations of two brands.
func (b *Bench) crowd(t testing.TB, n int) []community.Conversation {
	t.Helper()
	b.brands(t, "a", "b")
	out := make([]community.Conversation, n)
	b.write(t, func(tx desk.Tx) error {
		for i := range n {
			m := message([]string{"a", "a", "b"}[i%3], i)
			m.Network = []string{"x", "facebook"}[i/2%2]
			m.Private = i%11 < 4
			c := conversation(fmt.Sprint("c", i), m)
			vary(&c, i)
			out[i] = c
			if err := put(t, tx, c, m); err != nil {
				return err
			}
		}
		return nil
	})
	return out
}

// vary makes a conversation differ in everything a list filters by; several
// share each due date and each time.
func vary(c *community.Conversation, i int) {
	pick := func(n, every int) int { return i / every % n }
	c.Status = community.Statuses()[pick(4, 1)]
	c.Category = community.Categories()[pick(4, 3)]
	c.Urgency = community.Urgencies()[pick(4, 5)]
	c.Sentiment = community.Sentiments()[pick(3, 2)]
	c.Reason = community.Reasons()[pick(12, 1)]
	c.Channel = []string{c.Brand + ".support", c.Brand + ".brand", ""}[pick(3, 4)]
	c.Assignee = []string{"", "lea", "agent-a"}[pick(3, 1)]
	c.Triage, c.ReplyState = i%7 == 0, []string{"", "refused", "draft", "returned", "unknown"}[pick(5, 6)]
	c.LastAt = Clock().Add(time.Duration(pick(9, 1)) * time.Minute)
	if c.Status == community.Open && i%5 != 0 {
		c.Due = Clock().Add(time.Duration(pick(8, 1)-3) * 20 * time.Minute)
	}
}

// wanted is the rule a list follows, written once more and plainly.
func wanted(v community.Viewer, q community.Query, c *community.Conversation) bool {
	in := func(n int, has bool) bool { return n == 0 || has }
	late, soon := c.Due.Before(Clock()), !c.Due.After(Clock().Add(community.SoonWithin))
	due := !c.Due.IsZero()
	sla := map[community.SLAState]bool{"": true, community.SLANone: !due, community.SLALate: due && late, community.SLASoon: due && !late && soon, community.SLAOK: due && !soon}
	trouble := slices.Contains([]string{"refused", "unknown", "returned"}, c.ReplyState)
	assignee := map[string]string{community.Unassigned: "", community.Mine: v.Agent}
	who, special := assignee[q.Assignee]
	if !special {
		who = q.Assignee
	}
	return v.Sees(c.Brand, c.Channel, c.Private) && (q.Brand == "" || q.Brand == c.Brand) && sla[q.SLA] &&
		in(len(q.Status), slices.Contains(q.Status, c.Status)) && in(len(q.Category), slices.Contains(q.Category, c.Category)) &&
		in(len(q.Urgency), slices.Contains(q.Urgency, c.Urgency)) && in(len(q.Sentiment), slices.Contains(q.Sentiment, c.Sentiment)) &&
		in(len(q.Reason), slices.Contains(q.Reason, c.Reason)) && in(len(q.Channel), slices.Contains(q.Channel, c.Channel)) &&
		in(len(q.Account), slices.Contains(q.Account, c.Account)) && in(len(q.Network), slices.Contains(q.Network, c.Network)) &&
		(q.Assignee == "" || c.Assignee == who && (q.Assignee != community.Mine || who != "")) && (!q.Triage || c.Triage) && (!q.Trouble || trouble)
}

// before is the order of a list. What is equal may stand either way, but always
// the same way.
func before(q community.Query, a, b *community.Conversation) int {
	switch q.Sort {
	case community.SortOldest:
		return a.LastAt.Compare(b.LastAt)
	case community.SortNewest:
		return b.LastAt.Compare(a.LastAt)
	}
	switch {
	case a.Due.IsZero() && b.Due.IsZero():
		return b.LastAt.Compare(a.LastAt)
	case a.Due.IsZero():
		return 1
	case b.Due.IsZero():
		return -1
	}
	return a.Due.Compare(b.Due)
}

func some[T any](r *rapid.T, name string, from []T) []T {
	if rapid.IntRange(0, 2).Draw(r, name+"?") > 0 {
		return nil
	}
	return rapid.SliceOfN(rapid.SampledFrom(from), 1, 2).Draw(r, name)
}

func drawQuery(r *rapid.T) community.Query {
	return community.Query{
		Brand:     rapid.SampledFrom([]string{"", "a", "a", "b", "c"}).Draw(r, "brand"),
		Status:    some(r, "status", community.Statuses()),
		Category:  some(r, "category", community.Categories()),
		Urgency:   some(r, "urgency", community.Urgencies()),
		Sentiment: some(r, "sentiment", community.Sentiments()),
		Reason:    some(r, "reason", community.Reasons()),
		Channel:   some(r, "channel", []string{"a.support", "b.support", "nowhere"}),
		Network:   some(r, "network", []string{"x", "facebook", "nowhere"}),
		Account:   some(r, "account", []string{community.AccountKey("a", "x", "brand"), "nowhere"}),
		Assignee:  rapid.SampledFrom([]string{"", "", "", community.Mine, community.Unassigned, "lea", "nobody"}).Draw(r, "assignee"),
		SLA:       rapid.SampledFrom([]community.SLAState{"", "", community.SLALate, community.SLASoon, community.SLAOK, community.SLANone}).Draw(r, "sla"),
		Triage:    rapid.IntRange(0, 5).Draw(r, "triage") == 0,
		Trouble:   rapid.IntRange(0, 5).Draw(r, "trouble") == 0,
		Sort:      rapid.SampledFrom([]community.Sort{community.SortDue, community.SortNewest, community.SortOldest}).Draw(r, "sort"),
	}
}

func viewers() []community.Viewer {
	return []community.Viewer{
		system(), agentOf("a", community.RoleAgent), agentOf("b", community.RoleReader), agentOf("a", community.RoleAgent, "a.support"),
		agentOf("a", community.RoleBrand, "a.brand", "b.brand"),
		mixed("a.support"), mixed("a.support", "a.brand"),
		{},
		agentOf("", community.RoleAdmin),
	}
}

// mixed reads private messages in one channel only of those it sees: all of
// brand a, or the ones named.
func mixed(private string, channels ...string) community.Viewer {
	return community.Viewer{Agent: "agent-a", Grants: []community.Grant{
		{Brand: "a", Role: community.RoleReader, Channels: channels},
		{Brand: "a", Role: community.RoleAgent, Channels: []string{private}},
	}}
}

// testLists compares with the rule what every viewer lists and finds unasked,
// then random queries of random viewers.
func testLists(t *testing.T, fresh func(testing.TB) Bench) {
	b := fresh(t)
	all := b.crowd(t, 240)
	for _, v := range viewers() {
		for _, sort := range []community.Sort{community.SortDue, community.SortNewest} {
			for _, words := range []string{"", "colis"} { // everybody writes of a parcel
				b.listed(t, t, all, v, community.Query{Q: words, Sort: sort}, 50)
			}
		}
	}
	rapid.Check(t, func(r *rapid.T) {
		q, v := drawQuery(r), rapid.SampledFrom(viewers()).Draw(r, "viewer")
		size := rapid.SampledFrom([]int{1, 7, 50, 200}).Draw(r, "size")
		if size == 1 {
			q.Status = []community.Status{community.Open}
		}
		if rapid.Bool().Draw(r, "search") {
			q.Q = rapid.SampledFrom([]string{"colis", "coli", "OÙ est", `"mon colis"`}).Draw(r, "q")
		}
		b.listed(t, r, all, v, q, size)
	})
	for _, bad := range []community.Query{{Sort: "upwards"}, {Status: []community.Status{"ajar"}}, {Cursor: "?"}, {Cursor: "AAA"}} {
		_, err := b.Reader.Conversations(t.Context(), system(), bad)
		isKind(t, err, community.Invalid)
	}
}

// listed compares one query's answer, in pages of size, with the rule.
func (b *Bench) listed(t testing.TB, r interface{ Fatalf(string, ...any) }, all []community.Conversation, v community.Viewer, q community.Query, size int) {
	t.Helper()
	want := map[string]bool{}
	for i := range all {
		if wanted(v, q, &all[i]) {
			want[all[i].ID] = true
		}
	}
	got := b.every(t, v, q, size)
	for i := range got {
		if !want[got[i].ID] {
			r.Fatalf("%s is not wanted, or twice: %+v of %+v", got[i].ID, q, v)
		}
		delete(want, got[i].ID)
		if i > 0 && before(q, &got[i-1], &got[i]) > 0 {
			r.Fatalf("%s stands before %s: %+v of %+v", got[i-1].ID, got[i].ID, q, v)
		}
	}
	if len(want) > 0 {
		r.Fatalf("missing: %v of %d: %+v of %+v", slices.Sorted(maps.Keys(want)), len(got), q, v)
	}
	n, err := b.Reader.Count(t.Context(), v, q)
	if err != nil || n.N != len(got) || n.Over {
		r.Fatalf("counted %+v, %v; listed %d", n, err, len(got))
	}
}

// testPages reads a list while conversations come and go: what was there all
// along is read exactly once.
func testPages(t *testing.T, fresh func(testing.TB) Bench) {
	for _, sort := range []community.Sort{community.SortDue, community.SortNewest, community.SortOldest} {
		b := fresh(t)
		all := b.crowd(t, 90)
		seen := map[string]int{}
		q := community.Query{Sort: sort, Limit: 10}
		for n := 0; ; n++ {
			page := must[community.Page[community.Conversation]](t)(b.Reader.Conversations(t.Context(), system(), q))
			for _, id := range ids(page) {
				seen[id]++
			}
			if q.Cursor = page.Next; q.Cursor == "" {
				break
			}
			for k := range 3 { // before, among and after what was read
				i := 1000 + 10*n + k
				b.file(t, fmt.Sprint("new", i), message("a", i), func(c *community.Conversation) { vary(c, i) })
			}
		}
		for i := range all {
			same(t, fmt.Sprint(all[i].ID, " by ", sort), seen[all[i].ID], 1)
		}
	}
}

// testCounters changes conversations at random and recounts after each change.
func testCounters(t *testing.T, fresh func(testing.TB) Bench) {
	rapid.Check(t, func(r *rapid.T) {
		b := fresh(t)
		all := b.crowd(t, 12)
		for range rapid.IntRange(1, 6).Draw(r, "changes") {
			i := rapid.IntRange(0, len(all)-1).Draw(r, "which")
			undo := rapid.IntRange(0, 4).Draw(r, "undo") == 0
			next := all[i]
			vary(&next, rapid.IntRange(0, 500).Draw(r, "how"))
			next.Private = rapid.Bool().Draw(r, "private")
			next.Version++
			err := b.Store.Batch(t.Context(), func(tx desk.Tx) error {
				if err := tx.PutConversation(t.Context(), &all[i], &next); err != nil {
					return err
				}
				if undo {
					return errUndo
				}
				return nil
			})
			if !undo {
				ok(t, err)
				all[i] = next
			}
		}
		if rapid.Bool().Draw(r, "merge") {
			b.write(t, func(tx desk.Tx) error { return tx.Merge(t.Context(), &all[0], &all[1]) })
		}
		for _, v := range viewers() {
			b.agree(t, v, rapid.SampledFrom([]string{"", "a", "b"}).Draw(r, "brand"))
		}
	})
}

// agree compares the tally with a recount of the lists behind it.
func (b *Bench) agree(t testing.TB, v community.Viewer, brand string) {
	t.Helper()
	tally := must[community.Tally](t)(b.Reader.Tally(t.Context(), v, brand))
	for view, n := range tally.Views {
		q, known := community.ViewQuery(view)
		same(t, "view "+view, known, true)
		q.Brand = brand
		same(t, "view "+view, n, len(b.every(t, v, q, 200)))
	}
	counted := map[string]map[string]int{}
	for _, c := range b.every(t, v, community.Query{Brand: brand, Status: []community.Status{community.Open}}, 200) {
		for dim, value := range map[string]string{
			"assignee": c.Assignee, "category": string(c.Category), "urgency": string(c.Urgency), "sentiment": string(c.Sentiment),
			"reason": string(c.Reason), "network": c.Network, "account": c.Account, "channel": c.Channel,
		} {
			if counted[dim] == nil {
				counted[dim] = map[string]int{}
			}
			counted[dim][value]++
		}
	}
	for dim, values := range tally.Facets {
		for value, n := range values {
			same(t, dim+" "+value, n, counted[dim][value])
		}
		same(t, "values of "+dim, len(values), len(counted[dim]))
	}
	same(t, "dimensions", cmp.Compare(len(tally.Facets), len(counted)) >= 0, true)
}

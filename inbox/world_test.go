package inbox

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/vigie-hq/vigie/community"
	"github.com/vigie-hq/vigie/community/desk"
)

// world is a small installation in memory: a strict Reader, Door, Intake,
// Explainer, desk.Store and desk.Sender over the same maps, with two brands that
// must not see each other.
type world struct {
	mu sync.Mutex
	at time.Time

	settings      map[string]*desk.Settings
	agents        map[string]community.Agent
	entries       map[string]community.Entry
	conversations map[string]community.Conversation
	deadlines     map[string][]community.Deadline
	replies       map[string]community.Reply
	notes         []community.Note
	acts          []community.Act
	complaints    map[string]community.Complaint
	events        []community.Event
	taken         []community.Message
	rules         map[string]community.Rules
	ruleChanges   []community.RuleChange
	corrections   []community.Correction
	drawn         map[string]desk.Drawn // the audit sample
	lineup        community.Lineup
	standings     map[string]community.Standing // by account key
	accountActs   []community.AccountAct
	ledger        []community.LedgerRow // the newest of an account first
	costs         []community.CostRow
	full          bool // the receivers are behind

	passwords map[string]string
	sessions  map[string]community.Session
	tokens    map[string]community.Viewer
	invites   map[string]time.Time
	attempts  map[string]int
}

// worldNow is a Tuesday morning.
var worldNow = time.Date(2026, 11, 17, 9, 0, 0, 0, time.UTC)

func newWorld(t testing.TB) *world {
	t.Helper()
	w := &world{
		at: worldNow, rules: map[string]community.Rules{}, drawn: map[string]desk.Drawn{}, settings: map[string]*desk.Settings{}, agents: map[string]community.Agent{}, entries: map[string]community.Entry{},
		conversations: map[string]community.Conversation{}, deadlines: map[string][]community.Deadline{}, replies: map[string]community.Reply{},
		complaints: map[string]community.Complaint{}, passwords: map[string]string{}, sessions: map[string]community.Session{},
		tokens: map[string]community.Viewer{}, invites: map[string]time.Time{}, attempts: map[string]int{}, standings: map[string]community.Standing{},
	}
	for _, id := range []string{"acme", "bolt"} {
		brand := community.Brand{ID: id, Name: strings.ToUpper(id), Lang: "fr", Calendar: community.AlwaysOpen()}
		s := &desk.Settings{Brand: brand, Channels: community.DefaultChannels(brand), Hours: map[string]*community.Hours{}}
		hours, err := community.Compile(brand.Calendar)
		if err != nil {
			t.Fatal(err)
		}
		s.Hours[id] = hours
		for _, c := range s.Channels {
			s.Hours[c.ID] = hours
		}
		for _, role := range []community.AccountRole{community.RoleCorporate, community.RoleSupport} {
			s.Accounts = append(s.Accounts, community.Account{
				Brand: id, Network: "x", Name: string(role), Role: role, NativeID: id + string(role), Handle: id + string(role),
				Title: strings.ToUpper(id), Collects: true, Sends: true, State: community.AccountActive,
			})
		}
		w.settings[id] = s
		w.tokens[HashToken("token-"+id)] = community.Viewer{Agent: "u-" + id, Name: "Ada", Grants: []community.Grant{{Brand: id, Role: community.RoleAdmin}}}
		w.agents["u-"+id] = community.Agent{
			ID: "u-" + id, Email: "ada@" + id + ".test", Name: "Ada " + id, Lang: "fr", Active: true,
			Grants: []community.Grant{{Brand: id, Role: community.RoleAdmin}},
		}
	}
	return w
}

// said puts a customer's message through the desk, as the stream would, and
// returns its conversation.
func (w *world) said(t testing.TB, d *desk.Desk, brand, id, text string, category community.Category) community.Conversation {
	t.Helper()
	m := community.Message{
		V: 1, Brand: brand, Network: "x", Account: "corporate", ID: id, Thread: id, Kind: community.KindMention,
		Author: community.Author{ID: "p" + id, Handle: "lea" + id, Name: "Léa"}, Text: text, Lang: "fr", CanReply: true,
		CreatedAt: w.Now().Add(-time.Minute), ReceivedAt: w.Now(), Origin: community.Live,
	}
	v := (&world{}).Explain(m)
	v.Category.Label = string(category)
	if err := d.Receive(t.Context(), []desk.Delivery{{Classified: community.Classified{Message: m, Verdict: v}}}); err != nil {
		t.Fatal(err)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.conversations[w.entries[m.Identity().Key()].Conversation]
}

func missing(key string) error { return community.Faultf(community.NotFound, key) }

func (w *world) Take(_ context.Context, ms []community.Message) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.full {
		return community.Faultf(community.Limited, "intake.behind")
	}
	w.taken = append(w.taken, ms...)
	return nil
}

func (w *world) Explain(community.Message) community.Verdict {
	head := func(label string) community.Head { return community.Head{Label: label, P: 0.9} }
	return community.Verdict{
		Category: head("support"), Urgency: community.UrgencyHead{Head: head("high"), Score: 0.8}, Sentiment: head("negative"),
		Reason: head("delivery"), Language: head("fr"), Complaint: head("no"), Model: "test",
		Evidence: []community.Evidence{{Start: 0, End: 5, Head: "category", Weight: 1}},
	}
}

// Readings hesitates between two categories.
func (w *world) Readings(m community.Message) []community.Reading {
	var out []community.Reading
	for i, c := range community.Categories() {
		out = append(out, community.Reading{Head: community.Head{Label: string(c), P: []float64{0.46, 0.09, 0.42, 0.03}[i]}})
	}
	out[1], out[2] = out[2], out[1]
	if len(m.Text) > 20 {
		out[0].Evidence = []community.Evidence{{Start: 0, End: 5, Head: "category", Weight: 1}}
	}
	return out
}

// line is a network that takes everything.
type line struct{}

func (line) Reply(context.Context, community.Account, community.Message, community.Reply) (community.Receipt, error) {
	return community.Receipt{ID: "sent"}, nil
}

func (line) Look(context.Context, community.Account, community.Message, community.Reply) (community.Receipt, bool, error) {
	return community.Receipt{}, false, nil
}

func (line) Moderate(context.Context, community.Account, community.Message, community.Deed) error {
	return nil
}

func (line) Describe(_ context.Context, a community.Account) (community.Capability, error) {
	return community.Capability{Network: a.Network, Title: "X", ReplyPublic: true, ReplyPrivate: true, Limit: 280, Unit: community.Weighted}, nil
}

func (line) Count(_ string, _ community.Visibility, text string) int { return len([]rune(text)) }

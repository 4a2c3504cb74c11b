// Package storetest is what every store must do, whatever keeps it: one suite
// that each of them passes. It drives desk.Tx and the readers directly, with
// rules of its own making, so that a fault of a store is not hidden behind one
// of the desk.
package storetest

import (
	"context"
	"errors"
	"io"
	"testing"
	"time"

	"github.com/vigie-hq/vigie/community"
	"github.com/vigie-hq/vigie/community/desk"
)

// Reader is what pages and the API read of a store (inbox.Reader).
type Reader interface {
	Conversations(ctx context.Context, v community.Viewer, q community.Query) (community.Page[community.Conversation], error)
	Count(ctx context.Context, v community.Viewer, q community.Query) (community.Count, error)
	Tally(ctx context.Context, v community.Viewer, brand string) (community.Tally, error)
	Conversation(ctx context.Context, v community.Viewer, id string) (*community.Conversation, error)
	Matter(ctx context.Context, v community.Viewer, id string) (*community.Matter, error)
	Revisions(ctx context.Context, v community.Viewer, message string) ([]community.Wording, error)
	Messages(ctx context.Context, v community.Viewer, q community.MessageQuery) (community.Page[community.Entry], error)
	Mood(ctx context.Context, v community.Viewer, brand string, from, to time.Time) ([]community.Mood, error)
	Complaints(ctx context.Context, v community.Viewer, q community.ComplaintQuery) (community.Page[community.Complaint], error)
	Complaint(ctx context.Context, v community.Viewer, id string) (*community.Complaint, error)
	Brands(ctx context.Context, v community.Viewer) ([]community.Brand, error)
	Channels(ctx context.Context, v community.Viewer, brand string) ([]community.Channel, error)
	Accounts(ctx context.Context, v community.Viewer, brand string) ([]community.Account, error)
	Standings(ctx context.Context, v community.Viewer, brand string) ([]community.Standing, error)
	Standing(ctx context.Context, v community.Viewer, key string) (community.Standing, error)
	AccountActs(ctx context.Context, v community.Viewer, key string) ([]community.AccountAct, error)
	Ledger(ctx context.Context, v community.Viewer, brand string, from, to time.Time) ([]community.LedgerRow, error)
	Costs(ctx context.Context, v community.Viewer, account string, from, to time.Time) ([]community.CostRow, error)
	Agents(ctx context.Context, v community.Viewer, brand string) ([]community.Agent, error)
	Events(ctx context.Context, v community.Viewer, after int64, limit int) ([]community.Event, error)
	Quality(ctx context.Context, v community.Viewer, brand string, from, to time.Time) (community.Quality, error)
	Shadow(ctx context.Context, v community.Viewer, brand string, from, to time.Time) (community.ShadowReport, error)
	Import(ctx context.Context, v community.Viewer, batch string) (community.ImportTally, error)
	Asides(ctx context.Context, v community.Viewer) ([]desk.Aside, error)
}

// Door is who may come in (inbox.Door).
type Door interface {
	AgentByEmail(ctx context.Context, email string) (community.Agent, string, error)
	PutAgent(ctx context.Context, a community.Agent, passwordHash string) error
	AnyAgent(ctx context.Context) (bool, error)
	SetLang(ctx context.Context, agent, lang string) error
	PutSession(ctx context.Context, s community.Session) error
	Session(ctx context.Context, hash string, now time.Time) (community.Session, community.Agent, error)
	EndSession(ctx context.Context, hash string) error
	Token(ctx context.Context, hash string) (community.Viewer, error)
	PutToken(ctx context.Context, hash, name string, v community.Viewer) error
	PutInvite(ctx context.Context, hash string, expires time.Time) error
	UseInvite(ctx context.Context, hash string, now time.Time) error
	Attempt(ctx context.Context, key string, now time.Time, window time.Duration) (int, error)
	ClearAttempts(ctx context.Context, key string) error
}

// Memory is what the collectors remember.
type Memory interface {
	Accounts(ctx context.Context) ([]community.Account, error)
	Cursor(ctx context.Context, account string) (community.Cursor, error)
	SaveCursor(ctx context.Context, account string, c community.Cursor) error
	Received(ctx context.Context, account string) (community.Cursor, error)
	SaveReceived(ctx context.Context, account string, c community.Cursor) error
	SaveState(ctx context.Context, account string, state community.AccountState, why string) error
	AddLedgers(ctx context.Context, rows []community.LedgerRow) error
	Lease(ctx context.Context, holder string, accounts []string, ttl time.Duration) ([]string, error)
	Release(ctx context.Context, holder string) error
	Spent(ctx context.Context, account string, day time.Time) (int64, error)
	AddCost(ctx context.Context, account string, day time.Time, what string, units, micros int64) error
	Announce(ctx context.Context, account string) error
	SaveHealth(ctx context.Context, account string, h community.Health) error
}

// Vault is where secrets are sealed (collectors.Vault).
type Vault interface {
	Secret(ctx context.Context, owner, name string) ([]byte, error)
	PutSecrets(ctx context.Context, owner string, secrets map[string][]byte) error
	Known(ctx context.Context, owner string) ([]string, error)
}

// Connecting keeps connections of accounts that are under way.
type Connecting interface {
	Keep(ctx context.Context, hash, session string, expires time.Time, body []byte) error
	Look(ctx context.Context, hash, session string) ([]byte, error)
	Take(ctx context.Context, hash, session string) ([]byte, error)
}

// Outbox is what the relay takes events from.
type Outbox interface {
	Unpublished(ctx context.Context, limit int) ([]community.Event, error)
	MarkPublished(ctx context.Context, ids []int64) error
	Wait(ctx context.Context) error
}

// Mood is the rollup of sentiments.
type Mood interface {
	Apply(ctx context.Context, events []community.Event) error
	Rebuild(ctx context.Context) error
}

// Positions is how far each log was received.
type Positions interface {
	Applied(ctx context.Context, logID, topic string) (map[int]int64, error)
	SetPosition(ctx context.Context, p desk.Position) error
	Log(ctx context.Context) (string, error)
	SetLog(ctx context.Context, id string) error
}

// Lessons is what people taught.
type Lessons interface {
	Mark(ctx context.Context) (int64, error)
	All(ctx context.Context) ([]community.Lesson, error)
	Added(ctx context.Context, since, now int64) ([]community.Lesson, error)
	Judged(ctx context.Context) ([]community.Judged, error)
}

// Rules is what whoever applies the rules reads.
type Rules interface {
	Versions(ctx context.Context) (map[string]int, error)
	Rules(ctx context.Context, brand string) (*community.Rules, error)
}

// Bench is a new, empty store and everything that stands on it. Its clock is
// Clock.
type Bench struct {
	Store      desk.Store
	Reader     Reader
	Door       Door
	Memory     Memory
	Vault      Vault
	Connecting Connecting
	Outbox     Outbox
	Mood       Mood
	Positions  Positions
	Lessons    Lessons
	Rules      Rules
	Export     func(ctx context.Context, w io.Writer) error
}

// Clock is the time every bench shows: a Tuesday morning.
func Clock() time.Time { return time.Date(2026, 11, 3, 9, 0, 0, 0, time.UTC) }

// Run holds a store to the suite. fresh returns a new bench; what it opens it
// closes by t.Cleanup.
func Run(t *testing.T, fresh func(testing.TB) Bench) {
	for _, part := range []struct {
		name string
		test func(*testing.T, func(testing.TB) Bench)
	}{
		{"what is put is read", testEntries},
		{"odd text is kept safely", testOddText},
		{"revisions", testRevisions},
		{"authors", testAuthors},
		{"settings", testSettings},
		{"joinable", testJoinable},
		{"threads and orphans", testThreads},
		{"handed over", testHandedOver},
		{"conversations", testConversations},
		{"versions", testVersions},
		{"merge", testMerge},
		{"deadlines", testDeadlines},
		{"replies", testReplies},
		{"complaints", testComplaints},
		{"rollback", testRollback},
		{"two writers", testWriters},
		{"people first", testPeopleFirst},
		{"events", testEvents},
		{"positions, imports and asides", testLog},
		{"lists", testLists},
		{"pages stand still", testPages},
		{"counters", testCounters},
		{"brands are apart", testApart},
		{"channels and private messages", testRights},
		{"private conversations", testPrivate},
		{"who can be given something", testAssignable},
		{"a note is written once", testNotes},
		{"mood", testMood},
		{"rules", testRules},
		{"what rules made of a message", testRuled},
		{"what a rule is tried on", testRecent},
		{"corrections", testCorrections},
		{"the audit sample", testSample},
		{"what was judged", testJudged},
		{"a model on trial", testShadow},
		{"door", testDoor},
		{"memory", testMemory},
		{"the ledger of what came", testLedger},
		{"leases of accounts", testLeases},
		{"what calls cost", testCosts},
		{"how accounts stand", testHealth},
		{"vault", testVault},
		{"connections under way", testConnecting},
		{"how accounts stand", testStandings},
		{"what was done to accounts", testAccountActs},
		{"export", testExport},
	} {
		t.Run(part.name, func(t *testing.T) { part.test(t, fresh) })
	}
}

// write runs f in a transaction that must succeed.
func (b *Bench) write(t testing.TB, f func(tx desk.Tx) error) {
	t.Helper()
	if err := b.Store.Write(t.Context(), f); err != nil {
		t.Fatal(err)
	}
}

// must is a value that came without an error.
func must[T any](t testing.TB) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func ok(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// isKind fails unless err is a fault of that kind.
func isKind(t testing.TB, err error, kind community.FaultKind) {
	t.Helper()
	var f *community.Fault
	if !errors.As(err, &f) || f.Kind != kind {
		t.Fatalf("got %v, want a fault of kind %s", err, kind)
	}
}

func same[T comparable](t testing.TB, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Fatalf("%s: got %v, want %v", what, got, want)
	}
}

// system is Vigie itself.
func system() community.Viewer { return community.Viewer{System: true} }

// agentOf may do what an agent does in a brand, in all or some of its channels.
func agentOf(brand string, role community.Role, channels ...string) community.Viewer {
	return community.Viewer{Agent: "agent-" + brand, Grants: []community.Grant{{Brand: brand, Role: role, Channels: channels}}}
}

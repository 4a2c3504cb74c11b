package inbox

import (
	"context"
	"time"

	"github.com/vigie-hq/vigie/community"
)

// Reader is what the pages and the API read. Every read takes a Viewer and
// answers as if what he may not see did not exist: a list leaves it out, a
// single thing is a Fault NotFound.
type Reader interface {
	Conversations(ctx context.Context, v community.Viewer, q community.Query) (community.Page[community.Conversation], error)
	// Count counts what a query would list, up to community.CountLimit.
	Count(ctx context.Context, v community.Viewer, q community.Query) (community.Count, error)
	// Tally is exact and cheap: the numbers beside the views.
	Tally(ctx context.Context, v community.Viewer, brand string) (community.Tally, error)
	// Conversation reads one row, following a merge.
	Conversation(ctx context.Context, v community.Viewer, id string) (*community.Conversation, error)
	Matter(ctx context.Context, v community.Viewer, id string) (*community.Matter, error)
	// Revisions returns every content a message had, newest first.
	Revisions(ctx context.Context, v community.Viewer, message string) ([]Wording, error)
	Messages(ctx context.Context, v community.Viewer, q community.MessageQuery) (community.Page[community.Entry], error)
	Mood(ctx context.Context, v community.Viewer, brand string, from, to time.Time) ([]community.Mood, error)
	Complaints(ctx context.Context, v community.Viewer, q community.ComplaintQuery) (community.Page[community.Complaint], error)
	Complaint(ctx context.Context, v community.Viewer, id string) (*community.Complaint, error)
	Brands(ctx context.Context, v community.Viewer) ([]community.Brand, error)
	Channels(ctx context.Context, v community.Viewer, brand string) ([]community.Channel, error)
	Accounts(ctx context.Context, v community.Viewer, brand string) ([]community.Account, error)
	// Standings lists the accounts of a brand with how each stands, by network
	// and name; Standing reads one by its key; AccountActs what people did to it,
	// newest first. What calls cost and may cost is left out of accounts, of how
	// they stand and of the acts for who lacks ActionCost (Account.Shown).
	Standings(ctx context.Context, v community.Viewer, brand string) ([]community.Standing, error)
	Standing(ctx context.Context, v community.Viewer, key string) (community.Standing, error)
	AccountActs(ctx context.Context, v community.Viewer, key string) ([]community.AccountAct, error)
	// Ledger lists what came from the accounts of a brand in [from, to), an hour
	// a row: by network, account and hour, newest first. Every account has at
	// least one row. Costs lists what an account's calls cost on the UTC days of
	// [from, to), the newest first; nothing to who lacks ActionCost.
	Ledger(ctx context.Context, v community.Viewer, brand string, from, to time.Time) ([]community.LedgerRow, error)
	Costs(ctx context.Context, v community.Viewer, account string, from, to time.Time) ([]community.CostRow, error)
	// Agents lists the colleagues who work on this brand (community.Agent's
	// Assignable tells who of them can be given something).
	Agents(ctx context.Context, v community.Viewer, brand string) ([]community.Agent, error)
	// Events returns what happened after the event with this id, for brands the
	// viewer may read, oldest first: how a stream resumes after a break.
	Events(ctx context.Context, v community.Viewer, after int64, limit int) ([]community.Event, error)
	// Quality measures the classifier by the audit sample; Shadow compares the
	// model on trial with the running one. Both are of a whole brand: Forbidden
	// "viewer.report" for who may not read its reports.
	Quality(ctx context.Context, v community.Viewer, brand string, from, to time.Time) (community.Quality, error)
	Shadow(ctx context.Context, v community.Viewer, brand string, from, to time.Time) (community.ShadowReport, error)
	// Import tells what became of an import.
	Import(ctx context.Context, v community.Viewer, batch string) (community.ImportTally, error)
}

// Wording is one content a message had.
type Wording = community.Wording

// Door keeps who may come in: agents, sessions, tokens, invitations. Secrets
// are kept as hashes only. What does not exist is a Fault NotFound.
type Door interface {
	// Agent by e-mail (folded) with the argon2id hash of the password.
	AgentByEmail(ctx context.Context, email string) (community.Agent, string, error)
	PutAgent(ctx context.Context, a community.Agent, passwordHash string) error
	AnyAgent(ctx context.Context) (bool, error)
	SetLang(ctx context.Context, agent, lang string) error
	PutSession(ctx context.Context, s community.Session) error
	// Session by its hash, with its agent as he is now; expired or of an
	// inactive agent: NotFound.
	Session(ctx context.Context, hash string, now time.Time) (community.Session, community.Agent, error)
	EndSession(ctx context.Context, hash string) error
	// Token by hash: the viewer it stands for.
	Token(ctx context.Context, hash string) (community.Viewer, error)
	PutToken(ctx context.Context, hash, name string, v community.Viewer) error
	// Invite keeps a one-time link; UseInvite takes it, once.
	PutInvite(ctx context.Context, hash string, expires time.Time) error
	UseInvite(ctx context.Context, hash string, now time.Time) error
	// Attempt counts a sign-in attempt of this key (e-mail or address) in the
	// current window and returns how many there were.
	Attempt(ctx context.Context, key string, now time.Time, window time.Duration) (int, error)
	ClearAttempts(ctx context.Context, key string) error
}

// Intake takes messages in: it returns when they are durable in the log. A
// Fault Limited asks to come back later (the receivers are behind).
type Intake interface {
	Take(ctx context.Context, messages []community.Message) error
}

// Explainer says why a message was classified as it was: its verdict again,
// with evidence.
type Explainer interface {
	Explain(m community.Message) community.Verdict
	// Readings are the ways the running model can take what a message is about,
	// the likeliest first, before any rule or correction.
	Readings(m community.Message) []community.Reading
}

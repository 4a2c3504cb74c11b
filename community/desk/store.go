package desk

import (
	"context"
	"time"

	"github.com/vigie-hq/vigie/community"
)

// Store keeps everything the desk decides. There is one writer at a time: Write
// is for people and goes first, Batch is for the stream and waits for them. Both
// run f in one transaction that is undone when f returns an error. Now is the
// installation's one clock.
type Store interface {
	Write(ctx context.Context, f func(Tx) error) error
	Batch(ctx context.Context, f func(Tx) error) error
	// Read runs f on what is committed, all of one moment. It waits for no
	// writer, and no writer waits for it.
	Read(ctx context.Context, f func(Reader) error) error
	Now() time.Time
	// Recent gives visit, newest first, a brand's customer messages that the
	// viewer may read and that were written since a moment; what was deleted is
	// left out. It reads limit of them at most; cut tells that there were more.
	// An entry is visit's until it returns, and lacks what conditions of rules
	// do not ask for (media, revisions, probabilities).
	Recent(ctx context.Context, v community.Viewer, brand string, since time.Time, limit int, visit func(*community.Entry) error) (cut bool, err error)
}

// Reader is what is read of a store within a transaction, or for a page that
// changes nothing.
type Reader interface {
	// Settings returns the brand's settings as they are in this transaction;
	// nil when there is no such brand. The result is shared: do not change it.
	Settings(ctx context.Context, brand string) (*Settings, error)
	// Rules reads a brand's own list of rules in its order; nil when it has
	// none, which is not the same as an empty one.
	Rules(ctx context.Context, brand string) (*community.Rules, error)
	// RuleChanges reads a list's history, newest first.
	RuleChanges(ctx context.Context, brand string, limit int) ([]community.RuleChange, error)
}

// Tx is one transaction. Lookups of one thing return nil, nil when it does not
// exist. What a Put wrote is seen by every later read of the same transaction.
type Tx interface {
	Reader

	PutBrand(ctx context.Context, b community.Brand) error
	PutChannel(ctx context.Context, c community.Channel) error
	PutAccount(ctx context.Context, a community.Account) error

	// Account reads one by its key; PutAccountAct keeps what somebody did to it.
	Account(ctx context.Context, key string) (*community.Account, error)
	PutAccountAct(ctx context.Context, a community.AccountAct) error
	// PutSecrets seals several secrets of an owner at once; a nil one is
	// forgotten.
	PutSecrets(ctx context.Context, owner string, secrets map[string][]byte) error

	// PutRules writes a list and why it changed. before is what Rules returned
	// (nil for the first own list); the version must be before's plus one, else
	// the write is a Fault Conflict "rule.list". A rule with another Version or
	// Position than before is written anew, one that is missing is deleted.
	PutRules(ctx context.Context, before, after *community.Rules, why community.RuleChange) error

	// Entry reads a message by key.
	Entry(ctx context.Context, key string) (*community.Entry, error)
	// History reads every content seen of a message, the newest included.
	History(ctx context.Context, key string) (community.History, error)
	// PutEntry writes a message and its full text; before is what Entry
	// returned (nil for a new one), so that counters and search can follow.
	PutEntry(ctx context.Context, before, after *community.Entry) error
	// PutRevision keeps a content that is not the newest, or no longer.
	PutRevision(ctx context.Context, key string, r community.Revision, text string) error
	// PutAuthor keeps who wrote, newest profile wins.
	PutAuthor(ctx context.Context, m *community.Message) error

	// Joinable returns the conversations that hold a message which joins m
	// (community.Joins), oldest first.
	Joinable(ctx context.Context, m *community.Message) ([]community.Conversation, error)
	// Threaded returns the conversations with a customer's message in m's
	// thread (same brand, network, scope and thread), oldest first.
	Threaded(ctx context.Context, m *community.Message) ([]community.Conversation, error)
	// HandedOver returns the conversations of m's author that were handed over
	// to the account m reached, less than community.ReopenWithin before m was
	// received, oldest first.
	HandedOver(ctx context.Context, m *community.Message) ([]community.Conversation, error)
	PutHandoff(ctx context.Context, h community.Handoff) error
	// Orphans returns our own messages that belong to no conversation yet and
	// answer m or, naming nothing they answer, share its private thread.
	Orphans(ctx context.Context, m *community.Message) ([]community.Entry, error)
	// Facts returns what the rules need to know of a conversation's messages.
	Facts(ctx context.Context, conversation string) ([]community.Fact, error)

	// Opening returns a conversation's first message of the customer, and
	// Latest his newest one that was not deleted; nil when there is none.
	Opening(ctx context.Context, conversation string) (*community.Entry, error)
	Latest(ctx context.Context, conversation string) (*community.Entry, error)

	// Conversation reads one, following merges to the one that survived.
	Conversation(ctx context.Context, id string) (*community.Conversation, error)
	// PutConversation writes c. before is what was read in this transaction
	// (nil for a new one); the version must be before's plus one, else the
	// write is a Fault Conflict "conversation.version". Counters follow.
	PutConversation(ctx context.Context, before, after *community.Conversation) error
	// Merge moves messages, replies, notes, acts, deadlines and complaint of
	// one conversation into another and leaves a forwarding address.
	Merge(ctx context.Context, from, into *community.Conversation) error
	// Deadlines reads and PutDeadlines replaces a conversation's deadlines.
	Deadlines(ctx context.Context, conversation string) ([]community.Deadline, error)
	PutDeadlines(ctx context.Context, conversation string, ds []community.Deadline) error

	// Reply reads one by its client-made id.
	Reply(ctx context.Context, id string) (*community.Reply, error)
	// Replies reads a conversation's, oldest first.
	Replies(ctx context.Context, conversation string) ([]community.Reply, error)
	// ReplyByReceipt finds the sent reply with this native id.
	ReplyByReceipt(ctx context.Context, account, nativeID string) (*community.Reply, error)
	PutReply(ctx context.Context, before, after *community.Reply) error
	// ClaimReply returns the next held reply whose time has come, by SendAfter,
	// of an account that none of its replies is being sent from.
	ClaimReply(ctx context.Context, now time.Time) (*community.Reply, error)
	// UnknownReplies returns those of unknown fate, oldest first.
	UnknownReplies(ctx context.Context) ([]community.Reply, error)
	// LostReplies returns those in sending whose lease has ended.
	LostReplies(ctx context.Context, now time.Time) ([]community.Reply, error)

	// Assignable tells whether an agent may be given a brand's conversations
	// (community.Agent.Assignable); false for one nobody knows.
	Assignable(ctx context.Context, brand, agent string) (bool, error)
	// PutNote keeps a note. The same id with the same text is the same note;
	// with another text, or in another conversation, it is a Fault Conflict
	// "note.id".
	PutNote(ctx context.Context, n community.Note) error
	PutAct(ctx context.Context, a community.Act) error
	PutCorrection(ctx context.Context, c community.Correction) error
	// Corrections reads what agents said of a message, oldest first.
	Corrections(ctx context.Context, message string) ([]community.Correction, error)

	// PutDraw counts a message in its stratum of the audit sample and keeps the
	// draw while its lot is among the lowest (community.SampleCap of
	// community.AuditQuota). What was judged is never dropped.
	PutDraw(ctx context.Context, d community.Draw) error
	// PutAnswers changes what was said of a drawn message that nobody has judged
	// yet; of any other message it changes nothing.
	PutAnswers(ctx context.Context, message string, a community.Answers) error
	// Unjudged reads what of a brand's sample waits to be judged, of a day or
	// later; a draw that is no longer among the lowest lots is not in it.
	Unjudged(ctx context.Context, brand string, since community.Day) ([]Drawn, error)
	// Drawn reads one message of the sample.
	Drawn(ctx context.Context, message string) (*Drawn, error)
	// PutJudgement keeps what a person said of a drawn message.
	PutJudgement(ctx context.Context, j community.Judgement) error

	Complaint(ctx context.Context, id string) (*community.Complaint, error)
	ComplaintOf(ctx context.Context, conversation string) (*community.Complaint, error)
	PutComplaint(ctx context.Context, before, after *community.Complaint) error
	// NextNumber counts a brand's complaints of a year: 1 for the first.
	NextNumber(ctx context.Context, brand string, year int) (int, error)

	// DueDeadlines returns, by an index, running deadlines whose warning or due
	// time has passed and was not yet told: at most limit.
	DueDeadlines(ctx context.Context, now time.Time, limit int) ([]DueDeadline, error)

	// Warned remembers that this deadline's warning was told; PutDeadlines keeps
	// that memory for a deadline whose target, start and due did not change.
	Warned(ctx context.Context, conversation string, d community.Deadline) error

	// PutEvent appends to the outbox; its id is given by the store.
	PutEvent(ctx context.Context, e community.Event) error
	// SetAside keeps a record that is itself invalid, for a human.
	SetAside(ctx context.Context, a Aside) error
	// Tally counts what became of an import's message.
	Tally(ctx context.Context, batch string, change community.Change) error
	// Applied records how far the log was received, in this transaction.
	Applied(ctx context.Context, p Position) error
}

// Settings is what a brand's managers decided, and its accounts.
type Settings struct {
	Brand    community.Brand
	Channels []community.Channel
	Accounts community.Accounts
	// Hours are the compiled calendars of the channels by channel id, and the
	// brand's own under its id.
	Hours map[string]*community.Hours
}

// DueDeadline is a deadline whose moment has come.
type DueDeadline struct {
	Conversation string
	Deadline     community.Deadline
	Breach       bool // past due; else past its warning
}

// Position is a place in the log: everything before Offset is applied.
type Position struct {
	Log       string // identity of the log
	Topic     string
	Partition int
	Offset    int64
}

// Aside is a record that was set aside, alone, out of its batch.
type Aside struct {
	Position Position
	Cause    string // fault key and detail
	Payload  []byte
}

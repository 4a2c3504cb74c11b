package desk

import (
	"context"
	"time"

	"github.com/vigie-hq/vigie/community"
)

// Desk is where everything that happens to a conversation is decided: what the
// stream brings (Receive), what people do (Answer, Handoff, Assign, Correct,
// Write, Close, Escalate, Moderate ...), and what time does (Deliver, Watch, Relay).
// Every verb of a person takes a Viewer and refuses what he may not do.
// A Desk is safe for concurrent use.
type Desk struct {
	store   Store
	sender  Sender
	looking chan struct{} // whoever reads the last messages (Desk.recent)
}

// New makes a desk on a store. sender talks to the networks.
func New(store Store, sender Sender) *Desk {
	return &Desk{store: store, sender: sender, looking: make(chan struct{}, 1)}
}

// Sender is how replies leave: the networks, by account.
type Sender interface {
	// Reply and Look are a network's (see collectors.Network): Reply's faults are
	// Refused, Limited, Unavailable, Unauthorised (all: certainly not sent) or
	// Uncertain; Look's found is false when our reply is certainly not there.
	Reply(ctx context.Context, account community.Account, target community.Message, reply community.Reply) (community.Receipt, error)
	Look(ctx context.Context, account community.Account, target community.Message, reply community.Reply) (receipt community.Receipt, found bool, err error)
	// Moderate is a network's (see collectors.Moderator); a network that has none
	// is a Fault Forbidden "deed.none".
	Moderate(ctx context.Context, account community.Account, target community.Message, deed community.Deed) error
	// Describe says what the account may do; a network without a collector can
	// be read and not answered: Fault NotFound "network.unknown".
	Describe(ctx context.Context, account community.Account) (community.Capability, error)
	// Count is the text's length as the network counts it in a reply of this
	// visibility.
	Count(network string, v community.Visibility, text string) int
}

// Answer is what an agent wants to send.
type Answer struct {
	ID           string // made by the client: the same id with the same text is the same reply
	Conversation string
	InReplyTo    string // key of the message that is answered; empty: the customer's last
	Account      string // key of the sending account; empty: the channel's preferred one
	Visibility   community.Visibility
	Kind         community.ReplyKind // empty: an answer
	Text         string
	Basis        string // key of the newest customer message the agent has seen; empty: whatever is there
	Anyway       bool   // send although the customer, or a colleague, wrote meanwhile
}

// SendingAccount is one account a conversation may be answered from, or why not.
type SendingAccount struct {
	Account    community.Account
	Capability community.Capability
	Preferred  bool
	Fault      string // key of why an answer cannot leave from it; empty: it can
	Handoff    bool   // it may hand over to a support account
}

// Case is what escalating says of a complaint.
type Case struct {
	Conversation string
	Reason       community.Reason
	Cause        string
	Summary      string
	Cost         int64 // cents
	Outcome      string
	Owner        string // agent
}

// now is the store's clock, the only one, so that tests can hold it.
func (d *Desk) now() time.Time { return d.store.Now() }

package collectors

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"github.com/vigie-hq/vigie/community"
)

// What a network may be able to do beside Collect and Reply. Whoever needs an
// ability asks for it by type assertion; a network that lacks it says nothing.

// Hooker is a network that pushes by calling us. Its handler is mounted at
// /hooks/<network>/ with that prefix taken off. It checks the signature on the
// raw bytes in constant time, refuses replays, hands every message to the port
// and answers 2xx only once Push has returned: what was answered is durable.
// It must stay cheap for callers it does not know.
type Hooker interface {
	Hooks(Port) http.Handler
}

// Port is where a network that is pushed to hands over what arrived.
type Port interface {
	// Accounts lists the accounts of this network with that native id which
	// collect here, one for each brand that listens; none is no error. An account
	// whose token died is among them: what is pushed to it is still heard.
	Accounts(ctx context.Context, nativeID string) ([]community.Account, error)
	// Push publishes durably what was pushed to an account and counts it as such.
	// It never moves a cursor. Calls at the same time share one publication. An
	// error means that nothing may be thought of as kept; Limited asks the caller
	// to answer 503, so that the network delivers again.
	Push(ctx context.Context, account community.Account, messages []community.Message) error
}

// Connector is a network whose accounts people can connect in the settings
// pages and with `vigie account add`.
type Connector interface {
	// Form is what must be asked before anything can begin.
	Form() []Field
	// Connect takes the filled-in form. It either has the accounts at once, or
	// says where the browser must go; what it must know again then is in Keep,
	// which the caller seals. Faults: Invalid with the field's key, Unauthorised,
	// Unavailable.
	Connect(ctx context.Context, in Filled) (Connection, error)
	// Complete is called when the browser comes back, with the query it brought
	// and what Connect wanted kept.
	Complete(ctx context.Context, kept map[string]string, query url.Values) (Connection, error)
}

// AppSharer is a network that usually speaks through the app of another: while
// nothing is known of an app of its own, the app of SharesApp is its app.
type AppSharer interface {
	SharesApp() string
}

// Field is one question of a connection form, and FieldKind how it is asked for:
// words that the pages share.
type (
	Field     = community.Field
	FieldKind = community.FieldKind
)

// The kinds of field.
const (
	FieldText   = community.FieldText
	FieldSecret = community.FieldSecret
	FieldURL    = community.FieldURL
	FieldLines  = community.FieldLines
	FieldChoice = community.FieldChoice
)

// Filled is a connection form as it came back.
type Filled struct {
	Values map[string]string // by field name; app fields known from before included
	// Return is our own address the network must send the browser back to, and
	// State what it must bring along; empty on the command line, where a network
	// that needs a browser answers with a Fault Invalid "connect.browser".
	Return, State string
}

// Connection is how far connecting has come: accounts, or where to go on.
type Connection struct {
	Accounts []Connected
	Go       string            // the address to send the browser to; empty: done
	Keep     map[string]string // for Complete
}

// Connected is an account that the network says is ours. Brand, role and name
// may still be changed by the person who connects; Secrets are sealed under the
// account's key.
type Connected struct {
	Account community.Account
	Secrets map[string]string
}

// Moderator is a network on which more can be done to a message than answering
// it. Doing again what is done already is no error. Faults are those of Reply;
// NotFound says that the message is gone.
type Moderator interface {
	Moderate(ctx context.Context, account community.Account, target community.Message, deed community.Deed) error
}

// Checker is a network that can be asked how an account stands: whether its
// token lives, until when, what it may do. It costs few calls; the fleet asks
// once an hour and when something went wrong. Faults of the look itself are
// returned beside what is known.
type Checker interface {
	Check(ctx context.Context, account community.Account) (community.Health, error)
}

// Vault keeps secrets, sealed. An owner is an account's Key or AppOwner of a
// network. A secret that is not there is a Fault NotFound.
type Vault interface {
	Secret(ctx context.Context, owner, name string) ([]byte, error)
	// PutSecrets keeps several at once or none: a token that is renewed with a
	// one-use secret is worth nothing if only half of it is kept. A nil value
	// forgets the secret.
	PutSecrets(ctx context.Context, owner string, secrets map[string][]byte) error
}

// AppOwner is under which owner the vault keeps what belongs to the app that is
// registered with a network.
func AppOwner(network string) string { return "app/" + network }

// Meter counts what calls cost, by account and UTC day, and holds an account to
// its DailyCap. Amounts are millionths of a dollar.
type Meter interface {
	// Afford tells whether the account's day has room for a call that may cost
	// up to micros: nil, or a Fault Limited "account.budget" until the day ends.
	Afford(ctx context.Context, account community.Account, micros int64) error
	// Spend writes down what was done and what it cost.
	Spend(ctx context.Context, account community.Account, cost Cost) error
}

// Cost is what one call cost.
type Cost struct {
	What   string // the operation, by the network's own name for it, e.g. "post.read"
	Units  int64  // how many were charged
	Micros int64  // in all
	At     time.Time
}

package community

import (
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Field is one question of the form that connects an account. Its words are the
// locale's: connect.<network>.<name>, and connect.<network>.<name>.help.
type Field struct {
	Name     string    `json:"name"`
	Kind     FieldKind `json:"kind"`
	Optional bool      `json:"optional,omitempty"`
	Default  string    `json:"default,omitempty"`
	Choices  []string  `json:"choices,omitempty"` // with FieldChoice
	// App says that the answer belongs to the app registered with the network,
	// not to the account: it is asked once, kept for all accounts and then shown
	// as known.
	App bool `json:"app,omitempty"`
}

// FieldKind is how a field is asked for.
type FieldKind string

// The kinds of field.
const (
	FieldText   FieldKind = "text"
	FieldSecret FieldKind = "secret"
	FieldURL    FieldKind = "url"
	FieldLines  FieldKind = "lines" // several, one a line
	FieldChoice FieldKind = "choice"
)

// NetworkCard is what a network asks for and offers, before any account of it is
// connected.
type NetworkCard struct {
	Network string  `json:"network"`
	Fields  []Field `json:"fields"`
	// Known are the app fields that were answered before: asking again is for
	// who wants to change them. Their values are never shown.
	Known     []string `json:"known"`
	Pushes    bool     `json:"pushes"`    // it can call us when something happens
	Moderates bool     `json:"moderates"` // something can be done to messages beside answering
	Checks    bool     `json:"checks"`    // it tells how an account stands
	ReadsBack bool     `json:"reads_back"`
}

// Knows tells whether an app field was answered before.
func (n *NetworkCard) Knows(field string) bool { return slices.Contains(n.Known, field) }

// Connecting is what a person filled in to connect an account, or to connect one
// again.
type Connecting struct {
	Brand   string            `json:"brand"`
	Network string            `json:"network"`
	Values  map[string]string `json:"values"` // by field name; an app field may be left out once it is known
	// Account is the key of the account to connect again; empty for a new one.
	Account string `json:"account,omitempty"`
	// Role and Name are for what is found, if it is one account; several are
	// chosen from, each with its own (Choice). Empty: corporate, and the name the
	// network proposes.
	Role AccountRole `json:"role,omitempty"`
	Name string      `json:"name,omitempty"`
	// Session is whom the connection belongs to: the hash of the browser's
	// session. Whoever comes back with another one is refused.
	Session string `json:"-"`
}

// ConnectStep is how far connecting has come. Exactly one of Go, Found and
// Connected says what is next.
type ConnectStep struct {
	Brand   string `json:"brand"`
	Network string `json:"network"`
	// Go is the address of the network that the browser must be sent to.
	Go string `json:"go,omitempty"`
	// Found are accounts to choose from; Choice names that choice, for an hour.
	Found  []FoundAccount `json:"found,omitempty"`
	Choice string         `json:"choice,omitempty"`
	// Connected are the accounts that are connected now.
	Connected []Account `json:"connected,omitempty"`
}

// FoundAccount is an account that the network says is ours.
type FoundAccount struct {
	ID     string      `json:"id"` // names it in a Choice
	Handle string      `json:"handle"`
	Title  string      `json:"title"`
	Name   string      `json:"name"` // proposed
	Role   AccountRole `json:"role"` // proposed, or the one it has
	// Key is that of the account it already is here; empty: it is new. Choosing
	// such a one connects it again.
	Key   string       `json:"key,omitempty"`
	State AccountState `json:"state,omitempty"` // with Key
}

// Chosen is one of the found accounts that a person wants connected.
type Chosen struct {
	ID   string      `json:"id"`
	Role AccountRole `json:"role,omitempty"` // empty: the proposed one
	Name string      `json:"name,omitempty"` // empty: the proposed one
}

// AccountEdit is what a person changes about an account; nil leaves it as it is.
type AccountEdit struct {
	Title    *string      `json:"title"`
	Role     *AccountRole `json:"role"`
	Collects *bool        `json:"collects"`
	Sends    *bool        `json:"sends"`
	Queries  *string      `json:"queries"`
	DailyCap *int64       `json:"daily_cap"` // millionths of a dollar, 0: none
	Active   *bool        `json:"active"`    // false deactivates, true activates again
}

// Longest values of what a person says of an account, in code points.
const (
	maxTitle   = 120
	maxQueries = 20_000
)

// Edited is the account with what a person changed. Faults: Invalid
// "account.field" with the name of a field whose value cannot be.
func (a Account) Edited(e AccountEdit, now time.Time) (Account, error) {
	wrong := func(field string) (Account, error) { return a, Faultf(Invalid, "account.field", field) }
	switch {
	case e.Title != nil && (utf8.RuneCountInString(*e.Title) > maxTitle || strings.ContainsFunc(*e.Title, unicode.IsControl)):
		return wrong("title")
	case e.Role != nil && !slices.Contains(AccountRoles(), *e.Role):
		return wrong("role")
	case e.Queries != nil && utf8.RuneCountInString(*e.Queries) > maxQueries:
		return wrong("queries")
	case e.DailyCap != nil && *e.DailyCap < 0:
		return wrong("daily_cap")
	}
	put(&a.Title, e.Title)
	put(&a.Role, e.Role)
	put(&a.Collects, e.Collects)
	put(&a.Sends, e.Sends)
	put(&a.DailyCap, e.DailyCap)
	if e.Queries != nil {
		a.Queries = tidyLines(*e.Queries)
	}
	switch {
	case e.Active == nil:
	case !*e.Active:
		a = a.In(AccountDeactivated, "", now)
	case a.State == AccountDeactivated:
		a = a.In(AccountActive, "", now)
	}
	return a, nil
}

func put[T any](to, from *T) {
	if from != nil {
		*to = *from
	}
}

// tidyLines trims every line and drops those that are empty.
func tidyLines(s string) string {
	var out []string
	for line := range strings.Lines(s) {
		if line = strings.TrimSpace(line); line != "" {
			out = append(out, line)
		}
	}
	return strings.Join(out, "\n")
}

// verbCap is how a change of DailyCap is called among the acts.
const verbCap = "daily_cap"

// Acts lists what turned the account into another, in the order of its fields.
func (a *Account) Acts(to *Account, agent string, now time.Time) []AccountAct {
	var out []AccountAct
	add := func(verb, was, became string) {
		if was != became {
			out = append(out, AccountAct{Account: to.Key(), Brand: to.Brand, Agent: agent, Verb: verb, From: was, To: became, At: now})
		}
	}
	add("title", a.Title, to.Title)
	add("role", string(a.Role), string(to.Role))
	add("collects", strconv.FormatBool(a.Collects), strconv.FormatBool(to.Collects))
	add("sends", strconv.FormatBool(a.Sends), strconv.FormatBool(to.Sends))
	add("queries", a.Queries, to.Queries)
	add(verbCap, strconv.FormatInt(a.DailyCap, 10), strconv.FormatInt(to.DailyCap, 10))
	if to.State == AccountDeactivated {
		add("deactivated", string(a.State), string(to.State))
	} else if a.State == AccountDeactivated {
		add("activated", string(a.State), string(to.State))
	}
	return out
}

// AccountAct is something that was done to an account, kept for ever. From and
// To are what it was and became; no secret is ever among them.
type AccountAct struct {
	Account string    `json:"account"` // key
	Brand   string    `json:"brand"`
	Agent   string    `json:"agent"`
	Verb    string    `json:"verb"` // connected, reconnected, title, role, collects, sends, queries, daily_cap, deactivated, activated
	From    string    `json:"from"`
	To      string    `json:"to"`
	At      time.Time `json:"at"`
}

// Standing is an account with how it stands: what the settings show of it.
type Standing struct {
	Key string `json:"key"`
	Account
	Health    Health    `json:"health"`
	Connected time.Time `json:"connected,omitzero"`    // when it was first connected
	Complete  time.Time `json:"complete,omitzero"`     // up to when nothing is missing
	LastAt    time.Time `json:"last_message,omitzero"` // its newest message
	Waiting   int       `json:"waiting"`               // answers that wait to leave from it
	Spent     int64     `json:"spent"`                 // what its calls cost this UTC day, in millionths of a dollar
}

// Shown is the account as a viewer may know it: what its calls may cost is for
// ActionCost only.
func (a Account) Shown(v Viewer) Account {
	if !v.May(ActionCost, a.Brand, "") {
		a.DailyCap = 0
	}
	return a
}

// Shown is how the account stands as a viewer may know it. Who may not know what
// its calls cost still sees that its day's budget is used up.
func (s Standing) Shown(v Viewer) Standing {
	if v.May(ActionCost, s.Brand, "") {
		return s
	}
	if s.DailyCap > 0 && s.Spent >= s.DailyCap && s.Health.Fault == "" {
		s.Health.Fault = "account.budget"
	}
	s.Spent, s.DailyCap = 0, 0
	return s
}

// Shown tells whether a viewer may know of the act.
func (a AccountAct) Shown(v Viewer) bool {
	return a.Verb != verbCap || v.May(ActionCost, a.Brand, "")
}

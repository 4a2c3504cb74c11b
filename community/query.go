package community

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Sort is the order of a list of conversations.
type Sort string

// The orders of a list.
const (
	SortDue    Sort = "due"    // what must be answered next; what has no deadline comes last, newest first
	SortNewest Sort = "newest" // the customer's last message, newest first
	SortOldest Sort = "oldest"
)

// SLAState filters by how a conversation's deadline stands now.
type SLAState string

// The states of a conversation's deadline.
const (
	SLALate SLAState = "late" // over
	SLASoon SLAState = "soon" // due within SoonWithin
	SLAOK   SLAState = "ok"   // due later
	SLANone SLAState = "none" // nothing runs
)

// SoonWithin is what "soon" means in views and filters.
const SoonWithin = 30 * time.Minute

// Unassigned and Mine are what Query.Assignee takes beside an agent's id.
const (
	Unassigned = "none"
	Mine       = "me"
)

// MaxLimit is the most a page of a list holds; DefaultLimit what it holds unasked.
const (
	MaxLimit     = 200
	DefaultLimit = 50
)

// Query asks for conversations. Empty fields do not filter; a field with
// several values takes any of them.
type Query struct {
	Brand     string
	Status    []Status
	Category  []Category
	Urgency   []Urgency
	Sentiment []Sentiment
	Reason    []Reason
	Channel   []string
	Account   []string
	Network   []string
	Tag       []string // any of them
	Assignee  string
	SLA       SLAState
	Triage    bool // only what the classifier would rather not say
	Trouble   bool // only with a reply that is refused, unknown or back as a draft
	Q         string
	Sort      Sort
	Limit     int
	Cursor    string
}

// ParseQuery reads a query from an address. Values may repeat or be separated
// by commas. Unknown parameters are left alone; unknown values are a Fault
// Invalid with the parameter's name.
func ParseQuery(v url.Values) (Query, error) {
	q := Query{
		Brand: v.Get("brand"), Assignee: v.Get("assignee"), Q: strings.TrimSpace(v.Get("q")),
		Sort: Sort(v.Get("sort")), SLA: SLAState(v.Get("sla")), Cursor: v.Get("cursor"),
		Triage: v.Get("triage") == "true", Trouble: v.Get("trouble") == "true",
		Channel: several[string](v, "channel"), Account: several[string](v, "account"), Network: several[string](v, "network"), Tag: several[string](v, "tag"),
		Status: several[Status](v, "status"), Category: several[Category](v, "category"), Urgency: several[Urgency](v, "urgency"),
		Sentiment: several[Sentiment](v, "sentiment"), Reason: several[Reason](v, "reason"),
	}
	if s := v.Get("limit"); s != "" {
		n, err := strconv.Atoi(s)
		if err != nil || n < 1 {
			return Query{}, Faultf(Invalid, "query.value", "limit", s)
		}
		q.Limit = n
	}
	return q.Normal()
}

// Normal checks the values, takes each once, and fills in defaults: sort due,
// limit DefaultLimit, at most MaxLimit.
func (q Query) Normal() (Query, error) {
	if q.Sort == "" {
		q.Sort = SortDue
	}
	if q.Limit == 0 {
		q.Limit = DefaultLimit
	}
	q.Limit = min(q.Limit, MaxLimit)
	q.Status, q.Category, q.Urgency = once(q.Status), once(q.Category), once(q.Urgency)
	q.Sentiment, q.Reason, q.Channel = once(q.Sentiment), once(q.Reason), once(q.Channel)
	q.Account, q.Network, q.Tag = once(q.Account), once(q.Network), once(q.Tag)
	for _, err := range []error{
		known("sort", []Sort{q.Sort}, []Sort{SortDue, SortNewest, SortOldest}),
		known("sla", []SLAState{q.SLA}, []SLAState{"", SLALate, SLASoon, SLAOK, SLANone}),
		known("status", q.Status, Statuses()),
		known("category", q.Category, Categories()),
		known("urgency", q.Urgency, Urgencies()),
		known("sentiment", q.Sentiment, Sentiments()),
		known("reason", q.Reason, Reasons()),
	} {
		if err != nil {
			return Query{}, err
		}
	}
	return q, nil
}

// Values writes the query as ParseQuery reads it, without defaults.
func (q Query) Values() url.Values {
	v := url.Values{}
	one := func(name, value string) {
		if value != "" {
			v.Set(name, value)
		}
	}
	one("brand", q.Brand)
	one("assignee", q.Assignee)
	one("q", q.Q)
	one("sla", string(q.SLA))
	if q.Sort != SortDue {
		one("sort", string(q.Sort))
	}
	if q.Triage {
		v.Set("triage", "true")
	}
	if q.Trouble {
		v.Set("trouble", "true")
	}
	many(v, "status", q.Status)
	many(v, "category", q.Category)
	many(v, "urgency", q.Urgency)
	many(v, "sentiment", q.Sentiment)
	many(v, "reason", q.Reason)
	many(v, "channel", q.Channel)
	many(v, "account", q.Account)
	many(v, "network", q.Network)
	many(v, "tag", q.Tag)
	return v
}

func several[T ~string](v url.Values, name string) []T {
	var out []T
	for _, value := range v[name] {
		for one := range strings.SplitSeq(value, ",") {
			if one = strings.TrimSpace(one); one != "" {
				out = append(out, T(one))
			}
		}
	}
	return out
}

// once leaves out values that were given before, without changing the caller's.
func once[T ~string](values []T) []T {
	var out []T
	for i, value := range values {
		if !slices.Contains(values[:i], value) {
			out = append(out, value)
		}
	}
	return out
}

func many[T ~string](v url.Values, name string, values []T) {
	for _, value := range values {
		v.Add(name, string(value))
	}
}

func known[T ~string](name string, values, allowed []T) error {
	for _, value := range values {
		if !slices.Contains(allowed, value) {
			return Faultf(Invalid, "query.value", name, string(value))
		}
	}
	return nil
}

// MessageQuery asks for messages behind a figure: those of one day (in the
// brand's zone), category and sentiment. Empty fields do not filter.
type MessageQuery struct {
	Brand     string
	From, To  time.Time // written in [From, To)
	Category  Category
	Sentiment Sentiment
	Network   string
	Limit     int
	Cursor    string
}

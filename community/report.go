package community

import "time"

// Tally is how many conversations stand where, kept by the writer and exact.
// Views holds the built-in views by name; Facets, by dimension and value, counts
// open conversations (status open).
type Tally struct {
	Views  map[string]int            `json:"views"`
	Facets map[string]map[string]int `json:"facets"`
}

// The built-in views, as Tally and the addresses of the inbox name them.
const (
	ViewOpen       = "open"       // to answer
	ViewMine       = "mine"       // open and mine
	ViewUnassigned = "unassigned" // open and nobody's
	ViewLate       = "late"       // open and past due
	ViewSoon       = "soon"       // open and due within SoonWithin
	ViewTriage     = "triage"     // open and doubtful
	ViewTrouble    = "trouble"    // a reply is refused, unknown or back as a draft
	ViewWaiting    = "waiting"
	ViewClosed     = "closed"
	ViewFiled      = "filed"
)

// ViewQuery is what a built-in view asks for; ok is false for an unknown name.
func ViewQuery(name string) (q Query, ok bool) {
	open := []Status{Open}
	switch name {
	case ViewOpen:
		q.Status = open
	case ViewMine:
		q.Status, q.Assignee = open, Mine
	case ViewUnassigned:
		q.Status, q.Assignee = open, Unassigned
	case ViewLate:
		q.Status, q.SLA = open, SLALate
	case ViewSoon:
		q.Status, q.SLA = open, SLASoon
	case ViewTriage:
		q.Status, q.Triage = open, true
	case ViewTrouble:
		q.Trouble = true
	case ViewWaiting:
		q.Status, q.Sort = []Status{Waiting}, SortNewest
	case ViewClosed:
		q.Status, q.Sort = []Status{Closed}, SortNewest
	case ViewFiled:
		q.Status, q.Sort = []Status{Filed}, SortNewest
	default:
		return Query{}, false
	}
	return q, true
}

// Mood is how many customers' messages of one day (YYYY-MM-DD in the brand's
// zone) and category had one sentiment.
type Mood struct {
	Day       string    `json:"day"`
	Category  Category  `json:"category"`
	Sentiment Sentiment `json:"sentiment"`
	N         int       `json:"n"`
}

// ComplaintQuery asks for complaints: State "" any, "open" those not yet
// closed. Sorted by due date while open, newest first otherwise.
type ComplaintQuery struct {
	Brand  string
	State  string
	Limit  int
	Cursor string
}

// ImportTally is what became of an import's messages, from the store itself.
type ImportTally struct {
	Accepted  int `json:"accepted"` // new, or a deletion or words of a message half known
	Edited    int `json:"edited"`
	Duplicate int `json:"duplicate"`
	SetAside  int `json:"set_aside"`
}

// Done is how many messages were dealt with.
func (t ImportTally) Done() int { return t.Accepted + t.Edited + t.Duplicate + t.SetAside }

// Session is a signed-in browser. Only a hash of its secret is kept.
type Session struct {
	Hash    string // SHA-256 of the cookie's secret, hex
	Agent   string
	CSRF    string
	Lang    string
	Created time.Time
	Expires time.Time
}

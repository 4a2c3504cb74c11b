package community

// Category says who should handle a message.
type Category string

// The categories, after the labelling guide.
const (
	CategorySupport   Category = "support"   // somebody needs help with their purchase (SAV)
	CategoryBrand     Category = "brand"     // a judgement on the company
	CategoryCommunity Category = "community" // talk among fans
	CategoryNoise     Category = "noise"     // not about the company, spam, our own posts
)

// Categories lists the categories in the order they are shown.
func Categories() []Category {
	return []Category{
		CategorySupport, CategoryBrand, CategoryCommunity, CategoryNoise,
	}
}

// Urgency says how soon a message needs a human.
type Urgency string

// The urgencies, most urgent first.
const (
	Critical Urgency = "critical"
	High     Urgency = "high"
	Normal   Urgency = "normal"
	Low      Urgency = "low"
)

// Urgencies lists the urgencies, most urgent first.
func Urgencies() []Urgency { return []Urgency{Critical, High, Normal, Low} }

// Rank orders urgencies: low 0, normal 1, high 2, critical 3; unknown is normal.
func (u Urgency) Rank() int {
	switch u {
	case Critical:
		return 3
	case High:
		return 2
	case Low:
		return 0
	}
	return 1
}

// UrgencyOf is the inverse of Rank.
func UrgencyOf(rank int) Urgency {
	switch {
	case rank >= 3:
		return Critical
	case rank == 2:
		return High
	case rank == 1:
		return Normal
	}
	return Low
}

// Sentiment is the author's, towards the company or its product.
type Sentiment string

// The sentiments.
const (
	Negative Sentiment = "negative"
	Neutral  Sentiment = "neutral"
	Positive Sentiment = "positive"
)

// Sentiments lists the sentiments, negative first.
func Sentiments() []Sentiment { return []Sentiment{Negative, Neutral, Positive} }

// Reason is the contact reason.
type Reason string

// Reasons lists the contact reasons of the labelling guide.
func Reasons() []Reason {
	return []Reason{
		"delivery", "return_refund", "product_defect", "availability", "order", "billing",
		"account", "outage", "store", "information", "other", "none",
	}
}

// Head is one question put to the classifier: its answer, how sure it is, and
// whether it would rather not say. P is a probability in [0,1].
type Head struct {
	Label   string  `json:"label"`
	P       float64 `json:"p"`
	Abstain bool    `json:"abstain"`
}

// UrgencyHead is the urgency's answer with its score in [0,1], by which a
// queue can be ranked.
type UrgencyHead struct {
	Head
	Score float64 `json:"score"`
}

// Evidence is a span of the text that weighed on a head. Start and End are
// UTF-8 byte offsets into the text, never inside a grapheme.
type Evidence struct {
	Start  int     `json:"start"`
	End    int     `json:"end"`
	Head   string  `json:"head"`
	Weight float64 `json:"weight"`
}

// Verdict is what the classifier says of one message: a function of the
// message, the model, the rules and the corrections, whose versions it names.
type Verdict struct {
	ID          string      `json:"id"`
	Category    Head        `json:"category"`
	Urgency     UrgencyHead `json:"urgency"`
	Sentiment   Head        `json:"sentiment"`
	Reason      Head        `json:"reason"`
	Language    Head        `json:"language"`
	Complaint   Head        `json:"complaint"`
	Spam        Head        `json:"spam,omitzero"`
	Model       string      `json:"model"`
	Rules       int         `json:"rules"`
	Corrections int         `json:"corrections"`
	Evidence    []Evidence  `json:"evidence,omitempty"`

	Channel string   `json:"channel,omitempty"` // id of the channel a rule chose
	Tags    []string `json:"tags,omitempty"`    // those rules gave, sorted
	Fired   []string `json:"fired,omitempty"`   // ids of the rules that touched it, in their order
	Said    *Said    `json:"said,omitempty"`    // the model's own word, where it was overruled

	Learned []string       `json:"learned,omitempty"` // keys of the messages whose corrections it follows
	Shadow  *ShadowVerdict `json:"shadow,omitempty"`  // what a model on trial said of the same message
}

// Classified is a message with its verdict, as the log carries it.
type Classified struct {
	Message Message `json:"message"`
	Verdict Verdict `json:"verdict"`
}

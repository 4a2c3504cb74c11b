package community

import "time"

// Estimate is a share with its 95 % interval. N is the number of judged
// messages it rests on; few of them make a wide interval, none a N of 0 and no
// figure at all.
type Estimate struct {
	Value float64 `json:"value"`
	Low   float64 `json:"low"`
	High  float64 `json:"high"`
	N     int     `json:"n"`
}

// Quality is how good the classifier is on a brand's own traffic, measured by
// people who judged a random sample of it blind. What agents corrected is
// reported beside it and counted apart: people correct what they notice.
type Quality struct {
	Brand     string        `json:"brand"`
	From      time.Time     `json:"from"`
	To        time.Time     `json:"to"`
	Seen      int           `json:"seen"`    // messages the sample stands for
	Judged    int           `json:"judged"`  // of the sample
	Skipped   int           `json:"skipped"` // nobody could say
	Enough    bool          `json:"enough"`  // at least AuditFewest are judged
	Models    []NamedCount  `json:"models"`  // judged messages by the model that had answered, most first
	Shown     []HeadQuality `json:"shown"`   // what people saw: model, rules and corrections together
	Model     []HeadQuality `json:"model"`   // the model alone
	Shadow    *TrialQuality `json:"shadow,omitempty"`
	Languages []GroupShare  `json:"languages"` // category as shown, by language
	Channels  []GroupShare  `json:"channels"`  // and by channel
	// Corrections is biased: it holds what somebody noticed and cared to correct.
	Corrections []CorrectionCount `json:"corrections"`
}

// NamedCount is how many of something have a name.
type NamedCount struct {
	Name string `json:"name"`
	N    int    `json:"n"`
}

// TrialQuality is how good a model on trial is, and how good the running one is
// on the very same messages.
type TrialQuality struct {
	Version string        `json:"version"`
	Judged  int           `json:"judged"`
	Enough  bool          `json:"enough"`
	Heads   []HeadQuality `json:"heads"`
	Running []HeadQuality `json:"running"` // the model alone, on the same messages
}

// HeadQuality is one head's figures. Accuracy is the share of messages it
// labels as people do. Labels are those that were given or meant. Confusion
// counts judged messages [truth][answer], unweighted, in Order; the last column
// is "no answer".
type HeadQuality struct {
	Head      string         `json:"head"`
	N         int            `json:"n"`
	Enough    bool           `json:"enough"`
	Accuracy  Estimate       `json:"accuracy"`
	Labels    []LabelQuality `json:"labels"`
	Order     []string       `json:"order"`
	Confusion [][]int        `json:"confusion"`
}

// LabelQuality is how far an answer can be believed (precision: of what it
// labels so, how much people do too) and relied on (recall: of what people
// label so, how much it does too).
type LabelQuality struct {
	Label     string   `json:"label"`
	Precision Estimate `json:"precision"`
	Recall    Estimate `json:"recall"`
}

// GroupShare is how often the category is right in a part of the messages.
type GroupShare struct {
	Name     string   `json:"name"`
	Accuracy Estimate `json:"accuracy"`
}

// CorrectionCount is how often agents replaced one label by another.
type CorrectionCount struct {
	Head string `json:"head"`
	From string `json:"from"`
	To   string `json:"to"`
	N    int    `json:"n"`
}

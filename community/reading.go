package community

// Reading is one way a model can take a message: a label of its category with
// its probability, and the spans of the text that speak for that label.
type Reading struct {
	Head
	Evidence []Evidence `json:"evidence,omitempty"`
}

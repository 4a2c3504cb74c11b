package classifier

// Options steer a training. The zero value of a field means its default.
type Options struct {
	Version string   // of the model; default "untitled"
	Seed    uint64   // the same seed and examples give the same model, byte for byte; default 1
	Heads   []Head   // default DefaultHeads
	Lexicon *Lexicon // default DefaultLexicon
	Bits    uint     // log2 of the number of buckets; default 17

	Passes   int     // over the examples; default 12
	Folds    int     // for the blend; default 3
	Cost     float64 // of a mistake; default 0.5
	Helper   float64 // weight of a helper set's mistake; default 0.3
	Boost    float64 // extra cost of rare labels: (largest/label)^Boost; default 0.35
	Even     float64 // sources weigh size^-Even; 0 counts every message alike; default 0.25
	MinCount int     // examples a bucket must occur in; default 2
	Words    float64 // weight of the block of words; default 1
	Chars    float64 // weight of the block of letters; default 0.7
	Concepts float64 // weight of the block of concepts; default 0.7
	Genre    float64 // weight of the block of signals; default 0.3
	Quiet    float64 // strength that keeps the blend plain; default 30
	Macro    float64 // how far rare labels are helped when picked, 0 to 1; default 0.7
}

// forOwnLabels has other defaults: fine differences between many labels of one
// trade stand in the letters more than in the lexicon, which was made for the
// guide's labels. On Banking77 worth 0.007 of accuracy.
func (o Options) forOwnLabels() Options {
	def := func(v *float64, d float64) {
		if *v == 0 {
			*v = d
		}
	}
	def(&o.Chars, 1)
	def(&o.Concepts, 0.2)
	def(&o.Genre, 0.1)
	if o.Folds == 0 {
		o.Folds = 5
	}
	return o
}

func (o Options) withDefaults() (Options, error) {
	def := func(v *float64, d float64) {
		if *v == 0 {
			*v = d
		}
	}
	if o.Version == "" {
		o.Version = "untitled"
	}
	if o.Seed == 0 {
		o.Seed = 1
	}
	if o.Heads == nil {
		o.Heads = DefaultHeads()
	}
	if o.Bits == 0 {
		o.Bits = 17
	}
	if o.Passes == 0 {
		o.Passes = 12
	}
	if o.Folds == 0 {
		o.Folds = 3
	}
	if o.MinCount == 0 {
		o.MinCount = 2
	}
	def(&o.Cost, 0.5)
	def(&o.Helper, 0.3)
	def(&o.Boost, 0.35)
	def(&o.Even, 0.25)
	def(&o.Words, 1)
	def(&o.Chars, 0.7)
	def(&o.Concepts, 0.7)
	def(&o.Genre, 0.3)
	def(&o.Quiet, 30)
	def(&o.Macro, 0.7)
	if o.Lexicon == nil {
		lex, err := DefaultLexicon()
		o.Lexicon = lex
		return o, err
	}
	return o, nil
}

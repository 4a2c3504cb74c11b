package simulated

import "time"

// Name is how the network is registered when Options give no other name.
const Name = "simulated"

// The limits of this network.
const (
	Limit       = 500                // longest reply, in graphemes
	ReplyWindow = 7 * 24 * time.Hour // how long a private message may be answered
)

// Options make a network. The zero value is a silent, perfect one, in this
// process: nobody speaks unless Server.Say makes them, and nothing goes wrong.
type Options struct {
	Name string        // the network's name; empty: Name
	URL  string        // a server in another process; what follows then belongs to that process, except Now and Poll
	Poll time.Duration // between two sweeps; zero: 10 s

	Seed    uint64           // what is said, by whom and in which order
	Rate    float64          // messages a minute on average, in bursts and lulls; zero: silence
	Backlog int              // openings said in the 48 h before the start, denser towards it, older ones mostly answered
	Answers float64          // share of our replies that their reader answers, in [0,1]
	Now     func() time.Time // the network's clock; nil: time.Now
	Dir     string           // folder in which the world survives its process; empty: memory only
	Trouble Trouble
}

// Trouble is how often things go wrong; every share is in [0,1]. The zero value
// is a perfect network.
type Trouble struct {
	Drop   float64 `json:"drop"`   // notices the stream never brings
	Double float64 `json:"double"` // notices it brings twice
	Delay  float64 `json:"delay"`  // notices it brings 5 to 40 s late, so out of order
	Late   float64 `json:"late"`   // messages that appear minutes after they were written
	Fail   float64 `json:"fail"`   // feed pages that are answered with 503

	Refuse    float64 `json:"refuse"`     // messages whose author lets nobody reply
	Limit     float64 `json:"limit"`      // replies answered with 429
	Lost      float64 `json:"lost"`       // replies that time out and were never taken
	Ghost     float64 `json:"ghost"`      // replies that time out and were taken
	EchoFirst float64 `json:"echo_first"` // replies that the stream shows before the receipt comes

	Stall      time.Duration `json:"stall"`       // how long a lost or ghost reply hangs before 504
	IndexDelay time.Duration `json:"index_delay"` // until a new reply is seen by readers of its thread
}

// Demo is the world of `vigie demo`. The caller shows its recent messages with
// running clocks by passing a Cursor whose Connected lies some hours in the past.
func Demo() Options {
	return Options{Seed: 1, Rate: 20, Backlog: 120, Answers: 0.5, Trouble: DemoTrouble()}
}

// DemoTrouble is seldom enough to work with and frequent enough to be seen
// within some dozens of replies.
func DemoTrouble() Trouble {
	return Trouble{
		Drop: 0.05, Double: 0.03, Delay: 0.04, Late: 0.04, Fail: 0.002,
		Refuse: 0.03, Limit: 0.03, Lost: 0.02, Ghost: 0.03, EchoFirst: 0.2,
		Stall: 4 * time.Second, IndexDelay: 2 * time.Second,
	}
}

// Package collectortest is the suite that every network passes before it is
// trusted with a brand: a server is driven from the other side, a fleet collects
// from it into a House, and what the House holds at the end is compared with what
// was said. Nothing may be missing, nothing may be there twice.
//
// A network's test builds a Bench (the network, an account, and a Server that
// acts as somebody else on it) and calls Run. What a Server cannot do is left
// nil, and the cases that need it are skipped by name: a real server cannot be
// told to lose an answer.
package collectortest

import (
	"testing"
	"time"

	"github.com/vigie-hq/vigie/collectors"
	"github.com/vigie-hq/vigie/community"
)

// Bench is one network under test, with a server of its own.
type Bench struct {
	Network collectors.Network
	Account community.Account
	Server  Server
	// Patience is how long something may take to arrive. Default 10 s.
	Patience time.Duration
	// Shared says that the account has a history of its own: what the house holds
	// beyond what this case said is then not counted against the network.
	Shared bool
	// Lacks is what this network does not have at all; the cases about it are
	// skipped by name.
	Lacks []Trait
	// Backlog is how many messages a first connection finds. Default 10,000; a
	// real server, or one behind a process, may set less (130 or more, so that
	// there are several pages).
	Backlog int
}

// Trait is something that most networks have.
type Trait string

// The traits.
const (
	Privacy Trait = "privacy" // messages that the public cannot read
	// Openness is messages that everybody can read: where it lacks, all is private.
	Openness Trait = "openness"
	Threads  Trait = "threads" // messages that answer others
	// Depth is answers to answers that name what they answer; where it lacks, they
	// stand below the first.
	Depth   Trait = "depth"
	Replies Trait = "replies" // answers from here
	Paging  Trait = "paging"  // a first sweep over several pages
)

// Post is something said to the account.
type Post struct {
	Text      string
	Private   bool
	InReplyTo string
	At        time.Time // when it was written; zero: now. Only with Server.Dates.
}

// Failure is what goes wrong with the server's next calls.
type Failure string

// The failures. All but LostAnswer certainly refuse the call.
const (
	Limited    Failure = "limited"     // the rate is used up for about a second
	Broken     Failure = "broken"      // an error page, for any call
	BusyReply  Failure = "busy reply"  // a reply is turned away: not now
	LimitReply Failure = "limit reply" // a reply is turned away: too many
	LostAnswer Failure = "lost answer" // a reply is accepted and the answer lost
	// LateAnswer only with Server.Fails: a reply is accepted and shown, pushed too,
	// and answered half a second later.
	LateAnswer Failure = "late answer"
)

// Push is how well the server pushes.
type Push string

// The ways of pushing.
const (
	PushAll     Push = "all"
	PushNothing Push = "nothing" // connected, silent
	PushSome    Push = "some"    // loses about half
	PushTwice   Push = "twice"   // everything twice, late and disordered
	PushRefused Push = "refused" // cannot be connected to
	// The rest only with Server.Pushes: one loses 5 % at random; the other holds a
	// message back until it is deleted and pushes the deletion first, then the
	// message.
	PushMost    Push = "most"
	PushDeleted Push = "deleted first"
)

// Server drives the other side. Post, Edit, Delete act as another user, Own as
// the account in the network's own application; each returns the native id.
// Posted counts the account's posts that hold a text. Every function fails the
// test by itself. Nil: this server cannot do that; where it is Edit or Delete,
// cases go on without.
type Server struct {
	Post   func(t testing.TB, p Post) string
	Edit   func(t testing.TB, id, text string)
	Delete func(t testing.TB, id string)
	Own    func(t testing.TB, text, inReplyTo string) string
	Posted func(t testing.TB, text string) int
	Cut    func(t testing.TB)                       // hangs up on every stream
	Push   func(t testing.TB, p Push)               // from now on
	Fail   func(t testing.TB, f Failure, calls int) // the next calls; 0: no more failures
	Token  func(t testing.TB, alive bool)
	// Subscribe is for networks that push by calling us: it is told once, before
	// anything is said, the address the network's own handler answers at, without a slash at
	// its end (http://127.0.0.1:1234/hooks/x). While no fleet runs there the answer
	// is 503: deliver again later, or do not.
	Subscribe func(t testing.TB, url string)

	// Pushes and Fails name what this server can beside what every one can that
	// has Push and Fail at all.
	Pushes []Push
	Fails  []Failure
	// Dates says that Post writes at Post.At.
	Dates bool
	// Skew has the server's clock go wrong: by so much ahead of ours (or behind)
	// from now on, in what it dates and in its answers' Date.
	Skew func(t testing.TB, ahead time.Duration)
}

func (b *Bench) defaults() {
	if b.Patience == 0 {
		b.Patience = 10 * time.Second
	}
	if b.Backlog == 0 {
		b.Backlog = 10_000
	}
}

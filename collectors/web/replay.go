package web

import (
	"crypto/sha256"
	"sync"
	"time"
)

// How many deliveries each of two generations remembers at most: 10 minutes of
// 300 a second. Beyond that a replay is recognised by what it holds, as a
// duplicate.
const replayMemory = 200_000

// delivery names a signed delivery: the account, the time and the body that were
// signed. Which secret signed it makes no difference.
type delivery [sha256.Size / 2]byte

func deliveryOf(account, seconds string, body []byte) delivery {
	sum := sha256.New()
	sum.Write([]byte(account + "\x00" + seconds + "\x00"))
	sum.Write(body)
	return delivery(sum.Sum(nil)[:len(delivery{})])
}

// fate is what became of a delivery.
type fate int

const (
	fateNew  fate = iota
	fateBusy      // it is being taken right now
	fateKept      // it was kept
)

// replays remembers the deliveries whose signatures are still good. It is safe
// for concurrent use.
type replays struct {
	mu     sync.Mutex
	busy   map[delivery]bool
	young  map[delivery]bool
	old    map[delivery]bool
	turned time.Time
}

// begin takes note of a delivery and tells what is known of it; after fateNew the
// caller says with end whether it was kept.
func (r *replays) begin(d delivery, now time.Time) fate {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case r.young[d] || r.old[d]:
		return fateKept
	case r.busy[d]:
		return fateBusy
	}
	// A signature is good for tolerance before and after its time.
	if r.young == nil || now.Sub(r.turned) > 2*tolerance || len(r.young) >= replayMemory {
		r.old, r.young, r.turned = r.young, map[delivery]bool{}, now
	}
	if r.busy == nil {
		r.busy = map[delivery]bool{}
	}
	r.busy[d] = true
	return fateNew
}

func (r *replays) end(d delivery, kept bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.busy, d)
	if kept {
		r.young[d] = true
	}
}

package collectors

import (
	"fmt"
	"runtime/debug"

	"github.com/vigie-hq/vigie/community"
)

// Guard runs do and turns a panic into a fault of kind Unavailable whose cause
// holds the stack. The fleet calls Collect through it; a network calls it in
// every goroutine of its own, where the fleet's cannot reach.
func Guard(do func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = community.Faultf(community.Unavailable, "network.panic").
				Because(fmt.Errorf("panic: %v\n%s", p, debug.Stack()))
		}
	}()
	return do()
}

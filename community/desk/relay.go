package desk

import (
	"context"

	"github.com/vigie-hq/vigie/community"
)

// Outbox is the store's list of events that are not yet on the log.
type Outbox interface {
	// Unpublished returns the oldest of them, in order.
	Unpublished(ctx context.Context, limit int) ([]community.Event, error)
	MarkPublished(ctx context.Context, ids []int64) error
}

// Publisher puts events on the log; when it returns they are durable.
type Publisher interface {
	PublishEvents(ctx context.Context, events []community.Event) error
}

// relayBatch is how many events go out at once.
const relayBatch = 500

// Relay publishes what the outbox holds and returns when it is empty. An event
// may be published twice (a crash between publishing and marking): consumers
// drop what is older than they hold.
func Relay(ctx context.Context, outbox Outbox, to Publisher) error {
	for {
		events, err := outbox.Unpublished(ctx, relayBatch)
		if err != nil || len(events) == 0 {
			return err
		}
		if err := to.PublishEvents(ctx, events); err != nil {
			return err
		}
		ids := make([]int64, len(events))
		for i := range events {
			ids[i] = events[i].ID
		}
		if err := outbox.MarkPublished(ctx, ids); err != nil {
			return err
		}
	}
}

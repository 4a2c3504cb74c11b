package facebook

import (
	"context"
	"time"

	"github.com/vigie-hq/vigie/collectors"
	"github.com/vigie-hq/vigie/community"
)

// The webhook fields a page is subscribed to.
var hookFields = [...]string{"feed", "mention", "ratings", "messages", "message_echoes", "message_edits", "messaging_postbacks", "standby"}

// Collect polls until ctx ends or a fault stops it; what the webhook brings
// comes through Hooks at the same time. The webhook is subscribed first: where
// that is refused, polling alone goes on, more often.
func (n *Network) Collect(ctx context.Context, account community.Account, cursor community.Cursor, emit collectors.Emit) error {
	p, err := n.page(ctx, account)
	if err != nil {
		return err
	}
	// It is also the first answer, which tells Graph's clock.
	pushed, err := p.client.Subscribe(ctx, account.NativeID, hookFields[:])
	if err != nil && (ctx.Err() != nil || community.KindOf(err) == community.Unauthorised) {
		return err
	}
	if err != nil {
		n.o.Graph.Logger().Warn("webhook not subscribed", "account", account.Key(), "error", err)
	}
	s := newSweeper(p, cursor, emit)
	for {
		if err := s.poll(ctx); err != nil {
			return err
		}
		wait := n.o.Poll
		if pushed {
			wait = n.o.PollPushed
		}
		if err := collectors.Wait(ctx, wait); err != nil {
			return err
		}
		if s.p, err = n.page(ctx, account); err != nil { // its token may have been renewed
			return err
		}
	}
}

// poll brings everything that is new since the cursor, then looks again at what
// is due, and moves the cursor to the poll's beginning.
func (s *sweeper) poll(ctx context.Context) error {
	began := s.p.o.Graph.Now().UTC()
	if err := s.sweep(ctx); err != nil {
		return err
	}
	if err := s.lookAgain(ctx); err != nil {
		return err
	}
	s.cursor.Complete = began
	return s.save(ctx)
}

// seconds is a time as Graph dates things: whole seconds.
func seconds(t time.Time) time.Time { return t.UTC().Truncate(time.Second) }

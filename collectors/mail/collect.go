package mail

import (
	"context"
	"errors"
	"time"

	"github.com/emersion/go-imap/v2"

	"github.com/vigie-hq/vigie/collectors"
	"github.com/vigie-hq/vigie/community"
)

// Collect polls every folder, then waits in INBOX for the server to tell of new
// letters (IDLE), and so on until ctx ends or a fault stops it. One connection
// does both: IDLE ends before anything else is asked.
func (n *Network) Collect(ctx context.Context, account community.Account, cursor community.Cursor, emit collectors.Emit) error {
	b, err := n.box(account)
	if err != nil {
		return err
	}
	r, c, err := n.open(ctx, b)
	if err != nil {
		return err
	}
	defer r.close()
	if c.copies {
		// Before the first answer leaves, so that its copy is known when it comes.
		if _, err := n.sealKey(ctx, b, true); err != nil {
			return err
		}
	}
	err = n.collect(ctx, b, r, newPoller(n, b, r, cursor, emit))
	b.pushes(community.PushDown, "network.unreachable")
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}

func (n *Network) collect(ctx context.Context, b *box, r *reader, p *poller) error {
	for {
		if err := p.poll(ctx); err != nil {
			return err
		}
		if !r.caps.Has(imap.CapIdle) && !r.caps.Has(imap.CapIMAP4rev2) {
			b.pushes(community.PushOff, "")
			if err := collectors.Wait(ctx, n.o.Poll); err != nil {
				return err
			}
			continue
		}
		err := p.listen(ctx, n.o.PollIdle)
		var status *imap.Error
		switch {
		case err == nil:
		case !isFault(err) && errors.As(err, &status) && status.Type != imap.StatusResponseTypeBye:
			// The server offers IDLE and refuses it: polling goes on.
			b.pushes(community.PushDown, "network.refused")
			if err := collectors.Wait(ctx, n.o.Poll); err != nil {
				return err
			}
		default:
			return r.fault(err)
		}
	}
}

// listen waits in INBOX for so long, and brings what the server tells of. What
// came between the poll and now is left to another poll, at once.
func (p *poller) listen(ctx context.Context, d time.Duration) error {
	data, err := p.r.examine(inbox)
	if err != nil {
		return err
	}
	at := p.at[inbox]
	if uint32(data.UIDNext) > at.Next {
		return nil
	}
	select {
	case <-p.r.arrived: // said of what the poll has brought
	default:
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	for next := at.Next; ; {
		told, err := p.r.idle(ctx, timer.C, func() { p.box.pushes(community.PushOn, "") })
		if err != nil || !told {
			return err
		}
		if next, err = p.push(ctx, next, at.First); err != nil {
			return err
		}
	}
}

// idle runs IDLE until the server tells of new letters (told), time is over, or
// ctx or the connection ends.
func (r *reader) idle(ctx context.Context, over <-chan time.Time, on func()) (told bool, err error) {
	begun := r.within(answerTimeout)
	command, err := r.Idle()
	begun()
	if err != nil {
		return false, err
	}
	on()
	select {
	case <-r.arrived:
		told = true
	case <-over:
	case <-ctx.Done():
		return false, context.Cause(ctx)
	case <-r.Closed():
	}
	defer r.within(answerTimeout)()
	if err := command.Close(); err != nil {
		return false, err
	}
	return told, command.Wait()
}

// push emits the letters from next on and returns what is then next. It moves no
// cursor: the next poll brings them again, and finds them known.
func (p *poller) push(ctx context.Context, next, firstNew uint32) (uint32, error) {
	uids, err := p.r.from(next)
	if err != nil {
		return next, err
	}
	for len(uids) > 0 {
		page := uids[:min(pageSize, len(uids))]
		uids = uids[len(page):]
		messages, _, err := p.read(ctx, inbox, page, firstNew, true) // what cannot be read, the poll counts
		if err != nil {
			return next, err
		}
		if len(messages) > 0 {
			if err := p.emit(ctx, collectors.Batch{Messages: messages, Push: true}); err != nil {
				return next, err
			}
		}
		next = uint32(page[len(page)-1]) + 1
	}
	return next, nil
}

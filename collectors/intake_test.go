package collectors_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vigie-hq/vigie/collectors"
	"github.com/vigie-hq/vigie/collectors/collectortest"
	"github.com/vigie-hq/vigie/community"
)

func TestPushNeverMovesTheCursor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := account("a")
		house := collectortest.NewHouse(a)
		_, stop := run(t, house, func(ctx context.Context, _ community.Account, c community.Cursor, emit collectors.Emit) error {
			c.Since = "pushed"
			err := emit(ctx, collectors.Batch{Push: true, Cursor: &c, Messages: []community.Message{message("1", time.Now())}})
			<-ctx.Done()
			return err
		})
		time.Sleep(time.Minute)
		stop()
		c, err := house.Cursor(t.Context(), a.Key())
		if err != nil || c.Since != "" || c.Connected.IsZero() {
			t.Errorf("cursor %+v (%v)", c, err)
		}
	})
}

func TestCursorStaysWhenPublishingFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := account("a")
		house := collectortest.NewHouse(a)
		house.Refuse(func(call int) error {
			if call < 4 {
				return community.Faultf(community.Unavailable, "log.down")
			}
			return nil
		})
		var refused int
		_, stop := run(t, house, func(ctx context.Context, _ community.Account, c community.Cursor, emit collectors.Emit) error {
			if c.Since != "" {
				t.Errorf("cursor at %q before anything was kept", c.Since)
			}
			c.Since = "1"
			if err := emit(ctx, collectors.Batch{Cursor: &c, Messages: []community.Message{message("1", time.Now())}}); err != nil {
				refused++
				return err
			}
			<-ctx.Done()
			return nil
		})
		time.Sleep(time.Hour)
		stop()
		c, _ := house.Cursor(t.Context(), a.Key())
		if refused != 3 || c.Since != "1" || house.Len() != 1 {
			t.Errorf("refused %d times, cursor %+v, %d messages", refused, c, house.Len())
		}
	})
}

func TestMessageTheLogRefusesIsLeftOutAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		house := collectortest.NewHouse(account("a"))
		house.Refuse(func(call int) error {
			if call == 1 || call == 3 { // the batch, then the second of its three
				return community.Faultf(community.Invalid, "message.too_long")
			}
			return nil
		})
		_, stop := run(t, house, func(ctx context.Context, _ community.Account, _ community.Cursor, emit collectors.Emit) error {
			now := time.Now()
			err := emit(ctx, collectors.Batch{Messages: []community.Message{message("1", now), message("2", now), message("3", now)}})
			<-ctx.Done()
			return err
		})
		time.Sleep(time.Second)
		stop()
		_, second := house.Get("2")
		if house.Len() != 2 || second || house.Ledger().Unreadable != 1 {
			t.Errorf("%d held, the second %v, ledger %+v", house.Len(), second, house.Ledger())
		}
	})
}

func TestOriginAndLag(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		house := collectortest.NewHouse(account("a"))
		connected := time.Now()
		_, stop := run(t, house, func(ctx context.Context, _ community.Account, c community.Cursor, emit collectors.Emit) error {
			c.Complete = time.Now()
			if err := emit(ctx, collectors.Batch{Cursor: &c}); err != nil {
				return err
			}
			time.Sleep(10 * time.Minute)
			err := emit(ctx, collectors.Batch{Messages: []community.Message{
				message("old", connected.Add(-time.Hour)), message("new", connected.Add(4*time.Minute)),
			}})
			<-ctx.Done()
			return err
		})
		time.Sleep(time.Hour)
		stop()
		for id, want := range map[string]struct {
			origin community.Origin
			clock  time.Time
		}{
			"old": {community.Backfill, connected},
			"new": {community.Live, connected.Add(4 * time.Minute)},
		} {
			held, _ := house.Get(id)
			m := held.Message
			if m.Origin != want.origin || m.Lag != 10*time.Minute || !m.ClockStart().Equal(want.clock) {
				t.Errorf("%s: %s, lag %v, clock from %v", id, m.Origin, m.Lag, m.ClockStart().Sub(connected))
			}
		}
		l := house.Ledger()
		if l.Backfilled != 1 || l.Recovered != 1 || l.Gap != 10*time.Minute || l.Lag != 6*time.Minute {
			t.Errorf("ledger %+v", l)
		}
	})
}

package inbox

import (
	"bufio"
	"context"
	"encoding/json"
	"slices"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"github.com/vigie-hq/vigie/community"
)

// eventPage is how many events are read at a time.
const eventPage = 500

// events is the stream of what changed, for programs: every event of the
// viewer's brands, in order, none left out. It goes on after Last-Event-ID (or
// ?after=), and from now on without. Events are read from the store, so however
// slow a program is, it misses nothing.
func (a api) events(c *fiber.Ctx) error {
	after, err := afterOf(c)
	if err != nil {
		return err
	}
	brand := c.Query("brand")
	v := viewerOf(c)
	if brand != "" && !slices.Contains(v.Brands(), brand) {
		return community.Faultf(community.NotFound, "brand.unknown", brand)
	}
	w := &watch{viewer: v, lang: langOf(c), hash: visitOf(c).hash, after: after}
	if err := a.s.Hub.watch(w); err != nil {
		return err
	}
	ctx := c.UserContext()
	alive := func() bool {
		now, err := a.s.Door.Token(ctx, w.hash)
		return err == nil && classOf(now) == w.class
	}
	started := false
	a.s.stream(c, w, alive, func(out *bufio.Writer) error {
		if !started {
			if after, started = a.s.Hub.since(w); !started {
				return nil
			}
		}
		for {
			events, err := a.s.Reader.Events(ctx, v, after, eventPage)
			if err != nil {
				a.s.log.Error("events not read for a stream", "error", err)
				return err
			}
			for i := range events {
				e := &events[i]
				after = e.ID
				if brand != "" && e.Brand != brand {
					continue
				}
				if ok, err := a.sees(ctx, v, e); err != nil || !ok {
					if err != nil {
						return err
					}
					continue
				}
				data, err := json.Marshal(e)
				if err != nil {
					return err
				}
				if _, err := out.Write(frame(e.ID, string(e.Type), data)); err != nil {
					return err
				}
			}
			if len(events) < eventPage {
				return nil
			}
		}
	})
	return nil
}

// afterOf is the event a program has already; -1: none, it wants what comes.
func afterOf(c *fiber.Ctx) (int64, error) {
	s := c.Get("Last-Event-ID", c.Query("after"))
	if s == "" {
		return -1, nil
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < 0 {
		return 0, community.Faultf(community.Invalid, "query.value", "after", s)
	}
	return n, nil
}

// sees tells whether the viewer may know of an event. Who may read a whole
// brand may; who has some of its channels is told only of conversations he can
// read now.
func (a api) sees(ctx context.Context, v community.Viewer, e *community.Event) (bool, error) {
	if _, all := v.Channels(e.Brand); all || e.Conversation == "" {
		return all, nil
	}
	_, err := a.s.Reader.Conversation(ctx, v, e.Conversation)
	if err != nil && community.KindOf(err) == community.NotFound {
		return false, nil
	}
	return err == nil, err
}

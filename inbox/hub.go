package inbox

import (
	"cmp"
	"context"
	"encoding/json"
	"log/slog"
	"maps"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/vigie-hq/vigie/community"
)

// How live is live.
const (
	hubWindow   = 25 * time.Millisecond // events this close are shown together, each conversation once
	hubMost     = 200                   // conversations of one window that are drawn; beyond, screens are told to read again
	hubStale    = 2 * time.Second       // how often, at most, screens hear of changes that are not drawn
	hubQueue    = 128                   // frames a screen may be behind before it is told to read again
	hubScreens  = 5000                  // open streams, of pages and programs together
	hubSession  = 12                    // of one session or token
	hubBeat     = 15 * time.Second      // between heartbeats
	hubReadTime = 5 * time.Second       // for one row to be read
	hubPatience = 30 * time.Second      // for a client to take what it is sent
)

// Hub shows what changes to whoever is looking. It is fed with the events of
// the log, in whatever order and however often they come, and reads each changed
// conversation again for the rights of those who look: nothing is shown from the
// event itself. Publish never blocks and the Hub never waits for a slow screen.
type Hub struct {
	reader   Reader
	render   func(lang string, c community.Conversation, now time.Time) (string, error)
	now      func() time.Time
	log      *slog.Logger
	beat     time.Duration // hubBeat, but in tests
	patience time.Duration // hubPatience, but in tests

	wake chan struct{} // holds one

	mu      sync.Mutex
	last    int64 // the newest event seen
	pending map[string]community.Event
	bulk    map[string]bool // brands with changes that are not drawn
	watches map[*watch]struct{}
	closed  bool
}

func newHub(reader Reader, render func(string, community.Conversation, time.Time) (string, error), now func() time.Time, log *slog.Logger) *Hub {
	return &Hub{
		reader: reader, render: render, now: now, log: log, beat: hubBeat, patience: hubPatience,
		wake:    make(chan struct{}, 1),
		pending: make(map[string]community.Event), bulk: make(map[string]bool),
		watches: make(map[*watch]struct{}),
	}
}

// Publish tells the hub that something changed. It is safe for concurrent use.
// History (origin not live) may come by the thousand: screens are told that
// there is more, now and then, and read what they show again.
func (h *Hub) Publish(e community.Event) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.last = max(h.last, e.ID)
	if h.closed || len(h.watches) == 0 {
		return
	}
	for w := range h.watches {
		if w.after < 0 {
			w.after = e.ID - 1
		}
	}
	known, ok := h.pending[e.Conversation]
	switch {
	case e.Conversation == "", e.Origin != "" && e.Origin != community.Live, !ok && len(h.pending) >= hubMost:
		h.bulk[e.Brand] = true
	case !ok, e.ID > known.ID:
		h.pending[e.Conversation] = e
	}
	select {
	case h.wake <- struct{}{}:
	default:
	}
}

// run shows changes until ctx ends, then ends every stream.
func (h *Hub) run(ctx context.Context) {
	defer h.close()
	told := make(map[string]time.Time)
	for {
		select {
		case <-ctx.Done():
			return
		case <-h.wake:
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(hubWindow):
		}
		h.flush(ctx, told)
	}
}

// flush shows what changed since the last time.
func (h *Hub) flush(ctx context.Context, told map[string]time.Time) {
	h.mu.Lock()
	events := slices.SortedFunc(maps.Values(h.pending), func(a, b community.Event) int { return cmp.Compare(a.ID, b.ID) })
	clear(h.pending)
	var stale []string
	for brand := range h.bulk {
		if since := time.Since(told[brand]); since >= hubStale {
			told[brand] = time.Now()
			stale = append(stale, brand)
			delete(h.bulk, brand)
		} else {
			time.AfterFunc(hubStale-since, h.nudge)
		}
	}
	classes := make(map[string][]*watch)
	for w := range h.watches {
		if w.screen {
			classes[w.class] = append(classes[w.class], w)
		} else {
			w.nudge()
		}
	}
	h.mu.Unlock()
	for _, screens := range classes {
		for _, brand := range stale {
			show(screens, brand, "", frame(h.Last(), "stale", []byte("{}")))
		}
		for _, e := range events {
			h.show(ctx, e, screens)
		}
	}
}

// show reads the conversation of an event for screens of the same rights, draws
// its row once for each language, and gives it to them.
func (h *Hub) show(ctx context.Context, e community.Event, screens []*watch) {
	v := screens[0].viewer
	if !slices.Contains(v.Brands(), e.Brand) {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, hubReadTime)
	defer cancel()
	c, err := h.reader.Conversation(ctx, v, e.Conversation)
	if err == nil && c.ID != e.Conversation { // it was merged into another
		show(screens, e.Brand, "", goneFrame(e))
	}
	switch {
	case err != nil && community.KindOf(err) == community.NotFound:
		show(screens, e.Brand, "", goneFrame(e))
		return
	case err != nil:
		if ctx.Err() == nil {
			h.log.Error("row not read for the live stream", "conversation", e.Conversation, "error", err)
		}
		show(screens, e.Brand, "", frame(e.ID, "resync", []byte("{}")))
		return
	}
	drawn := make(map[string]bool)
	for _, w := range screens {
		if drawn[w.lang] {
			continue
		}
		drawn[w.lang] = true
		row, err := h.rowFrame(e, w.lang, c)
		if err != nil {
			h.log.Error("row not drawn for the live stream", "conversation", c.ID, "error", err)
			continue
		}
		show(screens, e.Brand, w.lang, row)
	}
}

// show gives a frame to those screens that look at the brand in the language;
// empty: in any.
func show(screens []*watch, brand, lang string, f []byte) {
	for _, w := range screens {
		if (lang == "" || w.lang == lang) && slices.Contains(w.viewer.Brands(), brand) {
			w.push(f)
		}
	}
}

// liveRow is what the live stream says of a conversation: enough to know in which
// views it belongs, and its row, drawn.
type liveRow struct {
	ID         string              `json:"id"`
	Type       community.EventType `json:"type"`
	Version    int64               `json:"version"`
	Brand      string              `json:"brand"`
	Channel    string              `json:"channel"`
	Status     community.Status    `json:"status"`
	Category   community.Category  `json:"category"`
	Urgency    community.Urgency   `json:"urgency"`
	Sentiment  community.Sentiment `json:"sentiment"`
	Reason     community.Reason    `json:"reason"`
	Network    string              `json:"network"`
	Account    string              `json:"account"`
	Assignee   string              `json:"assignee"`
	Triage     bool                `json:"triage"`
	ReplyState string              `json:"reply_state"`
	Due        time.Time           `json:"due,omitzero"`
	LastAt     time.Time           `json:"last_at,omitzero"`
	HTML       string              `json:"html"`
}

func (h *Hub) rowFrame(e community.Event, lang string, c *community.Conversation) ([]byte, error) {
	html, err := h.render(lang, *c, h.now())
	if err != nil {
		return nil, err
	}
	data, err := json.Marshal(liveRow{
		ID: c.ID, Type: e.Type, Version: c.Version, Brand: c.Brand, Channel: c.Channel, Status: c.Status,
		Category: c.Category, Urgency: c.Urgency, Sentiment: c.Sentiment, Reason: c.Reason, Network: c.Network,
		Account: c.Account, Assignee: c.Assignee, Triage: c.Triage, ReplyState: c.ReplyState,
		Due: c.Due, LastAt: c.LastAt, HTML: html,
	})
	return frame(e.ID, "row", data), err
}

func goneFrame(e community.Event) []byte {
	data, _ := json.Marshal(map[string]string{"id": e.Conversation}) // strings always marshal
	return frame(e.ID, "gone", data)
}

// frame is one server-sent event; data is JSON on one line.
func frame(id int64, event string, data []byte) []byte {
	b := make([]byte, 0, len(data)+64)
	b = strconv.AppendInt(append(b, "id: "...), id, 10)
	b = append(append(b, "\nevent: "...), event...)
	b = append(append(b, "\ndata: "...), data...)
	return append(b, "\n\n"...)
}

// Last is the id of the newest event the hub has seen; 0: none since it started.
func (h *Hub) Last() int64 {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.last
}

func (h *Hub) nudge() {
	select {
	case h.wake <- struct{}{}:
	default:
	}
}

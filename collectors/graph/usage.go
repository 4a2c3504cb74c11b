package graph

import (
	"cmp"
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/vigie-hq/vigie/collectors"
	"github.com/vigie-hq/vigie/community"
)

// Meta tells with each answer what share of its limits is used, in per cent. From
// slowFrom on reads are spaced out, from stopAt on they wait: what is left is for
// answers to customers. A figure is believed for usageFor, Meta's windows being
// sliding hours.
const (
	slowFrom = 75
	stopAt   = 95
	usageFor = 5 * time.Minute
	slowest  = 5 * time.Second // between two reads just below stopAt
)

// meter keeps what usage headers told, by kind of limit.
type meter struct {
	now    func() time.Time
	mu     sync.Mutex
	shares map[string]share
}

type share struct {
	percent int
	told    time.Time
	regain  time.Time // calls are refused before then
}

func newMeter(now func() time.Time) *meter {
	return &meter{now: now, shares: map[string]share{}}
}

// figures are the counters of one limit, as every usage header writes them.
type figures struct {
	Type   string  `json:"type"`
	Calls  float64 `json:"call_count"`
	Time   float64 `json:"total_time"`
	CPU    float64 `json:"total_cputime"`
	Regain float64 `json:"estimated_time_to_regain_access"` // minutes
}

func (m *meter) learn(name string, f figures) {
	now := m.now()
	s := share{percent: int(max(f.Calls, f.Time, f.CPU)), told: now}
	if f.Regain > 0 && f.Regain < 7*24*60 {
		s.regain = now.Add(time.Duration(f.Regain * float64(time.Minute)))
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.shares[name] = s
}

// admit lets a read pass, after a pause when usage is high. When it is too high
// the answer is Limited until it may be lower.
func (m *meter) admit(ctx context.Context) error {
	pause, until := m.pressure()
	switch {
	case !until.IsZero():
		return collectors.Limit("network.limited", until)
	case pause > 0:
		return collectors.Wait(ctx, pause)
	}
	return nil
}

func (m *meter) pressure() (pause time.Duration, until time.Time) {
	now := m.now()
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, s := range m.shares {
		end := s.told.Add(usageFor)
		switch {
		case s.regain.After(now):
			until = latest(until, s.regain)
		case !s.regain.IsZero(), !end.After(now): // over, or too old to say anything
		case s.percent >= stopAt:
			until = latest(until, end)
		case s.percent >= slowFrom:
			pause = max(pause, slowest*time.Duration(s.percent-slowFrom+1)/(stopAt-slowFrom))
		}
	}
	return pause, until
}

func latest(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// windows are the shares that are left, in per cent of each limit.
func (m *meter) windows() []community.Window {
	m.mu.Lock()
	defer m.mu.Unlock()
	var ws []community.Window
	for name, s := range m.shares {
		ws = append(ws, community.Window{
			Name: name, Left: max(0, 100-s.percent), Limit: 100, Reset: latest(s.told.Add(usageFor), s.regain).UTC(),
		})
	}
	slices.SortFunc(ws, func(a, b community.Window) int { return cmp.Compare(a.Name, b.Name) })
	return ws
}

// listener stands under the client's budget, so that it hears the headers of
// refusals too.
type listener struct {
	base http.RoundTripper
	c    *Client
}

// RoundTrip passes the request on and learns from the answer.
func (l listener) RoundTrip(r *http.Request) (*http.Response, error) {
	base := l.base
	if base == nil {
		base = http.DefaultTransport
	}
	response, err := base.RoundTrip(r)
	if err == nil {
		l.c.hear(response.Header)
	}
	return response, err
}

func (c *Client) hear(h http.Header) {
	if version := h.Get("Facebook-Api-Version"); version != "" {
		c.mu.Lock()
		c.spoke = version
		c.mu.Unlock()
	}
	var f figures
	if told(h, "X-App-Usage", &f) {
		c.app.learn("app", f)
	}
	f = figures{}
	if told(h, "X-Page-Usage", &f) {
		c.usage.learn("page", f)
	}
	var cases map[string][]figures
	if told(h, "X-Business-Use-Case-Usage", &cases) {
		for _, business := range cases {
			for _, f := range business {
				c.usage.learn(cmp.Or(f.Type, "business"), f)
			}
		}
	}
}

func told(h http.Header, name string, v any) bool {
	value := h.Get(name)
	return value != "" && json.Unmarshal([]byte(value), v) == nil
}

package graphtest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"time"

	"github.com/vigie-hq/vigie/collectors/graph"
)

// Pushing is how well the server delivers to the webhook.
type Pushing int

// The ways of delivering.
const (
	PushAll     Pushing = iota
	PushNothing         // subscribed, silent
	PushSome            // loses about half
	PushMost            // loses one in twenty
	PushTwice           // everything twice, late and disordered, and folded together
	PushRefused         // pages cannot be subscribed, nothing is delivered
	PushDeleted         // a message is held back until it is deleted: its deletion comes first
)

// How a delivery that was not answered is tried again, and how many events one
// call may carry.
const (
	retryFirst = 50 * time.Millisecond
	retryMost  = time.Second
	retries    = 30
	foldMost   = 10
)

// delivery is one event on its way to the webhook.
type delivery struct {
	object, entry string
	change        map[string]any // with field and value
	messaging     map[string]any
	standby       bool
	at            time.Time
}

// subscriber is the app's webhook, as the server knows it.
type subscriber struct {
	s       *Server
	url     string
	pushing Pushing
	held    []delivery // with PushDeleted
	queue   chan delivery
}

func newSubscriber(s *Server) *subscriber {
	sub := &subscriber{s: s, queue: make(chan delivery, 1<<16)}
	s.work.Go(sub.run)
	return sub
}

// Subscribe sets the webhook's address, after asking it for the challenge as
// Meta's dashboard does.
func (s *Server) Subscribe(address string) error {
	q := url.Values{"hub.mode": {"subscribe"}, "hub.verify_token": {VerifyToken}, "hub.challenge": {"1158201444"}}
	request, err := http.NewRequestWithContext(s.ctx, http.MethodGet, address+"?"+q.Encode(), nil)
	if err != nil {
		return err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return fmt.Errorf("verifying the webhook: %w", err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK || string(body) != "1158201444" {
		return fmt.Errorf("the webhook answered %d %q to the challenge", response.StatusCode, body)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hook.url = address
	return nil
}

// Expect sets the webhook's address without asking it anything: for one that is
// not there yet.
func (s *Server) Expect(address string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hook.url = address
}

// SetPushing changes how deliveries are made from now on.
func (s *Server) SetPushing(p Pushing) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hook.pushing = p
}

// subscribed are the fields the app takes of a page.
func (s *Server) subscribed(page *object, field string) bool {
	fields, _ := page.fields["subscribed"].([]string)
	return contains(fields, field)
}

// tell sends a change of a field to the webhook, if somebody subscribed to it.
// The server is locked.
func (s *Server) tell(object string, to *object, field string, value map[string]any) {
	if s.subscribed(to, field) {
		s.deliver(delivery{object: object, entry: to.id, change: map[string]any{"field": field, "value": value}})
	}
}

// say sends a private message's event to the webhook.
func (s *Server) say(object string, to *object, field string, messaging map[string]any) {
	if s.subscribed(to, field) {
		s.deliver(delivery{object: object, entry: to.id, messaging: messaging, standby: field == "standby"})
	}
}

// deliver queues an event, as often and as late as the way of pushing says.
func (s *Server) deliver(d delivery) {
	if now := s.now(); d.at.Before(now) {
		d.at = now
	}
	if s.hook.url == "" {
		return
	}
	copies := 1
	switch s.hook.pushing {
	case PushNothing, PushRefused:
		return
	case PushSome:
		copies = rand.IntN(2)
	case PushMost:
		copies = min(1, rand.IntN(20))
	case PushDeleted:
		s.holdBack(d)
		return
	case PushTwice:
		copies = 2
	}
	for range copies {
		if s.hook.pushing != PushTwice {
			s.hook.put(d)
			continue
		}
		late := time.Duration(rand.IntN(60)) * time.Millisecond
		s.work.Go(func() {
			select {
			case <-time.After(late):
				s.hook.put(d)
			case <-s.ctx.Done():
			}
		})
	}
}

// holdBack keeps an event until a deletion comes, which then goes first.
func (s *Server) holdBack(d delivery) {
	value, _ := d.change["value"].(map[string]any)
	if value["verb"] != "remove" {
		s.hook.held = append(s.hook.held, d)
		return
	}
	s.hook.put(d)
	for _, late := range s.hook.held {
		s.hook.put(late)
	}
	s.hook.held = nil
}

func (sub *subscriber) put(d delivery) {
	select {
	case sub.queue <- d:
	case <-sub.s.ctx.Done():
	}
}

// run delivers what is queued, several events in one call where they are for
// the same object.
func (sub *subscriber) run() {
	for {
		var all []delivery
		select {
		case d := <-sub.queue:
			all = append(all, d)
		case <-sub.s.ctx.Done():
			return
		}
		for more := true; more && len(all) < foldMost; {
			select {
			case d := <-sub.queue:
				all = append(all, d)
			default:
				more = false
			}
		}
		byObject := map[string][]delivery{}
		for _, d := range all {
			byObject[d.object] = append(byObject[d.object], d)
		}
		for object, some := range byObject {
			sub.send(object, some)
		}
	}
}

// send makes one call, and again until it is answered well.
func (sub *subscriber) send(object string, all []delivery) {
	body := envelope(object, all)
	sub.s.mu.Lock()
	address := sub.url
	sub.s.mu.Unlock()
	for wait, try := retryFirst, 0; try < retries; wait, try = min(2*wait, retryMost), try+1 {
		request, err := http.NewRequestWithContext(sub.s.ctx, http.MethodPost, address, bytes.NewReader(body))
		if err != nil {
			return
		}
		request.Header.Set("Content-Type", "application/json")
		request.Header.Set(graph.SignatureHeader, graph.Sign(AppSecret, body))
		response, err := http.DefaultClient.Do(request)
		if err == nil {
			_, _ = io.Copy(io.Discard, response.Body)
			_ = response.Body.Close()
			if response.StatusCode == http.StatusOK {
				return
			}
		}
		select {
		case <-time.After(wait):
		case <-sub.s.ctx.Done():
			return
		}
	}
}

// envelope writes events as Meta does, characters beyond ASCII escaped, so that
// whoever signs anything but the raw bytes is found out.
func envelope(object string, all []delivery) []byte {
	var entries []map[string]any
	for _, d := range all {
		e := map[string]any{"id": d.entry, "time": d.at.Unix()}
		switch {
		case d.change != nil:
			if n := len(entries); n > 0 && entries[n-1]["id"] == d.entry && entries[n-1]["changes"] != nil {
				entries[n-1]["changes"] = append(entries[n-1]["changes"].([]any), d.change)
				continue
			}
			e["changes"] = []any{d.change}
		default:
			field := "messaging"
			if d.standby {
				field = "standby"
			}
			e["time"], e[field] = d.at.UnixMilli(), []any{d.messaging}
		}
		entries = append(entries, e)
	}
	raw, err := json.Marshal(map[string]any{"object": object, "entry": entries})
	if err != nil {
		return nil
	}
	return escaped(raw)
}

// escaped writes every character beyond ASCII as \uXXXX.
func escaped(raw []byte) []byte {
	var b bytes.Buffer
	for _, r := range string(raw) {
		switch {
		case r < 0x80:
			b.WriteRune(r)
		case r < 0x10000:
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			r -= 0x10000
			fmt.Fprintf(&b, `\u%04x\u%04x`, 0xd800+r>>10, 0xdc00+r&0x3ff)
		}
	}
	return b.Bytes()
}

package web

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/vigie-hq/vigie/collectors"
	"github.com/vigie-hq/vigie/community"
)

// What a delivery may weigh, how many are read at a time, and how long one may
// take to arrive.
const (
	maxDelivery = 1 << 20
	maxReading  = 32
	readWithin  = 10 * time.Second
)

// hook takes deliveries: POST /<account>.
type hook struct {
	n       *Network
	port    collectors.Port
	replays replays
	reading chan struct{} // bounds what strangers can make us hold
}

// Hooks is the handler of deliveries. A stranger costs a look at the header: what
// has no timely signature of an account that is known here is not read.
func (n *Network) Hooks(port collectors.Port) http.Handler {
	return &hook{n: n, port: port, reading: make(chan struct{}, maxReading)}
}

func (h *hook) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		problem(w, http.StatusMethodNotAllowed, "hook.method", nil)
		return
	}
	accounts, err := h.port.Accounts(r.Context(), strings.Trim(r.URL.Path, "/"))
	if err != nil {
		h.later(w, err)
		return
	}
	given, ok := parseSignature(r.Header.Get(signatureHeader))
	if !ok || len(accounts) == 0 || !given.timely(h.n.o.Now()) {
		problem(w, http.StatusUnauthorized, "hook.signature", nil)
		return
	}
	select {
	case h.reading <- struct{}{}:
		defer func() { <-h.reading }()
	default:
		w.Header().Set("Retry-After", "1")
		problem(w, http.StatusTooManyRequests, "hook.crowded", nil)
		return
	}
	body, ok := read(w, r)
	if ok {
		h.take(w, r, accounts, &given, body)
	}
}

// read reads the body within bounds; it has answered if it returns false.
func read(w http.ResponseWriter, r *http.Request) ([]byte, bool) {
	if encoding := r.Header.Get("Content-Encoding"); encoding != "" && encoding != "identity" {
		problem(w, http.StatusUnsupportedMediaType, "body.encoding", nil)
		return nil, false
	}
	// A connection that knows no deadlines has its server's.
	_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(readWithin))
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxDelivery))
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		problem(w, http.StatusRequestEntityTooLarge, "hook.too_large", nil)
	case err != nil:
		problem(w, http.StatusRequestTimeout, "hook.broken", nil)
	}
	return body, err == nil
}

// take hands a delivery to the accounts whose secret signed it: two brands may
// have an account of one name.
func (h *hook) take(w http.ResponseWriter, r *http.Request, accounts []community.Account, given *signature, body []byte) {
	taken, kept := 0, 0
	for _, account := range accounts {
		secrets, err := h.n.secrets(r.Context(), &account)
		if community.KindOf(err) == community.Unauthorised && err != nil {
			continue // it has no secret yet
		}
		if err != nil {
			h.later(w, err)
			return
		}
		if !given.by(secrets, body) {
			continue
		}
		d := deliveryOf(account.Key(), given.seconds, body)
		switch h.replays.begin(d, h.n.o.Now()) {
		case fateKept:
			kept++
			continue
		case fateBusy:
			h.later(w, community.Faultf(community.Unavailable, "hook.busy"))
			return
		}
		count, refused, err := h.push(r, &account, body)
		h.replays.end(d, err == nil && len(refused) == 0)
		switch {
		case err != nil:
			h.later(w, err)
			return
		case len(refused) > 0:
			problem(w, http.StatusBadRequest, "hook.refused", refused)
			return
		}
		taken += count
	}
	switch {
	case taken > 0:
		answer(w, http.StatusOK, "application/json", map[string]int{"accepted": taken})
	case kept > 0:
		problem(w, http.StatusConflict, "hook.replayed", nil)
	default:
		problem(w, http.StatusUnauthorized, "hook.signature", nil)
	}
}

// push reads the messages and makes them durable: all, or none when one is not
// as it should be.
func (h *hook) push(r *http.Request, account *community.Account, body []byte) (int, []refusal, error) {
	messages, refused := readBody(account, body, h.n.o.Now())
	if len(refused) > 0 {
		return 0, refused, nil
	}
	return len(messages), nil, h.port.Push(r.Context(), *account, messages)
}

// later asks to send again: nothing was kept.
func (h *hook) later(w http.ResponseWriter, err error) {
	wait := time.Second
	if at, ok := collectors.RetryAt(err); ok {
		wait = max(wait, at.Sub(h.n.o.Now()))
	}
	w.Header().Set("Retry-After", strconv.Itoa(int(min(wait, time.Minute)/time.Second)))
	problem(w, http.StatusServiceUnavailable, "hook.later", nil)
}

// problem answers with application/problem+json (RFC 9457). key says what is
// wrong, for programs; lines say which messages.
func problem(w http.ResponseWriter, status int, key string, lines []refusal) {
	answer(w, status, "application/problem+json", struct {
		Type   string    `json:"type"`
		Title  string    `json:"title"`
		Status int       `json:"status"`
		Key    string    `json:"key"`
		Errors []refusal `json:"errors,omitempty"`
	}{"about:blank", http.StatusText(status), status, key, lines})
}

func answer(w http.ResponseWriter, status int, kind string, body any) {
	w.Header().Set("Content-Type", kind)
	w.WriteHeader(status)
	// Whoever does not wait for his answer has none.
	_ = json.NewEncoder(w).Encode(body)
}

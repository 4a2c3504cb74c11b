package graph

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/vigie-hq/vigie/community"
)

// SignatureHeader is where Meta signs a webhook call.
const SignatureHeader = "X-Hub-Signature-256"

// Limits of a webhook call. Meta delivers again for 36 hours what was not
// answered; what is older than replayAfter was recorded by somebody and is played
// to us, and so was what is from further ahead than clocks can differ.
const (
	maxHook     = 1 << 20
	replayAfter = 48 * time.Hour
	aheadMost   = 15 * time.Minute
	hookRetry   = "5" // seconds, when the log is behind
)

// Sign is the signature header of a body: HMAC-SHA256 with the app's secret, over
// the very bytes.
func Sign(secret string, body []byte) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write(body)
	return "sha256=" + hex.EncodeToString(mac.Sum(nil))
}

// Hook is the webhook handler of one network: it answers Meta's verification,
// checks signature and age, and gives the entries of object ("page",
// "instagram") to take. It answers 200 once take returned nil; a fault of take
// is answered 503, so that Meta delivers again.
func (g *Graph) Hook(network, object string, take func(context.Context, []Entry) error) http.Handler {
	h := &hook{g: g, network: network, object: object, take: take}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", h.verify)
	mux.HandleFunc("POST /{$}", h.deliver)
	return mux
}

type hook struct {
	g               *Graph
	network, object string
	take            func(context.Context, []Entry) error
}

// verify answers the challenge by which Meta makes sure that the address is ours.
func (h *hook) verify(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	app, err := h.g.App(r.Context(), h.network)
	if err != nil {
		h.refuse(w, err)
		return
	}
	same := subtle.ConstantTimeCompare([]byte(q.Get("hub.verify_token")), []byte(app.VerifyToken)) == 1
	if q.Get("hub.mode") != "subscribe" || app.VerifyToken == "" || !same {
		http.Error(w, "not verified", http.StatusForbidden)
		return
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	_, _ = io.WriteString(w, q.Get("hub.challenge"))
}

func (h *hook) deliver(w http.ResponseWriter, r *http.Request) {
	signature := r.Header.Get(SignatureHeader)
	if !strings.HasPrefix(signature, "sha256=") || r.ContentLength > maxHook {
		http.Error(w, "not signed", http.StatusForbidden)
		return
	}
	app, err := h.g.App(r.Context(), h.network)
	if err != nil {
		h.refuse(w, err)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxHook))
	if err != nil {
		http.Error(w, "not readable", http.StatusBadRequest)
		return
	}
	if subtle.ConstantTimeCompare([]byte(signature), []byte(Sign(app.Secret, body))) != 1 {
		http.Error(w, "not signed", http.StatusForbidden)
		return
	}
	envelope, err := DecodeEnvelope(body)
	switch {
	case err != nil:
		http.Error(w, "not readable", http.StatusBadRequest)
	case !h.fresh(envelope):
		http.Error(w, "too old", http.StatusForbidden)
	case envelope.Object != h.object:
		w.WriteHeader(http.StatusOK) // the app is told of more than we asked for
	default:
		if err := h.take(r.Context(), envelope.Entries); err != nil {
			h.refuse(w, err)
			return
		}
		w.WriteHeader(http.StatusOK)
	}
}

func (h *hook) fresh(e Envelope) bool {
	now := h.g.o.Now()
	for i := range e.Entries {
		at := e.Entries[i].Time
		if at.Before(now.Add(-replayAfter)) || at.After(now.Add(aheadMost)) {
			return false
		}
	}
	return true
}

// refuse answers what Meta delivers again later.
func (h *hook) refuse(w http.ResponseWriter, err error) {
	if community.KindOf(err) != community.Limited {
		h.g.o.Logger.Error("webhook not taken", "network", h.network, "error", err)
	}
	w.Header().Set("Retry-After", hookRetry)
	http.Error(w, "not now", http.StatusServiceUnavailable)
}

package x

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/vigie-hq/vigie/collectors"
	"github.com/vigie-hq/vigie/community"
)

// What a webhook call may be (docs.x.com, "Webhooks").
const (
	signatureHeader = "x-twitter-webhooks-signature"
	signaturePrefix = "sha256="
	maxDelivery     = 2 << 20
	maxCRC          = 256
	secretFor       = time.Minute
)

// tokenSigns is what X's challenges are made of. The answer to one is signed like
// a delivery, and anybody may ask: what could be read as a delivery, which begins
// with a brace, must never be signed.
const tokenSigns = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=-_"

// Hooks answers X's webhook calls: GET proves that we hold the app's consumer
// secret (the challenge-response check), POST delivers. Both kinds of delivery,
// the Activity API's and the old Account Activity API's, come to one address.
func (n *Network) Hooks(port collectors.Port) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.Method {
		case http.MethodGet:
			n.challenge(w, r)
		case http.MethodPost:
			n.delivered(w, r, port)
		default:
			w.Header().Set("Allow", "GET, POST")
			w.WriteHeader(http.StatusMethodNotAllowed)
		}
	})
}

func (n *Network) challenge(w http.ResponseWriter, r *http.Request) {
	token := r.URL.Query().Get("crc_token")
	if token == "" || len(token) > maxCRC || strings.Trim(token, tokenSigns) != "" {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	secret, err := n.consumer.get(r.Context(), &n.o)
	if err != nil || secret == "" {
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]string{"response_token": signature(secret, []byte(token))})
}

// signature is X's signature of a body.
func signature(secret string, body []byte) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write(body)
	return signaturePrefix + base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// delivered hands one delivery on and answers once it is durable. What was
// answered before is refused: X delivers again only what it had no answer to.
func (n *Network) delivered(w http.ResponseWriter, r *http.Request, port collectors.Port) {
	given := r.Header.Get(signatureHeader)
	if len(given) != len(signaturePrefix)+base64.StdEncoding.EncodedLen(sha256.Size) || !strings.HasPrefix(given, signaturePrefix) {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	secret, err := n.consumer.get(r.Context(), &n.o)
	if err != nil || secret == "" {
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxDelivery))
	switch {
	case err != nil:
		w.WriteHeader(http.StatusRequestEntityTooLarge)
		return
	case !hmac.Equal([]byte(given), []byte(signature(secret, body))):
		w.WriteHeader(http.StatusUnauthorized)
		return
	case !n.seen.begin(given):
		w.WriteHeader(http.StatusConflict)
		return
	}
	err = n.push(r.Context(), body, port)
	n.seen.end(given, err == nil)
	switch {
	case err == nil:
		w.WriteHeader(http.StatusOK)
	case community.KindOf(err) == community.Invalid:
		w.WriteHeader(http.StatusBadRequest)
	default:
		w.WriteHeader(http.StatusServiceUnavailable)
	}
}

// push gives what a delivery tells to every account of ours it is about.
func (n *Network) push(ctx context.Context, body []byte, port collectors.Port) error {
	e, err := decodeDelivery(body)
	if err != nil {
		return err
	}
	if e.unreadable > 0 {
		n.o.Logger.Warn("delivery not readable", "network", Name, "user", e.user, "items", e.unreadable)
	}
	if len(e.posts)+len(e.gone) == 0 && !e.revoked {
		return nil
	}
	accounts, err := port.Accounts(ctx, e.user)
	if err != nil {
		return err
	}
	for _, account := range accounts {
		if e.revoked {
			n.o.Logger.Warn("rights revoked on the network", "account", account.Key())
		}
		s, err := n.hearing(ctx, account)
		if err != nil {
			return err
		}
		if err := s.thread(ctx, e.posts); err != nil {
			return err
		}
		messages, kept := s.messages(e.posts, "")
		for _, id := range e.gone {
			messages = append(messages, goneMessage(id, s.threads.get(id)))
		}
		if len(messages) == 0 {
			continue
		}
		if err := port.Push(ctx, account, messages); err != nil {
			return err
		}
		if err := s.told(ctx, &e); err != nil {
			return err
		}
		if w := s.watching(); w != nil {
			w.took(kept, "", e.gone, s.o.Now())
		}
	}
	return nil
}

// thread names the threads of version 1.1's posts; those of version 2 bring them
// along.
func (s *session) thread(ctx context.Context, items []post) error {
	for i := range items {
		if items[i].Direct || items[i].Parent == "" || items[i].Thread != items[i].First {
			continue
		}
		var err error
		if s.legacy() {
			err = (&legacy{s}).thread(ctx, items[i:i+1])
		} else {
			items[i].Thread = items[i].Parent // the most that is known, unless
			var parents []post
			parents, _, err = (&v2{s}).lookup(ctx, []string{items[i].Parent})
			for _, parent := range parents {
				items[i].Thread = parent.Thread
			}
		}
		switch {
		case err != nil && ctx.Err() != nil:
			return err
		case err != nil:
			items[i].Thread = items[i].Parent
		}
	}
	return nil
}

// hearing is the session of an account that something was pushed to: without its
// secrets if they are gone, because what is pushed is heard all the same.
func (n *Network) hearing(ctx context.Context, account community.Account) (*session, error) {
	n.mu.Lock()
	s := n.sessions[account.Key()]
	n.mu.Unlock()
	if s != nil && s.account == account {
		return s, nil
	}
	s, err := n.session(ctx, account)
	if s != nil && community.KindOf(err) == community.Unauthorised {
		err = nil
	}
	return s, err
}

// consumerSecret remembers the app's consumer secret for a minute: every call
// needs it, whoever makes it. It is safe for concurrent use.
type consumerSecret struct {
	mu    sync.Mutex
	value string
	until time.Time
}

func (c *consumerSecret) get(ctx context.Context, o *Options) (string, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if now := o.Now(); c.value == "" || !now.Before(c.until) {
		value, err := secret(ctx, o.Vault, collectors.AppOwner(Name), appConsumerSecret)
		if err != nil {
			return "", err
		}
		c.value, c.until = value, now.Add(secretFor)
	}
	return c.value, nil
}

// deliveries remembers the signatures of what was taken, and of what is being
// taken. It is safe for concurrent use.
type deliveries struct {
	ring
	busy sync.Map
}

func (d *deliveries) begin(signature string) bool {
	if d.has(signature) {
		return false
	}
	_, running := d.busy.LoadOrStore(signature, struct{}{})
	return !running
}

func (d *deliveries) end(signature string, taken bool) {
	if taken {
		d.put(signature, "")
	}
	d.busy.Delete(signature)
}

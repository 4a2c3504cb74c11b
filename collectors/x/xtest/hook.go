package xtest

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"time"
)

type subscription struct {
	ID     string `json:"subscription_id"`
	Type   string `json:"event_type"`
	Filter struct {
		User string `json:"user_id"`
	} `json:"filter"`
	Webhook string `json:"webhook_id"`
	Tag     string `json:"tag"`
}

// How a delivery is made: how long an answer may take, and how often it is tried.
const (
	hookWait  = 10 * time.Second
	hookTries = 4
)

// Sign is X's signature of a body.
func Sign(body []byte) string {
	mac := hmac.New(sha256.New, []byte(ConsumerSecret))
	mac.Write(body)
	return "sha256=" + base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// Webhook registers an address after its challenge-response check, and returns
// its id.
func (s *Server) Webhook(ctx context.Context, address string) (string, error) {
	token := "crc-" + s.stamp()
	ctx, cancel := context.WithTimeout(ctx, hookWait)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address+"?crc_token="+url.QueryEscape(token), nil)
	if err != nil {
		return "", err
	}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	var answer struct {
		Token string `json:"response_token"`
	}
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil || response.StatusCode != http.StatusOK || answer.Token != Sign([]byte(token)) {
		return "", fmt.Errorf("the check failed: HTTP %d, %q, %w", response.StatusCode, answer.Token, err)
	}
	return s.AddWebhook(address), nil
}

// AddWebhook registers an address whose check was passed before, and returns its
// id.
func (s *Server) AddWebhook(address string) string {
	id := s.stamp()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hooks[id] = address
	return id
}

func (s *Server) stamp() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.id(time.Now())
}

func (s *Server) listSubscriptions(*http.Request, *user) (int, any) {
	return http.StatusOK, map[string]any{"data": slices.Clone(s.subs), "meta": map[string]any{"total_subscriptions": len(s.subs)}}
}

func (s *Server) subscribe(r *http.Request, me *user) (int, any) {
	var want subscription
	if json.NewDecoder(r.Body).Decode(&want) != nil || want.Filter.User != me.id || s.hooks[want.Webhook] == "" {
		s.blame("a subscription that X would refuse: " + want.Type)
		return http.StatusBadRequest, problem(http.StatusBadRequest, "invalid-request")
	}
	for _, have := range s.subs {
		if have.Type == want.Type && have.Filter == want.Filter {
			s.blame("a subscription that exists: " + want.Type)
			return http.StatusBadRequest, problem(http.StatusBadRequest, "invalid-request")
		}
	}
	want.ID = s.id(time.Now())
	s.subs = append(s.subs, want)
	return http.StatusOK, map[string]any{"data": want}
}

// Subscriptions lists the kinds of event a user is subscribed to.
func (s *Server) Subscriptions(name string) (kinds []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, sub := range s.subs {
		if sub.Filter.User == s.user(name).id {
			kinds = append(kinds, sub.Type)
		}
	}
	return kinds
}

// announce delivers a new post to whom it concerns.
func (s *Server) announce(p *Post) {
	for _, u := range s.users {
		if u.id == p.Author {
			continue
		}
		parent, quoted := s.posts[p.Parent], s.posts[p.Quotes]
		for kind, concerns := range map[string]bool{
			"post.mention.create": names(p.latest().Text, u.name),
			"post.reply.create":   parent != nil && parent.Author == u.id,
			"post.quote.create":   quoted != nil && quoted.Author == u.id,
		} {
			if concerns {
				s.deliver(u, kind, s.postJSON(p, p.latest()), map[string]any{"users": s.usersJSON([]*user{s.userByID(p.Author), u})})
			}
		}
	}
}

// announceDeletion delivers that a user deleted a post of his own.
func (s *Server) announceDeletion(p *Post) {
	u := s.userByID(p.Author)
	s.deliver(u, "post.delete", map[string]any{"id": p.ID(), "author_id": u.id}, nil)
}

func (s *Server) announceDirect(d *direct) {
	payload := map[string]any{
		"direct_message_events": []any{legacyDirect(d)},
		"users": map[string]any{
			d.from: map[string]any{"data": s.userJSON(s.userByID(d.from))},
			d.to:   map[string]any{"data": s.userJSON(s.userByID(d.to))},
		},
	}
	s.deliver(s.userByID(d.to), "dm.received", payload, nil)
	s.deliver(s.userByID(d.from), "dm.sent", payload, nil)
}

func (s *Server) deliver(u *user, kind string, payload, includes any) {
	for _, sub := range s.subs {
		if sub.Type != kind || sub.Filter.User != u.id || s.lost() {
			continue
		}
		body, err := json.Marshal(map[string]any{"data": map[string]any{
			"event_uuid": s.id(time.Now()), "filter": sub.Filter, "event_type": kind, "tag": sub.Tag,
			"payload": payload, "includes": includes,
		}})
		if err != nil {
			s.blame("our own delivery: " + err.Error())
			return
		}
		address := s.hooks[sub.Webhook]
		s.pending.Go(func() { s.call(address, body) })
		if s.pushing == PushTwice {
			s.pending.Go(func() { s.call(address, body) })
		}
	}
}

// call delivers a body, again while it is not answered well.
func (s *Server) call(address string, body []byte) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	go func() {
		select {
		case <-s.stopped:
			cancel()
		case <-ctx.Done():
		}
	}()
	for range hookTries {
		if status, err := Deliver(ctx, address, body, Sign(body)); err == nil && status/100 == 2 {
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(s.o.HookGap):
		}
	}
}

// Deliver makes one webhook call with that signature.
func Deliver(ctx context.Context, address string, body []byte, signature string) (status int, err error) {
	ctx, cancel := context.WithTimeout(ctx, hookWait)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		return 0, err
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("x-twitter-webhooks-signature", signature)
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0, err
	}
	return response.StatusCode, response.Body.Close()
}

// LegacyDelivery is a body as the old Account Activity API delivers a post.
func (s *Server) LegacyDelivery(forUser, post string) []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.posts[post]
	tweet := s.legacyPost(p, p.latest())
	// In compatibility mode a long text stands elsewhere.
	tweet["text"], tweet["truncated"] = "cut short…", true
	tweet["extended_tweet"] = map[string]any{"full_text": tweet["full_text"], "entities": tweet["entities"]}
	delete(tweet, "full_text")
	body, err := json.Marshal(map[string]any{"for_user_id": s.user(forUser).id, "tweet_create_events": []any{tweet}})
	if err != nil {
		s.blame("our own delivery: " + err.Error())
	}
	return body
}

package x

import (
	"context"
	"net/http"

	"github.com/vigie-hq/vigie/collectors"
	"github.com/vigie-hq/vigie/community"
)

// activities are the events that are subscribed to for an account. Edits are
// told by none; the deletions are those of its own posts.
func activities() []string {
	return []string{
		"post.mention.create", "post.reply.create", "post.quote.create", "post.delete",
		"dm.received", "dm.sent", "oauth.revoke",
	}
}

// subscribed keeps the account's subscriptions: what is missing is made once
// collecting starts, and tried again with the waits of a stream.
func (s *session) subscribed(ctx context.Context) {
	again := retry{waits: s.o.Retry}
	for {
		err := s.subscribe(ctx)
		if err == nil || ctx.Err() != nil {
			return
		}
		wait := again.after(err, s.o.Now())
		s.o.Logger.Warn("activity not subscribed to", "account", s.account.Key(), "error", err, "again_in", wait)
		if collectors.Wait(ctx, wait) != nil {
			return
		}
	}
}

// subscription is one subscription of the app.
type subscription struct {
	ID     string `json:"subscription_id,omitempty"`
	Type   string `json:"event_type"`
	Filter struct {
		User string `json:"user_id"`
	} `json:"filter"`
	Webhook string `json:"webhook_id,omitempty"`
	Tag     string `json:"tag,omitempty"`
}

func (s *session) subscribe(ctx context.Context) error {
	const path = "/2/activity/subscriptions"
	var held struct {
		Data []subscription `json:"data"`
	}
	if err := s.call(context.WithValue(ctx, asApp{}, true), http.MethodGet, path, nil, nil, &held); err != nil {
		return err
	}
	hook := s.credentials().app.hook
	has := map[string]bool{}
	for _, h := range held.Data {
		if h.Filter.User == s.account.NativeID && h.Webhook == hook {
			has[h.Type] = true
		}
	}
	for _, kind := range activities() {
		if has[kind] {
			continue
		}
		want := subscription{Type: kind, Webhook: hook, Tag: s.account.Key()}
		want.Filter.User = s.account.NativeID
		var answer struct{}
		// Private events want the account's own signature.
		err := s.call(ctx, http.MethodPost, path, nil, want, &answer)
		if err != nil && community.KindOf(err) != community.Refused {
			return err
		}
		if err != nil {
			s.o.Logger.Warn("activity refused", "account", s.account.Key(), "event", kind, "error", err)
		}
	}
	return nil
}

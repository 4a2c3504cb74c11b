package instagram

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/vigie-hq/vigie/collectors"
	"github.com/vigie-hq/vigie/collectors/graph"
	"github.com/vigie-hq/vigie/community"
)

// How long a webhook waits for the words of a mention: Meta wants its answer
// within seconds, and delivers again what was not answered.
const mentionWait = 3 * time.Second

// change is the value of a change of the fields comments, live_comments and
// mentions. It carries no time: the delivery's is taken.
type change struct {
	ID      string       `json:"id"`
	Text    string       `json:"text"`
	From    graph.Person `json:"from"`
	Parent  string       `json:"parent_id"`
	Media   graph.Person `json:"media"`
	MediaID string       `json:"media_id"`   // mentions
	Comment string       `json:"comment_id"` // mentions: empty when the caption names us
}

// Hooks is the webhook of the app, for all accounts together. It answers once
// everything that was delivered is durable. Boosted posts are told of twice: the
// same comment is the same message.
func (n *Network) Hooks(port collectors.Port) http.Handler {
	return n.o.Graph.Hook(Name, Name, func(ctx context.Context, entries []graph.Entry) error {
		for i := range entries {
			if err := n.take(ctx, port, &entries[i]); err != nil {
				return err
			}
		}
		return nil
	})
}

func (n *Network) take(ctx context.Context, port collectors.Port, e *graph.Entry) error {
	accounts, err := port.Accounts(ctx, e.ID)
	if err != nil {
		return err
	}
	if e.Unreadable > 0 {
		n.o.Graph.Logger().Warn("webhook events cannot be read; polling will find them", "account", e.ID, "events", e.Unreadable)
	}
	for _, account := range accounts {
		s, err := n.hooked(ctx, account)
		if err != nil {
			return err
		}
		messages, err := s.events(ctx, e)
		if err != nil {
			return err
		}
		if err := port.Push(ctx, account, messages); err != nil {
			return err
		}
		s.pushed(messages)
	}
	return nil
}

// hooked is the account's session, also when its token is dead: what is pushed
// to it is still heard.
func (n *Network) hooked(ctx context.Context, account community.Account) (*session, error) {
	s, err := n.session(ctx, account)
	switch {
	case err == nil:
		return s, nil
	case community.KindOf(err) != community.Unauthorised && community.KindOf(err) != community.Invalid:
		return nil, err
	}
	return &session{account: account, memory: n.memory(account)}, nil
}

// events are the messages that an entry tells of.
func (s *session) events(ctx context.Context, e *graph.Entry) ([]community.Message, error) {
	var all []community.Message
	for _, c := range e.Changes {
		var v change
		if json.Unmarshal(c.Value, &v) != nil {
			continue // polling finds it
		}
		switch c.Field {
		case "comments", "live_comments":
			if graph.ValidID(v.ID) && graph.ValidID(v.Media.ID) {
				one := comment{ID: v.ID, Text: v.Text, At: e.Time, From: v.From, Parent: v.Parent}
				all = append(all, s.comment(&one, v.Media.ID, "", e.Time.Time))
			}
		case "mentions":
			m, ok, err := s.mentioned(ctx, &v, e.Time)
			if err != nil {
				return nil, err
			}
			if ok {
				all = append(all, m)
			}
		}
	}
	for _, list := range [][]graph.Messaging{e.Messaging, e.Standby} {
		for i := range list {
			if m, ok := s.delivered(ctx, &list[i]); ok {
				all = append(all, m)
			}
		}
	}
	return all, nil
}

// mentioned reads the words in which somebody names the account: the push tells
// only where they stand, and nothing lists them afterwards. While they cannot be
// read the delivery is not answered, so that it comes again; but a dead token may
// stay dead for days, and is no reason to refuse what Meta delivers to others: what
// it cannot read waits here for the next one.
func (s *session) mentioned(ctx context.Context, v *change, at graph.Time) (m community.Message, ok bool, err error) {
	if !graph.ValidID(v.MediaID) || v.Comment != "" && !graph.ValidID(v.Comment) {
		return m, false, nil
	}
	if s.client == nil {
		s.owe(owed{*v, at})
		return m, false, nil
	}
	ctx, cancel := context.WithTimeout(ctx, mentionWait)
	defer cancel()
	fields := "mentioned_media.media_id(" + v.MediaID + "){" + otherFields + "}"
	if v.Comment != "" {
		fields = "mentioned_comment.comment_id(" + v.Comment + "){id,text,timestamp,username,from,media{id,permalink}}"
	}
	var got struct {
		Media   *media `json:"mentioned_media"`
		Comment *struct {
			comment
			On media `json:"media"`
		} `json:"mentioned_comment"`
	}
	err = s.client.Get(ctx, graph.Path(s.account.NativeID), graph.Params{"fields": fields}, &got)
	kind := community.KindOf(err)
	switch {
	case err != nil && kind == community.Unauthorised:
		s.owe(owed{*v, at})
		return m, false, nil
	case err != nil && (kind == community.Invalid || !graph.Reachable(err)):
		return m, false, nil // gone, or not for us: it will not get better
	case err != nil:
		return m, false, err
	case got.Comment != nil && graph.ValidID(got.Comment.ID):
		if got.Comment.At.IsZero() {
			got.Comment.At = at
		}
		got.Comment.On.ID = v.MediaID
		return s.mention(&got.Comment.comment, &got.Comment.On), true, nil
	case got.Media != nil && graph.ValidID(got.Media.ID):
		return s.media(got.Media), true, nil
	}
	return m, false, nil
}

// delivered is the message behind an event of a private conversation, if it is
// about words.
func (s *session) delivered(ctx context.Context, e *graph.Messaging) (community.Message, bool) {
	who, from := e.Sender, e.Sender
	if who.ID == s.account.NativeID {
		who = e.Recipient
	}
	if !graph.ValidID(who.ID) {
		return community.Message{}, false
	}
	at := e.Timestamp.Time
	if e.Message != nil && graph.ValidID(e.Message.ID) && e.Message.Deleted {
		return s.gone(e.Message.ID), true
	}
	if who = s.named(ctx, who); from.ID == who.ID {
		from = who
	}
	switch {
	case e.Message != nil && graph.ValidID(e.Message.ID):
		var files []community.Media
		for i := range e.Message.Attachments {
			files = append(files, e.Message.Attachments[i].Media())
		}
		if link := e.Message.ReplyTo.Story.URL; link != "" {
			files = append(files, community.Media{Type: "story", URL: link})
		}
		m := s.letter(e.Message.ID, e.Message.Text, from, who, at, files)
		m.InReplyTo = e.Message.ReplyTo.ID
		s.meet(&m, time.Time{}, true, at)
		return m, true
	case e.Edit != nil && graph.ValidID(e.Edit.ID):
		return s.edited(ctx, e, from, who)
	case e.Postback != nil && graph.ValidID(e.Postback.ID):
		m := s.letter(e.Postback.ID, e.Postback.Title, from, who, at, nil)
		s.meet(&m, time.Time{}, true, at)
		return m, true
	}
	return community.Message{}, false
}

// edited is a private message with its new words. The event does not say when it
// was written: what is remembered of it does, or Graph. If neither can, looking
// again finds the edit later.
func (s *session) edited(ctx context.Context, e *graph.Messaging, from, who graph.Person) (community.Message, bool) {
	made, ok := s.written(e.Edit.ID)
	if !ok {
		var one graph.DirectMessage
		if s.client == nil || s.client.Get(ctx, graph.Path(e.Edit.ID), graph.Params{"fields": graph.InstagramFields}, &one) != nil {
			return community.Message{}, false
		}
		made = one.Created.Time
	}
	at := e.Timestamp.Time
	m := s.letter(e.Edit.ID, e.Edit.Text, from, who, made, nil)
	s.meet(&m, at, false, at)
	return m, true
}

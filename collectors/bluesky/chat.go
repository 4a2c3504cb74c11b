package bluesky

import (
	"context"
	"errors"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/vigie-hq/vigie/collectors"
	"github.com/vigie-hq/vigie/community"
)

// Back-off while the chat server, which is another than the AppView, is down:
// posts do not wait for it.
const (
	chatFirst = 15 * time.Second
	chatMost  = 5 * time.Minute
)

// How many conversations' members are remembered.
const convoMemory = 2000

// lowestRevision stands before everything in a log.
const lowestRevision = "2222222222222"

// The kind of log entry and of message that hold somebody's words.
const (
	createdEntry = "chat.bsky.convo.defs#logCreateMessage"
	messageKind  = "chat.bsky.convo.defs#messageView"
)

// chat polls the account's direct messages: a log of everything that happens, read
// upwards from a revision; at a first connection the conversations themselves.
type chat struct {
	p       *poller
	members map[string]map[string]profile // by conversation, by DID
	down    collectors.Backoff
	again   time.Time // not before then
	broken  bool
}

// directMessage is chat.bsky.convo.defs#messageView, as far as it is read.
type directMessage struct {
	Type   string  `json:"$type"`
	ID     string  `json:"id"`
	Rev    string  `json:"rev"`
	Text   string  `json:"text"`
	Facets []facet `json:"facets"`
	Sender struct {
		DID string `json:"did"`
	} `json:"sender"`
	SentAt string `json:"sentAt"`
}

// convo is a conversation.
type convo struct {
	ID      string    `json:"id"`
	Members []profile `json:"members"`
}

// logEntry is one thing that happened.
type logEntry struct {
	Type    string        `json:"$type"`
	Rev     string        `json:"rev"`
	ConvoID string        `json:"convoId"`
	Message directMessage `json:"message"`
}

// poll brings what is new. A chat server that is down is not the account's fault
// and does not stop its posts; whole is false as long as anything may be missing.
func (c *chat) poll(ctx context.Context) (whole bool, err error) {
	if !c.p.s.directs() {
		return true, nil
	}
	if c.broken && c.p.s.o.Now().Before(c.again) {
		return false, nil
	}
	err = c.read(ctx)
	if err == nil {
		c.broken = false
		c.down = collectors.NewBackoff(chatFirst, chatMost, nil)
		return true, nil
	}
	var lost lostError
	if errors.As(err, &lost) || ctx.Err() != nil || community.KindOf(err) == community.Unauthorised {
		return false, err
	}
	if !c.broken {
		c.down = collectors.NewBackoff(chatFirst, chatMost, nil)
		c.p.s.o.Logger.Warn("direct messages cannot be read", "account", c.p.s.account.Key(), "error", err)
	}
	c.broken, c.again = true, c.p.s.o.Now().Add(c.down.Next())
	return false, nil
}

func (c *chat) read(ctx context.Context) error {
	if c.p.at.Chat == "" {
		if err := c.first(ctx); err != nil {
			return err
		}
	}
	for {
		rev := c.p.at.Chat
		entries, next, unreadable, err := c.log(ctx, rev)
		if err != nil {
			return err
		}
		b := batch{unreadable: unreadable, cursor: c.p.save}
		for _, e := range entries {
			if e.Rev > next {
				next = e.Rev
			}
			if e.Type != createdEntry || e.Message.ID == "" || e.ConvoID == "" {
				continue
			}
			m, err := c.message(ctx, e.ConvoID, &e.Message)
			if err != nil {
				return err
			}
			b.others = append(b.others, m)
		}
		if next <= rev {
			return nil
		}
		c.p.at.Chat = next
		if err := c.p.t.take(ctx, b); err != nil {
			return err
		}
		if len(entries) == 0 {
			return nil
		}
	}
}

// log reads what happened after a revision, oldest first; without one, where the
// log stands.
func (c *chat) log(ctx context.Context, rev string) (entries []logEntry, next string, unreadable int, err error) {
	var out struct {
		Cursor string               `json:"cursor"`
		Logs   []tolerant[logEntry] `json:"logs"`
	}
	params := url.Values{}
	if rev != "" {
		params.Set("cursor", rev)
	}
	if err := c.p.s.query(ctx, "chat.bsky.convo.getLog", params, &out); err != nil {
		return nil, "", 0, err
	}
	for _, e := range out.Logs {
		if e.broken {
			unreadable++
			continue
		}
		entries = append(entries, e.value)
	}
	return entries, out.Cursor, unreadable, nil
}

// first collects the conversations as they are. Where the log stands is asked
// before: what is said meanwhile is found twice, never lost.
func (c *chat) first(ctx context.Context) error {
	_, stands, _, err := c.log(ctx, "")
	if err != nil {
		return err
	}
	horizon := c.p.started.Add(-c.p.s.o.History)
	for cursor := ""; ; {
		var out struct {
			Cursor string  `json:"cursor"`
			Convos []convo `json:"convos"`
		}
		params := url.Values{"limit": {strconv.Itoa(pageSize)}}
		if cursor != "" {
			params.Set("cursor", cursor)
		}
		if err := c.p.s.query(ctx, "chat.bsky.convo.listConvos", params, &out); err != nil {
			return err
		}
		for _, found := range out.Convos {
			c.know(found)
			if err := c.history(ctx, found.ID, horizon); err != nil {
				return err
			}
		}
		if out.Cursor == "" || out.Cursor == cursor {
			break
		}
		cursor = out.Cursor
	}
	if stands == "" {
		stands = lowestRevision // nothing was ever written
	}
	c.p.at.Chat = stands
	return c.p.t.take(ctx, batch{cursor: c.p.save})
}

// history collects one conversation back to the horizon.
func (c *chat) history(ctx context.Context, id string, horizon time.Time) error {
	for cursor := ""; ; {
		found, next, err := c.p.s.messages(ctx, id, cursor)
		if err != nil {
			return err
		}
		b := batch{cursor: c.p.save}
		old := false
		for _, d := range reversed(found) {
			if parseTime(d.SentAt).Before(horizon) {
				old = true
				continue
			}
			m, err := c.message(ctx, id, &d)
			if err != nil {
				return err
			}
			b.others = append(b.others, m)
		}
		if err := c.p.t.take(ctx, b); err != nil {
			return err
		}
		if old || next == "" || next == cursor {
			return nil
		}
		cursor = next
	}
}

// messages reads one page of a conversation, newest first.
func (s *session) messages(ctx context.Context, convoID, cursor string) (found []directMessage, next string, err error) {
	params := url.Values{"convoId": {convoID}, "limit": {strconv.Itoa(pageSize)}}
	if cursor != "" {
		params.Set("cursor", cursor)
	}
	var out struct {
		Cursor   string                    `json:"cursor"`
		Messages []tolerant[directMessage] `json:"messages"`
	}
	if err := s.query(ctx, "chat.bsky.convo.getMessages", params, &out); err != nil {
		return nil, "", err
	}
	for _, m := range out.Messages {
		// Deleted ones and what the system says hold nobody's words.
		if !m.broken && m.value.ID != "" && m.value.Sender.DID != "" && (m.value.Type == "" || m.value.Type == messageKind) {
			found = append(found, m.value)
		}
	}
	return found, out.Cursor, nil
}

func (c *chat) know(found convo) {
	if c.members == nil || len(c.members) >= convoMemory {
		c.members = map[string]map[string]profile{}
	}
	by := map[string]profile{}
	for _, m := range found.Members {
		by[m.DID] = m
	}
	c.members[found.ID] = by
}

// message is a direct message as a message: its id is the conversation's and its
// own, its thread the conversation.
func (c *chat) message(ctx context.Context, convoID string, d *directMessage) (community.Message, error) {
	if _, known := c.members[convoID]; !known {
		var out struct {
			Convo convo `json:"convo"`
		}
		if err := c.p.s.query(ctx, "chat.bsky.convo.getConvo", url.Values{"convoId": {convoID}}, &out); err != nil {
			switch community.KindOf(err) {
			case community.NotFound, community.Invalid, community.Forbidden: // left since
			default:
				return community.Message{}, err
			}
		}
		out.Convo.ID = convoID
		c.know(out.Convo)
	}
	who := c.members[convoID][d.Sender.DID]
	who.DID = d.Sender.DID
	return community.Message{
		Network: Name, ID: directID(convoID, d.ID), Thread: convoID, Kind: community.KindDirect,
		Author: authorOf(&who, 0), Text: d.Text, CreatedAt: parseTime(d.SentAt),
		Private: true, CanReply: d.Sender.DID != c.p.s.account.NativeID,
	}, nil
}

// directID names a direct message; convoOf gives the conversation back.
func directID(convoID, id string) string { return convoID + "/" + id }

func convoOf(id string) string {
	convoID, _, ok := strings.Cut(id, "/")
	if !ok || strings.HasPrefix(id, "at:") {
		return ""
	}
	return convoID
}

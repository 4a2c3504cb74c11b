package graph

import (
	"context"
	"time"

	"github.com/vigie-hq/vigie/community"
)

// Meta's windows for private messages: how long a page may answer after the
// customer's last message; how long when a human writes and the app has the Human
// Agent permission; and how long a comment can be answered in private, once.
const (
	Window             = 24 * time.Hour
	HumanWindow        = 7 * 24 * time.Hour
	PrivateReplyWindow = 7 * 24 * time.Hour
)

// Until is the last moment at which a private message written at heard can be
// answered.
func (c *Client) Until(heard time.Time) time.Time {
	if c.HumanAgent() {
		return heard.Add(HumanWindow)
	}
	return heard.Add(Window)
}

// Letter is one private message to be sent. Exactly one of To (a person's scoped
// id), Comment and Post (answered in private, once) is set.
type Letter struct {
	To, Comment, Post string
	Text              string
	// Heard is when the customer last wrote, with To; Human that a human wrote the
	// text. They decide whether it may leave, and under which tag.
	Heard time.Time
	Human bool
}

// Send sends a letter from a page (owner: its id) and returns the message's id
// and whom it reached. Beyond the window it is Refused "graph.window" without
// asking Graph: tagging what the tag is not for breaks Meta's rules.
func (c *Client) Send(ctx context.Context, owner string, l Letter) (message, person string, err error) {
	params := Params{"message": map[string]string{"text": l.Text}, "messaging_type": "RESPONSE"}
	switch {
	case l.Comment != "":
		params["recipient"] = map[string]string{"comment_id": l.Comment}
	case l.Post != "":
		params["recipient"] = map[string]string{"post_id": l.Post}
	default:
		params["recipient"] = map[string]string{"id": l.To}
		switch age := c.Clock().Sub(l.Heard); {
		case age < Window:
		case age < HumanWindow && l.Human && c.HumanAgent():
			params["messaging_type"], params["tag"] = "MESSAGE_TAG", "HUMAN_AGENT"
		default:
			return "", "", community.Faultf(community.Refused, "graph.window")
		}
	}
	var got struct {
		Person  string `json:"recipient_id"`
		Message string `json:"message_id"`
	}
	if err := c.Post(ctx, Path(owner, "messages"), params, &got); err != nil {
		return "", "", err
	}
	if !ValidID(got.Message) {
		return "", "", unreadable(true, nil)
	}
	return got.Message, got.Person, nil
}

// ByHuman tells whether a person typed the reply: what Vigie sends by itself
// has no agent, or only acknowledges.
func ByHuman(r community.Reply) bool {
	return r.Agent != "" && r.Kind != community.ReplyAcknowledgement
}

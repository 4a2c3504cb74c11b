package web

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/vigie-hq/vigie/collectors"
	"github.com/vigie-hq/vigie/community"
)

// outgoing is an answer as the other side gets it.
type outgoing struct {
	ID         string               `json:"id"`      // Vigie's own id of the answer
	Account    string               `json:"account"` // who speaks
	InReplyTo  target               `json:"in_reply_to"`
	Text       string               `json:"text"`
	Visibility community.Visibility `json:"visibility"`
	CreatedAt  time.Time            `json:"created_at,omitzero"`
}

// target is the message that is answered, by the other side's own ids.
type target struct {
	ID     string `json:"id"`
	Thread string `json:"thread"`
	Author string `json:"author"`
}

// receipt is what the other side says of an answer it took.
type receipt struct {
	ID  string    `json:"id"`
	URL string    `json:"url"`
	At  time.Time `json:"at"`
}

// Reply posts an answer. What was said in private is answered in private. 2xx
// with an id is the receipt; 409 tells that the key was used before, with that
// first receipt. A 2xx without an id is Uncertain: it was taken, as what nobody
// knows.
func (n *Network) Reply(ctx context.Context, account community.Account, to community.Message, reply community.Reply) (community.Receipt, error) {
	if account.Outgoing == "" {
		return community.Receipt{}, community.Faultf(community.Refused, "network.read_only")
	}
	if to.Scope != account.Scope {
		return community.Receipt{}, community.Faultf(community.Refused, "reply.elsewhere", to.Scope)
	}
	address, err := parseAddress(account.Outgoing)
	if err != nil {
		return community.Receipt{}, err
	}
	visibility := reply.Visibility
	if to.Private {
		visibility = community.Private
	}
	body, err := json.Marshal(outgoing{
		ID: reply.ID, Account: account.NativeID, InReplyTo: target{to.ID, to.Thread, to.Author.ID},
		Text: reply.Text, Visibility: visibility, CreatedAt: reply.CreatedAt,
	})
	if err != nil {
		return community.Receipt{}, err
	}
	response, err := n.post(ctx, &account, address, keyOf(to, reply), body)
	if err != nil {
		return n.refused(err)
	}
	defer response.Body.Close()
	var got receipt
	if err := decode(response.Body, maxReceipt, &got); err != nil {
		return community.Receipt{}, community.Faultf(community.Uncertain, "network.unreadable").Because(err)
	}
	return n.receiptOf(&got)
}

// refused is what a failed post means: 409 with a receipt is the answer that the
// same key had before; without one the key was used, and nobody can know for what,
// as nobody knows what was done before a redirect. A call that was given up before
// it left was not sent.
func (n *Network) refused(err error) (community.Receipt, error) {
	var status *collectors.StatusError
	switch {
	case !errors.As(err, &status):
	case status.Status == http.StatusConflict:
		var got receipt
		if json.Unmarshal([]byte(status.Reason), &got) == nil && got.ID != "" {
			return n.receiptOf(&got)
		}
		return community.Receipt{}, community.Faultf(community.Uncertain, "network.unreadable").Because(err)
	case status.Status < 400:
		return community.Receipt{}, community.Faultf(community.Uncertain, "network.unreadable").Because(err)
	}
	if errors.Is(err, context.Canceled) && community.KindOf(err) == community.Unavailable {
		return community.Receipt{}, community.Faultf(community.Unavailable, "network.cancelled").Because(err)
	}
	return community.Receipt{}, err
}

// receiptOf holds a receipt to what a message's id and address may be.
func (n *Network) receiptOf(got *receipt) (community.Receipt, error) {
	if got.ID == "" || len(got.ID) > community.MaxID {
		return community.Receipt{}, community.Faultf(community.Uncertain, "network.unreadable")
	}
	r := community.Receipt{ID: got.ID, At: got.At.UTC()}
	// A time that is none, or cannot be: an answer is taken now.
	if now := n.o.Now().UTC(); r.At.Year() < 2000 || r.At.After(now.Add(24*time.Hour)) {
		r.At = now
	}
	if strings.HasPrefix(got.URL, "https://") || strings.HasPrefix(got.URL, "http://") {
		r.URL = got.URL
	}
	return r, nil
}

// keyOf names one answer with one text to one message: Vigie's id of it, and a
// hash of the rest, because an agent may have changed the words after a refusal.
func keyOf(to community.Message, reply community.Reply) string {
	sum := sha256.Sum256([]byte(to.ID + "\x00" + string(reply.Visibility) + "\x00" + reply.Text))
	return reply.ID + "-" + hex.EncodeToString(sum[:8])
}

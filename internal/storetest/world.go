package storetest

import (
	"fmt"
	"testing"
	"time"

	"github.com/vigie-hq/vigie/community"
	"github.com/vigie-hq/vigie/community/desk"
)

// brands makes brands with the default channels and one account each.
func (b *Bench) brands(t testing.TB, ids ...string) {
	t.Helper()
	b.write(t, func(tx desk.Tx) error {
		for _, id := range ids {
			brand := community.Brand{ID: id, Name: "Maison " + id, Lang: "fr", Calendar: community.AlwaysOpen()}
			if err := tx.PutBrand(t.Context(), brand); err != nil {
				return err
			}
			for _, c := range community.DefaultChannels(brand) {
				if err := tx.PutChannel(t.Context(), c); err != nil {
					return err
				}
			}
			if err := tx.PutAccount(t.Context(), community.Account{Brand: id, Network: "x", Name: "brand", Role: community.RoleCorporate, State: community.AccountActive}); err != nil {
				return err
			}
		}
		return nil
	})
}

// message is a customer's message; n makes it its own.
func message(brand string, n int) community.Message {
	at := Clock().Add(time.Duration(n) * time.Minute)
	return community.Message{
		V: 1, Brand: brand, Network: "x", Account: "brand", ID: fmt.Sprint("m", n), Thread: fmt.Sprint("t", n), Kind: community.KindMention,
		Author: community.Author{ID: fmt.Sprint("u", n), Handle: fmt.Sprint("lea", n), Name: fmt.Sprint("Léa ", n), Followers: n, Verified: n%2 == 0},
		Text:   fmt.Sprint("Où est mon colis numéro ", n, " ?"), Lang: "fr", CreatedAt: at, ReceivedAt: at.Add(2 * time.Second),
		Origin: community.Live, CanReply: true,
	}
}

// entry is a message as the store keeps it, in a conversation.
func entry(m community.Message, conversation string) community.Entry {
	e := community.Entry{Key: m.Identity().Key(), Conversation: conversation, Message: m, Urgency: community.High, Asks: true, Revision: m.Revision(), Version: 1}
	e.Verdict = community.Verdict{
		ID: m.ID, Category: community.Head{Label: "support", P: 0.93, Abstain: true}, Urgency: community.UrgencyHead{Head: community.Head{Label: "high", P: 0.71}, Score: 0.82},
		Sentiment: community.Head{Label: "negative", P: 0.97}, Reason: community.Head{Label: "delivery", P: 0.88}, Language: community.Head{Label: "fr", P: 0.99},
		Complaint: community.Head{Label: "yes", P: 0.9, Abstain: true}, Model: "2026-11-30.1", Rules: 3, Corrections: 12,
	}
	e.Revision.Deleted = e.Gone
	return e
}

// conversation is an open one that began with m.
func conversation(id string, m community.Message) community.Conversation {
	return community.Conversation{
		ID: id, Brand: m.Brand, Network: m.Network, Account: community.AccountKey(m.Brand, m.Network, m.Account), Channel: m.Brand + ".support", Version: 1,
		Author: m.Author, Person: m.AuthorKey(), Status: community.Open, Category: community.CategorySupport, Urgency: community.High,
		Sentiment: community.Negative, Reason: "delivery", Lang: "fr", Preview: community.Preview(m.Text), Private: m.Private,
		Messages: 1, Unanswered: 1, FirstAt: m.At(), LastAt: m.At(),
	}
}

// file puts a message into a conversation, which it opens if it is new.
func (b *Bench) file(t testing.TB, id string, m community.Message, change ...func(*community.Conversation)) community.Conversation {
	t.Helper()
	c := conversation(id, m)
	for _, f := range change {
		f(&c)
	}
	b.write(t, func(tx desk.Tx) error { return put(t, tx, c, m) })
	return c
}

func put(t testing.TB, tx desk.Tx, c community.Conversation, m community.Message) error {
	e := entry(m, c.ID)
	if err := tx.PutAuthor(t.Context(), &m); err != nil {
		return err
	}
	if err := tx.PutEntry(t.Context(), nil, &e); err != nil {
		return err
	}
	held, err := tx.Conversation(t.Context(), c.ID)
	if err != nil {
		return err
	}
	if held != nil {
		return nil
	}
	if err := tx.PutConversation(t.Context(), nil, &c); err != nil {
		return err
	}
	return tx.PutEvent(t.Context(), community.Event{
		V: 1, Type: community.EventMessageReceived, Brand: c.Brand, Conversation: c.ID, Version: c.Version,
		Message: e.Key, At: m.ReceivedAt, Origin: m.Origin,
	})
}

// ids are the ids of a page's conversations.
func ids(page community.Page[community.Conversation]) []string {
	out := make([]string, len(page.Items))
	for i := range page.Items {
		out[i] = page.Items[i].ID
	}
	return out
}

// every reads a list to its end, in pages of size.
func (b *Bench) every(t testing.TB, v community.Viewer, q community.Query, size int) []community.Conversation {
	t.Helper()
	var out []community.Conversation
	q.Limit = size
	for range 10000 {
		page := must[community.Page[community.Conversation]](t)(b.Reader.Conversations(t.Context(), v, q))
		out = append(out, page.Items...)
		if page.Next == "" {
			return out
		}
		q.Cursor = page.Next
	}
	t.Fatal("the list has no end")
	return nil
}

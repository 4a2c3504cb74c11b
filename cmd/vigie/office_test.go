package main

import (
	"context"
	"errors"
	"path/filepath"
	"testing"
	"time"

	"github.com/vigie-hq/vigie/community"
	"github.com/vigie-hq/vigie/community/desk"
	"github.com/vigie-hq/vigie/internal/sql"
)

// office is a desk over a real store, with a clock in the test's hand and a
// network that says what it is told to say.
type office struct {
	*desk.Desk
	t      *testing.T
	ctx    context.Context
	db     *sql.DB
	store  *sql.Desk
	reader *sql.Inbox
	now    time.Time
	offset int64

	answer    error // what the network says to the next replies; nil: it takes them
	capable   community.Capability
	deeds     []string
	deedFault error
	meanwhile func()             // what happens while the network is asked
	posted    []string           // texts the network took
	there     *community.Receipt // what looking back finds
	lea       community.Viewer   // an agent of the brand
	brand     *community.Account // the corporate account
	care      *community.Account // the support account
}

func (o *office) Reply(_ context.Context, _ community.Account, _ community.Message, r community.Reply) (community.Receipt, error) {
	if o.meanwhile != nil {
		o.meanwhile()
	}
	if o.answer != nil {
		return community.Receipt{}, o.answer
	}
	o.posted = append(o.posted, r.Text)
	return community.Receipt{ID: "native-" + r.ID, At: o.now}, nil
}

func (o *office) Look(context.Context, community.Account, community.Message, community.Reply) (community.Receipt, bool, error) {
	if o.there == nil {
		return community.Receipt{}, false, nil
	}
	return *o.there, true, nil
}

// Moderate is the network's; the desk's own is o.Desk.Moderate.
func (o *office) Moderate(_ context.Context, a community.Account, m community.Message, deed community.Deed) error {
	o.deeds = append(o.deeds, a.Name+" "+string(deed)+" "+m.ID)
	if o.meanwhile != nil {
		o.meanwhile()
	}
	return o.deedFault
}

func (o *office) Describe(context.Context, community.Account) (community.Capability, error) {
	return o.capable, nil
}

func (o *office) Count(_ string, _ community.Visibility, text string) int { return len([]rune(text)) }

func newOffice(t *testing.T) *office {
	t.Helper()
	o := &office{
		t: t, ctx: t.Context(), now: time.Date(2026, 11, 3, 10, 0, 0, 0, time.UTC), // a Tuesday
		capable: community.Capability{Network: "x", ReplyPublic: true, ReplyPrivate: true, Limit: 500, ReadBack: true, IndexDelay: 2 * time.Second},
		lea:     community.Viewer{Agent: "lea", Grants: []community.Grant{{Brand: "b", Role: community.RoleAgent}}},
	}
	var err error
	o.db, err = sql.Open(o.ctx, filepath.Join(t.TempDir(), "vigie.db"), sql.Options{Now: func() time.Time { return o.now }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := o.db.Close(); err != nil {
			t.Error(err)
		}
	})
	o.store, o.reader = sql.NewDesk(o.db), sql.NewInbox(o.db)
	o.Desk = desk.New(o.store, o)
	o.brand = &community.Account{Brand: "b", Network: "x", Name: "brand", NativeID: "900", Handle: "maison", Role: community.RoleCorporate, Collects: true, Sends: true, State: community.AccountActive}
	o.care = &community.Account{Brand: "b", Network: "x", Name: "care", NativeID: "901", Handle: "maison_aide", Role: community.RoleSupport, Collects: true, Sends: true, State: community.AccountActive}
	err = o.store.Write(o.ctx, func(tx desk.Tx) error {
		if err := addBrand(o.ctx, tx, community.Brand{ID: "b", Name: "B", Lang: "fr", Calendar: shopHours()}); err != nil {
			return err
		}
		return errors.Join(tx.PutAccount(o.ctx, *o.brand), tx.PutAccount(o.ctx, *o.care))
	})
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// says lets a customer write to the corporate account, and returns the message.
func (o *office) says(id, text string, change ...func(*community.Classified)) community.Message {
	o.t.Helper()
	c := community.Classified{Message: community.Message{
		V: 1, Brand: "b", Network: "x", Account: "brand", ID: id, Thread: "t1", Kind: community.KindMention, Author: community.Author{ID: "1", Handle: "lea_client"},
		Text: text, CreatedAt: o.now, ReceivedAt: o.now, CanReply: true, Origin: community.Live,
	}}
	c.Verdict.Category = community.Head{Label: "support", P: 0.8}
	c.Verdict.Urgency.Head = community.Head{Label: "high", P: 0.7}
	c.Verdict.Sentiment, c.Verdict.Reason = community.Head{Label: "negative"}, community.Head{Label: "delivery"}
	c.Verdict.Model = "test.1"
	for _, f := range change {
		f(&c)
	}
	o.receive(desk.Delivery{Classified: c})
	return c.Message
}

func (o *office) receive(ds ...desk.Delivery) {
	o.t.Helper()
	for i := range ds {
		o.offset++
		ds[i].Position = desk.Position{Log: "l", Topic: "t", Offset: o.offset}
	}
	if err := o.Receive(o.ctx, ds); err != nil {
		o.t.Fatal(err)
	}
}

// matter is the conversation of a message, whole.
func (o *office) matter(m community.Message) *community.Matter {
	o.t.Helper()
	got, err := o.reader.Matter(o.ctx, community.Viewer{System: true}, "c"+m.Identity().Key()[1:])
	if err != nil {
		o.t.Fatal(err)
	}
	return got
}

// writes lets Léa answer and returns the reply.
func (o *office) writes(m community.Message, id, text string) community.Reply {
	o.t.Helper()
	r, err := o.Answer(o.ctx, o.lea, desk.Answer{ID: id, Conversation: o.matter(m).Conversation.ID, Text: text})
	if err != nil {
		o.t.Fatal(err)
	}
	return r
}

// passes lets time pass and every reply whose time has come leave.
func (o *office) passes(d time.Duration) {
	o.t.Helper()
	o.now = o.now.Add(d)
	for {
		more, err := o.Deliver(o.ctx)
		if err != nil {
			o.t.Fatal(err)
		}
		if !more {
			return
		}
	}
}

func (o *office) wantKey(err error, key string) {
	o.t.Helper()
	var f *community.Fault
	if !errors.As(err, &f) || f.Key != key {
		o.t.Errorf("got %v, want %s", err, key)
	}
}

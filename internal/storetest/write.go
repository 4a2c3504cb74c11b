package storetest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/vigie-hq/vigie/community"
	"github.com/vigie-hq/vigie/community/desk"
)

var errUndo = errors.New("undo this")

func (b *Bench) exported(t testing.TB) string {
	var w bytes.Buffer
	ok(t, b.Export(t.Context(), &w))
	return w.String()
}

func testRollback(t *testing.T, fresh func(testing.TB) Bench) {
	b := fresh(t)
	b.brands(t, "a")
	b.file(t, "c1", message("a", 1))
	tally := func() string {
		return fmt.Sprint(must[community.Tally](t)(b.Reader.Tally(t.Context(), system(), "a")))
	}
	events := func() int { return len(must[[]community.Event](t)(b.Outbox.Unpublished(t.Context(), 100))) }
	state, counted, told := b.exported(t), tally(), events()
	everything := func(tx desk.Tx) error {
		m := message("a", 2)
		m.Lang, m.Network = "a word never seen", "bluesky" // new labels are undone too
		if err := put(t, tx, conversation("c2", m), m); err != nil {
			return err
		}
		if err := tx.Applied(t.Context(), desk.Position{Log: "l", Topic: "t", Offset: 9}); err != nil {
			return err
		}
		return tx.Tally(t.Context(), "batch", community.Created)
	}
	for name, end := range map[string]func(desk.Tx) error{
		"an error": func(desk.Tx) error { return errUndo },
		"a fault in the store": func(tx desk.Tx) error {
			c := conversation("c1", message("a", 1))
			return tx.PutConversation(t.Context(), nil, &c)
		},
	} {
		err := b.Store.Write(t.Context(), func(tx desk.Tx) error {
			if err := everything(tx); err != nil {
				return err
			}
			return end(tx)
		})
		same(t, name+" is returned", err != nil, true)
	}
	func() {
		defer func() { same(t, "the panic goes on", fmt.Sprint(recover()), "stop") }()
		b.Store.Write(t.Context(), func(tx desk.Tx) error { //nolint:errcheck // it panics
			if err := everything(tx); err != nil {
				return err
			}
			panic("stop")
		})
	}()
	ctx, cancel := context.WithCancel(t.Context())
	err := b.Store.Write(ctx, func(tx desk.Tx) error {
		if err := everything(tx); err != nil {
			return err
		}
		cancel()
		return everything(tx)
	})
	same(t, "a cancelled context ends it", err != nil, true)
	same(t, "the state", b.exported(t), state)
	same(t, "the counters", tally(), counted)
	same(t, "the events", events(), told)
	same(t, "the positions", len(must[map[int]int64](t)(b.Positions.Applied(t.Context(), "l", "t"))), 0)
	// And afterwards everything can be written.
	b.write(t, everything)
	same(t, "written at last", len(b.every(t, system(), community.Query{Network: []string{"bluesky"}}, 5)), 1)
	b.agree(t, system(), "a")
}

// testWriters lets many writers and readers work at once: every change counts
// once, and a conflict is told.
func testWriters(t *testing.T, fresh func(testing.TB) Bench) {
	b := fresh(t)
	b.brands(t, "a")
	b.file(t, "c1", message("a", 1))
	const each, writers = 20, 4
	var work sync.WaitGroup
	for w := range writers {
		work.Go(func() {
			for i := range each {
				run := b.Store.Write
				if w%2 == 0 {
					run = b.Store.Batch
				}
				err := run(t.Context(), func(tx desk.Tx) error {
					held, err := tx.Conversation(t.Context(), "c1")
					if err != nil {
						return err
					}
					next := *held
					next.Version++
					next.Messages++
					next.Urgency = community.Urgencies()[(w+i)%4]
					return tx.PutConversation(t.Context(), held, &next)
				})
				if err != nil {
					t.Error(err)
				}
				if _, err := b.Reader.Conversations(t.Context(), system(), community.Query{}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	work.Wait()
	got := must[*community.Conversation](t)(b.Reader.Conversation(t.Context(), system(), "c1"))
	same(t, "changes", got.Messages, 1+each*writers)
	b.agree(t, system(), "a")
}

// testPeopleFirst holds the writer, lets batches queue up and then a person:
// the person is next.
func testPeopleFirst(t *testing.T, fresh func(testing.TB) Bench) {
	b := fresh(t)
	held, release := signal(), signal()
	var order []string
	var mu sync.Mutex
	note := func(who string) func(desk.Tx) error {
		return func(desk.Tx) error {
			mu.Lock()
			defer mu.Unlock()
			order = append(order, who)
			return nil
		}
	}
	var work sync.WaitGroup
	work.Go(func() {
		ok(t, b.Store.Batch(t.Context(), func(desk.Tx) error { close(held); <-release; return nil }))
	})
	<-held
	for range 3 {
		work.Go(func() { ok(t, b.Store.Batch(t.Context(), note("stream"))) })
	}
	time.Sleep(50 * time.Millisecond) // let them queue up
	ctx, cancel := context.WithCancel(t.Context())
	work.Go(func() {
		if err := b.Store.Write(ctx, note("gone")); !errors.Is(err, context.Canceled) {
			t.Errorf("who gave up waiting got %v", err)
		}
	})
	work.Go(func() { ok(t, b.Store.Write(t.Context(), note("person"))) })
	time.Sleep(50 * time.Millisecond)
	cancel()
	time.Sleep(20 * time.Millisecond)
	close(release)
	work.Wait()
	same(t, "order", fmt.Sprint(order), "[person stream stream stream]")
}

func signal() chan struct{} { return make(chan struct{}) }

func keyOf(m community.Message) string { return m.Identity().Key() }

func testEvents(t *testing.T, fresh func(testing.TB) Bench) {
	b := fresh(t)
	b.brands(t, "a", "b")
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	woken := signal()
	go func() {
		defer close(woken)
		for b.Outbox.Wait(ctx) == nil {
			if events, err := b.Outbox.Unpublished(ctx, 1); err == nil && len(events) > 0 {
				return
			}
		}
	}()
	b.file(t, "c1", message("a", 1))
	b.file(t, "c2", message("b", 2))
	b.file(t, "c3", message("a", 3))
	<-woken
	ok(t, ctx.Err())
	events := must[[]community.Event](t)(b.Outbox.Unpublished(t.Context(), 10))
	same(t, "events", len(events), 3)
	same(t, "in order", events[0].ID < events[1].ID && events[1].ID < events[2].ID, true)
	first := events[0]
	same(t, "what it says", first, community.Event{
		V: 1, ID: first.ID, Type: community.EventMessageReceived, Brand: "a", Conversation: "c1", Version: 1,
		Message: keyOf(message("a", 1)), At: message("a", 1).ReceivedAt, Origin: community.Live,
	})
	isKind(t, b.Outbox.MarkPublished(t.Context(), []int64{events[1].ID}), community.Conflict)
	ok(t, b.Outbox.MarkPublished(t.Context(), []int64{events[0].ID}))
	ok(t, b.Outbox.MarkPublished(t.Context(), []int64{events[0].ID})) // told twice
	ok(t, b.Outbox.MarkPublished(t.Context(), []int64{events[1].ID, events[2].ID}))
	same(t, "left", len(must[[]community.Event](t)(b.Outbox.Unpublished(t.Context(), 10))), 0)
	mine := must[[]community.Event](t)(b.Reader.Events(t.Context(), agentOf("a", community.RoleAgent), 0, 10))
	same(t, "of my brand", len(mine), 2)
	rest := must[[]community.Event](t)(b.Reader.Events(t.Context(), system(), events[0].ID, 1))
	same(t, "after one", len(rest) == 1 && rest[0].ID == events[1].ID, true)
}

func testLog(t *testing.T, fresh func(testing.TB) Bench) {
	b := fresh(t)
	at := func(part int, offset int64) desk.Position {
		return desk.Position{Log: "log", Topic: "topic", Partition: part, Offset: offset}
	}
	b.write(t, func(tx desk.Tx) error {
		for _, p := range []desk.Position{at(0, 5), at(1, 2), at(0, 3)} {
			if err := tx.Applied(t.Context(), p); err != nil {
				return err
			}
		}
		for change, n := range map[community.Change]int{community.Created: 3, community.Deleted: 1, community.Edited: 1, community.Older: 1, community.Duplicate: 2, community.Aside: 1} {
			for range n {
				if err := tx.Tally(t.Context(), "batch", change); err != nil {
					return err
				}
			}
		}
		aside := desk.Aside{Position: at(0, 4), Cause: "message.text", Payload: []byte(`{"message":{"brand":"a"}}`)}
		if err := tx.SetAside(t.Context(), aside); err != nil {
			return err
		}
		return tx.SetAside(t.Context(), aside) // the same record again
	})
	b.write(t, func(tx desk.Tx) error { return tx.Applied(t.Context(), at(0, 1)) })
	same(t, "positions", fmt.Sprint(must[map[int]int64](t)(b.Positions.Applied(t.Context(), "log", "topic"))), "map[0:5 1:2]")
	same(t, "of another log", len(must[map[int]int64](t)(b.Positions.Applied(t.Context(), "other", "topic"))), 0)
	ok(t, b.Positions.SetPosition(t.Context(), at(0, 1)))
	same(t, "set back", must[map[int]int64](t)(b.Positions.Applied(t.Context(), "log", "topic"))[0], 1)
	same(t, "no log yet", must[string](t)(b.Positions.Log(t.Context())), "")
	ok(t, b.Positions.SetLog(t.Context(), "log"))
	same(t, "the log", must[string](t)(b.Positions.Log(t.Context())), "log")
	want := community.ImportTally{Accepted: 4, Edited: 2, Duplicate: 2, SetAside: 1}
	same(t, "the import", must[community.ImportTally](t)(b.Reader.Import(t.Context(), agentOf("a", community.RoleAdmin), "batch")), want)
	_, err := b.Reader.Import(t.Context(), agentOf("a", community.RoleAgent), "batch")
	isKind(t, err, community.NotFound)
	for v, n := range map[string]int{"a": 1, "b": 0} {
		same(t, "set aside for "+v, len(must[[]desk.Aside](t)(b.Reader.Asides(t.Context(), agentOf(v, community.RoleAdmin)))), n)
	}
}

func testExport(t *testing.T, fresh func(testing.TB) Bench) {
	// The same things in another order, under other ids, are the same export.
	var exports [2]string
	for i := range exports {
		b := fresh(t)
		b.brands(t, "a")
		order := []int{1, 2, 3}
		if i == 1 {
			order = []int{3, 1, 2}
		}
		for _, n := range order {
			b.file(t, fmt.Sprint("c", i, "-", n%2), message("a", n))
		}
		exports[i] = b.exported(t)
	}
	same(t, "the export", exports[0], exports[1])
	same(t, "it holds something", len(exports[0]) > 500, true)
}

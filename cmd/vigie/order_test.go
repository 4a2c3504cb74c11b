package main

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"testing"
	"time"

	"github.com/vigie-hq/vigie/community"
	"github.com/vigie-hq/vigie/community/desk"
	"github.com/vigie-hq/vigie/internal/sql"
)

// TestTheSameEventsInAnyOrderGiveTheSameState receives random sets of events in
// several orders, each into an empty store, some of them twice and in batches of
// any size, and compares the canonical exports.
func TestTheSameEventsInAnyOrderGiveTheSameState(t *testing.T) {
	rounds := 60
	if testing.Short() {
		rounds = 5
	}
	for seed := range uint64(rounds) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			rng := rand.New(rand.NewPCG(seed, 2026))
			events := randomEvents(rng, 4+rng.IntN(14))
			want := receiveAll(t, rng, events)
			for range 3 {
				rng.Shuffle(len(events), func(i, j int) { events[i], events[j] = events[j], events[i] })
				if got := receiveAll(t, rng, events); !bytes.Equal(got, want) {
					t.Fatalf("order matters:\n%s\nthen\n%s\nevents: %s", want, got, told(events))
				}
			}
		})
	}
}

// randomEvents is what two known authors, an unknown one and our own account
// could do to each other in three days, seen by up to two of our accounts.
func randomEvents(rng *rand.Rand, n int) []community.Classified {
	base := time.Date(2026, 11, 3, 9, 0, 0, 0, time.UTC)
	var out []community.Classified
	for i := range n {
		at := base.Add(time.Duration(rng.IntN(72*60)) * time.Minute)
		m := community.Message{
			V: 1, Brand: "b", Network: "x", Account: pick(rng, "brand", "care"), ID: fmt.Sprint("m", i), Kind: community.KindMention,
			Thread: fmt.Sprint("t", rng.IntN(4)), Author: community.Author{ID: pick(rng, "1", "1", "2", "")},
			Text: fmt.Sprintf("message %d", i), CreatedAt: at, ReceivedAt: at.Add(time.Duration(1+rng.IntN(300)) * time.Second),
			CanReply: true, Origin: community.Live, Lag: 10 * time.Minute,
		}
		if rng.IntN(4) == 0 {
			m.Private, m.Kind, m.Thread = true, community.KindDirect, "d"+m.Author.ID
		}
		if rng.IntN(5) == 0 {
			m.Via = "query"
		}
		if i > 0 && rng.IntN(4) == 0 {
			parent := out[rng.IntN(len(out))].Message
			m.Author, m.Private, m.Thread = community.Author{ID: "900", Handle: "brand"}, parent.Private, parent.Thread
			m.Account, m.InReplyTo, m.Via = "brand", parent.ID, ""
			m.CreatedAt = parent.CreatedAt.Add(time.Duration(1+rng.IntN(600)) * time.Minute)
			m.ReceivedAt = m.CreatedAt.Add(time.Second)
		}
		out = append(out, community.Classified{Message: m, Verdict: randomVerdict(rng)})
		if rng.IntN(3) == 0 {
			e := community.Classified{Message: m, Verdict: randomVerdict(rng)}
			e.Message.Text += ", or rather not"
			e.Message.EditedAt = m.CreatedAt.Add(time.Hour)
			e.Message.ReceivedAt = m.ReceivedAt.Add(time.Hour)
			out = append(out, e)
		}
		if rng.IntN(5) == 0 {
			g := community.Message{
				V: 1, Brand: "b", Network: "x", Account: m.Account, ID: m.ID, Deleted: true, Origin: community.Live,
				ReceivedAt: m.ReceivedAt.Add(2 * time.Hour), Thread: m.Thread,
			}
			out = append(out, community.Classified{Message: g, Verdict: randomVerdict(rng)})
		}
		if rng.IntN(5) == 0 && m.Author.ID != "900" {
			again := out[len(out)-1]
			again.Message.Account, again.Message.Via = pick(rng, "brand", "care"), pick(rng, "", "query")
			again.Message.ReceivedAt = again.Message.ReceivedAt.Add(time.Minute)
			out = append(out, again)
		}
	}
	return out
}

func randomVerdict(rng *rand.Rand) community.Verdict {
	var v community.Verdict
	v.Category = community.Head{Label: string(community.Categories()[rng.IntN(4)]), P: 0.9, Abstain: rng.IntN(5) == 0}
	v.Urgency.Head = community.Head{Label: string(community.Urgencies()[rng.IntN(4)]), P: 0.8}
	v.Sentiment = community.Head{Label: string(community.Sentiments()[rng.IntN(3)]), P: 0.8}
	v.Reason = community.Head{Label: pick(rng, "none", "delivery", "billing"), P: 0.8}
	v.Language, v.Complaint = community.Head{Label: "fr", P: 1}, community.Head{Label: "no", P: 1}
	v.Model = "test"
	if rng.IntN(4) == 0 { // rules touched it
		v.Channel, v.Tags = pick(rng, "", "b.brand", "gone"), [][]string{nil, {"legal"}, {"fraud", "legal"}}[rng.IntN(3)]
		v.DecideUrgency(community.Critical)
	}
	return v
}

func pick(rng *rand.Rand, from ...string) string { return from[rng.IntN(len(from))] }

// receiveAll receives events in their order, in batches of random sizes and a
// tenth of them twice, and returns the canonical export.
func receiveAll(t *testing.T, rng *rand.Rand, events []community.Classified) []byte {
	t.Helper()
	ctx := t.Context()
	db, store := emptyStore(t, "b")
	d := desk.New(store, newSenders(nil, time.Now))
	var batch []desk.Delivery
	offset := int64(0)
	flush := func() {
		if err := d.Receive(ctx, batch); err != nil {
			t.Fatal(err)
		}
		batch = nil
	}
	for _, e := range events {
		times := 1
		if rng.IntN(10) == 0 {
			times = 2
		}
		for range times {
			batch = append(batch, desk.Delivery{Classified: e, Position: desk.Position{Log: "l", Topic: "t", Offset: offset}})
			offset++
		}
		if rng.IntN(3) == 0 {
			flush()
		}
	}
	flush()
	var out bytes.Buffer
	if err := db.Export(ctx, &out); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// emptyStore is a fresh store with one brand that has a corporate and a support
// account.
func emptyStore(t testing.TB, brand string) (*sql.DB, *sql.Desk) {
	t.Helper()
	ctx := context.Background()
	db, err := sql.Open(ctx, filepath.Join(t.TempDir(), "vigie.db"), sql.Options{Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	store := sql.NewDesk(db)
	err = store.Write(ctx, func(tx desk.Tx) error {
		if err := addBrand(ctx, tx, community.Brand{ID: brand, Name: brand, Lang: "fr", Calendar: community.AlwaysOpen()}); err != nil {
			return err
		}
		for name, role := range map[string]community.AccountRole{"brand": community.RoleCorporate, "care": community.RoleSupport} {
			err := tx.PutAccount(ctx, community.Account{
				Brand: brand, Network: "x", Name: name, Handle: name, NativeID: map[string]string{"brand": "900", "care": "901"}[name],
				Role: role, Collects: true, Sends: true, State: community.AccountActive,
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return db, store
}

func told(events []community.Classified) string {
	var b bytes.Buffer
	for i := range events {
		m := &events[i].Message
		fmt.Fprintf(&b, "\n%s by %q in %s at %s, received %s, private %v, via %q, account %s, to %q, deleted %v: %s", m.ID, m.Author.ID, m.Thread,
			m.CreatedAt.Format("02 15:04"), m.ReceivedAt.Format("02 15:04:05"), m.Private, m.Via, m.Account, m.InReplyTo, m.Deleted, m.Text)
	}
	return b.String()
}

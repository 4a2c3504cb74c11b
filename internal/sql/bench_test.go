package sql_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/vigie-hq/vigie/community"
	"github.com/vigie-hq/vigie/community/desk"
	"github.com/vigie-hq/vigie/internal/sql"
)

// crowd makes messages as a busy brand gets them: texts of about 115
// characters over a vocabulary with a long tail, one author in three writing
// again, most of them live.
type crowd struct {
	rnd   *rand.Rand
	zipf  *rand.Zipf
	words []string
	n     int
	at    time.Time
}

func newCrowd(seed uint64) *crowd {
	rnd := rand.New(rand.NewPCG(seed, 1))
	c := &crowd{rnd: rnd, zipf: rand.NewZipf(rnd, 1.1, 6, 19999), at: time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC)}
	syllables := strings.Fields("ba co dé fra gi hô jou ka lu mé no pri qua re sau ti vou zè cha on ment tion")
	for range 20000 {
		var w strings.Builder
		for range 1 + rnd.IntN(4) {
			w.WriteString(syllables[rnd.IntN(len(syllables))])
		}
		c.words = append(c.words, w.String())
	}
	return c
}

func (c *crowd) text() string {
	var b strings.Builder
	for b.Len() < 70+c.rnd.IntN(90) {
		b.WriteString(c.words[c.zipf.Uint64()])
		b.WriteByte(' ')
	}
	if c.rnd.IntN(5) == 0 {
		fmt.Fprintf(&b, "commande ML-%07d ", c.rnd.IntN(1e7))
	}
	if c.rnd.IntN(8) == 0 {
		b.WriteString("😡")
	}
	return strings.TrimSpace(b.String())
}

func pick[T any](rnd *rand.Rand, from []T) T { return from[rnd.IntN(len(from))] }

func (c *crowd) message() community.Classified {
	c.n++
	c.at = c.at.Add(time.Duration(c.rnd.IntN(4000)) * time.Millisecond)
	author := fmt.Sprint(c.rnd.IntN(1 + c.n*2/3))
	network := pick(c.rnd, []string{"x", "facebook", "mastodon", "instagram"})
	m := community.Message{
		V: 1, Brand: "maison", Network: network, Account: "brand", ID: fmt.Sprint(1980000000000000000 + c.n),
		Thread: fmt.Sprint(1980000000000000000 + c.n), Kind: community.KindMention, Text: c.text(), Lang: "fr",
		Author:    community.Author{ID: author, Handle: "u" + author, Name: "Léa " + author, Followers: 12},
		CreatedAt: c.at, ReceivedAt: c.at.Add(3 * time.Second), Origin: community.Live, CanReply: true,
	}
	v := community.Verdict{
		ID: m.ID, Category: community.Head{Label: string(pick(c.rnd, community.Categories())), P: 0.9},
		Sentiment: community.Head{Label: string(pick(c.rnd, community.Sentiments())), P: 0.8},
		Reason:    community.Head{Label: string(pick(c.rnd, community.Reasons())), P: 0.7},
		Language:  community.Head{Label: "fr", P: 0.99}, Complaint: community.Head{Label: "no", P: 0.9}, Model: "2026-11-30.1",
	}
	v.Urgency.Label, v.Urgency.P, v.Urgency.Score = string(pick(c.rnd, community.Urgencies())), 0.6, 0.5
	v.Category.Abstain = c.rnd.IntN(12) == 0
	return community.Classified{Message: m, Verdict: v}
}

func (c *crowd) batch(n int) []desk.Delivery {
	out := make([]desk.Delivery, n)
	for i := range out {
		out[i] = desk.Delivery{Classified: c.message(), Position: desk.Position{Log: "log", Topic: "messages.classified", Offset: int64(c.n)}}
	}
	return out
}

// maison opens a database with one brand and its channels.
func maison(tb testing.TB) *sql.DB {
	tb.Helper()
	db, err := sql.Open(tb.Context(), filepath.Join(tb.TempDir(), "vigie.db"), sql.Options{})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := db.Close(); err != nil {
			tb.Error(err)
		}
	})
	brand := community.Brand{ID: "maison", Name: "Maison", Lang: "fr", Calendar: community.AlwaysOpen()}
	err = sql.NewDesk(db).Write(tb.Context(), func(tx desk.Tx) error {
		if err := tx.PutBrand(tb.Context(), brand); err != nil {
			return err
		}
		for _, c := range community.DefaultChannels(brand) {
			if err := tx.PutChannel(tb.Context(), c); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		tb.Fatal(err)
	}
	return db
}

func receive(tb testing.TB, d *desk.Desk, batch []desk.Delivery) {
	if err := d.Receive(tb.Context(), batch); err != nil {
		tb.Fatal(err)
	}
}

// BenchmarkReceive writes everything a message makes, in transactions of 50
// with full synchronisation. One operation is one message.
func BenchmarkReceive(b *testing.B) {
	d := desk.New(sql.NewDesk(maison(b)), nil)
	c := newCrowd(1)
	b.ResetTimer()
	used := processor()
	for n := 0; n < b.N; n += desk.BatchSize {
		b.StopTimer()
		batch := c.batch(min(desk.BatchSize, b.N-n))
		b.StartTimer()
		receive(b, d, batch)
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "messages/s")
	b.ReportMetric(float64((processor()-used).Microseconds())/float64(b.N), "cpu-µs/message")
}

// processor is the time this process has computed so far: what a figure means
// on a machine that is shared.
func processor() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// waits collects how long things took.
type waits []time.Duration

func (w *waits) time(f func()) {
	start := time.Now()
	f()
	*w = append(*w, time.Since(start))
}

func (w waits) report(b *testing.B) {
	slices.Sort(w)
	for _, p := range []int{50, 99} {
		b.ReportMetric(float64(w[len(w)*p/100].Microseconds())/1000, fmt.Sprintf("p%d-ms", p))
	}
}

// BenchmarkWriteWhileReceiving lets a person write while the stream does.
func BenchmarkWriteWhileReceiving(b *testing.B) {
	store := sql.NewDesk(maison(b))
	d := desk.New(store, nil)
	c := newCrowd(1)
	receive(b, d, c.batch(50))
	stop, stopped := make(chan struct{}), make(chan struct{})
	received := 0
	go func() {
		defer close(stopped)
		for {
			select {
			case <-stop:
				return
			default:
				receive(b, d, c.batch(50))
				received += 50
			}
		}
	}()
	var took waits
	for b.Loop() {
		took.time(func() {
			err := store.Write(b.Context(), func(tx desk.Tx) error {
				return tx.PutNote(b.Context(), community.Note{})
			})
			if community.KindOf(err) != community.NotFound { // no such conversation: it waited all the same
				b.Error(err)
			}
		})
		time.Sleep(5 * time.Millisecond)
	}
	close(stop)
	<-stopped
	took.report(b)
	b.ReportMetric(float64(received)/b.Elapsed().Seconds(), "messages/s")
}

// hundredThousand is a store with 100,000 conversations.
func hundredThousand(b *testing.B) *sql.Inbox {
	db := maison(b)
	d := desk.New(sql.NewDesk(db), nil)
	c := newCrowd(2)
	in := sql.NewInbox(db)
	for {
		for range 100 {
			receive(b, d, c.batch(50))
		}
		tally, err := in.Tally(b.Context(), community.Viewer{System: true}, "")
		if err != nil {
			b.Fatal(err)
		}
		if v := tally.Views; v["open"]+v["waiting"]+v["closed"]+v["filed"] >= 100000 {
			b.Logf("%d messages, %v", c.n, v)
			return in
		}
	}
}

func BenchmarkRead(b *testing.B) {
	in := hundredThousand(b)
	c := newCrowd(2)
	rnd := c.rnd
	agent := community.Viewer{Agent: "lea", Grants: []community.Grant{{Brand: "maison", Role: community.RoleAgent}}}
	one := community.Viewer{Agent: "tom", Grants: []community.Grant{{Brand: "maison", Role: community.RoleReader, Channels: []string{"maison.brand"}}}}
	open := []community.Status{community.Open}
	queries := map[string]func() (community.Viewer, community.Query){
		"open": func() (community.Viewer, community.Query) { return agent, community.Query{Status: open} },
		"one facet": func() (community.Viewer, community.Query) {
			return agent, community.Query{Status: open, Category: []community.Category{pick(rnd, community.Categories())}}
		},
		"four facets": func() (community.Viewer, community.Query) {
			return agent, community.Query{
				Status: open, Category: []community.Category{pick(rnd, community.Categories())}, Urgency: []community.Urgency{pick(rnd, community.Urgencies())},
				Sentiment: []community.Sentiment{pick(rnd, community.Sentiments())}, Reason: []community.Reason{pick(rnd, community.Reasons())},
			}
		},
		"nothing matches": func() (community.Viewer, community.Query) {
			return agent, community.Query{Assignee: "tom", Triage: true}
		},
		"one channel": func() (community.Viewer, community.Query) { return one, community.Query{Sort: community.SortNewest} },
		"oldest": func() (community.Viewer, community.Query) {
			return agent, community.Query{Sort: community.SortOldest, Network: []string{"mastodon"}}
		},
		"late": func() (community.Viewer, community.Query) { return agent, community.Query{SLA: community.SLALate} },
		"search a word": func() (community.Viewer, community.Query) {
			return agent, community.Query{Q: c.words[c.zipf.Uint64()]}
		},
		"search a common word": func() (community.Viewer, community.Query) { return agent, community.Query{Q: c.words[rnd.IntN(5)]} },
		"search two words": func() (community.Viewer, community.Query) {
			return agent, community.Query{Q: c.words[rnd.IntN(50)] + " " + c.words[rnd.IntN(300)], Sort: community.SortNewest}
		},
		"search typing": func() (community.Viewer, community.Query) {
			return agent, community.Query{Q: string([]rune(c.words[rnd.IntN(3000)] + "tion")[:3]), Status: open}
		},
		"search an order": func() (community.Viewer, community.Query) {
			return agent, community.Query{Q: fmt.Sprintf("ML-%07d", rnd.IntN(1e7))}
		},
		"search with a facet": func() (community.Viewer, community.Query) {
			return agent, community.Query{Q: c.words[rnd.IntN(20)], Status: open, Reason: []community.Reason{"delivery"}, Assignee: "tom"}
		},
	}
	for _, name := range slices.Sorted(maps.Keys(queries)) {
		b.Run(name, func(b *testing.B) {
			var took waits
			for b.Loop() {
				v, q := queries[name]()
				took.time(func() {
					if _, err := in.Conversations(b.Context(), v, q); err != nil {
						b.Fatal(err)
					}
				})
			}
			took.report(b)
		})
	}
	b.Run("tally", func(b *testing.B) {
		var took waits
		for b.Loop() {
			took.time(func() {
				if _, err := in.Tally(b.Context(), agent, "maison"); err != nil {
					b.Fatal(err)
				}
			})
		}
		took.report(b)
	})
	b.Run("count", func(b *testing.B) {
		var took waits
		for b.Loop() {
			took.time(func() {
				if _, err := in.Count(b.Context(), agent, community.Query{Category: []community.Category{"support"}}); err != nil {
					b.Fatal(err)
				}
			})
		}
		took.report(b)
	})
}

package storetest

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/vigie-hq/vigie/community"
	"github.com/vigie-hq/vigie/community/desk"
)

func testCorrections(t *testing.T, fresh func(testing.TB) Bench) {
	b := fresh(t)
	b.brands(t, "a", "b")
	m, other := message("a", 1), message("b", 1)
	b.file(t, "c1", m)
	b.file(t, "c2", other)
	before := must[int64](t)(b.Lessons.Mark(t.Context()))
	said := func(head, from, to string, minute int) community.Correction {
		return community.Correction{
			Brand: "a", Message: keyOf(m), Conversation: "c1", Agent: "lea", Head: head, From: from, P: 0.75, To: to,
			Model: "m1", Content: m.Hash(), At: Clock().Add(time.Duration(minute) * time.Minute),
		}
	}
	first, second := said("category", "support", "brand", 1), said("sentiment", "negative", "neutral", 2)
	foreign := community.Correction{Brand: "b", Message: keyOf(other), Conversation: "c2", Agent: "lea", Head: "category", From: "support", To: "noise", At: Clock()}
	gone := said("category", "a", "b", 3)
	gone.Message = "nobody"
	b.write(t, func(tx desk.Tx) error {
		for _, c := range []community.Correction{first, second, foreign, gone} {
			if err := tx.PutCorrection(t.Context(), c); err != nil {
				return err
			}
		}
		list, err := tx.Corrections(t.Context(), keyOf(m))
		same(t, "of the message", fmt.Sprint(list), fmt.Sprint([]community.Correction{first, second}))
		return err
	})
	after := must[int64](t)(b.Lessons.Mark(t.Context()))
	same(t, "the mark changed", after != before, true)
	lessons := must[[]community.Lesson](t)(b.Lessons.All(t.Context()))
	same(t, "lessons", len(lessons), 3)
	same(t, "the correction", lessons[0].Correction, first)
	same(t, "its words", lessons[0].Said.Text, m.Text)
	same(t, "its brand", lessons[2].Brand, "b")
	b.write(t, func(tx desk.Tx) error { return tx.PutCorrection(t.Context(), said("reason", "none", "order", 4)) })
	now := must[int64](t)(b.Lessons.Mark(t.Context()))
	for _, added := range []struct {
		what  string
		since int64
		want  int
	}{
		{"from the beginning", 0, 4},
		{"since the first four", after, 1},
		{"nothing", now, 0},
	} {
		got, err := b.Lessons.Added(t.Context(), added.since, now)
		if err != nil {
			t.Fatal(err)
		}
		same(t, added.what, len(got), added.want)
	}

	// The words are those the agent saw, whatever the author wrote since.
	b.write(t, func(tx desk.Tx) error {
		held, err := tx.Entry(t.Context(), keyOf(m))
		if err != nil {
			return err
		}
		after := *held
		after.Message.Text, after.Message.EditedAt = "Merci, tout va bien", m.CreatedAt.Add(time.Hour)
		after.Revision, after.Version = after.Message.Revision(), held.Version+1
		if err := tx.PutRevision(t.Context(), keyOf(m), held.Revision, held.Message.Text); err != nil {
			return err
		}
		return tx.PutEntry(t.Context(), held, &after)
	})
	lessons = must[[]community.Lesson](t)(b.Lessons.All(t.Context()))
	same(t, "its words after an edit", lessons[0].Said.Text, m.Text)

	quality := must[community.Quality](t)(b.Reader.Quality(t.Context(), system(), "a", Clock(), Clock().Add(time.Hour)))
	same(t, "counted, biased", len(quality.Corrections), 4)
}

// draw is a message of the sample in a stratum of its own making.
func draw(m community.Message, category community.Category, channel string) community.Draw {
	e := entry(m, "")
	return community.Draw{
		Stratum: community.Stratum{Brand: m.Brand, Day: community.DayOf(m.ReceivedAt), Category: category, Channel: channel},
		Message: keyOf(m), Lot: community.Lot(keyOf(m)), Answers: community.AnswersOf(&e.Verdict),
	}
}

// testSample draws the messages of a day in several orders and batches: what is
// in the sample is the lowest lots of each stratum, whatever the order.
func testSample(t *testing.T, fresh func(testing.TB) Bench) {
	const large, small = 150, 4
	var draws []community.Draw
	var messages []community.Message
	for i := range large + small {
		m := message("a", i)
		m.ReceivedAt = Clock().Add(time.Duration(i) * time.Second)
		category, channel := community.CategorySupport, "a.support"
		if i >= large {
			category, channel = community.CategoryBrand, "a.brand"
		}
		messages, draws = append(messages, m), append(draws, draw(m, category, channel))
	}
	most := community.SampleCap([]int{large, small}, community.AuditQuota)
	same(t, "room in the large stratum", most, community.AuditQuota-small)
	byLot := slices.Clone(draws[:large])
	slices.SortFunc(byLot, func(x, y community.Draw) int { return int(int64(x.Lot) - int64(y.Lot)) })
	want := map[string]bool{}
	for _, d := range append(byLot[:most:most], draws[large:]...) {
		want[d.Message] = true
	}
	for name, batch := range map[string]int{"one by one": 1, "in batches": 50, "backwards": -50} {
		b := fresh(t)
		b.brands(t, "a")
		for i := range messages {
			b.file(t, fmt.Sprint("c", i), messages[i])
		}
		order := slices.Clone(draws)
		if batch < 0 {
			slices.Reverse(order)
			batch = -batch
		}
		for part := range slices.Chunk(order, batch) {
			b.write(t, func(tx desk.Tx) error {
				for _, d := range part {
					if err := tx.PutDraw(t.Context(), d); err != nil {
						return err
					}
				}
				return nil
			})
		}
		b.write(t, func(tx desk.Tx) error {
			waiting, err := tx.Unjudged(t.Context(), "a", community.DayOf(Clock()))
			for _, w := range waiting {
				same(t, name+": "+w.Message+" is in the sample", want[w.Message], true)
			}
			same(t, name+": how many", len(waiting), len(want))
			later, errLater := tx.Unjudged(t.Context(), "a", community.DayOf(Clock()).Plus(1))
			same(t, name+": of a later day", len(later), 0)
			return cmpErr(err, errLater)
		})
	}
}

func cmpErr(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// testJudged judges a sample and reads the figures.
func testJudged(t *testing.T, fresh func(testing.TB) Bench) {
	b := fresh(t)
	b.brands(t, "a")
	const n = 40
	for i := range n {
		m := message("a", i)
		m.ReceivedAt = Clock().Add(time.Duration(i) * time.Second)
		b.file(t, fmt.Sprint("c", i), m)
		b.write(t, func(tx desk.Tx) error {
			d := draw(m, community.CategorySupport, "a.support")
			if err := tx.PutDraw(t.Context(), d); err != nil {
				return err
			}
			d.Answers.Shown["category"] = "brand" // what was said changed while nobody had judged
			return tx.PutAnswers(t.Context(), d.Message, d.Answers)
		})
		j := community.Judgement{Message: keyOf(m), Agent: "lea", Labels: map[string]string{"category": "support", "urgency": "low"}, Content: m.Hash(), At: Clock()}
		if i%4 == 0 {
			j.Labels["category"] = "brand"
		}
		if i == 1 {
			j = community.Judgement{Message: keyOf(m), Agent: "lea", Skipped: true, Content: m.Hash(), At: Clock()}
		}
		if i == 2 {
			continue // waits
		}
		b.write(t, func(tx desk.Tx) error { return tx.PutJudgement(t.Context(), j) })
	}
	b.write(t, func(tx desk.Tx) error {
		held, err := tx.Drawn(t.Context(), keyOf(message("a", 3)))
		if err != nil {
			return err
		}
		same(t, "judged by", held.Judgement.Agent, "lea")
		same(t, "said", held.Judgement.Labels["urgency"], "low")
		same(t, "now in", held.Now, "a.support")
		if err := tx.PutAnswers(t.Context(), held.Message, community.Answers{}); err != nil {
			return err
		}
		again, err := tx.Drawn(t.Context(), held.Message)
		if err != nil {
			return err
		}
		same(t, "what was said stays once it is judged", again.Answers.Model, held.Answers.Model)
		none, err := tx.Drawn(t.Context(), "nobody")
		same(t, "nobody", none == nil, true)
		return err
	})
	isKind(t, b.Store.Write(t.Context(), func(tx desk.Tx) error {
		return tx.PutJudgement(t.Context(), community.Judgement{Message: "nobody", Skipped: true})
	}), community.NotFound)
	q := must[community.Quality](t)(b.Reader.Quality(t.Context(), agentOf("a", community.RoleBrand), "a", Clock(), Clock().Add(time.Hour)))
	same(t, "seen", q.Seen, n)
	same(t, "judged", q.Judged, n-2)
	same(t, "skipped", q.Skipped, 1)
	same(t, "enough", q.Enough, true)
	same(t, "right as shown", q.Shown[0].Confusion[1][1], 10)
	same(t, "right by the model", q.Model[0].Confusion[0][0], n-2-10)
	judged := must[[]community.Judged](t)(b.Lessons.Judged(t.Context()))
	same(t, "judged rows, the skipped one too", len(judged), n-1)
	same(t, "with their words", judged[0].Said.Text != "", true)
	_, err := b.Reader.Quality(t.Context(), agentOf("a", community.RoleReader), "a", Clock(), Clock().Add(time.Hour))
	isKind(t, err, community.Forbidden)
}

func testShadow(t *testing.T, fresh func(testing.TB) Bench) {
	b := fresh(t)
	b.brands(t, "a")
	from, to := Clock(), Clock().Add(48*time.Hour)
	report := func(v community.Viewer) community.ShadowReport {
		return must[community.ShadowReport](t)(b.Reader.Shadow(t.Context(), v, "a", from, to))
	}
	same(t, "nothing is on trial", report(system()).Compared, 0)
	for i := range 30 {
		m := message("a", i)
		m.Private = i%3 == 0
		c := conversation(fmt.Sprint("c", i), m)
		b.write(t, func(tx desk.Tx) error {
			e := entry(m, c.ID)
			e.Verdict.Shadow = community.Shadowed(&e.Verdict)
			e.Verdict.Shadow.Model = "trial"
			if i < 12 {
				e.Verdict.Shadow.Category = community.Head{Label: "brand", P: 0.5, Abstain: true}
				e.Verdict.Shadow.Sentiment.Label = "positive"
			}
			if i == 0 { // a rule decided: the models are compared, not the rule
				e.Verdict.DecideCategory(community.CategoryNoise)
			}
			if err := tx.PutAuthor(t.Context(), &m); err != nil {
				return err
			}
			if err := tx.PutEntry(t.Context(), nil, &e); err != nil {
				return err
			}
			return tx.PutConversation(t.Context(), nil, &c)
		})
	}
	r := report(system())
	same(t, "on trial", r.Shadow, "trial")
	same(t, "compared", r.Compared, 30)
	same(t, "differ", r.Differ, 12)
	same(t, "by head", r.Heads[0].Differ, 12)
	same(t, "by pair", r.Heads[0].Pairs[0], community.LabelDiff{Running: "support", Shadow: "brand", N: 12})
	same(t, "urgency", r.Heads[1].Differ, 0)
	same(t, "samples", len(r.Samples), 12)
	same(t, "abstains", r.Samples[0].Shadow.Category.Abstain, true)
	same(t, "its conversation", r.Samples[0].Entry.Conversation != "", true)
	same(t, "without private ones", len(report(agentOf("a", community.RoleBrand)).Samples), 8)
	_, err := b.Reader.Shadow(t.Context(), agentOf("a", community.RoleReader), "a", from, to)
	isKind(t, err, community.Forbidden)

	// Written again, the verdict of the model on trial stays; with other words and
	// nobody on trial, it goes.
	key := keyOf(message("a", 1))
	b.write(t, func(tx desk.Tx) error {
		held, err := tx.Entry(t.Context(), key)
		if err != nil {
			return err
		}
		same(t, "not in the hot row", held.Verdict.Shadow == nil, true)
		after := *held
		after.Version++
		return tx.PutEntry(t.Context(), held, &after)
	})
	same(t, "still", report(system()).Compared, 30)
	b.write(t, func(tx desk.Tx) error {
		held, err := tx.Entry(t.Context(), key)
		if err != nil {
			return err
		}
		after := *held
		after.Version++
		after.Revision.Hash = "other words"
		return tx.PutEntry(t.Context(), held, &after)
	})
	same(t, "no longer", report(system()).Compared, 29)
}

package community

import (
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

var noon = time.Date(2026, 11, 3, 12, 0, 0, 0, time.UTC)

func asked(key string, minutes int, change ...func(*Fact)) Fact {
	at := noon.Add(time.Duration(minutes) * time.Minute)
	f := Fact{
		Key: key, At: at, Clock: at, Received: at, Asks: true, Network: "x", Account: "k1",
		Category: CategoryCommunity, Urgency: Normal, Sentiment: Neutral, Reason: "none", Lang: "fr", Preview: key,
	}
	for _, c := range change {
		c(&f)
	}
	return f
}

func answered(key string, minutes int) Fact {
	at := noon.Add(time.Duration(minutes) * time.Minute)
	return Fact{Key: key, At: at, Clock: at, Received: at, Out: true, Answers: true}
}

func TestRecount(t *testing.T) {
	as := func(c Category) func(*Fact) { return func(f *Fact) { f.Category = c } }
	urgent := func(u Urgency) func(*Fact) { return func(f *Fact) { f.Urgency = u } }
	gone := func(f *Fact) { f.Gone = true }
	quiet := func(f *Fact) { f.Asks = false }
	for _, tt := range []struct {
		name     string
		given    Conversation
		facts    []Fact
		status   Status
		category Category
		urgency  Urgency
		waits    int
	}{
		{"one question", Conversation{}, []Fact{asked("a", 0, urgent(High))}, Open, CategoryCommunity, High, 1},
		{"history", Conversation{}, []Fact{asked("a", 0, quiet)}, Filed, CategoryCommunity, Normal, 0},
		{"answered", Conversation{}, []Fact{asked("a", 0, urgent(Critical)), answered("b", 5)}, Waiting, CategoryCommunity, Critical, 0},
		{"asked again", Conversation{}, []Fact{asked("a", 0, urgent(Critical)), answered("b", 5), asked("c", 9)}, Open, CategoryCommunity, Normal, 1},
		{"support comes later", Conversation{}, []Fact{asked("a", 0), asked("b", 1, as(CategorySupport))}, Open, CategorySupport, Normal, 2},
		{"the highest of what waits", Conversation{}, []Fact{asked("a", 0, urgent(High)), asked("b", 1, urgent(Low))}, Open, CategoryCommunity, High, 2},
		{"deleted by its author", Conversation{}, []Fact{asked("a", 0, gone)}, Filed, CategoryCommunity, Normal, 0},
		{"closed", Conversation{ClosedAt: noon.Add(time.Hour)}, []Fact{asked("a", 0)}, Closed, CategoryCommunity, Normal, 0},
		{"comes back after closing", Conversation{ClosedAt: noon.Add(time.Minute)}, []Fact{asked("a", 0), asked("b", 5)}, Open, CategoryCommunity, Normal, 1},
		{"came back and was answered", Conversation{ClosedAt: noon.Add(time.Minute)}, []Fact{asked("a", 0), asked("b", 5), answered("c", 9)}, Waiting, CategoryCommunity, Normal, 0},
		{"a human's category stands", Conversation{CategoryBy: "lea", Category: CategoryBrand}, []Fact{asked("a", 0, as(CategorySupport))}, Open, CategoryBrand, Normal, 1},
		{"a human's urgency stands", Conversation{UrgencyBy: "lea", HumanUrgent: Low, UrgencyAt: noon.Add(time.Minute)}, []Fact{asked("a", 0, urgent(Critical))}, Open, CategoryCommunity, Low, 1},
		{"and later messages raise it", Conversation{UrgencyBy: "lea", HumanUrgent: Low, UrgencyAt: noon.Add(time.Minute)}, []Fact{asked("a", 0), asked("b", 5, urgent(High))}, Open, CategoryCommunity, High, 2},
		{"history opened by hand", Conversation{OpenedBy: "lea", OpenedAt: noon.Add(time.Hour)}, []Fact{asked("a", 0, quiet)}, Open, CategoryCommunity, Normal, 1},
		{"opened by hand and answered", Conversation{OpenedBy: "lea", OpenedAt: noon.Add(time.Hour)}, []Fact{asked("a", 0, quiet), answered("b", 70)}, Waiting, CategoryCommunity, Normal, 0},
		{"answered in the app before it was read", Conversation{}, []Fact{asked("a", 5), answered("b", 7)}, Waiting, CategoryCommunity, Normal, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := tt.given
			c.Recount(tt.facts)
			if c.Status != tt.status || c.Category != tt.category || c.Urgency != tt.urgency || c.Unanswered != tt.waits {
				t.Errorf("got %s %s %s, %d waiting; want %s %s %s, %d", c.Status, c.Category, c.Urgency, c.Unanswered, tt.status, tt.category, tt.urgency, tt.waits)
			}
		})
	}
}

func TestRecountIsTheSameInAnyOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 8).Draw(t, "n")
		facts := make([]Fact, n)
		for i := range facts {
			facts[i] = asked(string(rune('a'+i)), rapid.IntRange(0, 600).Draw(t, "minute"))
			f := &facts[i]
			f.Out = rapid.IntRange(0, 3).Draw(t, "out") == 0
			f.Answers = f.Out && rapid.Bool().Draw(t, "answers")
			f.Asks = !f.Out && rapid.Bool().Draw(t, "asks")
			f.Gone = rapid.IntRange(0, 4).Draw(t, "gone") == 0
			f.Category = rapid.SampledFrom(Categories()).Draw(t, "category")
			f.Urgency = rapid.SampledFrom(Urgencies()).Draw(t, "urgency")
			f.Channel = rapid.SampledFrom([]string{"", "", "x", "y"}).Draw(t, "channel")
			f.Tags = rapid.SampledFrom([][]string{nil, {"legal"}, {"fraud", "legal"}}).Draw(t, "tags")
		}
		given := Conversation{}
		if rapid.Bool().Draw(t, "closed") {
			given.ClosedAt = noon.Add(time.Duration(rapid.IntRange(0, 600).Draw(t, "closed at")) * time.Minute)
		}
		hours, err := Compile(AlwaysOpen())
		if err != nil {
			t.Fatal(err)
		}
		state := func() (Conversation, []Deadline) {
			c := given
			c.Recount(facts)
			ds := c.Deadlines(facts, DefaultPolicy(), hours)
			c.Watched(ds)
			return c, ds
		}
		want, deadlines := state()
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		for range 10 {
			rng.Shuffle(n, func(i, j int) { facts[i], facts[j] = facts[j], facts[i] })
			got, ds := state()
			if !reflect.DeepEqual(got, want) || !slices.Equal(ds, deadlines) {
				t.Fatalf("order matters:\n%+v\n%+v", want, got)
			}
		}
		if (want.Status == Open) != (want.Unanswered > 0) {
			t.Fatalf("%s with %d waiting", want.Status, want.Unanswered)
		}
		if !want.Due.IsZero() && want.Status != Open {
			t.Fatalf("%s and due", want.Status)
		}
	})
}

func TestJoins(t *testing.T) {
	message := func(author, thread string, minutes int, private bool) *Message {
		return &Message{
			Brand: "b", Network: "x", Account: "k", Thread: thread, Author: Author{ID: author}, Private: private,
			CreatedAt: noon.Add(time.Duration(minutes) * time.Minute), ReceivedAt: noon.Add(240 * time.Hour),
		}
	}
	for _, tt := range []struct {
		name string
		a, b *Message
		want bool
	}{
		{"the same thread, days apart", message("1", "t", 0, false), message("1", "t", 9000, false), true},
		{"two threads within a day", message("1", "t", 0, false), message("1", "u", 1440, false), true},
		{"two threads a day and a minute apart", message("1", "t", 0, false), message("1", "u", 1441, false), false},
		{"private and public", message("1", "t", 0, true), message("1", "u", 1, false), false},
		{"one private thread", message("1", "t", 0, true), message("1", "t", 1, true), true},
		{"two authors in one thread", message("1", "t", 0, false), message("2", "t", 1, false), false},
		{"unknown authors", message("", "t", 0, false), message("", "t", 1, false), false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := Joins(tt.a, tt.b); got != tt.want || Joins(tt.b, tt.a) != got {
				t.Errorf("got %v, want %v, both ways", got, tt.want)
			}
		})
	}
}

func TestRoute(t *testing.T) {
	channels := DefaultChannels(Brand{ID: "b", Lang: "fr", Calendar: AlwaysOpen()})
	for _, tt := range []struct {
		category Category
		abstain  bool
		want     string
	}{
		{CategorySupport, false, "b.support"},
		{CategoryBrand, false, "b.brand"},
		{CategoryCommunity, false, "b.community"},
		{CategoryNoise, false, "b.triage"},
		{CategorySupport, true, "b.triage"},
	} {
		if got := Route(channels, tt.category, "x", tt.abstain); got == nil || got.ID != tt.want {
			t.Errorf("%s (abstain %v) goes to %v, want %s", tt.category, tt.abstain, got, tt.want)
		}
	}
	if Route(nil, CategorySupport, "x", false) != nil {
		t.Error("a channel out of nowhere")
	}
	if got := Route(channels[:1], CategoryNoise, "x", true); got == nil || got.ID != "b.support" {
		t.Error("without triage, somebody must still have it")
	}
}

func TestTurns(t *testing.T) {
	handoff := answered("h", 2)
	handoff.Answers = false
	facts := []Fact{asked("a", 0), asked("b", 1, func(f *Fact) { f.Urgency = High }), handoff, answered("c", 10), asked("d", 20)}
	SortFacts(facts)
	turns := Turns(facts, time.Time{})
	if len(turns) != 2 {
		t.Fatalf("%d turns", len(turns))
	}
	first := turns[0]
	if !first.Start.Equal(noon) || first.Urgency != High || !first.Echoed.Equal(noon.Add(2*time.Minute)) || !first.Answered.Equal(noon.Add(10*time.Minute)) {
		t.Errorf("first turn %+v", first)
	}
	if !turns[1].Answered.IsZero() || turns[1].Key != "d" {
		t.Errorf("second turn %+v", turns[1])
	}
}

func TestSettledKeepsTheRecord(t *testing.T) {
	hours, err := Compile(AlwaysOpen())
	if err != nil {
		t.Fatal(err)
	}
	promise, _ := DefaultPolicy().Promise(TargetFirstReply, High, CategorySupport)
	d := promise.Deadline(noon, hours)
	met := d.MeetAt(noon.Add(time.Minute))
	longer := promise
	longer.Within *= 2
	rewritten := longer.Deadline(noon, hours).MeetAt(noon.Add(time.Minute))
	if got := Settled([]Deadline{met}, []Deadline{rewritten}, noon.Add(time.Hour)); got[0] != met {
		t.Error("a new promise rewrote yesterday")
	}
	breached := d.BreachAt(noon.Add(2 * time.Hour))
	if got := Settled([]Deadline{breached}, []Deadline{d}, noon.Add(2*time.Hour)); got[0].State != DeadlineBreached {
		t.Error("a breach was forgotten")
	}
	later := d
	later.Due = noon.Add(5 * time.Hour)
	if got := Settled([]Deadline{breached}, []Deadline{later}, noon.Add(2*time.Hour)); got[0].State != DeadlineRunning {
		t.Error("a breach outlived its due time")
	}
}

package simulated

import (
	"math/rand/v2"
	"strconv"
	"time"

	"github.com/vigie-hq/vigie/community"
)

const (
	backlogSpan   = 48 * time.Hour   // how far back the talk before the start goes
	backlogAngry  = 4                // lines of the angry thread said before the start
	firstAngry    = 90 * time.Second // after the start, when it begins to spread
	answeredShare = 0.8              // of the older messages that our people answered before the start
	answeredBy    = 20 * time.Minute // before the start: what is younger is left to whoever sits down
)

// script is what is said next, and how much of it has been said.
type script struct {
	r         *rand.Rand
	deck      []line // openings not yet said
	angry     []line
	strangers []person
	said      map[string]bool
}

func newScript(s settings, t *talk) script {
	r := rand.New(rand.NewPCG(s.Seed, 1))
	deck := append([]line(nil), t.openings...)
	r.Shuffle(len(deck), func(i, j int) { deck[i], deck[j] = deck[j], deck[i] })
	return script{r: r, deck: deck, angry: t.angry, said: map[string]bool{}}
}

// planBacklog spreads the first openings over the two days before the start:
// half of them within its last six hours.
func (w *world) planBacklog() {
	s := &w.script
	for range min(w.settings.Backlog, keep) {
		u := s.r.Float64()
		age := time.Duration(u * u * u * float64(backlogSpan))
		at := w.settings.Start.Add(-age).Truncate(time.Microsecond)
		w.plan(at, w.speak)
	}
	for i := range min(backlogAngry, w.settings.Backlog) {
		w.plan(w.settings.Start.Add(-time.Duration(100-22*i)*time.Minute), w.rage)
	}
}

// planTalk sets the talk going after a time; nothing at all at rate zero.
func (w *world) planTalk(from time.Time, angryAfter time.Duration) {
	if w.settings.Rate <= 0 {
		return
	}
	epoch := w.epoch
	var talk, rage func(time.Time)
	talk = func(at time.Time) {
		if epoch != w.epoch {
			return
		}
		w.speak(at)
		w.plan(at.Add(w.pause(at)), talk)
	}
	rage = func(at time.Time) {
		if epoch != w.epoch || len(w.script.angry) == 0 {
			return
		}
		w.rage(at)
		w.plan(at.Add(time.Duration(4+w.script.r.IntN(16))*time.Second), rage)
	}
	w.plan(from.Add(w.pause(from)), talk)
	w.plan(from.Add(angryAfter), rage)
}

// pause is the time to the next message: exponential around the rate, which,
// of seven spells of 75 s, is three times as high in one and a quarter in two.
func (w *world) pause(at time.Time) time.Duration {
	spell := w.dice("spell", strconv.FormatInt(at.Unix()/75, 10)).IntN(7)
	rate := w.settings.Rate
	switch spell {
	case 0:
		rate *= 3
	case 1, 2:
		rate /= 4
	default:
		rate *= 0.875 // so that the mean over all spells is the rate
	}
	d := time.Duration(w.script.r.ExpFloat64() * float64(time.Minute) / rate)
	return min(max(d, 150*time.Millisecond), 10*time.Minute).Truncate(time.Microsecond)
}

// speak lets somebody say the next opening, or a filled sentence when all
// openings have been said.
func (w *world) speak(at time.Time) {
	s := &w.script
	if len(s.deck) > 0 {
		l := s.deck[0]
		s.deck = s.deck[1:]
		w.say(at, l, w.speaker(l), nil)
		return
	}
	l, waits := s.again(w.talk)
	who := s.stranger(w.talk, l.Lang)
	p := w.say(at, l, who, nil)
	if waits && s.r.IntN(8) == 0 {
		l.Text, l.Kind, l.Edit, l.Delete = w.chase(l.Lang), answerKind(l.Private), nil, 0
		w.plan(at.Add(minutes(3+s.r.IntN(20))), func(at time.Time) { w.say(at, l, who, p) })
	}
}

// chase is what somebody says who has waited long enough.
func (w *world) chase(lang string) string {
	r := w.script.r
	return w.talk.gaps.fill(r, w.talk.gaps.word(r, "chase", lang), lang)
}

// rage lets somebody say the next line of the angry thread.
func (w *world) rage(at time.Time) {
	if s := &w.script; len(s.angry) > 0 {
		l := s.angry[0]
		s.angry = s.angry[1:]
		w.say(at, l, w.speaker(l), nil)
	}
}

// speaker is the line's own author, else anybody of its language.
func (w *world) speaker(l line) person {
	for _, p := range w.talk.people {
		if p.Handle == l.Author {
			return p
		}
	}
	return w.talk.somebody(w.script.r, l.Lang)
}

// say puts a line on the network and plans what follows from it: its author's
// edit, deletion and next words and, before the start, our answer. parent is
// the post the author goes on from, or nil.
func (w *world) say(at time.Time, l line, who person, parent *Post) *Post {
	s := &w.script
	p := &Post{
		Kind: l.Kind, Author: who.author(), Text: l.Text, Lang: l.Lang, Private: l.Private,
		CreatedAt: at, theme: l.Theme,
	}
	var first page
	for i, name := range l.To {
		if to, ok := pageByName(name); ok {
			p.To = append(p.To, to.id)
			if i == 0 {
				first = to
			}
		}
	}
	switch {
	case l.Private:
		p.Thread, p.ReplyUntil = directThread(p.Author, first), at.Add(ReplyWindow)
		if parent != nil && parent.Thread == p.Thread {
			p.InReplyTo = parent.ID
		}
	case parent != nil && !parent.Private:
		p.Thread, p.InReplyTo = parent.Thread, parent.ID
	case l.On != "":
		p.Thread = w.ourPost(at, l.On)
		p.InReplyTo = p.Thread
	}
	if at.After(w.settings.Start) && s.r.Float64() < w.settings.Trouble.Late {
		p.CreatedAt = at.Add(-time.Duration(60+s.r.IntN(300)) * time.Second)
	}
	w.publish(at, p)

	for _, next := range w.talk.next[l.ID] {
		w.plan(at.Add(minutes(next.After)), func(at time.Time) { w.say(at, next, who, p) })
	}
	if l.Edit != nil {
		w.plan(at.Add(minutes(l.Edit.After)), func(at time.Time) { w.edit(at, p, l.Edit.Text) })
	}
	if l.Delete > 0 {
		w.plan(at.Add(minutes(l.Delete)), func(at time.Time) { w.remove(at, p) })
	}
	if at.Before(w.settings.Start) {
		w.planOurAnswer(at, p, first)
	}
	return p
}

// ourPost is the id of one of our own posts; it is put up when somebody first
// comments it.
func (w *world) ourPost(at time.Time, id string) string {
	if _, ok := w.posts[id]; !ok {
		l := w.talk.ours[id]
		from, _ := pageByName(l.To[0])
		w.publish(at, &Post{
			ID: id, Kind: community.KindPost, Author: from.author(), Text: l.Text, Lang: l.Lang,
			CreatedAt: at.Add(-40 * time.Minute), To: []string{from.id}, theme: l.Theme,
		})
	}
	return id
}

// planOurAnswer lets our people, in the days before the start, answer most of
// what has an answer.
func (w *world) planOurAnswer(at time.Time, p *Post, to page) {
	r := w.script.r
	fitting := pick(w.talk.replies, func(l line) bool { return l.Theme == p.theme && l.Lang == p.Lang })
	if len(fitting) == 0 || r.Float64() >= answeredShare {
		return
	}
	l := fitting[r.IntN(len(fitting))]
	at = at.Add(minutes(10 + r.IntN(170)))
	if at.After(w.settings.Start.Add(-answeredBy)) {
		return
	}
	from := to
	if to.role == community.RoleCorporate && !p.Private {
		from, _ = pageByName("support")
	}
	w.plan(at, func(at time.Time) {
		if p.Deleted {
			return
		}
		w.publish(at, &Post{
			Thread: p.Thread, InReplyTo: p.ID, Kind: answerKind(p.Private), Author: from.author(),
			Text: l.Text, Lang: l.Lang, Private: p.Private, To: together(p.To, from.id),
		})
	})
}

func answerKind(private bool) community.Kind {
	if private {
		return community.KindDirect
	}
	return community.KindReply
}

// together adds a page to those a post reaches.
func together(to []string, id string) []string {
	out := append([]string(nil), to...)
	for _, have := range to {
		if have == id {
			return out
		}
	}
	return append(out, id)
}

func minutes(n int) time.Duration { return time.Duration(n) * time.Minute }

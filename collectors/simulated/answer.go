package simulated

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/rivo/uniseg"
	"github.com/vigie-hq/vigie/community"
)

// answer is a reply as a page hands it in. Reply is the sender's own id of it:
// the network counts by it and decides nothing by it.
type answer struct {
	Target  string `json:"target"`
	Text    string `json:"text"`
	Private bool   `json:"private"`
	Reply   string `json:"-"`
}

// Tally is how often one reply was handed in, and the posts that came of it.
// More than one post means that it was sent twice.
type Tally struct {
	Reply    string   `json:"reply"` // the sender's id of it
	Page     string   `json:"page"`  // native id of the page that sent it
	Target   string   `json:"target"`
	Text     string   `json:"text"`
	Attempts int      `json:"attempts"`
	Posts    []string `json:"posts"`
}

// fate is what becomes of an attempt to reply.
type fate struct {
	status int           // of the HTTP answer
	reason string        // when it is none of 2xx
	post   *Post         // what stands on the network now, told or not
	stall  time.Duration // before the answer leaves
}

// take handles one attempt. It is called after look.
func (w *world) take(now time.Time, from page, in answer) (fate, error) {
	w.tally(in.Reply, from.id, in.Target, in.Text).Attempts++
	w.attempts++
	dice := w.dice("attempt", strconv.FormatUint(w.attempts, 10))
	chance := func(share float64) bool { return dice.Float64() < share }
	trouble := w.settings.Trouble

	if chance(trouble.Limit) {
		return fate{status: http.StatusTooManyRequests, reason: "too many replies"}, nil
	}
	target := w.posts[in.Target]
	if refusal, refused := w.refusal(now, target, in); refused {
		return refusal, nil
	}
	if chance(trouble.Lost) {
		return fate{status: http.StatusGatewayTimeout, reason: "lost", stall: trouble.Stall}, nil
	}
	ghost, early := chance(trouble.Ghost), chance(trouble.EchoFirst)
	echo := trouble.IndexDelay
	if early {
		echo = 0
	}
	p := &Post{
		ID: strconv.FormatInt(w.nextNumber(now), 10), Thread: target.Thread, InReplyTo: target.ID,
		Author: from.author(), Text: in.Text, Lang: target.Lang, CreatedAt: now,
		Private: in.Private || target.Private, To: together(target.To, from.id),
	}
	p.Kind = answerKind(p.Private)
	e := entry{At: now, Act: actReply, Page: from.id, Post: p, Reply: in.Reply, Echo: echo, Number: w.number}
	if err := w.journal.write(e); err != nil {
		return fate{}, err
	}
	w.accept(e)
	switch {
	case ghost:
		return fate{status: http.StatusGatewayTimeout, reason: "taken, but nobody is told", post: p, stall: trouble.Stall}, nil
	case early:
		return fate{status: http.StatusCreated, post: p, stall: 800 * time.Millisecond}, nil
	}
	return fate{status: http.StatusCreated, post: p}, nil
}

// tally is the count of one reply; a restart forgets attempts that came to
// nothing, never a post.
func (w *world) tally(reply, page, target, text string) *Tally {
	t := w.tallies[reply]
	if t == nil {
		t = &Tally{Reply: reply, Page: page, Target: target, Text: text}
		w.tallies[reply] = t
	}
	return t
}

// refusal tells why a reply can never be posted.
func (w *world) refusal(now time.Time, target *Post, in answer) (fate, bool) {
	switch {
	case target == nil:
		return fate{status: http.StatusNotFound, reason: "no such message"}, true
	case target.Deleted:
		return fate{status: http.StatusGone, reason: "the message was deleted"}, true
	case strings.TrimSpace(in.Text) == "":
		return fate{status: http.StatusUnprocessableEntity, reason: "no text"}, true
	case uniseg.GraphemeClusterCount(in.Text) > Limit:
		return fate{status: http.StatusUnprocessableEntity, reason: "longer than 500 characters"}, true
	case !target.ReplyUntil.IsZero() && now.After(target.ReplyUntil):
		return fate{status: http.StatusForbidden, reason: "private messages are answered within seven days"}, true
	case w.dice("refuse", target.ID).Float64() < w.settings.Trouble.Refuse:
		return fate{status: http.StatusForbidden, reason: "the author lets nobody reply"}, true
	}
	return fate{}, false
}

// accept puts our reply on the network: readers of the thread and the stream
// see it after e.Echo. Its reader may answer.
func (w *world) accept(e entry) {
	p := *e.Post
	tally := w.tally(e.Reply, e.Page, p.InReplyTo, p.Text)
	tally.Posts = append(tally.Posts, p.ID)
	if e.Echo > 0 {
		w.plan(e.At.Add(e.Echo), func(at time.Time) { w.publish(at, &p) })
	} else {
		w.publish(e.At, &p)
	}
	w.planTheirAnswer(e, &p)
	w.stir()
}

// planTheirAnswer lets the person we answered come back after 8 to 60 s: with
// thanks, because nothing has changed, with a new detail, or, when we named the
// support account, to that account in private.
func (w *world) planTheirAnswer(e entry, ours *Post) {
	target := w.posts[ours.InReplyTo]
	if target == nil {
		return
	}
	if _, own := pageByID(target.Author.ID); own {
		return
	}
	dice := w.dice("answer", ours.ID)
	support, _ := pageByName("support")
	mood, share := []string{"thanks", "thanks", "still", "detail"}[dice.IntN(4)], w.settings.Answers
	handoff := strings.Contains(strings.ToLower(ours.Text), "@"+support.handle) && e.Page != support.id
	if handoff { // most people go where they are sent
		mood, share = "handoff", 1-(1-share)*(1-share)
	}
	if dice.Float64() >= share {
		return
	}
	fitting := pick(w.talk.answers, func(l line) bool { return l.Mood == mood && l.Lang == target.Lang })
	if len(fitting) == 0 {
		return
	}
	l := fitting[dice.IntN(len(fitting))]
	p := &Post{
		Thread: ours.Thread, InReplyTo: ours.ID, Kind: answerKind(ours.Private), Author: target.Author,
		Text: w.talk.gaps.fill(dice, l.Text, l.Lang), Lang: l.Lang, Private: ours.Private, To: ours.To, theme: target.theme,
	}
	if handoff {
		p.Thread, p.InReplyTo, p.Kind, p.Private = directThread(p.Author, support), "", community.KindDirect, true
		p.To = []string{support.id}
	}
	delay := e.Echo + time.Duration(8+dice.IntN(53))*time.Second
	w.plan(e.At.Add(delay), func(at time.Time) {
		if p.Private {
			p.ReplyUntil = at.Add(ReplyWindow)
		}
		w.publish(at, p)
	})
}

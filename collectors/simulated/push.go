package simulated

import (
	"cmp"
	"slices"
	"strconv"
	"time"
)

// The longest a notice is on its way to a stream, doubled ones included.
const longestWay = 75 * time.Second

// delivery is one arrival of a notice at a stream.
type delivery struct {
	at     time.Time
	notice *notice
}

// ways is when a stream brings a notice to a page: once at once, if nothing
// goes wrong; else late, twice, or never.
func (w *world) ways(n *notice, page string) []time.Time {
	t := w.settings.Trouble
	if t.Drop == 0 && t.Double == 0 && t.Delay == 0 {
		return []time.Time{n.at}
	}
	dice := w.dice("push", page, strconv.FormatInt(n.pos, 10))
	if dice.Float64() < t.Drop {
		return nil
	}
	at := n.at.Add(time.Duration(20+dice.IntN(180)) * time.Millisecond)
	if dice.Float64() < t.Delay {
		at = at.Add(time.Duration(5+dice.IntN(36)) * time.Second)
	}
	if dice.Float64() < t.Double {
		return []time.Time{at, at.Add(time.Duration(1+dice.IntN(20)) * time.Second)}
	}
	return []time.Time{at}
}

// arrivals is what a stream brings to a page after one look and not after
// another, in order of arrival; next is when more will come of what is already
// known, or zero.
func (w *world) arrivals(page string, after, until time.Time) (out []delivery, next time.Time) {
	feed := w.feeds[page]
	for i := len(feed) - 1; i >= 0; i-- {
		n := &feed[i]
		if n.at.Before(after.Add(-longestWay)) {
			break
		}
		for _, at := range w.ways(n, page) {
			switch {
			case !at.After(after):
			case !at.After(until):
				out = append(out, delivery{at, n})
			case next.IsZero() || at.Before(next):
				next = at
			}
		}
	}
	slices.SortStableFunc(out, func(a, b delivery) int { return a.at.Compare(b.at) })
	return out, next
}

// pending is when something may next arrive: from what is known, or from what
// is planned.
func (w *world) pending(next time.Time) time.Time {
	if len(w.due) > 0 && (next.IsZero() || w.due[0].at.Before(next)) {
		return w.due[0].at
	}
	return next
}

// sheet is the page of a feed that lies before a position.
func (w *world) sheet(page string, before int64) sheet {
	feed := w.feeds[page]
	end, _ := slices.BinarySearchFunc(feed, before, func(n notice, pos int64) int { return cmp.Compare(n.pos, pos) })
	out := sheet{Items: []item{}}
	first := max(0, end-pageSize)
	for i := end - 1; i >= first; i-- {
		n := &feed[i]
		switch {
		case n.deletes:
			out.Items = append(out.Items, item{n.pos, n.then})
		case n.post.Deleted: // what is gone is not shown any more
		default:
			out.Items = append(out.Items, item{n.pos, *n.post})
		}
	}
	if first > 0 {
		out.Next = feed[first].pos
	}
	return out
}

package inbox

import (
	"fmt"
	"html/template"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/vigie-hq/vigie/community"
)

// moodDay is how many messages of a day had each mood.
type moodDay struct {
	Date          time.Time
	Neg, Neu, Pos int
}

func (d *moodDay) add(m community.Mood) {
	switch m.Sentiment {
	case community.Negative:
		d.Neg += m.N
	case community.Positive:
		d.Pos += m.N
	default:
		d.Neu += m.N
	}
}

func (d *moodDay) sum() int { return d.Neg + d.Neu + d.Pos }

// at is the day of a key, made when it is met first.
func at[K comparable](m map[K]*moodDay, key K) *moodDay {
	d := m[key]
	if d == nil {
		d = &moodDay{}
		m[key] = d
	}
	return d
}

func share(n, of int) float64 {
	if of == 0 {
		return 0
	}
	return float64(n) / float64(of)
}

// What a day needs to be a finding: a usual to stand out from (a week of days
// since the first message), at least three times its negative messages, and
// enough of them that chance does not make it (three standard deviations of a
// Poisson count around the usual).
const (
	spikeTimes = 3
	spikeLeast = 10
	spikeDays  = 7
)

// finding says in one sentence what the days show, and under it what it rests
// on: a day that stands out; else a share that moved beyond its margin against
// the period before; else how things stand.
func finding(lang string, days []moodDay, now, before moodDay) (title, under string) {
	total := now.sum()
	if total == 0 {
		return T(lang, "finding.none"), T(lang, "finding.none.of", len(days))
	}
	under = T(lang, "finding.of", total, len(days))
	if d, usual := spike(days); d != nil {
		return T(lang, "finding.spike", int(math.Round(float64(d.Neg)/usual)), spoken().longDate(lang, d.Date)),
			T(lang, "finding.spike.of", d.Neg, int(math.Round(usual)), total)
	}
	neg, was := share(now.Neg, total), share(before.Neg, before.sum())
	if before.sum() > 0 {
		moved := neg - was
		if math.Abs(moved) > margin(now.Neg, total)+margin(before.Neg, before.sum()) && math.Abs(moved) >= 0.02 {
			key := "finding.up"
			if moved < 0 {
				key = "finding.down"
			}
			return T(lang, key, percent(lang, was), percent(lang, neg)), under
		}
	}
	switch {
	case now.Pos > now.Neg && now.Pos > now.Neu:
		return T(lang, "finding.positive", percent(lang, share(now.Pos, total))), under
	case now.Neg > now.Pos && now.Neg > now.Neu:
		return T(lang, "finding.negative", percent(lang, neg)), under
	case before.sum() == 0:
		return T(lang, "finding.new", percent(lang, neg), total), T(lang, "finding.new.of", len(days))
	}
	return T(lang, "finding.steady", percent(lang, neg)), under
}

// spike is the day whose negative messages stand out most from the median day.
func spike(days []moodDay) (day *moodDay, usual float64) {
	for len(days) > 0 && days[0].sum() == 0 {
		days = days[1:]
	}
	if len(days) < spikeDays {
		return nil, 0
	}
	counts := make([]int, len(days))
	for i := range days {
		counts[i] = days[i].Neg
	}
	slices.Sort(counts)
	usual = float64(counts[(len(counts)-1)/2]+counts[len(counts)/2]) / 2
	if usual < 1 {
		return nil, usual // nothing times nothing is no finding
	}
	least := max(spikeLeast, spikeTimes*usual, usual+3*math.Sqrt(usual))
	for i := range days {
		if n := days[i].Neg; float64(n) >= least && (day == nil || n > day.Neg) {
			day = &days[i]
		}
	}
	return day, usual
}

// margin is half the 95 % interval of a share counted on n messages (normal
// approximation), as a share.
func margin(k, n int) float64 {
	if n == 0 {
		return 1
	}
	p := share(k, n)
	return 1.96 * math.Sqrt(p*(1-p)/float64(n))
}

// moodFigures are the three numbers above the chart, each with what it is of
// and how far it can be trusted.
func moodFigures(lang string, now, before moodDay, days int) []figure {
	total := now.sum()
	out := []figure{{T(lang, "figure.messages"), number(lang, total), T(lang, "figure.before", before.sum(), days)}}
	if total == 0 {
		return out
	}
	for _, m := range []struct {
		key string
		n   int
	}{{"negative", now.Neg}, {"positive", now.Pos}, {"neutral", now.Neu}} {
		out = append(out, figure{
			T(lang, "figure."+m.key), percent(lang, share(m.n, total)),
			T(lang, "figure.of", m.n, total, int(math.Ceil(100*margin(m.n, total)))),
		})
	}
	return out
}

// chart is a drawing of one width with the sentence that stands for it.
type chart struct {
	Class string
	SVG   template.HTML
}

// drawMood draws the days: positive above the line, negative below, each bar a
// link to its messages. Everything in it is a number or a sentence of ours.
func drawMood(lang string, days []moodDay, width int, link func(time.Time, community.Sentiment) string) chart {
	const height, top, foot, left = 240, 16, 24, 40
	largestPos, largestNeg := 1, 1
	for i := range days {
		largestPos, largestNeg = max(largestPos, days[i].Pos), max(largestNeg, days[i].Neg)
	}
	unit := float64(height-top-foot-8) / float64(largestPos+largestNeg)
	zero := float64(top) + unit*float64(largestPos)
	slot := float64(width-left-4) / float64(max(1, len(days)))
	bar := math.Max(1.5, math.Min(26, slot*0.64))
	var b strings.Builder
	fmt.Fprintf(&b, `<svg class="chart %s" viewBox="0 0 %d %d" role="group" aria-label="%s">`, chartClass(width), width, height, template.HTMLEscapeString(T(lang, "brand.chart")))
	for _, n := range ticks(largestPos, largestNeg, unit) {
		y := zero - unit*float64(n)
		fmt.Fprintf(&b, `<path class="grid-l" d="M%d %.1fH%d"/><text class="end" x="%d" y="%.1f">%s</text>`, left, y, width, left-8, beside(y, zero)+4, number(lang, max(n, -n)))
	}
	every := max(1, int(math.Ceil(64/slot)))
	for i := range days {
		d := &days[i]
		x := float64(left) + slot*float64(i) + (slot-bar)/2
		said := spoken().longDate(lang, d.Date)
		piece := func(n int, s community.Sentiment, class string, y, h float64) {
			if n == 0 {
				return
			}
			label := template.HTMLEscapeString(T(lang, "brand.bar."+string(s), n, said))
			fmt.Fprintf(&b, `<a href="%s" aria-label="%s"><title>%s</title><rect class="hit" x="%.1f" y="%.1f" width="%.1f" height="%.1f"/><rect class="%s" x="%.1f" y="%.1f" width="%.1f" height="%.1f" rx="1.5"/></a>`,
				template.HTMLEscapeString(link(d.Date, s)), label, label, x-(slot-bar)/2, min(y, zero), slot, max(h, 8), class, x, y, bar, h)
		}
		piece(d.Pos, community.Positive, "c-pos", zero-unit*float64(d.Pos), unit*float64(d.Pos))
		piece(d.Neg, community.Negative, "c-neg", zero, unit*float64(d.Neg))
		if (len(days)-1-i)%every == 0 && x > left-4 {
			fmt.Fprintf(&b, `<text class="mid" x="%.1f" y="%d">%s</text>`, min(x+bar/2, float64(width-22)), height-6, template.HTMLEscapeString(spoken().date(lang, d.Date)))
		}
	}
	fmt.Fprintf(&b, `<path class="zero" d="M%d %.1fH%d"/><text class="end" x="%d" y="%.1f">0</text></svg>`, left, zero, width, left-8, zero+4)
	return chart{chartClass(width), template.HTML(b.String())} //nolint:gosec // numbers, and sentences escaped above
}

// tickGap is the least distance of two figures beside the axis, in pixels.
const tickGap = 14.0

// ticks are the values marked on the axis, below zero the negative ones: two of
// the same step where a half has room for them, else its end. A half with
// anything in it is never without a figure.
func ticks(pos, neg int, unit float64) []int {
	step := nice(max(pos, neg))
	half := func(most int) []int {
		switch {
		case most >= 2*step && unit*float64(step) >= tickGap:
			return []int{step, 2 * step}
		case most >= step && unit*float64(step) >= tickGap:
			return []int{step}
		}
		return []int{most}
	}
	out := half(pos)
	for _, n := range half(neg) {
		out = append(out, -n)
	}
	return out
}

// beside keeps a figure clear of the 0 of the axis: its line stays where it is.
func beside(y, zero float64) float64 {
	if y < zero {
		return min(y, zero-tickGap)
	}
	return max(y, zero+tickGap)
}

// chartClass tells the stylesheet which of the drawings fits.
func chartClass(width int) string {
	switch {
	case width >= 1200:
		return "w-xl"
	case width >= 800:
		return "w-l"
	case width >= 500:
		return "w-m"
	}
	return "w-s"
}

// nice is the largest of 1, 2, 5, 10, 20, 50 ... of which two fit into n.
func nice(n int) int {
	step := 1
	for ten := 1; ; ten *= 10 {
		for _, next := range [...]int{ten, 2 * ten, 5 * ten} {
			if 2*next > n {
				return step
			}
			step = next
		}
	}
}

package classifier

import (
	"cmp"
	"fmt"
	"html/template"
	"math"
	"slices"
	"strings"
)

// drawing is an SVG in the making. Colours are the style sheet's, by class.
type drawing struct{ b strings.Builder }

func newDrawing(width, height float64, class, title string) *drawing {
	d := &drawing{}
	fmt.Fprintf(&d.b, `<svg viewBox="0 0 %g %g" class="%s" role="img" aria-label="%s">`, width, height, class, template.HTMLEscapeString(title))
	return d
}

func (d *drawing) line(class string, x1, y1, x2, y2 float64) {
	fmt.Fprintf(&d.b, `<line class="%s" x1="%.1f" y1="%.1f" x2="%.1f" y2="%.1f"/>`, class, x1, y1, x2, y2)
}

// circle draws a dot; what it says is shown when somebody points at it.
func (d *drawing) circle(class string, x, y, r float64, says string) {
	fmt.Fprintf(&d.b, `<circle class="%s" cx="%.1f" cy="%.1f" r="%.1f"><title>%s</title></circle>`, class, x, y, r, template.HTMLEscapeString(says))
}

func (d *drawing) path(class string, points [][2]float64, end string) {
	fmt.Fprintf(&d.b, `<path class="%s" d="`, class)
	for i, p := range points {
		fmt.Fprintf(&d.b, "%c%.1f %.1f", "ML"[min(i, 1)], p[0], p[1])
	}
	d.b.WriteString(end + `"/>`)
}

// text writes at a place; anchor is start, middle or end.
func (d *drawing) text(class, anchor string, x, y float64, says string) {
	fmt.Fprintf(&d.b, `<text class="%s" text-anchor="%s" x="%.1f" y="%.1f">%s</text>`, class, anchor, x, y, template.HTMLEscapeString(says))
}

func (d *drawing) end() template.HTML { return template.HTML(d.b.String() + "</svg>") }

// forest draws each head's macro-F1 with its interval beside the baselines.
func (r *Report) forest(w *wording, width float64, class string) template.HTML {
	left, right, row := min(110, width*0.26), width-52, 34.0
	height := row*float64(len(r.Heads)) + 26
	d := newDrawing(width, height, class, w.t("heads"))
	at := func(v float64) float64 { return left + v*(right-left) }
	for tick := 0.0; tick < 1.01; tick += 0.25 {
		d.line("grid", at(tick), 4, at(tick), height-22)
		d.text("", "middle", at(tick), height-6, w.two(tick))
	}
	for i, h := range r.Heads {
		y := row*float64(i) + 22
		d.text("say", "start", 0, y+4, w.head(h.Head))
		if f, ok := r.baseline("majority", h.Head); ok {
			d.line("floor", at(f), y-7, at(f), y+7)
		}
		if f, ok := r.baseline("keywords", h.Head); ok {
			d.circle("hollow", at(f), y, 4.5, w.t("heads.keywords")+" "+w.num(f))
		}
		d.line("range", at(h.Interval[0]), y, at(h.Interval[1]), y)
		d.circle("dot", at(h.MacroF1), y, 5.5, w.head(h.Head)+" "+w.num(h.MacroF1)+" ("+w.span(h.Interval)+")")
		d.text("strong", "end", width, y+4, w.num(h.MacroF1))
	}
	return d.end()
}

// The square that a head's two charts are drawn in.
const (
	plotLeft, plotRight = 40, 350
	plotTop, plotFoot   = 10, 250
)

// square draws the grid and names of a chart whose both axes are shares; low is
// where the upright one begins.
func square(w *wording, d *drawing, low float64, x string) (px, py func(float64) float64) {
	px = func(v float64) float64 { return plotLeft + v*(plotRight-plotLeft) }
	py = func(v float64) float64 { return plotFoot - (v-low)/(1-low)*(plotFoot-plotTop) }
	for i := range 5 {
		v := low + (1-low)*float64(i)/4
		d.line("grid", plotLeft, py(v), plotRight, py(v))
		d.text("", "end", plotLeft-8, py(v)+4, w.pct(v))
		d.text("", "middle", px(float64(i)/4), plotFoot+18, w.pct(float64(i)/4))
	}
	d.text("", "middle", (plotLeft+plotRight)/2, plotFoot+36, x)
	return px, py
}

// reliabilityChart draws each bin where its mean probability and its share of
// right answers meet; the area of a dot is its number of messages.
func reliabilityChart(w *wording, all []Bin, head string) template.HTML {
	d := newDrawing(360, plotFoot+42, "", head+": "+w.t("reliability"))
	px, py := square(w, d, 0, w.t("reliability.x"))
	d.line("ideal", px(0), py(0), px(1), py(1))
	most := 1
	for _, b := range all {
		most = max(most, b.Messages)
	}
	for _, b := range all {
		if b.Messages > 0 {
			d.line("gap", px(b.MeanP), py(b.MeanP), px(b.MeanP), py(b.Right))
		}
	}
	for _, b := range all {
		if b.Messages > 0 {
			r := 3 + 11*math.Sqrt(float64(b.Messages)/float64(most))
			says := fmt.Sprintf("%s → %s · n %s", w.pct1(b.MeanP), w.pct1(b.Right), w.count(b.Messages))
			d.circle("halo", px(b.MeanP), py(b.Right), r, says)
			d.circle("dot", px(b.MeanP), py(b.Right), 2, says)
		}
	}
	return d.end()
}

// riskChart draws the share of right answers as more messages are answered, and
// how far 95 % reaches.
func riskChart(w *wording, h *HeadReport) template.HTML {
	d := newDrawing(360, plotFoot+42, "", w.head(h.Head)+": "+w.t("risk"))
	least := 0.9
	for _, p := range h.Risk {
		least = min(least, p.Precision)
	}
	low := math.Floor(least*5) / 5
	px, py := square(w, d, low, w.t("risk.x"))
	var way [][2]float64
	for _, p := range h.Risk {
		way = append(way, [2]float64{px(p.Coverage), py(p.Precision)})
	}
	if len(way) > 1 {
		d.path("under", append([][2]float64{{way[0][0], py(low)}}, append(slices.Clone(way), [2]float64{way[len(way)-1][0], py(low)})...), "Z")
		d.path("way", way, "")
	}
	for _, p := range h.Risk {
		d.circle("dot", px(p.Coverage), py(p.Precision), 3, w.pct(p.Coverage)+" → "+w.pct1(p.Precision))
	}
	d.line("goal", plotLeft, py(0.95), plotRight, py(0.95))
	if h.Coverage95 > 0 {
		d.circle("mark", px(h.Coverage95), py(0.95), 6, w.t("risk.mark", w.pct1(h.Coverage95)))
		// Right of the mark the way runs below the goal, left of it above.
		x, y, anchor := px(h.Coverage95)+10, py(0.95)-9, "start"
		if h.Coverage95 > 0.7 {
			x, y, anchor = px(h.Coverage95)-10, py(0.95)+19, "end"
		}
		d.text("strong", anchor, x, y, w.t("risk.mark", w.pct(h.Coverage95)))
	} else {
		d.text("strong", "start", px(0.04), py(0.95)+18, w.t("risk.never"))
	}
	return d.end()
}

// curve draws each head's macro-F1 over the number of texts learnt from, each
// doubling one step further, with the interval as a band.
func (r *Report) curve(w *wording, heads []string, width float64, class string) template.HTML {
	const height, foot, top = 360.0, 318.0, 12.0
	left, right := 40.0, width-96
	low, high := 1.0, 0.0
	for _, p := range r.Curve {
		for _, h := range heads {
			low, high = min(low, p.Interval[h][0]), max(high, p.Interval[h][1])
		}
	}
	low, high = math.Floor(low*10)/10, math.Ceil(high*10)/10
	d := newDrawing(width, height, class, w.t("curve"))
	least, all := math.Log2(r.Curve[0].Share), -math.Log2(r.Curve[0].Share)
	px := func(p *CurvePoint) float64 {
		if all == 0 {
			return right
		}
		return left + (math.Log2(p.Share)-least)/all*(right-left)
	}
	py := func(v float64) float64 { return foot - (v-low)/(high-low)*(foot-top) }
	for v := low; v < high+0.01; v += 0.1 {
		d.line("grid", left, py(v), right, py(v))
		d.text("", "end", left-8, py(v)+4, w.decimal(v, 1))
	}
	for i := range r.Curve {
		p := &r.Curve[i]
		d.text("", "middle", px(p), foot+18, w.count(p.Messages))
	}
	d.text("", "middle", (left+right)/2, foot+36, w.t("curve.x"))
	tags := make([]tag, 0, len(heads))
	for k, head := range heads {
		fmt.Fprintf(&d.b, `<g class="s%d">`, k%7)
		var upper, lower, way [][2]float64
		for i := range r.Curve {
			p := &r.Curve[i]
			upper = append(upper, [2]float64{px(p), py(p.Interval[head][1])})
			lower = append(lower, [2]float64{px(p), py(p.Interval[head][0])})
			way = append(way, [2]float64{px(p), py(p.MacroF1[head])})
		}
		slices.Reverse(lower)
		d.path("band", append(upper, lower...), "Z")
		d.path("line", way, "")
		for i, p := range way {
			d.circle("spot", p[0], p[1], 3.5, w.head(head)+" "+w.num(r.Curve[i].MacroF1[head])+" ("+w.span(r.Curve[i].Interval[head])+")")
		}
		d.b.WriteString("</g>")
		tags = append(tags, tag{k, way[len(way)-1][1], w.head(head)})
	}
	for _, t := range apart(tags, 15) {
		fmt.Fprintf(&d.b, `<g class="s%d">`, t.series%7)
		d.text("tag", "start", right+10, t.y+4, t.says)
		d.b.WriteString("</g>")
	}
	return d.end()
}

// tag names a line at its end.
type tag struct {
	series int
	y      float64
	says   string
}

// apart moves tags down so that no two stand closer than a line of text.
func apart(tags []tag, gap float64) []tag {
	slices.SortFunc(tags, func(a, b tag) int { return cmp.Compare(a.y, b.y) })
	for i := 1; i < len(tags); i++ {
		tags[i].y = max(tags[i].y, tags[i-1].y+gap)
	}
	return tags
}

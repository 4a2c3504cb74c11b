package inbox

import (
	"fmt"
	"html/template"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/vigie-hq/vigie/community"
)

// qualityView is how good the classifier is on the brand's own messages, and
// which models there are.
type qualityView struct {
	shell
	Ranges      []option
	From, To    string
	Finding     string
	Under       string
	Enough      bool
	Judged      int
	Missing     int // judged messages until figures are worth reading
	Progress    int // of 100
	Audit       bool
	Summary     []headRow
	Trial       string // the model on trial, where it was judged too
	Heads       []headTable
	Groups      []groupTable
	Corrections []correctionRow
	Corrected   int
	Shadow      *shadowView
	Models      *modelsView
}

// headRow is how often one head is right: what people saw, the model alone, the
// model on trial.
type headRow struct {
	Label string
	N     int
	Cells []estimateView
}

// estimateView is a share with its interval, in words and as a drawing.
type estimateView struct {
	Value, Range string
	Chart        template.HTML
	None         bool // it rests on nothing
}

// headTable is one head, label by label.
type headTable struct {
	Name, Label string
	N           int
	Rows        []labelRow
	Order       []mark // the columns of the confusion matrix
	Confusion   []confusionRow
}

type labelRow struct {
	mark
	Precision, Recall estimateView
}

type confusionRow struct {
	mark
	Cells []confusionCell
}

type confusionCell struct {
	N     int
	Right bool
	Heat  int // of 4
}

// groupTable is how often the category is right in parts of the messages.
type groupTable struct {
	Label string
	Rows  []groupRow
}

type groupRow struct {
	Name     string
	N        int
	Accuracy estimateView
}

// correctionRow is how often agents put one label in the place of another.
type correctionRow struct {
	Head     string
	From, To mark
	N        int
}

// qualityRanges are the periods that can be chosen, in days.
var qualityRanges = [...]int{28, 90}

func (s *Server) qualityPage(c *fiber.Ctx) error {
	sh, err := s.shell(c, "quality")
	if err != nil {
		return err
	}
	ctx, v, lang := c.UserContext(), viewerOf(c), langOf(c)
	sh.Title = T(lang, "quality.title")
	span, err := strconv.Atoi(c.Query("days", "28"))
	if err != nil || span != qualityRanges[0] && span != qualityRanges[1] {
		return community.Faultf(community.Invalid, "query.value", "days", c.Query("days"))
	}
	y, m, d := s.Now().In(zone(sh.Brand)).Date()
	to := time.Date(y, m, d+1, 0, 0, 0, 0, zone(sh.Brand))
	from := to.AddDate(0, 0, -span)
	q, err := s.Reader.Quality(ctx, v, sh.Brand.ID, from, to)
	if err != nil {
		return err
	}
	report, err := s.Reader.Shadow(ctx, v, sh.Brand.ID, from, to)
	if err != nil {
		return err
	}
	channels, err := s.Reader.Channels(ctx, v, sh.Brand.ID)
	if err != nil {
		return err
	}
	view := &qualityView{
		shell: sh, From: spoken().date(lang, from), To: spoken().date(lang, to.AddDate(0, 0, -1)),
		Audit: maySomewhere(v, community.ActionAudit, sh.Brand.ID),
	}
	for _, n := range qualityRanges {
		view.Ranges = append(view.Ranges, option{Label: T(lang, "brand.days", n), On: n == span, Href: "/quality?days=" + strconv.Itoa(n)})
	}
	view.measure(lang, &q, channels)
	view.Shadow = shadowOf(lang, &report, s.Now().In(zone(sh.Brand)))
	if view.Models, err = s.modelsView(c); err != nil {
		return err
	}
	return s.render(c, "quality-page", view)
}

// measure lays out the figures of the sample.
func (v *qualityView) measure(lang string, q *community.Quality, channels []community.Channel) {
	v.Judged, v.Enough, v.Missing = q.Judged, q.Enough, max(0, community.AuditFewest-q.Judged)
	v.Progress = min(100, q.Judged*100/community.AuditFewest)
	v.Finding, v.Under = T(lang, "quality.few"), T(lang, "quality.few.of", q.Judged, q.Seen)
	for _, c := range q.Corrections {
		v.Corrected += c.N
		v.Corrections = append(v.Corrections, correctionRow{T(lang, "audit.head."+c.Head), headMark(lang, c.Head, c.From), headMark(lang, c.Head, c.To), c.N})
	}
	if !q.Enough {
		return
	}
	v.Under = T(lang, "quality.of", q.Judged, q.Seen)
	if q.Skipped > 0 {
		v.Under += " " + T(lang, "quality.skipped", q.Skipped)
	}
	if len(q.Shown) > 0 {
		a := q.Shown[0].Accuracy
		v.Finding = T(lang, "quality.finding", percent(lang, a.Value), percent(lang, a.Low), percent(lang, a.High))
	}
	trial := map[string]community.Estimate{}
	if q.Shadow != nil && q.Shadow.Enough {
		v.Trial = q.Shadow.Version
		for i := range q.Shadow.Heads {
			trial[q.Shadow.Heads[i].Head] = q.Shadow.Heads[i].Accuracy
		}
	}
	for i := range q.Shown {
		h := &q.Shown[i]
		row := headRow{Label: T(lang, "audit.head."+h.Head), N: h.N, Cells: []estimateView{estimateOf(lang, h.Accuracy), {None: true}}}
		for k := range q.Model {
			if q.Model[k].Head == h.Head {
				row.Cells[1] = estimateOf(lang, q.Model[k].Accuracy)
			}
		}
		if v.Trial != "" {
			row.Cells = append(row.Cells, estimateOf(lang, trial[h.Head]))
		}
		v.Summary = append(v.Summary, row)
		if h.Enough {
			v.Heads = append(v.Heads, headTableOf(lang, h))
		}
	}
	v.group(T(lang, "filter.channel"), lang, q.Channels, func(id string) string { return channelName(channels, id) })
	v.group(T(lang, "facts.lang"), lang, q.Languages, func(code string) string {
		if key := "lang." + code; spoken().has(lang, key) {
			return T(lang, key)
		}
		return code
	})
}

func (v *qualityView) group(label, lang string, shares []community.GroupShare, name func(string) string) {
	g := groupTable{Label: label}
	for _, share := range shares {
		g.Rows = append(g.Rows, groupRow{name(share.Name), share.Accuracy.N, estimateOf(lang, share.Accuracy)})
	}
	if len(g.Rows) > 1 {
		v.Groups = append(v.Groups, g)
	}
}

func headTableOf(lang string, h *community.HeadQuality) headTable {
	t := headTable{Name: h.Head, Label: T(lang, "audit.head."+h.Head), N: h.N}
	for _, l := range h.Labels {
		t.Rows = append(t.Rows, labelRow{headMark(lang, h.Head, l.Label), estimateOf(lang, l.Precision), estimateOf(lang, l.Recall)})
	}
	most := 1
	for _, row := range h.Confusion {
		for _, n := range row {
			most = max(most, n)
		}
	}
	for _, label := range h.Order {
		t.Order = append(t.Order, headMark(lang, h.Head, label))
	}
	for i, row := range h.Confusion {
		if i >= len(t.Order) {
			break
		}
		r := confusionRow{mark: t.Order[i]}
		for k, n := range row {
			r.Cells = append(r.Cells, confusionCell{N: n, Right: i == k, Heat: (n*4 + most - 1) / most})
		}
		t.Confusion = append(t.Confusion, r)
	}
	return t
}

// estimateOf says a share: its value, and where it lies 95 times of a hundred.
func estimateOf(lang string, e community.Estimate) estimateView {
	if e.N == 0 {
		return estimateView{None: true}
	}
	v := estimateView{Value: percent(lang, e.Value), Range: T(lang, "quality.range", percent(lang, e.Low), percent(lang, e.High))}
	x := func(share float64) float64 { return 4 + 112*min(1, max(0, share)) }
	v.Chart = template.HTML(fmt.Sprintf( //nolint:gosec // numbers only
		`<svg class="whisker" viewBox="0 0 120 14" aria-hidden="true"><path class="grid-l" d="M4 7H116M4 4V10M60 4V10M116 4V10"/><path class="span" d="M%.1f 7H%.1f"/><circle cx="%.1f" cy="7" r="3.5"/></svg>`,
		x(e.Low), max(x(e.High), x(e.Low)+1), x(e.Value)))
	return v
}

package inbox

import (
	"cmp"
	"context"
	"fmt"
	"html/template"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/vigie-hq/vigie/community"
)

// budgetView is what an account's calls cost: today by operation, and the last
// thirty days.
type budgetView struct {
	Today  *costView
	Ops    []opView
	Total  string // of the days shown
	Charts []chart
	Days   []dayCost
	Resets string // when the UTC day ends, in the brand's zone
}

type opView struct {
	Name, Units, Cost string
	micros            int64
}

type dayCost struct {
	Label, Cost string
	at          time.Time
	micros      int64
}

// budgetDays is how many days of costs a page shows.
const budgetDays = 30

// charging is the network that charges for calls: its accounts have a budget
// before they have cost anything.
const charging = "x"

// budget reads what the account's calls cost; nil where calls are free and
// nobody capped them, and for who may not know.
func (s *Server) budget(ctx context.Context, v community.Viewer, lang string, st *community.Standing, now time.Time) (*budgetView, error) {
	if !v.May(community.ActionCost, st.Brand, "") {
		return nil, nil //nolint:nilnil // it is not for him
	}
	today := now.UTC().Truncate(24 * time.Hour)
	rows, err := s.Reader.Costs(ctx, v, st.Key, today.AddDate(0, 0, 1-budgetDays), today.AddDate(0, 0, 1))
	if err != nil {
		return nil, err
	}
	if len(rows) == 0 && st.DailyCap == 0 && st.Network != charging {
		return nil, nil //nolint:nilnil // calls to most networks are free
	}
	b := &budgetView{Today: costOf(lang, st), Resets: spoken().moment(lang, today.AddDate(0, 0, 1).In(now.Location()), now)}
	if b.Today == nil {
		b.Today = &costView{Spent: dollars(lang, 0)}
	}
	days := make([]dayCost, budgetDays)
	for i := range days {
		days[i].at = today.AddDate(0, 0, i+1-budgetDays)
	}
	var sum int64
	for _, r := range rows {
		sum += r.Micros
		if i := budgetDays - 1 - int(today.Sub(r.Day)/(24*time.Hour)); i >= 0 && i < len(days) {
			days[i].micros += r.Micros
		}
		if r.Day.Equal(today) {
			name := r.What
			if key := "op." + r.What; spoken().has(lang, key) {
				name = T(lang, key)
			}
			b.Ops = append(b.Ops, opView{name, number(lang, int(r.Units)), dollars(lang, r.Micros), r.Micros})
		}
	}
	slices.SortFunc(b.Ops, func(a, b opView) int { return cmp.Or(cmp.Compare(b.micros, a.micros), cmp.Compare(a.Name, b.Name)) })
	for i := range days {
		days[i].Label, days[i].Cost = spoken().date(lang, days[i].at), dollars(lang, days[i].micros)
	}
	b.Total = T(lang, "budget.total", dollars(lang, sum), budgetDays)
	if sum > 0 {
		for _, width := range []int{860, 560, 330} {
			b.Charts = append(b.Charts, drawCosts(lang, days, st.DailyCap, width))
		}
	}
	for i := len(days) - 1; i >= 0; i-- {
		if days[i].micros > 0 {
			b.Days = append(b.Days, days[i])
		}
	}
	return b, nil
}

// drawCosts draws a bar a day, and the cap as a line.
func drawCosts(lang string, days []dayCost, limit int64, width int) chart {
	const height, top, foot, left = 150, 14, 22, 56
	most := limit
	for i := range days {
		most = max(most, days[i].micros)
	}
	unit := float64(height-top-foot) / float64(max(1, most))
	floor := float64(height - foot)
	slot := float64(width-left) / float64(len(days))
	bar := math.Min(18, slot*0.68)
	var b strings.Builder
	fmt.Fprintf(&b, `<svg class="chart %s" viewBox="0 0 %d %d" role="img" aria-label="%s">`, chartClass(width), width, height, template.HTMLEscapeString(T(lang, "budget.chart", dollars(lang, most))))
	line := func(micros int64, class string) {
		y := floor - unit*float64(micros)
		fmt.Fprintf(&b, `<path class="%s" d="M%d %.1fH%d"/><text class="end" x="%d" y="%.1f">%s</text>`, class, left, y, width, left-8, y+4, template.HTMLEscapeString(dollars(lang, micros)))
	}
	peak := most
	if limit > 0 {
		line(limit, "cap-l")
		peak = 0
		if most > limit+limit/8 {
			peak = most
		}
	}
	if peak > 0 {
		line(peak, "grid-l")
	}
	every := max(1, int(math.Ceil(64/slot)))
	for i := range days {
		d := &days[i]
		x := float64(left) + slot*float64(i) + (slot-bar)/2
		if d.micros > 0 {
			h := math.Max(1.5, unit*float64(d.micros))
			class := "c-cost"
			if limit > 0 && d.micros >= limit {
				class = "c-full"
			}
			fmt.Fprintf(&b, `<rect class="%s" x="%.1f" y="%.1f" width="%.1f" height="%.1f" rx="1.5"><title>%s</title></rect>`,
				class, x, floor-h, bar, h, template.HTMLEscapeString(d.Label+", "+d.Cost))
		}
		if (len(days)-1-i)%every == 0 {
			fmt.Fprintf(&b, `<text class="mid" x="%.1f" y="%d">%s</text>`, min(x+bar/2, float64(width-22)), height-5, template.HTMLEscapeString(d.Label))
		}
	}
	fmt.Fprintf(&b, `<path class="zero" d="M%d %.1fH%d"/></svg>`, left, floor, width)
	return chart{chartClass(width), template.HTML(b.String())} //nolint:gosec // numbers, and sentences escaped above
}

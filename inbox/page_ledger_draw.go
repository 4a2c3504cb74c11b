package inbox

import (
	"fmt"
	"html/template"
	"math"
	"strings"
	"time"

	"github.com/vigie-hq/vigie/community"
)

// drawHours draws what came in each hour: pushed at the foot, found by polling
// on it, history above. With axis it has hours and figures, else it is a small
// drawing beside its figures. Everything in it is a number or a sentence of ours.
func drawHours(lang string, hours []community.LedgerRow, width, height int, in *time.Location, axis bool) chart {
	top, foot, left := 2, 2, 0
	if axis {
		top, foot, left = 14, 22, 44
	}
	most, polled := int64(1), "c-push"
	for i := range hours {
		most = max(most, hours[i].Pushed+hours[i].Recovered+hours[i].Backfilled)
		if hours[i].Pushed > 0 {
			polled = "c-poll" // it stands out only where the network should have pushed
		}
	}
	unit := float64(height-top-foot) / float64(most)
	floor := float64(height - foot)
	slot := float64(width-left) / float64(len(hours))
	bar := math.Min(22, slot*0.74)
	class := "spark"
	if axis {
		class = "chart " + chartClass(width)
	}
	var b strings.Builder
	if axis {
		fmt.Fprintf(&b, `<svg class="%s" viewBox="0 0 %d %d" role="img" aria-label="%s">`, class, width, height, template.HTMLEscapeString(T(lang, "ledger.chart")))
		for _, n := range ticks(int(most), 0, unit) {
			if n > 0 {
				y := floor - unit*float64(n)
				fmt.Fprintf(&b, `<path class="grid-l" d="M%d %.1fH%d"/><text class="end" x="%d" y="%.1f">%s</text>`, left, y, width, left-8, y+4, number(lang, n))
			}
		}
	} else {
		fmt.Fprintf(&b, `<svg class="%s" viewBox="0 0 %d %d" aria-hidden="true">`, class, width, height)
	}
	every := max(1, int(math.Ceil(56/slot)))
	for i := range hours {
		h := &hours[i]
		x := float64(left) + slot*float64(i) + (slot-bar)/2
		at := h.Hour.In(in)
		if sum := h.Pushed + h.Recovered + h.Backfilled; sum > 0 {
			b.WriteString("<g>")
			if axis {
				fmt.Fprintf(&b, "<title>%s</title>", template.HTMLEscapeString(T(lang, "ledger.bar", clock(at), number(lang, int(h.Pushed)), number(lang, int(h.Recovered)), number(lang, int(h.Backfilled)))))
			}
			y := floor
			for _, piece := range []struct {
				class string
				n     int64
			}{{"c-push", h.Pushed}, {polled, h.Recovered}, {"c-past", h.Backfilled}} {
				if piece.n > 0 {
					high := math.Max(1, unit*float64(piece.n))
					y -= high
					fmt.Fprintf(&b, `<rect class="%s" x="%.1f" y="%.1f" width="%.1f" height="%.1f"/>`, piece.class, x, y, bar, high)
				}
			}
			b.WriteString("</g>")
		}
		if axis && (len(hours)-1-i)%every == 0 {
			fmt.Fprintf(&b, `<text class="mid" x="%.1f" y="%d">%s</text>`, min(x+bar/2, float64(width-18)), height-5, clock(at))
		}
	}
	fmt.Fprintf(&b, `<path class="zero" d="M%d %.1fH%d"/></svg>`, left, floor, width)
	return chart{class, template.HTML(b.String())} //nolint:gosec // numbers, and sentences escaped above
}

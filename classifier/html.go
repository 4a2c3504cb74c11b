package classifier

import (
	"embed"
	"encoding/json"
	"fmt"
	"html/template"
	"io"
	"strconv"
	"strings"
)

//go:embed report
var reportFiles embed.FS

// wording is the page's sentences in one language, by key, and how that language
// writes numbers. To add a language, add its file.
type wording struct {
	lang string
	said map[string]string
}

func readWording(lang string) (*wording, error) {
	if lang == "" {
		lang = "en"
	}
	data, err := reportFiles.ReadFile("report/" + lang + ".json")
	if err != nil {
		return nil, fmt.Errorf("the page is not written in %q", lang)
	}
	w := &wording{lang: lang}
	if err := json.Unmarshal(data, &w.said); err != nil {
		return nil, fmt.Errorf("report/%s.json: %w", lang, err)
	}
	return w, nil
}

// t says a sentence; an unknown key is seen, not hidden.
func (w *wording) t(key string, args ...any) string {
	said, ok := w.said[key]
	if !ok {
		return key
	}
	if len(args) == 0 {
		return said
	}
	return fmt.Sprintf(said, args...)
}

// or says a sentence, or something else where there is none.
func (w *wording) or(key, otherwise string) string {
	if said, ok := w.said[key]; ok {
		return said
	}
	return otherwise
}

func (w *wording) head(name string) string { return w.or("head."+name, name) }

func (w *wording) decimal(v float64, places int) string {
	s := strconv.FormatFloat(v, 'f', places, 64)
	if w.lang == "fr" {
		return strings.Replace(s, ".", ",", 1)
	}
	return s
}

func (w *wording) num(v float64) string { return w.decimal(v, 3) }
func (w *wording) two(v float64) string { return w.decimal(v, 2) }

func (w *wording) percent(v float64, places int) string {
	return w.decimal(100*v, places) + "\u202f%"
}

func (w *wording) pct(v float64) string  { return w.percent(v, 0) }
func (w *wording) pct1(v float64) string { return w.percent(v, 1) }

// span is an interval in words.
func (w *wording) span(e [2]float64) string { return w.num(e[0]) + "\u2009–\u2009" + w.num(e[1]) }

// count writes a number of things with its thousands apart.
func (w *wording) count(n int) string {
	s, mark := strconv.Itoa(n), ","
	if w.lang == "fr" {
		mark = "\u202f"
	}
	for at := len(s) - 3; at > 0; at -= 3 {
		s = s[:at] + mark + s[at:]
	}
	return s
}

// track draws a value and its interval on a line from 0 to 1.
func track(value float64, e [2]float64) template.HTML {
	return template.HTML(fmt.Sprintf(`<span class="track" aria-hidden="true" style="--v:%.3f;--a:%.3f;--b:%.3f"><i></i><u></u></span>`, value, e[0], e[1]))
}

// WriteHTML writes the report as one page that needs nothing else: its charts
// are drawn in it, it runs no script and fetches nothing. lang is "en" or "fr".
func (r *Report) WriteHTML(out io.Writer, lang string) error {
	w, err := readWording(lang)
	if err != nil {
		return err
	}
	style, err := reportFiles.ReadFile("report/style.css")
	if err != nil {
		return err
	}
	page, err := template.New("page.html").Funcs(template.FuncMap{
		"t": w.t, "head": w.head, "num": w.num, "two": w.two, "pct": w.pct, "pct1": w.pct1, "count": w.count, "range_": w.span, "track": track,
		"plain": func(baseline, head string) string {
			if f, ok := r.baseline(baseline, head); ok {
				return w.num(f)
			}
			return ""
		},
		"figure": func(g GroupReport, head string) *groupFigure {
			f, ok := g.MacroF1[head]
			if !ok {
				return nil
			}
			return &groupFigure{f, g.Interval[head]}
		},
	}).ParseFS(reportFiles, "report/page.html")
	if err != nil {
		return err
	}
	return page.Execute(out, r.page(w, template.CSS(style)))
}

// groupFigure is a figure of a group and its interval.
type groupFigure struct {
	Value    float64
	Interval [2]float64
}

// baseline is the macro-F1 of a plain classifier.
func (r *Report) baseline(name, head string) (float64, bool) {
	for _, b := range r.Baselines {
		if b.Name == name {
			f, ok := b.MacroF1[head]
			return f, ok
		}
	}
	return 0, false
}

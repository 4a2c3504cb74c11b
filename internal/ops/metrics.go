// Package ops is what those who run Vigie look at: figures in Prometheus' text
// format.
package ops

import (
	"fmt"
	"net/http"
	"runtime"
	"slices"
	"strconv"
	"strings"
)

// Figure is one number of a metric family. Labels are pairs: name, value.
type Figure struct {
	Name   string // vigie_log_behind_messages
	Help   string
	Kind   string // gauge or counter
	Labels []string
	Value  float64
}

// Metrics answers with the figures read gives at that moment and a few of the
// process itself, as text (Prometheus exposition format 0.0.4). When read fails
// it answers 503: half the truth is none.
func Metrics(read func(*http.Request) ([]Figure, error)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		figures, err := read(r)
		if err != nil {
			http.Error(w, "the figures cannot be read now", http.StatusServiceUnavailable)
			return
		}
		w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
		_, _ = w.Write(write(append(figures, process()...)))
	})
}

func process() []Figure {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return []Figure{
		{Name: "go_goroutines", Help: "Goroutines that exist.", Kind: "gauge", Value: float64(runtime.NumGoroutine())},
		{Name: "go_memstats_heap_inuse_bytes", Help: "Heap in use.", Kind: "gauge", Value: float64(m.HeapInuse)},
		{Name: "go_memstats_sys_bytes", Help: "Memory obtained from the system.", Kind: "gauge", Value: float64(m.Sys)},
		{Name: "go_gc_cycles_total", Help: "Garbage collections.", Kind: "counter", Value: float64(m.NumGC)},
	}
}

// write puts figures of one family together, in the order of their first.
func write(figures []Figure) []byte {
	var b []byte
	var done []string
	for _, f := range figures {
		if slices.Contains(done, f.Name) {
			continue
		}
		done = append(done, f.Name)
		b = fmt.Appendf(b, "# HELP %s %s\n# TYPE %s %s\n", f.Name, f.Help, f.Name, f.Kind)
		for _, g := range figures {
			if g.Name == f.Name {
				b = append(b, g.Name...)
				b = append(b, labels(g.Labels)...)
				b = append(b, ' ')
				b = strconv.AppendFloat(b, g.Value, 'g', -1, 64)
				b = append(b, '\n')
			}
		}
	}
	return b
}

// escape is how the format writes a label's value.
func escape(s string) string {
	return strings.NewReplacer(`\`, `\\`, "\n", `\n`, `"`, `\"`).Replace(s)
}

func labels(pairs []string) string {
	if len(pairs) < 2 {
		return ""
	}
	var b strings.Builder
	for i := 0; i+1 < len(pairs); i += 2 {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `%s="%s"`, pairs[i], escape(pairs[i+1]))
	}
	return "{" + b.String() + "}"
}

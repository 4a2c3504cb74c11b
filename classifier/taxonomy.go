package classifier

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Bounds of a company's own labels.
const (
	fewestLabels = 2
	mostLabels   = 200 // of a head
	longestLabel = 80  // characters
)

// ownHeads are the heads that a company may give labels of its own: who handles
// a message, and why people write, differ from house to house. How soon, how
// angry and in which language do not.
func ownHeads() []string { return []string{HeadCategory, HeadReason} }

// taxonomy is a company's own set of labels, collected while its files are read.
type taxonomy struct {
	free   []string                   // heads whose labels are what the files say
	labels map[string]map[string]bool // by head
}

func newTaxonomy(free ...string) *taxonomy {
	t := &taxonomy{free: free, labels: map[string]map[string]bool{}}
	for _, name := range free {
		t.labels[name] = map[string]bool{}
	}
	return t
}

// check notes the free heads' labels, and holds the others to the guide. It is
// a labelCheck: the decoder adds the line.
func (t *taxonomy) check(labels map[string]string) error {
	for _, name := range t.free {
		label, ok := labels[name]
		if !ok || t.labels[name][label] {
			continue
		}
		if n := utf8.RuneCountInString(label); n > longestLabel {
			return fmt.Errorf("the %s %q… has %d characters, a label at most %d", name, string([]rune(label)[:20]), n, longestLabel)
		}
		if strings.ContainsFunc(label, unicode.IsControl) {
			return fmt.Errorf("the %s %q is not one line", name, label)
		}
		if len(t.labels[name]) == mostLabels {
			return fmt.Errorf("the %s %q is one too many: a head has at most %d labels", name, label, mostLabels)
		}
		t.labels[name][label] = true
	}
	guide := slices.DeleteFunc(DefaultHeads(), func(h Head) bool { return slices.Contains(t.free, h.Name) })
	return checkLabels(guide, labels)
}

// heads are the guide's with the labels collected, in their order. A head whose
// labels nobody brought keeps the guide's.
func (t *taxonomy) heads() ([]Head, error) {
	heads := DefaultHeads()
	brought := 0
	for i, h := range heads {
		own := t.labels[h.Name]
		if len(own) == 0 {
			continue
		}
		labels := slices.Sorted(maps.Keys(own))
		if len(labels) < fewestLabels {
			return nil, fmt.Errorf("own labels: every %s is %q; a head takes %d to %d labels", h.Name, labels[0], fewestLabels, mostLabels)
		}
		heads[i].Labels = labels
		brought++
	}
	if brought == 0 {
		return nil, fmt.Errorf("own labels: no file has a %s", strings.Join(t.free, " or a "))
	}
	if _, lanes := layout(heads); wordsFor(lanes) > maxWords {
		return nil, fmt.Errorf("own labels: with all heads they take %d columns of the model, which has %d", lanes, maxLabels)
	}
	return heads, nil
}

// strip returns other examples without their answers to the heads that the files
// bring labels of their own for.
func (t *taxonomy) strip(examples []Example) []Example {
	out := make([]Example, 0, len(examples))
	for _, e := range examples {
		labels := maps.Clone(e.Labels)
		for _, name := range t.free {
			if len(t.labels[name]) > 0 {
				delete(labels, name)
			}
		}
		if e.Labels = labels; len(labels) > 0 {
			out = append(out, e)
		}
	}
	return out
}

// taughtHeads leaves out the heads that the examples do not teach: one that
// heard fewer than two answers has no question to learn.
func taughtHeads(heads []Head, examples []Example) ([]Head, error) {
	heard := map[string]map[string]bool{}
	for _, e := range examples {
		for name, label := range e.Labels {
			if heard[name] == nil {
				heard[name] = map[string]bool{}
			}
			heard[name][label] = true
		}
	}
	out := slices.DeleteFunc(slices.Clone(heads), func(h Head) bool { return len(heard[h.Name]) < fewestLabels })
	if len(out) == 0 {
		return nil, errors.New("the examples teach no head")
	}
	return out, nil
}

package sql

import (
	"fmt"
	"slices"
	"strings"
)

// Tags are kept as one label a set: the sorted words, with a # before each and
// one behind the last ("#fraud#legal#"). There are few sets, all of them held in
// memory, so a list is filtered by the numbers of those that have a tag.

// tagsLabel gives the number of a set of tags; 0 for none.
func (t *Tx) tagsLabel(tags []string) int64 {
	if len(tags) == 0 {
		return 0
	}
	return t.label("#" + strings.Join(tags, "#") + "#")
}

// tagSet scans a label of tags.
type tagSet struct {
	labels *labels
	to     *[]string
}

// Scan implements sql.Scanner.
func (t tagSet) Scan(src any) error {
	n, ok := src.(int64)
	if !ok {
		return fmt.Errorf("%T is no label", src)
	}
	s, ok := t.labels.word(n)
	if !ok {
		return fmt.Errorf("label %d is unknown", n)
	}
	*t.to = nil
	if s = strings.Trim(s, "#"); s != "" {
		*t.to = strings.Split(s, "#")
	}
	return nil
}

// tagged lists the numbers of the sets that have one of these tags; -1, which
// no row has, when there is none.
func (l *labels) tagged(tags []string) []int64 {
	l.mu.RLock()
	defer l.mu.RUnlock()
	out := []int64{-1}
	for set, n := range l.num {
		if strings.HasPrefix(set, "#") && slices.ContainsFunc(tags, func(tag string) bool { return strings.Contains(set, "#"+tag+"#") }) {
			out = append(out, n)
		}
	}
	slices.Sort(out)
	return out
}

package corpus

import (
	_ "embed"
	"fmt"
	"strings"

	"github.com/vigie-hq/vigie/classifier"
)

//go:embed published.txt
var published string

// Labels are those given after the guide to messages of published sets whose
// licence lets a shipped model learn from them. The texts are not here, only
// their names: hash|category|urgency|sentiment|reason|complaint.
func Labels() (classifier.Labels, error) {
	heads := []string{
		classifier.HeadCategory, classifier.HeadUrgency, classifier.HeadSentiment, classifier.HeadReason, classifier.HeadComplaint,
	}
	out := classifier.Labels{}
	n := 0
	for line := range strings.Lines(published) {
		n++
		if strings.HasPrefix(line, "#") {
			continue
		}
		f := strings.Split(strings.TrimSpace(line), "|")
		if len(f) != 1+len(heads) {
			return nil, fmt.Errorf("corpus: published.txt:%d: %d columns, want %d", n, len(f), 1+len(heads))
		}
		labels := make(map[string]string, len(heads))
		for i, head := range heads {
			labels[head] = f[i+1]
		}
		out[f[0]] = labels
	}
	return out, nil
}

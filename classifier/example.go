package classifier

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/vigie-hq/vigie/community"
)

// Example is a message with the labels people gave it.
type Example struct {
	Message community.Message
	Labels  map[string]string // by head name; a head without label is not taught or judged
	Source  string            // where it was said; figures are broken down by it
	Sector  string            // what trade it is about, where known
	Split   string            // train, dev, dev-unseen ...
	Fold    string            // of a set dealt to folds by those who made it
	Ship    bool              // its licence lets a shipped model learn from it
	Weight  float64           // how much it counts in training; 0 is 1
	Cause   string            // words of the text that people marked as what it complains of; evidence is judged by them
}

// maxLine is the longest line a labelled file or a stream may have, in bytes.
const maxLine = 16 << 20

// DecodeExamples reads labelled messages, one JSON object a line:
//
//	{"id","text","lang","kind","private","source","split","fold","ship",
//	 "category","urgency","sentiment","reason","complaint","cause"}
//
// A label that is missing or empty is not taught; one that the head does not
// know is an error, as is a line that is no object: a labelled file is written
// with care or not at all. Empty lines are skipped.
//
// With a head's name, the file is a published set for that head alone: its
// "label" (or "severity", or the field named after the head) is read instead of
// the five labels.
func DecodeExamples(r io.Reader, head string) ([]Example, error) {
	return decodeLines(r, head, guideLabels())
}

// labelCheck refuses labels that nobody may have given.
type labelCheck func(labels map[string]string) error

// guideLabels allows the labels of the guide.
func guideLabels() labelCheck { return labelsOf(DefaultHeads()) }

// labelsOf allows the labels of these heads, and whatever is said of others.
func labelsOf(heads []Head) labelCheck {
	return func(labels map[string]string) error { return checkLabels(heads, labels) }
}

func decodeLines(r io.Reader, head string, check labelCheck) ([]Example, error) {
	var out []Example
	lines := bufio.NewReaderSize(r, 64<<10)
	for n := 1; ; n++ {
		line, err := readLine(lines)
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", n, err)
		}
		if line = bytes.TrimSpace(bytes.TrimPrefix(line, []byte(byteOrderMark))); len(line) == 0 {
			continue
		}
		e, err := decodeExample(line, head)
		if err == nil {
			err = check(e.Labels)
		}
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", n, err)
		}
		out = append(out, e)
	}
}

type labelled struct {
	ID        string          `json:"id"`
	Text      *string         `json:"text"`
	Lang      string          `json:"lang"`
	Kind      community.Kind  `json:"kind"`
	Private   bool            `json:"private"`
	Reply     string          `json:"in_reply_to"`
	Source    string          `json:"source"`
	Split     string          `json:"split"`
	Fold      json.RawMessage `json:"fold"`
	Ship      bool            `json:"ship"`
	Category  string          `json:"category"`
	Urgency   string          `json:"urgency"`
	Sentiment string          `json:"sentiment"`
	Reason    string          `json:"reason"`
	Complaint string          `json:"complaint"`
	Cause     string          `json:"cause"`
}

func decodeExample(line []byte, head string) (Example, error) {
	if head != "" {
		// Published sets spell other fields their own way (a "sentiment" that is no
		// label of ours): only those of this head are read.
		var row map[string]json.RawMessage
		if err := json.Unmarshal(line, &row); err != nil {
			return Example{}, err
		}
		if _, ok := row["text"]; !ok {
			return Example{}, errors.New("no text")
		}
		return published(func(field string) string { return idOf(row[field]) }, head), nil
	}
	var row labelled
	if err := json.Unmarshal(line, &row); err != nil {
		return Example{}, err
	}
	if row.Text == nil {
		return Example{}, errors.New("no text")
	}
	return Example{
		Message: community.Message{ID: row.ID, Text: *row.Text, Kind: row.Kind, Private: row.Private, InReplyTo: row.Reply},
		Source:  row.Source, Split: row.Split, Fold: idOf(row.Fold), Ship: row.Ship, Cause: row.Cause,
		Labels: given(map[string]string{
			HeadCategory: row.Category, HeadUrgency: row.Urgency, HeadSentiment: row.Sentiment,
			HeadReason: row.Reason, HeadComplaint: row.Complaint, HeadLanguage: row.Lang,
		}),
	}, nil
}

// given trims labels and leaves out those that are empty.
func given(labels map[string]string) map[string]string {
	for name, label := range labels {
		if label = strings.TrimSpace(label); label == "" {
			delete(labels, name)
		} else {
			labels[name] = label
		}
	}
	return labels
}

// published makes an example of a set's row for one head: "ham" or "0" is no,
// everything else of a yes-or-no head is yes; a language the model cannot name
// is left unlabelled.
func published(field func(string) string, head string) Example {
	label, lang := "", field("lang")
	for _, name := range []string{"label", "severity", head} {
		if label == "" {
			label = strings.TrimSpace(field(name))
		}
	}
	e := Example{
		Message: community.Message{Text: field("text")}, Labels: map[string]string{},
		Source: head, Split: field("split"), Fold: field("fold"), Ship: true, Cause: field("cause"),
	}
	switch head {
	case HelperGrief, HeadSpam, HeadComplaint:
		if label != "" {
			e.Labels[head] = "yes"
		}
		if label == "ham" || label == "0" || label == "no" {
			e.Labels[head] = "no"
		}
	case HeadLanguage:
		lang = label
	default:
		if label != "" {
			e.Labels[head] = label
		}
	}
	if slices.Contains(Languages(), lang) {
		e.Labels[HeadLanguage] = lang
	}
	return e
}

func checkLabels(heads []Head, labels map[string]string) error {
	for _, h := range heads {
		if l, ok := labels[h.Name]; ok && h.index(l) < 0 {
			return fmt.Errorf("%s has no label %q", h.Name, l)
		}
	}
	return nil
}

var errLongLine = fmt.Errorf("longer than %d MB", maxLine>>20)

// readLine returns the next line without its end. A line over maxLine is read to
// its end and answered with errLongLine, so that the next one can be read.
func readLine(r *bufio.Reader) ([]byte, error) {
	var long []byte
	tooLong := false
	for {
		part, err := r.ReadSlice('\n')
		if !tooLong {
			long = append(long, part...)
			tooLong = len(long) > maxLine
		}
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case err != nil && !(errors.Is(err, io.EOF) && len(long) > 0):
			return nil, err
		case tooLong:
			return nil, errLongLine
		}
		return bytes.TrimSuffix(long, []byte("\n")), nil
	}
}

// labelFile is a labelled file as a command line names it: "FILE", or
// "FILE:HEAD", whose labels answer that head alone.
type labelFile struct{ name, head string }

func parseLabelFile(arg string) labelFile {
	if i := strings.LastIndexByte(arg, ':'); i > 0 {
		name := func(h Head) bool { return h.Name == arg[i+1:] }
		if slices.ContainsFunc(DefaultHeads(), name) {
			return labelFile{arg[:i], arg[i+1:]}
		}
	}
	return labelFile{name: arg}
}

// read decodes the file: a table if its name ends in .csv, else lines of JSON.
func (f labelFile) read(check labelCheck) ([]Example, error) {
	in, err := os.Open(f.name)
	if errors.Is(err, fs.ErrNotExist) && strings.Contains(f.name, ":") {
		return nil, fmt.Errorf("%w (FILE:HEAD takes one of the heads %s)", err, strings.Join(headNamesOf(DefaultHeads()), ", "))
	}
	if err != nil {
		return nil, err
	}
	defer in.Close()
	decode := decodeLines
	if strings.EqualFold(filepath.Ext(f.name), ".csv") {
		decode = decodeTable
	}
	rows, err := decode(in, f.head, check)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", f.name, err)
	}
	return rows, nil
}

func headNamesOf(heads []Head) []string {
	out := make([]string, len(heads))
	for i, h := range heads {
		out[i] = h.Name
	}
	return out
}

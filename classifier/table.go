package classifier

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/vigie-hq/vigie/community"
)

const byteOrderMark = "\ufeff"

// labelColumns are the columns of a table that hold a label, by head.
func labelColumns() map[string]string {
	return map[string]string{
		"category": HeadCategory, "urgency": HeadUrgency, "sentiment": HeadSentiment,
		"reason": HeadReason, "complaint": HeadComplaint, "lang": HeadLanguage,
	}
}

// decodeTable reads labelled messages from a CSV file in UTF-8, with or without
// a byte order mark. Its first line names the columns, in any order: text, any of
// category, urgency, sentiment, reason, complaint and lang, and where known id,
// source, split, fold, kind and private; others are not read. A semicolon or a
// tab may stand for the comma. An empty label is none.
//
// With a head's name, the column label (or the one named after the head) answers
// that head alone, as in a published set.
//
// A table is what its company wrote down itself: Ship is true of its rows.
func decodeTable(r io.Reader, head string, check labelCheck) ([]Example, error) {
	text, err := io.ReadAll(io.LimitReader(r, maxTable+1))
	if err != nil {
		return nil, err
	}
	if len(text) > maxTable {
		return nil, fmt.Errorf("longer than %d MB", maxTable>>20)
	}
	body := strings.TrimPrefix(string(text), byteOrderMark)
	in := csv.NewReader(strings.NewReader(body))
	in.FieldsPerRecord, in.ReuseRecord, in.Comma = -1, true, separator(body)
	columns, err := tableColumns(in, head)
	if err != nil {
		return nil, fmt.Errorf("line 1: %w", err)
	}
	var out []Example
	for {
		record, err := in.Read()
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		var wrong *csv.ParseError
		if errors.As(err, &wrong) {
			return nil, fmt.Errorf("line %d: %w", wrong.StartLine, wrong.Err)
		}
		if err != nil {
			return nil, err
		}
		if !slices.ContainsFunc(record, func(s string) bool { return s != "" }) {
			continue
		}
		e, err := tableRow(columns, record, head)
		if err == nil {
			err = check(e.Labels)
		}
		if err != nil {
			line, _ := in.FieldPos(0)
			return nil, fmt.Errorf("line %d: %w", line, err)
		}
		out = append(out, e)
	}
}

// maxTable is the longest table that is read, in bytes.
const maxTable = 512 << 20

// separator is the mark that the first line has most of.
func separator(body string) rune {
	first, _, _ := strings.Cut(body, "\n")
	best := ','
	for _, mark := range []rune{';', '\t'} {
		if strings.Count(first, string(mark)) > strings.Count(first, string(best)) {
			best = mark
		}
	}
	return best
}

// tableColumns reads the names of the columns and holds them to what is needed.
func tableColumns(in *csv.Reader, head string) ([]string, error) {
	record, err := in.Read()
	if errors.Is(err, io.EOF) {
		return nil, errors.New("the table is empty: it starts with the names of its columns")
	}
	if err != nil {
		return nil, err
	}
	var columns []string
	labels := 0
	known := labelColumns()
	for _, name := range record {
		name = strings.ToLower(strings.TrimSpace(name))
		if name != "" && slices.Contains(columns, name) {
			return nil, fmt.Errorf("the column %q comes twice", name)
		}
		columns = append(columns, name)
		if head == "" && known[name] != "" || head != "" && (name == "label" || name == head) {
			labels++
		}
	}
	has := strings.Join(columns, ", ")
	switch {
	case !slices.Contains(columns, "text"):
		return nil, fmt.Errorf("there is no column text; the columns are %s", has)
	case labels == 0 && head != "":
		return nil, fmt.Errorf("there is no column label or %s; the columns are %s", head, has)
	case labels == 0:
		return nil, fmt.Errorf("there is no column with labels: want any of category, reason, urgency, sentiment, complaint, lang; the columns are %s", has)
	}
	return columns, nil
}

func tableRow(columns, record []string, head string) (Example, error) {
	if len(record) > len(columns) {
		return Example{}, fmt.Errorf("%d fields, the first line names %d", len(record), len(columns))
	}
	row := make(map[string]string, len(record))
	for i, value := range record {
		if !utf8.ValidString(value) {
			return Example{}, fmt.Errorf("the column %s is not UTF-8: save the table as UTF-8", columns[i])
		}
		row[columns[i]] = strings.Clone(value) // the record is used again
	}
	if strings.TrimSpace(row["text"]) == "" {
		return Example{}, errors.New("no text")
	}
	if head != "" {
		return published(func(name string) string { return row[name] }, head), nil
	}
	labels := map[string]string{}
	for column, head := range labelColumns() {
		labels[head] = row[column]
	}
	return Example{
		Message: community.Message{
			ID: row["id"], Text: row["text"], Kind: community.Kind(row["kind"]),
			Private: slices.Contains([]string{"true", "yes", "1"}, strings.ToLower(row["private"])),
		},
		Labels: given(labels), Source: row["source"], Split: row["split"], Fold: row["fold"], Ship: true,
	}, nil
}

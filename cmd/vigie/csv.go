package main

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strings"

	"github.com/vigie-hq/vigie/community"
)

// csvSource reads messages from a CSV file. Its first line names the columns,
// by the names of the JSON form: "id", "text", "created_at", "author.handle" ...
// (author_id, author_handle ... are understood too). Columns it does not know are
// kept with the message. A semicolon or a tab may stand for the comma. A quotation
// mark that is never closed is refused with its line, whatever it swallowed.
type csvSource struct {
	reader  *csv.Reader
	columns []string
}

func newCSV(in interface {
	io.Reader
	Peek(int) ([]byte, error)
},
) (*csvSource, error) {
	head, err := in.Peek(4096)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	first, _, _ := strings.Cut(string(head), "\n")
	s := &csvSource{reader: csv.NewReader(in)}
	s.reader.FieldsPerRecord, s.reader.ReuseRecord = -1, true
	for _, mark := range []rune{';', '\t'} {
		if strings.Count(first, string(mark)) > strings.Count(first, ",") {
			s.reader.Comma = mark
		}
	}
	columns, err := s.reader.Read()
	if err != nil {
		return nil, usagef("the CSV file has no first line with the names of its columns")
	}
	for _, name := range columns {
		name = strings.ToLower(strings.TrimSpace(strings.TrimPrefix(name, "\ufeff")))
		if rest, ok := strings.CutPrefix(name, "author_"); ok {
			name = "author." + rest
		}
		s.columns = append(s.columns, name)
	}
	for _, need := range []string{"id", "network"} {
		if !slices.Contains(s.columns, need) {
			return nil, usagef("the CSV file has no column %q; its columns are %s", need, strings.Join(s.columns, ", "))
		}
	}
	return s, nil
}

// next returns the next row as the JSON of a message.
func (s *csvSource) next() (line, error) {
	record, err := s.reader.Read()
	number, _ := s.reader.FieldPos(0)
	var wrong *csv.ParseError
	switch {
	case errors.As(err, &wrong):
		return line{number: wrong.StartLine}, community.Faultf(community.Invalid, "import.csv").Because(wrong)
	case err != nil:
		return line{}, err
	case len(record) > len(s.columns):
		return line{number: number}, community.Faultf(community.Invalid, "import.columns", len(record), len(s.columns))
	}
	message, author := map[string]any{}, map[string]any{}
	for i, value := range record {
		name := s.columns[i]
		if value == "" {
			continue
		}
		part, ofAuthor := strings.CutPrefix(name, "author.")
		switch {
		case ofAuthor:
			author[part] = typed(part, value)
		default:
			message[name] = typed(name, value)
		}
	}
	if len(author) > 0 {
		message["author"] = author
	}
	data, err := json.Marshal(message)
	return line{number: number, data: data}, err
}

// typed gives the few columns that are no text their type; a value that does
// not fit stays a text, which the message's own check then refuses by name.
func typed(name, value string) any {
	switch name {
	case "followers":
		var n json.Number
		if json.Unmarshal([]byte(value), &n) == nil {
			return n
		}
	case "deleted", "private", "can_reply", "verified":
		switch strings.ToLower(value) {
		case "true", "1", "yes", "oui":
			return true
		case "false", "0", "no", "non":
			return false
		}
	}
	return value
}

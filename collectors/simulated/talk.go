package simulated

import (
	"bytes"
	"embed"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"path"
	"strings"

	"github.com/vigie-hq/vigie/community"
)

//go:embed talk/*.jsonl
var talkFiles embed.FS

// The files of talk/ that hold no openings.
const (
	filePeople  = "people.jsonl"  // who speaks
	fileOurs    = "ours.jsonl"    // the brand's own posts, and the answers it gave before the start
	fileAnswers = "answers.jsonl" // what people say when we have answered them
	fileAgain   = "again.jsonl"   // sentences with gaps, said when all openings have been
	fileGaps    = "gaps.jsonl"    // what fills the gaps
)

// line is one written text. An opening has neither Continues nor Mood. What a
// classifier should say of a text stands in the files too, for evaluation only:
// it is not read here.
type line struct {
	ID        string         `json:"id"`
	Theme     string         `json:"theme"`
	Lang      string         `json:"lang"`
	Kind      community.Kind `json:"kind"`
	Private   bool           `json:"private"`
	To        []string       `json:"to"`     // names of pages
	Author    string         `json:"author"` // a handle of people.jsonl; empty: anybody of that language
	Text      string         `json:"text"`
	On        string         `json:"on"`        // the id of our own post it comments
	Continues string         `json:"continues"` // the id of the line whose author goes on
	After     int            `json:"after"`     // minutes after that line
	Mood      string         `json:"mood"`      // of an answer: thanks, still, detail, handoff
	Edit      *edit          `json:"edit"`
	Delete    int            `json:"delete"` // minutes after which its author deletes it; 0: never
}

type edit struct {
	Text  string `json:"text"`
	After int    `json:"after"` // minutes
}

// talk is all that was written, read once for each world.
type talk struct {
	openings []line
	angry    []line            // the thread that spreads, in its order
	next     map[string][]line // by the id of the line they continue
	ours     map[string]line   // our own posts, by id
	replies  []line            // what we had answered before the start, by theme and language
	answers  []line            // by mood and language
	again    []line
	people   []person
	gaps     gaps
	sum      string // of all files: another text is another world
}

// themeAngry spreads in its written order and as one burst.
const themeAngry = "aube"

func readTalk() (*talk, error) {
	t := &talk{next: map[string][]line{}, ours: map[string]line{}, gaps: gaps{}}
	entries, err := talkFiles.ReadDir("talk")
	if err != nil {
		return nil, err
	}
	sum := fnv.New64a()
	for _, e := range entries {
		data, err := talkFiles.ReadFile(path.Join("talk", e.Name()))
		if err != nil {
			return nil, err
		}
		sum.Write(data)
		if err := t.read(e.Name(), data); err != nil {
			return nil, fmt.Errorf("talk/%s: %w", e.Name(), err)
		}
	}
	t.sum = fmt.Sprintf("%016x", sum.Sum64())
	return t, nil
}

func (t *talk) read(file string, data []byte) error {
	switch file {
	case filePeople:
		return eachLine(data, func(p person) { t.people = append(t.people, p) })
	case fileGaps:
		return eachLine(data, t.gaps.add)
	}
	return eachLine(data, func(l line) {
		switch {
		case file == fileOurs && l.Mood == "":
			t.ours[l.ID] = l
		case file == fileOurs:
			t.replies = append(t.replies, l)
		case file == fileAnswers:
			t.answers = append(t.answers, l)
		case file == fileAgain:
			t.again = append(t.again, l)
		case l.Continues != "":
			t.next[l.Continues] = append(t.next[l.Continues], l)
		case l.Theme == themeAngry:
			t.angry = append(t.angry, l)
		default:
			t.openings = append(t.openings, l)
		}
	})
}

// eachLine decodes JSONL and names the line at fault.
func eachLine[T any](data []byte, give func(T)) error {
	number := 0
	for raw := range bytes.Lines(data) {
		number++
		if len(bytes.TrimSpace(raw)) == 0 {
			continue
		}
		var v T
		if err := json.Unmarshal(raw, &v); err != nil {
			return fmt.Errorf("line %d: %w", number, err)
		}
		give(v)
	}
	return nil
}

// pick gives the lines that keep holds for.
func pick(lines []line, keep func(line) bool) []line {
	var out []line
	for _, l := range lines {
		if keep(l) {
			out = append(out, l)
		}
	}
	return out
}

// folded is a text as a reader would call it the same: without case or spaces.
func folded(s string) string {
	return strings.Join(strings.Fields(strings.ToLower(s)), " ")
}

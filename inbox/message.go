package inbox

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/vigie-hq/vigie/community"
)

// mostTold is how many refused messages an answer names; the rest are counted.
const mostTold = 1000

// refusal is one message that was not taken: its line (its place in an array),
// from 1, and why.
type refusal struct {
	Line  int    `json:"line"`
	Error string `json:"error"`
	Key   string `json:"key"`
}

// taken is the answer to messages: how many were taken, their keys in the order
// they came, how many were not, and why (the first thousand).
type taken struct {
	Accepted int       `json:"accepted"`
	Refused  int       `json:"refused"`
	Keys     []string  `json:"keys"`
	Errors   []refusal `json:"errors"`
}

// intake is what one request of messages asks for, and what came of it so far.
type intake struct {
	lang   string
	viewer community.Viewer
	brand  string           // of messages that name none
	batch  string           // of all of them
	origin community.Origin // of all of them; empty: as each says
	out    taken
	first  error // why the first was refused
	parsed []community.Message
}

// takeMessages takes one message, an array or lines (NDJSON). It answers once
// what it accepted is durable in the log, so an answer that was lost is no
// reason to worry: sent again, everything is a duplicate. A bad message is
// told and the rest goes through; when nothing is left, the answer is a problem.
func (a api) takeMessages(c *fiber.Ctx) error {
	in, err := a.newIntake(c)
	if err != nil {
		return err
	}
	data := bytes.TrimPrefix(c.Request().Body(), []byte("\uFEFF"))
	if encoding := c.Get(fiber.HeaderContentEncoding); encoding != "" && encoding != "identity" {
		return community.Faultf(community.Invalid, "body.encoding", encoding)
	}
	now := a.s.Now()
	split(data, c.Get(fiber.HeaderContentType), func(line int, one []byte, err error) {
		m := community.Message{}
		if err == nil {
			m, err = community.ParseMessage(one, now)
		}
		if err == nil {
			err = in.admit(&m)
		}
		if err != nil {
			in.refuse(line, err)
			return
		}
		in.parsed = append(in.parsed, m)
	})
	if len(in.parsed) == 0 && in.out.Refused > 0 {
		return a.nothingTaken(c, in)
	}
	if len(in.parsed) > 0 {
		if err := a.s.Intake.Take(c.UserContext(), in.parsed); err != nil {
			return err
		}
	}
	in.out.Accepted = len(in.parsed)
	for i := range in.parsed {
		in.out.Keys = append(in.out.Keys, in.parsed[i].Identity().Key())
	}
	return answer(c, fiber.StatusAccepted, in.out)
}

func (a api) newIntake(c *fiber.Ctx) (*intake, error) {
	in := &intake{
		lang: langOf(c), viewer: viewerOf(c), batch: c.Query("batch"), brand: c.Query("brand"),
		origin: community.Origin(c.Query("origin")), out: taken{Keys: []string{}, Errors: []refusal{}},
	}
	switch in.origin {
	case "", community.Live, community.Import:
	default:
		return nil, community.Faultf(community.Invalid, "query.value", "origin", string(in.origin))
	}
	if in.batch != "" && !validBatch(in.batch) {
		return nil, community.Faultf(community.Invalid, "query.value", "batch", in.batch)
	}
	var may []string
	for _, brand := range in.viewer.Brands() {
		if in.viewer.May(community.ActionImport, brand, "") {
			may = append(may, brand)
		}
	}
	switch {
	case len(may) == 0:
		return nil, community.Faultf(community.Forbidden, "viewer.import")
	case in.brand == "" && len(may) == 1:
		in.brand = may[0]
	case in.brand == "":
		in.brand = community.DefaultBrand
	}
	return in, nil
}

// admit fills in what the request says of all its messages, and refuses a brand
// the viewer may not bring messages to as if it did not exist. A message that
// says it is history is believed; one that claims to be a replay is not.
func (in *intake) admit(m *community.Message) error {
	if m.Brand == "" {
		m.Brand = in.brand
	}
	if !in.viewer.May(community.ActionImport, m.Brand, "") {
		return community.Faultf(community.NotFound, "brand.unknown", m.Brand)
	}
	m.Batch = in.batch
	switch {
	case in.origin != "":
		m.Origin = in.origin
	case m.Origin == "":
		m.Origin = community.Live
	case m.Origin != community.Live:
		m.Origin = community.Import
	}
	return nil
}

func (in *intake) refuse(line int, err error) {
	in.out.Refused++
	if in.first == nil {
		in.first = err
	}
	if len(in.out.Errors) == mostTold {
		return
	}
	f, _ := fault(err)
	in.out.Errors = append(in.out.Errors, refusal{Line: line, Error: sayFault(in.lang, f), Key: f.Key})
}

// nothingTaken is the problem of the first message, with all the refusals.
func (a api) nothingTaken(c *fiber.Ctx, in *intake) error {
	f, status := fault(in.first)
	return a.s.writeProblem(c, status, struct {
		Problem
		taken
	}{problemOf(langOf(c), f, status), in.out})
}

// split gives each message of a body to one, with its line, from 1. The type
// tells lines (ndjson, jsonl, json lines) from JSON; otherwise the first
// character does: [ begins an array, { one message if the whole body is one
// value, else lines. Blank lines are passed over. What cannot be split, and
// lines longer than community.MaxLine, come with an error.
func split(data []byte, contentType string, one func(line int, data []byte, err error)) {
	kind := strings.ToLower(contentType)
	lines := strings.Contains(kind, "ndjson") || strings.Contains(kind, "jsonl") || strings.Contains(kind, "json-lines")
	trimmed := bytes.TrimLeft(data, " \t\r\n")
	switch {
	case len(trimmed) == 0:
		one(1, nil, community.Faultf(community.Invalid, "body.empty"))
	case !lines && trimmed[0] == '[':
		splitArray(trimmed, one)
	case !lines && trimmed[0] == '{' && json.Valid(data):
		one(1, data, nil)
	default:
		splitLines(data, one)
	}
}

func splitLines(data []byte, one func(int, []byte, error)) {
	n := 0
	for line := range bytes.Lines(data) {
		n++
		line = bytes.TrimSpace(line)
		switch {
		case len(line) == 0:
		case len(line) > community.MaxLine:
			one(n, nil, community.Faultf(community.Invalid, "message.line.too_long", community.MaxLine))
		default:
			one(n, line, nil)
		}
	}
}

// splitArray goes as far as the array is JSON: after a broken element nobody
// can tell where the next begins.
func splitArray(data []byte, one func(int, []byte, error)) {
	d := json.NewDecoder(bytes.NewReader(data))
	n := 1
	broken := func(err error) {
		one(n, nil, community.Faultf(community.Invalid, "message.json", int(d.InputOffset())).Because(err))
	}
	if _, err := d.Token(); err != nil {
		broken(err)
		return
	}
	for ; d.More(); n++ {
		var item json.RawMessage
		if err := d.Decode(&item); err != nil {
			broken(err)
			return
		}
		one(n, item, nil)
	}
	if _, err := d.Token(); err != nil {
		broken(err)
		return
	}
	if d.More() {
		broken(errors.New("something follows the array"))
	}
}

// wording is one content a message had, and since when.
type wording struct {
	Hash    string    `json:"hash"`
	At      time.Time `json:"at,omitzero"`
	Seen    time.Time `json:"seen,omitzero"`
	Deleted bool      `json:"deleted"`
	Text    string    `json:"text"`
}

// revisions lists every content a message had, newest first.
func (a api) revisions(c *fiber.Ctx) error {
	found, err := a.s.Reader.Revisions(c.UserContext(), viewerOf(c), c.Params("id"))
	items := make([]wording, len(found))
	for i := range found {
		items[i] = wording{
			Hash: found[i].Revision.Hash, At: found[i].Revision.At, Seen: found[i].Revision.Seen,
			Deleted: found[i].Revision.Deleted, Text: found[i].Text,
		}
	}
	return whole(c, items, err)
}

package classifier

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"runtime"

	"github.com/vigie-hq/vigie/community"
)

// batchLines is how many lines a worker takes at once: enough to make handing
// over cheap, few enough that a slow reader sees answers early.
const batchLines = 128

// batchBytes ends a batch early, so that long lines do not pile up in memory.
const batchBytes = 256 << 10

// batch is a run of input lines and, once done is closed, its output.
type batch struct {
	lines [][]byte
	fault []error // of lines that could not be read whole
	out   bytes.Buffer
	bad   int // lines that were answered with an error
	done  chan struct{}
}

// UnreadError tells how many input lines were no messages, once all are answered.
type UnreadError struct{ Lines int }

func (e *UnreadError) Error() string {
	if e.Lines == 1 {
		return "1 line could not be read: its answer says why"
	}
	return fmt.Sprintf("%d lines could not be read: their answers say why", e.Lines)
}

// RunClassify reads messages, one JSON object {"id","text"[,"lang","kind",
// "private","in_reply_to"]} a line, and writes one verdict a line in the same
// order, with evidence if asked. It uses all cores and reads ahead only a few
// batches, so that a slow writer slows the reader.
//
// A line that is no such object is answered in its place with {"id","error"},
// the id as far as it can be read, and the rest goes on; empty lines are
// skipped. The error returned is that of reading, writing or ctx, else an
// *UnreadError if there was such a line.
func RunClassify(ctx context.Context, in io.Reader, out io.Writer, c *Classifier, evidence bool) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	workers := runtime.GOMAXPROCS(0)
	work := make(chan *batch)
	order := make(chan *batch, 2*workers) // batches in the order of the input
	for range workers {
		go func() {
			for b := range work {
				b.classify(c, evidence)
				close(b.done)
			}
		}()
	}
	read := make(chan error, 1)
	go func() {
		defer close(order)
		defer close(work)
		read <- readBatches(ctx, in, work, order)
	}()
	w := bufio.NewWriterSize(out, 64<<10)
	bad := 0
	for {
		var b *batch
		select {
		case b = <-order:
		case <-ctx.Done():
			return ctx.Err()
		}
		if b == nil { // closed: the input has ended
			break
		}
		select {
		case <-b.done:
		case <-ctx.Done():
			return ctx.Err()
		}
		bad += b.bad
		if _, err := w.Write(b.out.Bytes()); err != nil {
			return fmt.Errorf("classify: write: %w", err)
		}
		if len(order) == 0 {
			if err := w.Flush(); err != nil { // nothing is waiting: let the reader have it
				return fmt.Errorf("classify: write: %w", err)
			}
		}
	}
	if err := w.Flush(); err != nil {
		return fmt.Errorf("classify: write: %w", err)
	}
	if err := <-read; err != nil || bad == 0 {
		return err
	}
	return &UnreadError{bad}
}

// readBatches cuts the input into batches and hands each to the writer's queue,
// then to a worker, until the input ends.
func readBatches(ctx context.Context, in io.Reader, work, order chan<- *batch) error {
	lines := bufio.NewReaderSize(in, 64<<10)
	for {
		b := &batch{done: make(chan struct{})}
		err := b.fill(lines)
		if len(b.lines) > 0 {
			for _, to := range []chan<- *batch{order, work} {
				select {
				case to <- b:
				case <-ctx.Done():
					return ctx.Err()
				}
			}
		}
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return fmt.Errorf("classify: read: %w", err)
		}
	}
}

// fill takes lines until the batch is full, the input ends, or nothing more is
// buffered: who types one line gets one answer.
func (b *batch) fill(lines *bufio.Reader) error {
	size := 0
	for len(b.lines) < batchLines && size < batchBytes {
		line, err := readLine(lines)
		if err != nil && !errors.Is(err, errLongLine) {
			return err
		}
		if err == nil && len(bytes.TrimSpace(line)) == 0 {
			continue
		}
		b.lines, b.fault = append(b.lines, line), append(b.fault, err)
		size += len(line)
		if lines.Buffered() == 0 {
			return nil
		}
	}
	return nil
}

// incoming is what is read of an input line. Numbers are taken as ids too.
type incoming struct {
	ID      json.RawMessage `json:"id"`
	Text    *string         `json:"text"`
	Lang    string          `json:"lang"`
	Kind    community.Kind  `json:"kind"`
	Private bool            `json:"private"`
	ReplyTo string          `json:"in_reply_to"`
}

// refusal is the answer to a line that cannot be classified.
type refusal struct {
	ID    string `json:"id"`
	Error string `json:"error"`
}

func (b *batch) classify(c *Classifier, evidence bool) {
	out := json.NewEncoder(&b.out)
	out.SetEscapeHTML(false)
	for i, line := range b.lines {
		m, err := decodeIncoming(line)
		if b.fault[i] != nil {
			err = b.fault[i]
		}
		var answer any
		switch {
		case err != nil:
			b.bad++
			answer = refusal{m.ID, err.Error()}
		case evidence:
			answer = c.Explained(m)
		default:
			answer = c.Classify(m)
		}
		// Strings and numbers in memory always encode; p is never NaN (see softmax).
		if err := out.Encode(answer); err != nil {
			_ = out.Encode(refusal{m.ID, err.Error()})
		}
	}
}

// decodeIncoming reads one line. Where it fails, the message still carries the
// id if the line had a readable one.
func decodeIncoming(line []byte) (community.Message, error) {
	var row incoming
	err := json.Unmarshal(line, &row)
	m := community.Message{
		ID: idOf(row.ID), Lang: row.Lang, Kind: row.Kind, Private: row.Private, InReplyTo: row.ReplyTo,
	}
	switch {
	case err != nil:
		return m, err
	case row.Text == nil:
		return m, errors.New(`no "text"`)
	}
	m.Text = *row.Text
	return m, nil
}

// idOf gives a string's content and any other scalar as it is written.
func idOf(raw json.RawMessage) string {
	var s string
	if json.Unmarshal(raw, &s) == nil {
		return s
	}
	if len(raw) == 0 || raw[0] == '{' || raw[0] == '[' || string(raw) == "null" {
		return ""
	}
	return string(raw)
}

package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/vigie-hq/vigie/community"
)

// taker is where an import goes: the installation in this process, or a server.
type taker interface {
	// Take returns when the messages are durable.
	Take(ctx context.Context, batch string, messages []community.Message) error
	// Tally tells what the store made of the import so far.
	Tally(ctx context.Context, batch string) (community.ImportTally, error)
	// Applied tells whether everything taken is applied and searchable: taken
	// messages of this batch in this run.
	Applied(ctx context.Context, batch string, taken int) (bool, error)
	// Known tells whether the brand has such an account.
	Known(ctx context.Context, brand, network, name string) (bool, error)
}

// importOptions is what the user asked for.
type importOptions struct {
	brand       string
	strict      bool // refuse messages of accounts nobody configured
	startClocks bool // treat them as live
	asJSON      bool
}

// refusal is one line that was not taken, and why.
type refusal struct {
	Line  int    `json:"line"`
	Error string `json:"error"`
}

// result is what an import says at its end: the store's own answer.
type result struct {
	community.ImportTally
	Refused int       `json:"refused"`
	Errors  []refusal `json:"errors"`
}

// maxRefusals bounds how many refused lines are spelled out.
const maxRefusals = 1000

// importBatch is how many messages are published at once.
const importBatch = 500

func importMessages(ctx context.Context, c *call) error {
	fs := flag.NewFlagSet("import", flag.ContinueOnError)
	var o importOptions
	place := dataFlags(fs)
	server := fs.String("server", "", "import into a running server at this `URL`")
	token := fs.String("token", "", "its API `token`")
	fs.StringVar(&o.brand, "brand", community.DefaultBrand, "the `brand` of messages that name none")
	fs.BoolVar(&o.strict, "strict", false, "refuse messages of accounts that nobody configured")
	fs.BoolVar(&o.startClocks, "start-clocks", false, "treat the messages as live: they start clocks and alerts")
	fs.BoolVar(&o.asJSON, "json", false, "print the result as JSON")
	format := fs.String("format", "", "jsonl or csv; by the file's name if empty, jsonl for -")
	files, err := c.parse(fs)
	if err != nil {
		return err
	}
	if len(files) != 1 {
		return usagef("one file, or - for standard input")
	}
	if !community.ValidName(o.brand) {
		return usagef("--brand %q is not of the form [a-z0-9-]{1,32}", o.brand)
	}
	if *format == "" && strings.HasSuffix(strings.ToLower(files[0]), ".csv") {
		*format = "csv"
	}
	if *format != "" && *format != "csv" && *format != "jsonl" {
		return usagef("--format %q: jsonl or csv", *format)
	}
	source, err := openSource(files[0], c.in, *format == "csv")
	if err != nil {
		return err
	}
	defer source.close()
	if *server != "" {
		to, err := newRemote(*server, *token)
		if err != nil {
			return err
		}
		return runImport(ctx, c, o, source, to, noResume{})
	}
	return withHouse(ctx, c, place, func(ctx context.Context, h *house) error {
		if err := h.ensureBrand(ctx, o.brand); err != nil {
			return err
		}
		return runImport(ctx, c, o, source, &embedded{house: h}, newBookmark(place.dir, h.bus.Identity(), source))
	})
}

// runImport reads the source to its end, waits until the last line is applied
// and searchable, and prints what the store says became of it.
func runImport(ctx context.Context, c *call, o importOptions, source *source, to taker, mark resume) error {
	batch, skip := mark.start()
	if skip > 0 {
		fmt.Fprintf(c.errOut, "going on after line %d\n", skip)
	}
	im := importing{call: c, options: o, to: to, batch: batch, mark: mark, res: result{Errors: []refusal{}}, known: map[[3]string]bool{}}
	began := time.Now()
	for {
		line, err := source.next()
		if errors.Is(err, io.EOF) {
			break
		}
		var bad *community.Fault
		switch {
		case err != nil && !errors.As(err, &bad):
			return err
		case line.number <= skip:
			continue
		case err != nil:
			im.refuse(line.number, err)
		default:
			if err := im.line(ctx, line); err != nil {
				return im.stopped(ctx, err)
			}
		}
		im.progress(began, line.number-skip)
	}
	if err := im.flush(ctx); err != nil {
		return im.stopped(ctx, err)
	}
	tally, err := im.settled(ctx, began)
	if err != nil {
		return im.stopped(ctx, err)
	}
	im.res.ImportTally = tally
	mark.finish()
	if err := im.print(began); err != nil {
		return err
	}
	if im.res.Refused > 0 && tally.Done() == 0 {
		return errors.New("nothing was taken: every line was refused")
	}
	return nil
}

// stopped says what an interrupted import leaves behind.
func (im *importing) stopped(ctx context.Context, err error) error {
	if ctx.Err() == nil {
		return err
	}
	fmt.Fprintln(im.call.errOut)
	return fmt.Errorf("stopped after line %d: what was taken is kept; the same command goes on from there", im.reached)
}

// importing is one import under way.
type importing struct {
	call    *call
	options importOptions
	to      taker
	batch   string
	mark    resume
	res     result
	known   map[[3]string]bool
	pending []community.Message
	last    int // line of the newest pending message
	reached int // line of the last one handed over
	taken   int // messages handed over
	shown   time.Time
}

func (im *importing) line(ctx context.Context, l line) error {
	m, err := l.message(time.Now())
	if err == nil {
		err = im.admit(ctx, &m)
	}
	if err != nil {
		if community.KindOf(err) != community.Invalid {
			return err
		}
		im.refuse(l.number, err)
		return nil
	}
	im.pending, im.last = append(im.pending, m), l.number
	if len(im.pending) >= importBatch {
		return im.flush(ctx)
	}
	return nil
}

// admit fills in what an import decides, and refuses unknown accounts if asked.
func (im *importing) admit(ctx context.Context, m *community.Message) error {
	if m.Brand == "" {
		m.Brand = im.options.brand
	}
	m.Origin, m.Batch = community.Import, im.batch
	if im.options.startClocks {
		m.Origin = community.Live
		m.Lag = time.Since(m.CreatedAt)
	}
	if m.Account == "" {
		m.Account = "import"
	}
	if !im.options.strict {
		return nil
	}
	key := [3]string{m.Brand, m.Network, m.Account}
	known, asked := im.known[key]
	if !asked {
		var err error
		if known, err = im.to.Known(ctx, m.Brand, m.Network, m.Account); err != nil {
			return err
		}
		im.known[key] = known
	}
	if !known {
		return community.Faultf(community.Invalid, "message.account", m.Network, m.Account)
	}
	return nil
}

func (im *importing) refuse(number int, err error) {
	im.res.Refused++
	if len(im.res.Errors) < maxRefusals {
		im.res.Errors = append(im.res.Errors, refusal{number, sentence(err)})
	}
}

// flush hands the pending messages over, waiting while the receivers are behind.
func (im *importing) flush(ctx context.Context) error {
	if len(im.pending) == 0 {
		return nil
	}
	for {
		err := im.to.Take(ctx, im.batch, im.pending)
		if err == nil {
			break
		}
		if community.KindOf(err) != community.Limited {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(200 * time.Millisecond):
		}
	}
	im.taken += len(im.pending)
	im.pending, im.reached = im.pending[:0], im.last
	return im.mark.reached(im.batch, im.last)
}

// settled waits until the store has dealt with everything that was handed over.
func (im *importing) settled(ctx context.Context, began time.Time) (community.ImportTally, error) {
	for {
		done, err := im.to.Applied(ctx, im.batch, im.taken)
		if err != nil {
			return community.ImportTally{}, err
		}
		if done {
			return im.to.Tally(ctx, im.batch)
		}
		im.progress(began, -1)
		select {
		case <-ctx.Done():
			return community.ImportTally{}, ctx.Err()
		case <-time.After(20 * time.Millisecond):
		}
	}
}

func (im *importing) progress(began time.Time, number int) {
	if time.Since(im.shown) < 250*time.Millisecond {
		return
	}
	im.shown = time.Now()
	if number < 0 {
		fmt.Fprintf(im.call.errOut, "\r%d messages read, waiting for the last to be searchable  ", im.taken)
		return
	}
	fmt.Fprintf(im.call.errOut, "\r%d lines, %.0f a second  ", number, float64(number)/time.Since(began).Seconds())
}

func (im *importing) print(began time.Time) error {
	fmt.Fprintln(im.call.errOut)
	if im.options.asJSON {
		return json.NewEncoder(im.call.out).Encode(im.res)
	}
	r := im.res
	fmt.Fprintf(im.call.out, "%d accepted, %d edited, %d duplicates, %d set aside, %d refused, in %s\n",
		r.Accepted, r.Edited, r.Duplicate, r.SetAside, r.Refused, time.Since(began).Round(10*time.Millisecond))
	for _, e := range r.Errors {
		fmt.Fprintf(im.call.out, "line %d: %s\n", e.Line, e.Error)
	}
	if n := r.Refused - len(r.Errors); n > 0 {
		fmt.Fprintf(im.call.out, "and %d more\n", n)
	}
	return nil
}

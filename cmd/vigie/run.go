package main

import (
	"context"
	"crypto/rand"
	"errors"
	"flag"
	"fmt"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/vigie-hq/vigie/community"
	"github.com/vigie-hq/vigie/inbox"
	"github.com/vigie-hq/vigie/internal/ops"
)

// invitationLife is how long the first one-time link can be used.
const invitationLife = 24 * time.Hour

func run(ctx context.Context, c *call) error {
	fs := flag.NewFlagSet("run", flag.ContinueOnError)
	p := dataFlags(fs)
	listen := fs.String("listen", "127.0.0.1:8080", "the `address` to listen on")
	base := fs.String("url", "", "the `URL` people use, when a proxy stands before Vigie (https makes cookies secure)")
	proxies := list{}
	fs.Var(&proxies, "proxy", "the `address` of that proxy, whose X-Forwarded-For is believed")
	role := fs.String("role", "all", "what this process does; in the embedded form: all")
	fs.String("config", "", "a `file` of settings, one \"name = value\" a line")
	rest, err := c.parse(fs)
	if err != nil {
		return err
	}
	if len(rest) > 0 {
		return usagef("%q is too much", rest[0])
	}
	if *role != "all" {
		return usagef("--role %s needs a log and a store that several processes can reach; the embedded ones serve one process: --role all", *role)
	}
	logger, err := newLogger(c, p.logLevel)
	if err != nil {
		return err
	}
	p.keys = c.getenv(keyVariable)
	h, err := openHouse(ctx, p, logger, nil)
	if err != nil {
		return err
	}
	err = h.ensureBrand(ctx, community.DefaultBrand)
	if err == nil {
		err = h.serve(ctx, serving{listen: *listen, base: *base, proxies: proxies, started: func(address string) error {
			fmt.Fprintf(c.errOut, "Vigie listens on %s\n", address)
			return h.invite(ctx, c, address)
		}})
	}
	return errors.Join(err, h.close())
}

// invite prints a one-time link while nobody works here yet.
func (h *house) invite(ctx context.Context, c *call, address string) error {
	if any, err := h.door.AnyAgent(ctx); err != nil || any {
		return err
	}
	secret, hash := inbox.NewToken()
	if err := h.door.PutInvite(ctx, hash, h.now().Add(invitationLife)); err != nil {
		return err
	}
	fmt.Fprintf(c.out, "Nobody works here yet. Open this once, within a day:\n%s/invite/%s\n", address, secret)
	return nil
}

// serving is how the installation is shown.
type serving struct {
	listen  string
	base    string
	proxies []string
	beside  []loop // what runs as long as it is served
	// started is told the address once it answers there.
	started func(address string) error
}

// serve runs the whole journey behind an address until ctx ends.
func (h *house) serve(ctx context.Context, s serving) error {
	l, err := net.Listen("tcp", s.listen)
	if err != nil {
		return err
	}
	if s.base == "" {
		s.base = "http://" + l.Addr().String()
	}
	h.server, err = inbox.New(inbox.Options{
		Reader: h.reader, Desk: h.desk, Door: h.door, Accounts: connector{h, s.base}, Intake: counter{h}, Explainer: explainer{h}, Models: h.models, Now: h.now, Log: h.log,
		Secure: strings.HasPrefix(s.base, "https://"), BaseURL: s.base, Proxies: s.proxies,
		Ready: h.ready, Metrics: ops.Metrics(h.figures), Hooks: http.HandlerFunc(h.called),
	})
	if err != nil {
		return errors.Join(err, l.Close())
	}
	if err := h.desk.Restart(ctx); err != nil {
		err = errors.Join(err, l.Close())
		if ctx.Err() != nil {
			return nil // asked to end before it began
		}
		return err
	}
	loops := append(h.journey(), loop{"serve", func(ctx context.Context) error { return h.server.Serve(ctx, l) }})
	loops = append(loops, s.beside...)
	if s.started != nil {
		loops = append(loops, loop{"start", func(context.Context) error { return s.started(s.base) }})
	}
	return together(ctx, loops...)
}

// counter is the house as the API sees it: where messages are handed in.
type counter struct{ h *house }

// Take publishes messages; it returns when they are durable.
func (c counter) Take(ctx context.Context, messages []community.Message) error {
	return c.h.Publish(ctx, messages)
}

// explainer gives a verdict again, with evidence.
type explainer struct{ h *house }

// Explain judges the message again and adds the spans that weighed.
func (e explainer) Explain(m community.Message) community.Verdict { return e.h.judge.explain(&m) }

func (e explainer) Readings(m community.Message) []community.Reading {
	return e.h.models.now.Load().running.Readings(m)
}

// newID is a random name for what people make.
func newID() string { return strings.ToLower(rand.Text()) }

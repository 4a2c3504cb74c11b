package main

import (
	"bufio"
	"context"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/vigie-hq/vigie/collectors"
	"github.com/vigie-hq/vigie/community"
	"github.com/vigie-hq/vigie/inbox"
)

// commander is whoever has the installation's folder in his hands.
func commander() community.Viewer { return community.Viewer{System: true, Agent: "command line"} }

// accountAdd connects accounts without a browser. What a network asks for are
// flags of its own.
func accountAdd(ctx context.Context, c *call) error {
	network, form, err := c.connectable()
	if err != nil {
		return err
	}
	fs := flag.NewFlagSet("account add", flag.ContinueOnError)
	p := dataFlags(fs)
	in := community.Connecting{Network: network}
	fs.StringVar((*string)(&in.Role), "role", "", "corporate, support or store; if empty corporate for one account, store for several")
	fs.StringVar(&in.Brand, "brand", community.DefaultBrand, "whose account it is")
	sends := fs.Bool("sends", true, "answers may leave from it")
	only := list{}
	fs.Var(&only, "only", "of several accounts that are found, those with these `ids`")
	all := fs.Bool("all", false, "of several accounts that are found, all")
	fields := fieldFlags(fs, network, form)
	own := func(name string, define func()) { // unless the network asks for it itself
		if fs.Lookup(name) == nil {
			define()
		}
	}
	var queries lines
	var dollars float64
	own("name", func() {
		fs.StringVar(&in.Name, "name", "", "how messages `name` the account; what the network calls it if empty")
	})
	own("queries", func() { fs.Var(&queries, "queries", "what to listen for beside the account, one `query` a time") })
	own("daily-cap", func() {
		fs.Float64Var(&dollars, "daily-cap", 0, "the most its calls may cost a day, in `dollars`; 0: no cap")
	})
	rest, err := c.parse(fs)
	if err != nil {
		return err
	}
	switch {
	case len(rest) != 1:
		return usagef("%q is too much", rest)
	case in.Role != "" && !slices.Contains(community.AccountRoles(), in.Role):
		return usagef("there is no role %q: %v", in.Role, community.AccountRoles())
	case !community.ValidName(in.Brand):
		return usagef("--brand %q is not of the form [a-z0-9-]{1,32}", in.Brand)
	case !(dollars >= 0 && dollars < 1e6):
		return usagef("--daily-cap %v is no amount", dollars)
	}
	return withHouse(ctx, c, p, func(ctx context.Context, h *house) error {
		if err := h.ensureBrand(ctx, in.Brand); err != nil {
			return err
		}
		con := connector{h: h}
		if in.Values, err = c.answers(ctx, con, network, form, fields); err != nil {
			return err
		}
		step, err := con.Connect(ctx, commander(), in)
		if err == nil && step.Choice != "" {
			step, err = c.choose(ctx, con, step, only, *all, in.Role)
		}
		if err != nil {
			return err
		}
		edit := community.AccountEdit{}
		if queries.text != "" {
			edit.Queries = &queries.text
		}
		if micros := int64(math.Round(dollars * 1e6)); micros > 0 {
			edit.DailyCap = &micros
		}
		if !*sends {
			edit.Sends = sends
		}
		for _, a := range step.Connected {
			if a, err = con.Change(ctx, commander(), a.Key(), edit); err != nil {
				return err
			}
			where := a.Network
			if a.Scope != "" {
				where = a.Scope
			}
			fmt.Fprintf(c.out, "@%s on %s is connected as the %s account of %s\n", a.Handle, where, a.Role, a.Brand)
		}
		return nil
	})
}

// choose picks from what was found; without a word about it, it lists that.
func (c *call) choose(ctx context.Context, con connector, step community.ConnectStep, only []string, all bool, role community.AccountRole) (community.ConnectStep, error) {
	var chosen []community.Chosen
	for _, f := range step.Found {
		if all || slices.Contains(only, f.ID) {
			chosen = append(chosen, community.Chosen{ID: f.ID, Role: role})
		}
	}
	if len(chosen) == 0 || (!all && len(chosen) < len(only)) {
		for _, f := range step.Found {
			fmt.Fprintf(c.errOut, "  %-24s %s %s\n", f.ID, f.Handle, f.Title)
		}
		return step, usagef("%d accounts are found: which of them? --only ID,ID or --all", len(step.Found))
	}
	return con.Choose(ctx, commander(), "", step.Choice, chosen)
}

// connectable finds, among the arguments, the network that is meant, and what
// it asks for.
func (c *call) connectable() (string, []community.Field, error) {
	forms := forms()
	for i, arg := range c.args {
		value := i > 0 && strings.HasPrefix(c.args[i-1], "-") && !strings.Contains(c.args[i-1], "=") // of the flag before it
		if fields, known := forms[arg]; known && !value {
			return arg, fields, nil
		}
	}
	if slices.ContainsFunc(c.args, isHelp) {
		return "", nil, nil
	}
	return "", nil, usagef("which network? Vigie connects: %s", strings.Join(slices.Sorted(maps.Keys(forms)), ", "))
}

// forms is what each network that can be connected asks for.
func forms() map[string][]community.Field {
	out := map[string][]community.Field{}
	for name, n := range networksOf(&house{log: slog.New(slog.DiscardHandler), now: time.Now}) {
		if form, can := n.(collectors.Connector); can {
			out[name] = form.Form()
		}
	}
	return out
}

// fieldFlags makes a flag of each field of a form: its name with hyphens, after
// the network's where another flag is called so. They are returned by field.
func fieldFlags(fs *flag.FlagSet, network string, form []community.Field) map[string]flag.Value {
	out := map[string]flag.Value{}
	for _, f := range form {
		about := inbox.T("en", "connect."+network+"."+f.Name)
		if f.App {
			about += " (of the app: needed until it is known)"
		}
		if f.Kind == community.FieldSecret {
			about += " (a secret: better VIGIE_" + strings.ToUpper(f.Name) + ", or standard input)"
		}
		if len(f.Choices) > 0 {
			about += ": `" + strings.Join(f.Choices, "|") + "`"
		}
		out[f.Name] = newLines(fs, flagName(fs, network, f.Name), about)
	}
	return out
}

func flagName(fs *flag.FlagSet, network, field string) string {
	name := strings.ReplaceAll(field, "_", "-")
	if fs.Lookup(name) != nil {
		name = network + "-" + name
	}
	return name
}

// lines is a flag whose values are put one on a line.
type lines struct{ text string }

func newLines(fs *flag.FlagSet, name, about string) flag.Value {
	l := &lines{}
	fs.Var(l, name, about)
	return l
}

func (l *lines) String() string { return l.text }

func (l *lines) Set(s string) error {
	if l.text != "" {
		l.text += "\n"
	}
	l.text += s
	return nil
}

// answers is the form filled in. What is missing and secret is asked for, a line
// each, so that it need not stand where others can read it.
func (c *call) answers(ctx context.Context, con connector, network string, form []community.Field, given map[string]flag.Value) (map[string]string, error) {
	out, said := map[string]string{}, map[string]string{}
	for name, value := range given {
		said[name] = value.String()
	}
	owner, err := con.appOwner(ctx, network, form, said)
	if err != nil {
		return nil, err
	}
	var in *bufio.Reader
	for _, f := range form {
		value := said[f.Name]
		known := false
		if f.App && value == "" {
			_, err := con.h.vault.Secret(ctx, owner, f.Name)
			if known = err == nil; !known && community.KindOf(err) != community.NotFound {
				return nil, err
			}
		}
		switch {
		case value != "" || known || f.Optional || f.Default != "":
		case f.Kind == community.FieldSecret && c.in != nil:
			if in == nil {
				in = bufio.NewReader(c.in)
			}
			fmt.Fprintf(c.errOut, "%s: ", f.Name)
			line, err := in.ReadString('\n')
			if err != nil && err != io.EOF {
				return nil, err
			}
			value = strings.TrimSpace(line)
		}
		if value == "" && !known && !f.Optional && f.Default == "" {
			return nil, usagef("%s is needed", f.Name)
		}
		if value != "" {
			out[f.Name] = value
		}
	}
	return out, nil
}

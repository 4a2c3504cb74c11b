// Command vigie is Vigie: it listens to what people say about a brand, sorts it,
// and lets a team answer in time. This folder wires the floors of the house
// together and holds nothing else: flow.go is the journey of a message on one
// page, networks.go names the networks, one line each; every other file is one
// command.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	_ "time/tzdata" // zones are in the binary: a server may have none
)

// Exit codes.
const (
	exitOK     = 0
	exitFailed = 1
	exitUsage  = 2
)

// command is one thing vigie can do.
type command struct {
	name  string
	args  string // after the name, in the help
	about string
	run   func(ctx context.Context, c *call) error
}

// call is one use of a command.
type call struct {
	args   []string
	in     io.Reader
	out    io.Writer // results
	errOut io.Writer // progress and logs
	getenv func(string) string
}

// usage is a mistake in how a command was called: exit code 2.
type usage struct{ message string }

func (u usage) Error() string { return u.message }

func usagef(format string, args ...any) error { return usage{fmt.Sprintf(format, args...)} }

func commands() []command {
	return []command{
		{"demo", "[--data DIR] [--listen ADDR] [--json]", "a seeded brand, a simulated network that keeps talking, everything embedded", demo},
		{"run", "[--data DIR] [--listen ADDR] [--config FILE]", "the service: collect, classify, receive, answer, show", run},
		{"import", "FILE [--data DIR | --server URL --token T]", "bring messages in from JSONL or CSV (- for standard input)", importMessages},
		{"classify", "[--evidence] [--model FILE]", "verdicts for JSONL messages on standard input; exit code 1 if a line was none", classify},
		{"evaluate", "FILE... [--split NAME] [--json] [--html FILE] [--learn-from FILE] | --folds FILE:HEAD", "how good the classifier is on labelled messages", evaluate},
		{"train", "--data FILE... --out MODEL [--own-labels] | --from-corrections FOLDER", "train a model on labelled messages, or on what agents corrected", train},
		{"model list", "[--data DIR]", "the models of an installation, and which runs", modelList},
		{"model show", "VERSION [--data DIR]", "what a model is, and what became of it", modelShow},
		{"model add", "FILE [--data DIR]", "put a trained model on the shelf", modelAdd},
		{"model shadow", "[VERSION] [--data DIR]", "let a model speak beside the running one, or end that", modelShadow},
		{"model promote", "VERSION [--data DIR]", "make a model run", modelPromote},
		{"model rollback", "[--data DIR]", "make the model run that ran before", modelRollback},
		{"user add", "--email E --name N [--role R] [--brand B]", "add somebody who works here", userAdd},
		{"token create", "--name N [--brand B] [--role R]", "a token for the API, shown once", tokenCreate},
		{"account add", "NETWORK [--role R] [--name N] [--brand B] [--FIELD VALUE ...]", "connect an account of the brand; NETWORK --help tells its fields", accountAdd},
		{"account app", "NETWORK [--FIELD VALUE ...]", "keep what belongs to the app registered with a network", accountApp},
		{"account list", "[NETWORK/NAME ...] [--brand B] [--json]", "the accounts and how they stand", accountList},
		{"account check", "[NETWORK/NAME ...] [--brand B] [--json]", "ask the networks how the accounts stand", accountCheck},
		{"account deactivate", "NETWORK/NAME ...", "switch accounts off; nothing is deleted", accountSwitch("account deactivate", false)},
		{"account activate", "NETWORK/NAME ...", "switch accounts on again", accountSwitch("account activate", true)},
		{"key rotate", "[--data DIR]", "seal every secret under a new key", keyRotate},
		{"key forget", "[--yes] [--data DIR]", "drop the secrets whose key is lost, to connect their accounts again", keyForget},
		{"doctor", "[--data DIR]", "check an installation and say what is wrong", doctor},
		{"version", "", "which vigie this is", version},
	}
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := vigie(ctx, &call{args: os.Args[1:], in: os.Stdin, out: os.Stdout, errOut: os.Stderr, getenv: os.Getenv})
	stop()
	os.Exit(code)
}

// vigie runs one command and returns its exit code.
func vigie(ctx context.Context, c *call) int {
	cmd, rest := find(c.args)
	if cmd == nil {
		if len(c.args) == 0 || isHelp(c.args[0]) {
			help(c.out)
			return exitOK
		}
		return astray(c)
	}
	c.args = rest
	err := cmd.run(ctx, c)
	var wrong usage
	switch {
	case err == nil:
		return exitOK
	case errors.Is(err, errHelp):
		fmt.Fprintf(c.out, "\nvigie %s %s\n  %s\n", cmd.name, cmd.args, cmd.about)
		return exitOK
	case errors.As(err, &wrong):
		fmt.Fprintf(c.errOut, "vigie %s: %s\nusage: vigie %s %s\n", cmd.name, wrong.message, cmd.name, cmd.args)
		return exitUsage
	}
	fmt.Fprintf(c.errOut, "vigie %s: %s\n", cmd.name, sentence(err))
	return exitFailed
}

func find(args []string) (*command, []string) {
	for _, cmd := range commands() {
		words := strings.Fields(cmd.name)
		if len(args) >= len(words) && strings.Join(args[:len(words)], " ") == cmd.name {
			return &cmd, args[len(words):]
		}
	}
	return nil, nil
}

// astray answers a call that names no command: the first word of some ("model")
// lists those, any other word all of them.
func astray(c *call) int {
	word := c.args[0]
	group := slices.DeleteFunc(commands(), func(cmd command) bool { return !strings.HasPrefix(cmd.name, word+" ") })
	switch {
	case len(group) == 0:
		fmt.Fprintf(c.errOut, "vigie: there is no command %q\n\n", word)
		help(c.errOut)
		return exitUsage
	case len(c.args) > 1 && isHelp(c.args[1]):
		listCommands(c.out, group)
		return exitOK
	case len(c.args) > 1 && !strings.HasPrefix(c.args[1], "-"):
		fmt.Fprintf(c.errOut, "vigie: there is no command %q\n\n", word+" "+c.args[1])
	default:
		fmt.Fprintf(c.errOut, "vigie %s: which one?\n\n", word)
	}
	listCommands(c.errOut, group)
	return exitUsage
}

// listCommands names commands, a line each.
func listCommands(w io.Writer, commands []command) {
	for _, cmd := range commands {
		fmt.Fprintf(w, "  vigie %-14s %s\n", cmd.name, cmd.about)
	}
}

func isHelp(s string) bool { return s == "help" || s == "-h" || s == "--help" }

func help(w io.Writer) {
	fmt.Fprintln(w, "Vigie: hear what people say about your brand, and answer in time.")
	fmt.Fprintln(w)
	listCommands(w, commands())
	fmt.Fprintln(w, "\nvigie COMMAND --help tells a command's flags. Each flag can also be set as VIGIE_NAME in the environment.")
}

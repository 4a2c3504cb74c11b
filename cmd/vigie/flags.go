package main

import (
	"bufio"
	"errors"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/vigie-hq/vigie/community"
	"github.com/vigie-hq/vigie/inbox"
)

// errHelp says that help was asked for and given.
var errHelp = errors.New("help")

// parse reads a command's flags: first what the command line says, then
// VIGIE_NAME in the environment, then the file of --config if the command has
// one ("name = value" lines). Flags and other arguments may stand in any order;
// the other arguments are returned.
func (c *call) parse(fs *flag.FlagSet) ([]string, error) {
	fs.SetOutput(c.errOut)
	fs.Usage = func() {}
	var rest []string
	for args := c.args; ; {
		if err := fs.Parse(args); err != nil {
			if errors.Is(err, flag.ErrHelp) {
				fs.SetOutput(c.out)
				fs.PrintDefaults()
				return nil, errHelp
			}
			return nil, usage{err.Error()}
		}
		args = fs.Args()
		if len(args) == 0 {
			break
		}
		rest, args = append(rest, args[0]), args[1:]
	}
	given := map[string]bool{}
	fs.Visit(func(f *flag.Flag) { given[f.Name] = true })
	var err error
	fs.VisitAll(func(f *flag.Flag) {
		name := "VIGIE_" + strings.ToUpper(strings.ReplaceAll(f.Name, "-", "_"))
		if value := c.getenv(name); value != "" && !given[f.Name] && err == nil {
			given[f.Name] = true
			if e := fs.Set(f.Name, value); e != nil {
				err = usagef("%s: %v", name, e)
			}
		}
	})
	if err != nil {
		return nil, err
	}
	if f := fs.Lookup("config"); f != nil && f.Value.String() != "" {
		err = configure(fs, f.Value.String(), given)
	}
	return rest, err
}

func configure(fs *flag.FlagSet, file string, given map[string]bool) error {
	f, err := os.Open(file)
	if err != nil {
		return usagef("--config: %v", err)
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(lines.Text())
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		name, value, ok := strings.Cut(line, "=")
		name, value = strings.TrimSpace(name), strings.TrimSpace(value)
		switch {
		case !ok || fs.Lookup(name) == nil:
			return usagef("%s line %d: no setting is called %q", file, n, name)
		case given[name]:
			continue
		}
		if err := fs.Set(name, value); err != nil {
			return usagef("%s line %d: %v", file, n, err)
		}
	}
	return lines.Err()
}

// sentence says an error in words: a fault by its key's English sentence, with
// its cause.
func sentence(err error) string {
	var fault *community.Fault
	if !errors.As(err, &fault) {
		return err.Error()
	}
	s := inbox.T("en", "fault."+fault.Key, fault.Args...)
	if fault.Err != nil {
		s += " (" + fault.Err.Error() + ")"
	}
	return s
}

// list is a flag that may be given several times or hold several values.
type list []string

func (l *list) String() string { return strings.Join(*l, ",") }

func (l *list) Set(s string) error {
	for one := range strings.SplitSeq(s, ",") {
		if one == "" {
			return fmt.Errorf("an empty value")
		}
		*l = append(*l, one)
	}
	return nil
}

// role checks a role's name.
func role(s string) (community.Role, error) {
	r := community.Role(s)
	if !slices.Contains(community.Roles(), r) {
		return "", usagef("there is no role %q; roles are %v", s, community.Roles())
	}
	return r, nil
}

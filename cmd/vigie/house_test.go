package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/vigie-hq/vigie"

// room is one Go file of the house.
type room struct {
	folder  string // from the top, "community/text"
	name    string
	test    bool
	lines   int
	imports []string
	file    *ast.File
}

// TestTheHouse holds the laws of the house, one sentence each.
func TestTheHouse(t *testing.T) {
	house := read(t)

	t.Run("the ground imports only the standard library", func(t *testing.T) {
		each(t, house, in("community"), func(s room, imp string) bool {
			return standard(imp) || ground(imp)
		})
	})
	t.Run("the desk imports only the ground", func(t *testing.T) {
		each(t, house, in("community/desk"), func(s room, imp string) bool {
			return standard(imp) || ground(imp)
		})
	})
	t.Run("nothing in the ground but the desk's own tests imports the desk", func(t *testing.T) {
		each(t, house, func(s room) bool { return under(s.folder, "community") && s.folder != "community/desk" }, func(s room, imp string) bool {
			return imp != module+"/community/desk"
		})
	})
	t.Run("collectors and classifier import the ground and nothing else of ours", func(t *testing.T) {
		for _, floor := range []string{"collectors", "classifier"} {
			each(t, house, in(floor), func(s room, imp string) bool {
				return !ours(imp) || ground(imp) && imp != module+"/community/desk" || under(imp, module+"/"+floor)
			})
		}
	})
	t.Run("the frame of the collectors imports no network", func(t *testing.T) {
		each(t, house, func(s room) bool { return s.folder == "collectors" }, func(s room, imp string) bool {
			return !strings.HasPrefix(imp, module+"/collectors/") || s.test && suite(imp)
		})
	})
	t.Run("a network imports the frame, plain words and the ground, never another network; Meta's two share Graph", func(t *testing.T) {
		each(t, house, func(s room) bool { return strings.HasPrefix(s.folder, "collectors/") }, func(s room, imp string) bool {
			own := strings.Join(strings.SplitN(s.folder, "/", 3)[:2], "/")
			shared := own == "collectors/facebook" || own == "collectors/instagram"
			return !strings.HasPrefix(imp, module+"/collectors/") || under(imp, module+"/"+own) || s.test && suite(imp) ||
				imp == module+"/collectors/plain" || shared && under(imp, module+"/collectors/graph")
		})
	})
	t.Run("the inbox imports the ground and the desk", func(t *testing.T) {
		each(t, house, in("inbox"), func(s room, imp string) bool {
			return !ours(imp) || ground(imp) || under(imp, module+"/inbox")
		})
	})
	t.Run("the technologies import the ground, the desk and each other's suites", func(t *testing.T) {
		each(t, house, in("internal"), func(s room, imp string) bool {
			return !ours(imp) || ground(imp) || under(imp, module+"/internal") || (s.test && ours(imp))
		})
	})
	t.Run("only cmd imports the technologies", func(t *testing.T) {
		each(t, house, func(s room) bool { return !under(s.folder, "internal") && !under(s.folder, "cmd") }, func(s room, imp string) bool {
			return !under(imp, module+"/internal")
		})
	})
	t.Run("each technology stands in one folder", func(t *testing.T) {
		home := map[string]string{
			"github.com/segmentio/kafka-go": "internal/kafka", "github.com/twmb/franz-go": "internal/kafka",
			"modernc.org/sqlite": "internal/sql", "github.com/gofiber/fiber": "inbox",
			"github.com/mattn/go-mastodon": "collectors/mastodon", "github.com/dghubble/go-twitter": "collectors/x",
			"github.com/dghubble/oauth1": "collectors/x", "github.com/huandu/facebook": "collectors/graph",
			"github.com/bluesky-social/indigo": "collectors/bluesky", "github.com/emersion": "collectors/mail",
			"github.com/mmcdole/gofeed": "collectors/feed",
		}
		each(t, house, func(room) bool { return true }, func(s room, imp string) bool {
			for technology, folder := range home {
				if under(imp, technology) && !under(s.folder, folder) {
					return false
				}
			}
			return true
		})
	})
	t.Run("nobody starts by himself, and nobody makes his own context", func(t *testing.T) {
		for _, s := range house {
			if s.test || under(s.folder, "cmd") || strings.HasSuffix(s.folder, "test") {
				continue
			}
			ast.Inspect(s.file, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.FuncDecl:
					if n.Name.Name == "init" && n.Recv == nil {
						t.Errorf("%s/%s has an init function", s.folder, s.name)
					}
				case *ast.SelectorExpr:
					if pkg, ok := n.X.(*ast.Ident); ok && pkg.Name == "context" && (n.Sel.Name == "Background" || n.Sel.Name == "TODO") {
						t.Errorf("%s/%s makes its own context", s.folder, s.name)
					}
				}
				return true
			})
		}
	})
	t.Run("a room can be seen at a glance", func(t *testing.T) {
		for _, s := range house {
			if s.lines > 400 {
				t.Errorf("%s/%s has %d lines", s.folder, s.name, s.lines)
			}
		}
	})
	t.Run("every package opens with a word to the reader", func(t *testing.T) {
		told := map[string]bool{}
		for _, s := range house {
			if !s.test {
				told[s.folder] = told[s.folder] || s.file.Doc != nil
			}
		}
		for folder, ok := range told {
			if !ok {
				t.Errorf("%s has no package comment", folder)
			}
		}
	})
}

// read parses every Go file from the top of the module.
func read(t *testing.T) []room {
	t.Helper()
	top := filepath.Join("..", "..")
	var house []room
	err := filepath.WalkDir(top, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && name != top && (strings.HasPrefix(d.Name(), ".") || d.Name() == "testdata") {
			return filepath.SkipDir
		}
		if d.IsDir() || !strings.HasSuffix(name, ".go") {
			return nil
		}
		text, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, text, parser.ParseComments)
		if err != nil {
			return err
		}
		folder, err := filepath.Rel(top, filepath.Dir(name))
		if err != nil {
			return err
		}
		s := room{
			folder: filepath.ToSlash(folder), name: d.Name(), file: file,
			test: strings.HasSuffix(name, "_test.go"), lines: strings.Count(string(text), "\n"),
		}
		for _, imp := range file.Imports {
			s.imports = append(s.imports, strings.Trim(imp.Path.Value, `"`))
		}
		house = append(house, s)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(house) < 50 {
		t.Fatalf("only %d Go files found from %s", len(house), top)
	}
	return house
}

// each holds a law for every import of the files it is about. Tests may use
// what they test with, but obey the same arrows between our own packages.
func each(t *testing.T, house []room, about func(room) bool, lawful func(room, string) bool) {
	t.Helper()
	n := 0
	for _, s := range house {
		if !about(s) {
			continue
		}
		n++
		for _, imp := range s.imports {
			if s.test && !ours(imp) {
				continue
			}
			if !lawful(s, imp) {
				t.Errorf("%s imports %s", path.Join(s.folder, s.name), imp)
			}
		}
	}
	if n == 0 {
		t.Error("this law is about nobody")
	}
}

func in(floor string) func(room) bool {
	return func(s room) bool { return under(s.folder, floor) }
}

func under(p, floor string) bool { return p == floor || strings.HasPrefix(p, floor+"/") }
func ours(imp string) bool       { return under(imp, module) }
func ground(imp string) bool     { return under(imp, module+"/community") }

// suite is a package of tests that others run.
func suite(imp string) bool { return strings.HasSuffix(imp, "test") }

func standard(imp string) bool {
	first, _, _ := strings.Cut(imp, "/")
	return !slices.Contains([]byte(first), '.')
}

package classifier

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
)

func TestRunClassifyKeepsTheOrder(t *testing.T) {
	c := New(toyModel(t))
	var in strings.Builder
	const n = 5000
	for i := range n {
		fmt.Fprintf(&in, "{\"id\":\"%d\",\"text\":%q}\n", i, strings.Repeat("mon colis est en retard ", i%7))
		if i%100 == 0 {
			in.WriteString("\n")
		}
	}
	var out bytes.Buffer
	if err := RunClassify(context.Background(), strings.NewReader(in.String()), &out, c, true); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(&out)
	i := 0
	for ; lines.Scan(); i++ {
		var v struct {
			ID       string
			Category struct{ Label string }
			Evidence []any
		}
		if err := json.Unmarshal(lines.Bytes(), &v); err != nil {
			t.Fatal(err)
		}
		if v.ID != fmt.Sprint(i) || v.Category.Label == "" {
			t.Fatalf("line %d: %s", i, lines.Text())
		}
	}
	if i != n {
		t.Errorf("%d answers to %d messages", i, n)
	}
}

func TestRunClassifyAnswersBadLines(t *testing.T) {
	c := New(toyModel(t))
	long, tooLong := strings.Repeat("a", 5<<20), strings.Repeat("b", maxLine)
	in := `{"id":"1","text":"a"}
not json
{"id":"3","text":7}
{"id":4,"text":"four"}
{"id":"5"}
[]
{"id":"7","text":"` + long + `"}
{"id":"8","text":"` + tooLong + `"}
{"id":"9","text":"no newline at the end"}`
	var out bytes.Buffer
	var unread *UnreadError
	if err := RunClassify(context.Background(), strings.NewReader(in), &out, c, false); !errors.As(err, &unread) || unread.Lines != 5 {
		t.Fatal(err)
	}
	want := []struct {
		id  string
		bad bool
	}{{"1", false}, {"", true}, {"3", true}, {"4", false}, {"5", true}, {"", true}, {"7", false}, {"", true}, {"9", false}}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if len(lines) != len(want) {
		t.Fatalf("%d lines, want %d", len(lines), len(want))
	}
	for i, w := range want {
		var got struct{ ID, Error string }
		if err := json.Unmarshal([]byte(lines[i]), &got); err != nil {
			t.Fatal(err)
		}
		if got.ID != w.id || (got.Error != "") != w.bad {
			t.Errorf("line %d: %+v, want %+v", i+1, got, w)
		}
	}
}

type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }
func (f failing) Read([]byte) (int, error)  { return 0, f.err }

func TestRunClassifyPassesErrorsOn(t *testing.T) {
	c := New(toyModel(t))
	broken := errors.New("broken pipe")
	in := strings.Repeat("{\"id\":\"1\",\"text\":\"a\"}\n", 10000)
	if err := RunClassify(context.Background(), strings.NewReader(in), failing{broken}, c, false); !errors.Is(err, broken) {
		t.Errorf("writing: %v", err)
	}
	if err := RunClassify(context.Background(), failing{broken}, io.Discard, c, false); !errors.Is(err, broken) {
		t.Errorf("reading: %v", err)
	}
	ctx, stop := context.WithCancel(context.Background())
	stop()
	silent, never := io.Pipe()
	defer never.Close()
	if err := RunClassify(ctx, silent, io.Discard, c, false); !errors.Is(err, context.Canceled) {
		t.Errorf("stopped: %v", err)
	}
}

// Who types one line gets one answer before the next.
func TestRunClassifyAnswersAtOnce(t *testing.T) {
	c := New(toyModel(t))
	in, keys := io.Pipe()
	screen, out := io.Pipe()
	done := make(chan error, 1)
	go func() {
		done <- RunClassify(context.Background(), in, out, c, false)
		out.Close()
	}()
	answers := bufio.NewScanner(screen)
	for i := range 3 {
		fmt.Fprintf(keys, "{\"id\":\"%d\",\"text\":\"mon colis\"}\n", i)
		if !answers.Scan() || !strings.Contains(answers.Text(), fmt.Sprintf(`"id":"%d"`, i)) {
			t.Fatalf("answer %d: %q", i, answers.Text())
		}
	}
	keys.Close()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
}

func FuzzRunClassify(f *testing.F) {
	c := New(toyModel(f))
	f.Add([]byte(`{"id":"1","text":"mon colis 😡"}`))
	f.Add([]byte("{\"id\":1,\"text\":\"\\ud83d\"}\n{\"id\":"))
	f.Add([]byte("\x00\n[[[[\n\"\"\nnull"))
	f.Fuzz(func(t *testing.T, in []byte) {
		var out bytes.Buffer
		var unread *UnreadError
		if err := RunClassify(context.Background(), bytes.NewReader(in), &out, c, true); err != nil && !errors.As(err, &unread) {
			t.Fatal(err)
		}
		want := 0
		for _, l := range bytes.Split(in, []byte("\n")) {
			want += oneIf(len(bytes.TrimSpace(l)) > 0)
		}
		if got := bytes.Count(out.Bytes(), []byte("\n")); got != want {
			t.Errorf("%d answers to %d lines", got, want)
		}
	})
}

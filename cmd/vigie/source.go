package main

import (
	"bufio"
	"errors"
	"io"
	"os"
	"strings"
	"time"

	"github.com/vigie-hq/vigie/community"
)

// source is the file an import reads.
type source struct {
	name   string
	reader *bufio.Reader
	close  func() error
	csv    *csvSource
	number int
	size   int64
	mod    time.Time
}

// line is one message as the file has it.
type line struct {
	number int
	data   []byte
}

func (l line) message(now time.Time) (community.Message, error) {
	return community.ParseMessage(l.data, now)
}

// openSource opens a file, or standard input under the name -.
func openSource(name string, stdin io.Reader, asCSV bool) (*source, error) {
	s := &source{name: name, close: func() error { return nil }}
	in := stdin
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return nil, err
		}
		info, err := f.Stat()
		if err != nil {
			return nil, errors.Join(err, f.Close())
		}
		s.close, s.size, s.mod, in = f.Close, info.Size(), info.ModTime(), f
	}
	s.reader = bufio.NewReaderSize(in, 1<<16)
	if asCSV {
		var err error
		if s.csv, err = newCSV(s.reader); err != nil {
			return nil, errors.Join(err, s.close())
		}
	}
	return s, nil
}

// next returns the next line that is not empty. A line that is too long is read
// to its end and comes back as a fault with its number.
func (s *source) next() (line, error) {
	if s.csv != nil {
		return s.csv.next()
	}
	for {
		data, tooLong, err := readLine(s.reader)
		if err != nil {
			return line{number: s.number}, err
		}
		s.number++
		if tooLong {
			return line{number: s.number}, community.Faultf(community.Invalid, "message.line.too_long", community.MaxLine)
		}
		if s.number == 1 {
			data = []byte(strings.TrimPrefix(string(data), "\ufeff"))
		}
		if len(strings.TrimSpace(string(data))) > 0 {
			return line{number: s.number, data: data}, nil
		}
	}
}

// readLine reads one line of any length in bounded memory.
func readLine(r *bufio.Reader) (data []byte, tooLong bool, err error) {
	for {
		part, err := r.ReadSlice('\n')
		if !tooLong {
			data = append(data, part...)
			tooLong = len(data) > community.MaxLine
		}
		switch {
		case err == nil:
			return data, tooLong, nil
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case errors.Is(err, io.EOF) && len(data) > 0:
			return data, tooLong, nil
		default:
			return nil, false, err
		}
	}
}

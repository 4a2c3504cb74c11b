package mail

import (
	"cmp"
	"fmt"
	"io"
	"mime"
	"slices"
	"strings"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
)

// How much of a letter is read: its header and the words are at its beginning,
// what is attached follows. Where the words begin later (a picture comes first)
// the server is asked for them alone.
const maxRead = 256 << 10

// raw is one letter as it was read, not yet decoded.
type raw struct {
	folder string
	uid    imap.UID
	date   time.Time // when the server received it
	size   int64     // of the whole letter
	head   []byte    // its first maxRead bytes
	words  []byte    // its text part, as an entity of its own, where that was read apart
}

func (l *raw) whole() bool { return l.size <= int64(len(l.head)) }

// section is what is asked of a letter, or of one of its parts: without marking
// it as seen, and no more than maxRead.
func section(part ...int) *imap.FetchItemBodySection {
	return &imap.FetchItemBodySection{Part: part, Peek: true, Partial: &imap.SectionPartial{Size: maxRead}}
}

// fetch reads letters in the order of their ids. Letters that are gone
// meanwhile are left out, and so are those that the server lists and has nothing
// of: empty is how many.
func (r *reader) fetch(uids []imap.UID) (letters []raw, empty int, err error) {
	if len(uids) == 0 {
		return nil, 0, nil
	}
	defer r.within(fetchTimeout)()
	command := r.Fetch(imap.UIDSetNum(uids...), &imap.FetchOptions{
		UID: true, InternalDate: true, RFC822Size: true, BodySection: []*imap.FetchItemBodySection{section()},
	})
	letters = make([]raw, 0, len(uids))
	for m := command.Next(); m != nil; m = command.Next() {
		l := collect(m)
		switch {
		case !slices.Contains(uids, l.uid):
		case l.head != nil:
			letters = append(letters, l)
		case l.size > 0 || !l.date.IsZero(): // else flags that changed
			empty++
		}
	}
	if err := command.Close(); err != nil {
		return nil, 0, r.fault(err)
	}
	slices.SortFunc(letters, func(a, b raw) int { return cmp.Compare(a.uid, b.uid) })
	return letters, empty, nil
}

// collect reads one letter's items. A server that sends more than was asked for
// fills no memory.
func collect(m *imapclient.FetchMessageData) raw {
	var l raw
	for item := m.Next(); item != nil; item = m.Next() {
		switch item := item.(type) {
		case imapclient.FetchItemDataUID:
			l.uid = item.UID
		case imapclient.FetchItemDataInternalDate:
			l.date = item.Time
		case imapclient.FetchItemDataRFC822Size:
			l.size = item.Size
		case imapclient.FetchItemDataBodySection:
			if item.Literal != nil {
				// A read that fails ends the connection; Close tells.
				l.head, _ = io.ReadAll(io.LimitReader(item.Literal, maxRead))
			}
		}
	}
	return l
}

// beyond reads the words of a large letter whose text part lies behind what was
// read: the first plain text of its structure, else the first HTML.
func (r *reader) beyond(l *raw) error {
	defer r.within(fetchTimeout)()
	got, err := r.Fetch(imap.UIDSetNum(l.uid), &imap.FetchOptions{
		UID: true, BodyStructure: &imap.FetchItemBodyStructure{Extended: true},
	}).Collect()
	if err != nil || len(got) == 0 || got[0].BodyStructure == nil {
		return r.fault(err)
	}
	var best *imap.BodyStructureSinglePart
	var path []int
	got[0].BodyStructure.Walk(func(at []int, part imap.BodyStructure) bool {
		single, ok := part.(*imap.BodyStructureSinglePart)
		if !ok {
			return true
		}
		kind := single.MediaType()
		better := best == nil && kind == "text/html" || kind == "text/plain" && (best == nil || best.MediaType() == "text/html")
		if better && !attached(single) {
			best, path = single, slices.Clone(at)
		}
		return true
	})
	if best == nil {
		return nil
	}
	command := r.Fetch(imap.UIDSetNum(l.uid), &imap.FetchOptions{UID: true, BodySection: []*imap.FetchItemBodySection{section(path...)}})
	for m := command.Next(); m != nil; m = command.Next() {
		if part := collect(m); part.uid == l.uid {
			l.words = append(entityHeader(best), part.head...)
		}
	}
	return r.fault(command.Close())
}

func attached(part *imap.BodyStructureSinglePart) bool {
	d := part.Disposition()
	return d != nil && d.Value != "" && !strings.EqualFold(d.Value, "inline")
}

// entityHeader is the header that a part has within its letter, as far as
// decoding needs it.
func entityHeader(part *imap.BodyStructureSinglePart) []byte {
	kind := mime.FormatMediaType(part.MediaType(), part.Params)
	if kind == "" {
		kind = part.MediaType()
	}
	line := strings.NewReplacer("\r", "", "\n", "")
	return fmt.Appendf(nil, "Content-Type: %s\r\nContent-Transfer-Encoding: %s\r\n\r\n", line.Replace(kind), line.Replace(part.Encoding))
}

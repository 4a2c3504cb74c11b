package mail

import (
	"fmt"

	"github.com/emersion/go-imap/v2"

	"github.com/vigie-hq/vigie/community"
)

// How often a page of letters, or the structure of one, may break the connection
// before it is read another way; and how often a letter read alone may, before
// it is left to the mailbox. Some servers hang up over a letter they cannot read
// themselves, and what stands behind it must come nevertheless.
const (
	mostPage   = 2
	mostLetter = 5
)

// attempt does what may break a connection, and counts how often it did in a row.
func (b *box) attempt(what string, do func() error) error {
	err := do()
	switch {
	case err == nil && b.failures(what) > 0:
		b.tried.put(what, "")
	case err != nil && community.KindOf(err) == community.Unavailable:
		b.tried.put(what, b.tried.get(what)+"x")
	}
	return err
}

// failures is how often something failed since it last worked.
func (b *box) failures(what string) int { return len(b.tried.get(what)) }

// words reads the words of a large letter that stand behind what was read; not
// where the structure cannot be read: then the letter is shown without.
func (f *filing) words(l *raw) error {
	what := fmt.Sprintf("words\x00%s\x00%d", l.folder, l.uid)
	if !wordless(l) || f.box.failures(what) >= mostPage {
		return nil
	}
	return f.box.attempt(what, func() error { return f.reader.beyond(l) })
}

// fetch reads a page of letters; one by one if the page fails again and again.
// unreadable is how many of them could not be had.
func (p *poller) fetch(folder string, uids []imap.UID) (letters []raw, unreadable int, err error) {
	alone := len(uids) == 1
	what := fmt.Sprintf("letters\x00%s\x00%d\x00%v", folder, uids[0], alone)
	switch failed := p.box.failures(what); {
	case alone && failed >= mostLetter:
		p.n.o.Logger.Error("a letter cannot be read", "account", p.box.account.Key(), "folder", folder, "uid", uids[0])
		return nil, 1, nil
	case !alone && failed >= mostPage:
		for i := range uids {
			got, lost, err := p.fetch(folder, uids[i:i+1])
			if err != nil {
				return nil, 0, err
			}
			letters, unreadable = append(letters, got...), unreadable+lost
		}
		return letters, unreadable, nil
	}
	err = p.box.attempt(what, func() error {
		letters, unreadable, err = p.r.fetch(uids)
		return err
	})
	return letters, unreadable, err
}

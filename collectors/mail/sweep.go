package mail

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"time"

	"github.com/emersion/go-imap/v2"

	"github.com/vigie-hq/vigie/collectors"
	"github.com/vigie-hq/vigie/community"
)

// How many letters are read at once.
const pageSize = 25

// The ids of a folder tell what came before the account was connected if they
// are read so soon after; later, the letters' dates must.
const prompt = 2 * time.Minute

// place is how far one folder is collected. Ids of letters only grow within a
// folder (RFC 9051, 2.3.1.1), so nothing can appear below Next, as long as the
// folder's validity is the same.
type place struct {
	Validity uint32 `json:"v"`
	Next     uint32 `json:"n"`           // every letter below is collected
	First    uint32 `json:"c,omitempty"` // the next id when the account was connected; 0: not known
}

// swept is what Cursor.Until holds while a folder is read for the first time,
// newest first: which, and where it will then stand. Cursor.From is the id below
// which it goes on.
type swept struct {
	Folder string `json:"f"`
	place
}

// poller reads the folders. What Cursor.Since holds is its places, as JSON.
type poller struct {
	n      *Network
	box    *box
	r      *reader
	emit   collectors.Emit
	cursor community.Cursor
	at     map[string]place
	filing *filing
}

func newPoller(n *Network, b *box, r *reader, cursor community.Cursor, emit collectors.Emit) *poller {
	p := &poller{n: n, box: b, r: r, emit: emit, cursor: cursor, at: map[string]place{}}
	// A cursor that cannot be read is none: everything within History is
	// collected again, and the store finds the duplicates.
	if json.Unmarshal([]byte(cursor.Since), &p.at) != nil || p.at == nil {
		p.at = map[string]place{}
	}
	return p
}

// poll brings everything that is new in every folder, then moves the cursor to
// the poll's beginning.
func (p *poller) poll(ctx context.Context) error {
	started := p.n.o.Now().UTC()
	folders, sent, err := p.r.folders(&p.box.account)
	if err != nil {
		return err
	}
	key, err := p.n.sealKey(ctx, p.box, false)
	if err != nil {
		return err
	}
	p.filing = &filing{box: p.box, reader: p.r, sent: sent, folders: folders, key: key, connected: p.cursor.Connected}
	for _, name := range folders {
		data, err := p.r.examine(name)
		switch {
		case err == nil:
		case name != inbox && (community.KindOf(err) == community.NotFound || community.KindOf(err) == community.Forbidden):
			continue // it was deleted, misspelt or closed to us: Check tells
		default:
			return err
		}
		if p.at[name].Validity == data.UIDValidity {
			err = p.climb(ctx, name, uint32(data.UIDNext))
		} else {
			err = p.first(ctx, name, data)
		}
		if err != nil {
			return err
		}
	}
	p.cursor.Complete = started
	return p.save(ctx, nil, 0)
}

// climb reads a folder upwards from where it stands. next is what the server
// announced as its next id, 0 if it did not.
func (p *poller) climb(ctx context.Context, name string, next uint32) error {
	at := p.at[name]
	if next != 0 && next <= at.Next {
		return nil
	}
	uids, err := p.r.from(at.Next)
	if err != nil {
		return err
	}
	for len(uids) > 0 {
		page := uids[:min(pageSize, len(uids))]
		uids = uids[len(page):]
		messages, unreadable, err := p.read(ctx, name, page, at.First, false)
		if err != nil {
			return err
		}
		at.Next = uint32(page[len(page)-1]) + 1
		p.at[name] = at
		if err := p.save(ctx, messages, unreadable); err != nil {
			return err
		}
	}
	at.Next = max(at.Next, next)
	p.at[name] = at
	return nil
}

// first reads a folder that was never read, or whose ids the server gave anew:
// newest first, back to History. Its upper end is remembered in the cursor, so
// that an interruption costs nothing; what is new above it is read when the sweep
// is done. Letters known from before are recognised by their Message-ID.
func (p *poller) first(ctx context.Context, name string, data *imap.SelectData) error {
	now := p.n.o.Now()
	since := now.Add(-p.n.o.History)
	if c := p.cursor.Complete.Add(-24 * time.Hour); !p.cursor.Complete.IsZero() && c.Before(since) {
		since = c // it stood still for longer: nothing of that is left out
	}
	uids, err := p.r.search(&imap.SearchCriteria{Since: since})
	if err != nil {
		return err
	}
	upper := uint32(data.UIDNext)
	if len(uids) > 0 {
		upper = max(upper, uint32(uids[len(uids)-1])+1)
	}
	at := swept{Folder: name, place: place{Validity: data.UIDValidity, Next: upper}}
	if p.cursor.Complete.IsZero() && now.Sub(p.cursor.Connected) <= prompt {
		at.First = upper
	}
	from := upper
	var before swept
	if json.Unmarshal([]byte(p.cursor.Until), &before) == nil && before.Folder == name && before.Validity == data.UIDValidity {
		at = before
		if below, err := strconv.ParseUint(p.cursor.From, 10, 32); err == nil {
			from = uint32(below)
		}
	}
	uids = slices.DeleteFunc(uids, func(uid imap.UID) bool { return uint32(uid) >= from })
	until, err := json.Marshal(at)
	if err != nil {
		return err
	}
	for len(uids) > 0 {
		page := uids[max(0, len(uids)-pageSize):]
		uids = uids[:len(uids)-len(page)]
		messages, unreadable, err := p.read(ctx, name, page, at.First, false)
		if err != nil {
			return err
		}
		p.cursor.Until, p.cursor.From = string(until), strconv.FormatUint(uint64(page[0]), 10)
		if err := p.save(ctx, messages, unreadable); err != nil {
			return err
		}
	}
	p.at[name] = at.place
	p.cursor.Until, p.cursor.From = "", ""
	if at.Next < upper {
		return p.climb(ctx, name, 0)
	}
	return nil
}

// from lists the ids of the selected folder from next on.
func (r *reader) from(next uint32) ([]imap.UID, error) {
	uids, err := r.search(&imap.SearchCriteria{UID: []imap.UIDSet{{imap.UIDRange{Start: imap.UID(max(next, 1))}}}})
	// "n:*" always holds the last letter, even below n.
	return slices.DeleteFunc(uids, func(uid imap.UID) bool { return uint32(uid) < next }), err
}

// read reads letters of the selected folder as messages.
func (p *poller) read(ctx context.Context, folder string, uids []imap.UID, firstNew uint32, push bool) (messages []community.Message, unreadable int, err error) {
	letters, unreadable, err := p.fetch(folder, uids)
	if err != nil {
		return nil, 0, err
	}
	messages = make([]community.Message, 0, len(letters))
	for i := range letters {
		letters[i].folder = folder
		m, keep, err := p.filing.message(ctx, &letters[i], firstNew, push)
		if err != nil {
			return nil, 0, err
		}
		if keep {
			messages = append(messages, m)
		}
	}
	return messages, unreadable, nil
}

// save emits messages together with where the cursor then stands.
func (p *poller) save(ctx context.Context, messages []community.Message, unreadable int) error {
	since, err := json.Marshal(p.at)
	if err != nil {
		return err
	}
	p.cursor.Since = string(since)
	cursor := p.cursor
	return p.emit(ctx, collectors.Batch{Messages: messages, Cursor: &cursor, Unreadable: unreadable})
}

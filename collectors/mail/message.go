package mail

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/vigie-hq/vigie/community"
)

// Why a letter cannot be answered.
const (
	whyAutomatic  = "mail.automatic"   // a program wrote it
	whyBounced    = "mail.bounced"     // it tells that our answer did not arrive
	whyOwnAddress = "mail.own_address" // it claims our own address, and nothing proves it
	whyNobody     = "mail.nobody"      // it names nobody to answer to
)

// How far a server's clock may be behind ours for a letter that came after the
// account was connected; what is older was moved there from elsewhere.
const clockSkew = time.Hour

// The domain of the ids that Vigie gives to letters without one. It is a
// Message-ID in form, so that answers name it and threads hold together.
const noIDDomain = "no-message-id.invalid"

// filing is what must be known beside a letter to make a message of it.
type filing struct {
	box       *box
	reader    *reader
	sent      string    // the folder of what was sent
	folders   []string  // where letters may be found
	key       []byte    // of our seals; nil: none was ever set
	connected time.Time // when the account was connected
}

// message makes a message of a letter. firstNew is the id that the folder's next
// letter had when the account was connected. keep is false for a copy of what
// another folder shows better.
func (f *filing) message(ctx context.Context, l *raw, firstNew uint32, push bool) (m community.Message, keep bool, err error) {
	if err := f.words(l); err != nil {
		return m, false, err
	}
	letter := decode(l)
	m = community.Message{
		Scope: f.box.scope(), ID: letter.id, Kind: community.KindDirect, Private: true,
		InReplyTo: letter.inReplyTo, Text: letter.words, Media: letter.media,
		Author:    community.Author{ID: letter.from.address, Handle: letter.from.address, Name: letter.from.name},
		CreatedAt: f.received(l, firstNew), CanReply: true,
	}
	if m.ID == "" {
		f.rename(&m, &letter)
	}
	writing := letter.from.address
	if writing != f.box.address {
		writing += "\x00" + letter.date.UTC().Format(time.RFC3339)
	}
	if known := f.box.authors.get(m.ID); known != "" && known != writing {
		// Somebody else's letter under an id that is taken, or another by a
		// program that gives all of its letters the same.
		f.rename(&m, &letter)
	}
	own, err := f.own(ctx, l, &letter, &m, push)
	if err != nil || own == ownElsewhere {
		return m, false, err
	}
	if m.Thread, err = f.thread(ctx, &letter, m.ID); err != nil {
		return m, false, err
	}
	if letter.subject != "" {
		if m.Extra == nil {
			m.Extra = map[string]json.RawMessage{}
		}
		m.Extra["subject"], _ = json.Marshal(letter.subject) // a string never fails
		if m.Thread == m.ID {
			m.Text = clip(strings.TrimSpace(letter.subject + "\n\n" + m.Text))
		}
	}
	switch {
	case own == ownProven:
		m.Author.ID, m.Author.Handle = f.box.address, f.box.address
		if !letter.date.IsZero() {
			m.CreatedAt = letter.date.UTC() // our own clock; the copies of it agree on that alone
		}
	case own == ownClaimed:
		m.Author = community.Author{Name: letter.from.name}
		m.CanReply, m.ReplyWhy = false, whyOwnAddress
	case letter.report != nil:
		m.CanReply, m.ReplyWhy = false, whyAutomatic
		if err := f.bounce(ctx, letter.report, &m); err != nil {
			return m, false, err
		}
	case letter.automatic:
		m.CanReply, m.ReplyWhy = false, whyAutomatic
	case letter.answerTo(f.box.address) == "":
		m.CanReply, m.ReplyWhy = false, whyNobody
	}
	f.box.threads.put(m.ID, m.Thread)
	f.box.authors.put(m.ID, writing)
	return m, true, nil
}

// rename gives a letter an id made of its content.
func (f *filing) rename(m *community.Message, l *letter) {
	m.ID = hashOf(m.ID, l.from.address, l.date.UTC().String(), l.subject, l.words) + "@" + noIDDomain
}

// received is when the server had the letter. Its ids say more surely than any
// clock what came before the account was connected and what after: what came
// before is older than that moment, and what came after is not, unless it was
// moved here from elsewhere and keeps its age.
func (f *filing) received(l *raw, firstNew uint32) time.Time {
	at := l.date.UTC()
	switch {
	case firstNew == 0 || f.connected.IsZero():
	case uint32(l.uid) < firstNew && !at.Before(f.connected):
		return f.connected.Add(-time.Second)
	case uint32(l.uid) >= firstNew && at.Before(f.connected) && f.connected.Sub(at) <= clockSkew:
		return f.connected
	}
	return at
}

// owner says how far a letter is our own.
type owner int

const (
	ownNot       owner = iota
	ownProven          // it lies among what was sent, or bears our seal
	ownClaimed         // it says so, as anybody can
	ownElsewhere       // it is a copy of what lies among what was sent
)

// own tells whether a letter is our own. Anybody can write our address on a
// letter: outside the folder of what was sent only our seal proves it.
func (f *filing) own(ctx context.Context, l *raw, letter *letter, m *community.Message, push bool) (owner, error) {
	text, ours := unsealed(f.key, l, m.ID, letter.whole)
	if ours {
		m.Text = clip(text)
	}
	switch {
	case ours, l.folder == f.sent && f.sent != "":
		return ownProven, nil
	case letter.from.address != f.box.address:
		if isOurs(m.ID) { // a stranger's letter under the name of an answer of ours
			f.rename(m, letter)
		}
		return ownNot, nil
	case push:
		return ownElsewhere, nil // its copy among what was sent may be on its way; a poll will tell
	case f.sent == "":
		return ownClaimed, nil
	}
	copied, err := f.elsewhere(ctx, m.ID, f.sent)
	if err != nil {
		return ownNot, err
	}
	if copied != nil && decode(copied).words == letter.words {
		return ownElsewhere, nil
	}
	f.rename(m, letter)
	return ownClaimed, nil
}

// bounce puts a report of failure where its matter is: into the thread of the
// answer that did not arrive, as the words of the customer it was for, so that his
// conversation asks for somebody again. A report about a letter that we cannot
// find among ours may be anybody's invention and stays what it is.
func (f *filing) bounce(ctx context.Context, r *report, m *community.Message) error {
	if !r.failed || !isOurs(r.original) || !isAddress(r.recipient) {
		return nil
	}
	thread := f.box.threads.get(r.original)
	// What left a moment ago may not lie among what was sent yet.
	if f.box.sentTo.get(r.original) != r.recipient || thread == "" {
		if f.sent == "" {
			return nil
		}
		l, err := f.elsewhere(ctx, r.original, f.sent)
		if err != nil || l == nil {
			return err
		}
		lost := decode(l)
		if !addressed(&lost, r.recipient) {
			return nil
		}
		if thread, err = f.thread(ctx, &lost, r.original); err != nil {
			return err
		}
	}
	m.InReplyTo, m.Thread, m.ReplyWhy = r.original, thread, whyBounced
	m.Author = community.Author{ID: r.recipient, Handle: r.recipient}
	m.Text = clip(strings.TrimSpace(strings.Join([]string{r.recipient + ":", r.status, r.reason}, " ") + "\n\n" + m.Text))
	return nil
}

// addressed tells whether a letter went to somebody.
func addressed(l *letter, address string) bool {
	at := func(p person) bool { return p.address == address }
	return slices.ContainsFunc(l.to, at) || slices.ContainsFunc(l.cc, at)
}

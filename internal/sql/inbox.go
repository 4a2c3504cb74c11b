package sql

import (
	"context"
	"database/sql"
	"errors"
	"slices"

	"github.com/vigie-hq/vigie/community"
)

// Inbox is what pages and the API read (inbox.Reader). Every read takes a
// Viewer and answers as if what he may not see did not exist.
type Inbox struct{ db *DB }

// NewInbox returns the reader.
func NewInbox(db *DB) *Inbox { return &Inbox{db} }

// reach is how far a viewer sees into one brand.
type reach struct {
	brand    string
	all      bool     // every channel, and what belongs to none
	channels []string // else these
	private  bool     // what is private, wherever he sees
	intimate []string // else what is private in these channels only
}

// reaches lists what a viewer may read of one brand, or of all with "".
func (s *snapshot) reaches(ctx context.Context, v community.Viewer, brand string) ([]reach, error) {
	brands := v.Brands()
	switch {
	case v.System && brand != "":
		brands = []string{brand}
	case v.System:
		var err error
		if brands, err = s.words(ctx, `SELECT id FROM brand ORDER BY id`); err != nil {
			return nil, err
		}
	case brand != "":
		brands = slices.DeleteFunc(brands, func(b string) bool { return b != brand })
	}
	var out []reach
	for _, b := range brands {
		r := reach{brand: b}
		r.channels, r.all = v.Channels(b)
		if !r.all && len(r.channels) == 0 {
			continue
		}
		some, every := v.ChannelsFor(community.ActionPrivate, b)
		r.intimate = slices.DeleteFunc(some, func(c string) bool { return !v.Sees(b, c, true) })
		r.private = every || !r.all && len(r.intimate) == len(r.channels)
		out = append(out, r)
	}
	return out, nil
}

func (s *snapshot) words(ctx context.Context, text string, args ...any) ([]string, error) {
	var out []string
	err := each(ctx, s, text, args, func(rows *sql.Rows) error {
		var w string
		err := rows.Scan(&w)
		out = append(out, w)
		return err
	})
	return out, err
}

// seen reads a conversation the viewer may see, else a Fault NotFound.
func (s *snapshot) seen(ctx context.Context, v community.Viewer, id string) (*numbered, error) {
	c, err := conversationByID(ctx, s, s.db.labels, id)
	if err != nil {
		return nil, err
	}
	if c == nil || !v.Sees(c.Brand, c.Channel, c.Private) {
		return nil, missing("conversation", id)
	}
	return c, nil
}

// Conversation reads one row, following a merge.
func (in *Inbox) Conversation(ctx context.Context, v community.Viewer, id string) (*community.Conversation, error) {
	var out *community.Conversation
	err := in.db.read(ctx, func(s *snapshot) error {
		c, err := s.seen(ctx, v, id)
		if err == nil {
			out = &c.Conversation
		}
		return err
	})
	return out, err
}

// Matter reads a whole conversation. What is private of a public one is left
// out for a viewer who may not read it.
func (in *Inbox) Matter(ctx context.Context, v community.Viewer, id string) (*community.Matter, error) {
	var out *community.Matter
	err := in.db.read(ctx, func(s *snapshot) error {
		c, err := s.seen(ctx, v, id)
		if err != nil {
			return err
		}
		out = &community.Matter{Conversation: c.Conversation}
		return s.fill(ctx, v, c, out)
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

func (s *snapshot) fill(ctx context.Context, v community.Viewer, c *numbered, m *community.Matter) (err error) {
	private := v.Sees(c.Brand, c.Channel, true)
	first, last := span(c.num)
	rows, err := entries(ctx, s, s.db.labels, `SELECT `+entryColumns+` FROM message m WHERE m.num BETWEEN $1 AND $2 ORDER BY m.at, m.key`, first, last)
	hidden := false
	for i := range rows {
		e := &rows[i].e
		if !private && e.Message.Private {
			hidden = true
			continue
		}
		e.Conversation = c.ID
		m.Entries = append(m.Entries, *e)
	}
	var errs [5]error
	m.Replies, errs[0] = replies(ctx, s, ofConversation, c.num)
	m.Notes, errs[1] = notes(ctx, s, c)
	m.Acts, errs[2] = acts(ctx, s, c)
	held, errDeadlines := heldDeadlines(ctx, s, s.db.labels, c.num)
	errs[3] = errDeadlines
	m.Complaint, errs[4] = oneComplaint(ctx, s, ofMatter, c.num)
	if !private {
		m.Replies = slices.DeleteFunc(m.Replies, func(r community.Reply) bool {
			hidden = hidden || r.Visibility == community.Private
			return r.Visibility == community.Private
		})
	}
	if hidden { // what the team writes may quote what was said in private
		m.Notes = nil
		conceal(m.Complaint)
	}
	for i := range held {
		m.Deadlines = append(m.Deadlines, held[i].Deadline)
	}
	return errors.Join(append(errs[:], err)...)
}

// Revisions returns every content a message had, newest first.
func (in *Inbox) Revisions(ctx context.Context, v community.Viewer, message string) ([]community.Wording, error) {
	var out []community.Wording
	err := in.db.read(ctx, func(s *snapshot) error {
		e, err := s.entry(ctx, v, message)
		if err != nil {
			return err
		}
		if !e.Bare {
			out = append(out, community.Wording{Revision: e.Revision, Text: e.Message.Text})
		}
		return each(ctx, s, `SELECT hash, at, seen, text FROM revision WHERE message = $1 AND hash <> $2`, []any{message, e.Revision.Hash},
			func(rows *sql.Rows) error {
				var w community.Wording
				r := &w.Revision
				err := rows.Scan(&r.Hash, moment{&r.At}, moment{&r.Seen}, &w.Text)
				out = append(out, w)
				return err
			})
	})
	slices.SortFunc(out, func(a, b community.Wording) int {
		if a.Revision.Newer(b.Revision) {
			return -1
		}
		return 1
	})
	return out, err
}

// entry reads a message the viewer may see, else a Fault NotFound. What belongs
// to no conversation is for those who see the whole brand.
func (s *snapshot) entry(ctx context.Context, v community.Viewer, key string) (*community.Entry, error) {
	found, err := entries(ctx, s, s.db.labels, `SELECT `+entryColumns+` FROM message m WHERE m.key = $1`, key)
	if err != nil {
		return nil, err
	}
	if len(found) == 0 {
		return nil, missing("message", key)
	}
	e := &found[0].e
	channel, private := "", false
	if found[0].num > 0 {
		_, err = one(ctx, s, `SELECT id, channel, is_private FROM conversation WHERE num = $1`, []any{found[0].num >> placeBits},
			&e.Conversation, named(s.db.labels, &channel), &private)
	}
	if err == nil && !v.Sees(e.Message.Brand, channel, private || e.Message.Private) {
		err = missing("message", key)
	}
	return e, err
}

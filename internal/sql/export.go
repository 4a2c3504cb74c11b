package sql

import (
	"bufio"
	"cmp"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"io"
	"slices"
	"strings"

	"github.com/vigie-hq/vigie/community"
)

// Export writes what the store knows as JSON lines that two stores share
// exactly when they hold the same messages, revisions, verdicts, groups and
// replies: no made-up id, no time, always in the same order. It is how a proof
// compares a run that was killed with one that was not.
func (db *DB) Export(ctx context.Context, w io.Writer) error {
	out := bufio.NewWriter(w)
	lines := json.NewEncoder(out)
	lines.SetEscapeHTML(false)
	err := db.read(ctx, func(s *snapshot) error {
		for _, part := range []func(context.Context, *json.Encoder) error{s.exportMessages, s.exportGroups, s.exportReplies} {
			if err := part(ctx, lines); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return out.Flush()
}

type exportedMessage struct {
	Message   string   `json:"message"`
	Brand     string   `json:"brand"`
	Network   string   `json:"network"`
	Scope     string   `json:"scope,omitempty"`
	ID        string   `json:"id"`
	Text      string   `json:"text"` // SHA-256
	Revisions []string `json:"revisions"`
	Gone      bool     `json:"gone,omitempty"`
	Out       bool     `json:"out,omitempty"`
	Verdict   []string `json:"verdict"` // labels, category first
	Urgency   string   `json:"urgency"`
	Channel   string   `json:"channel,omitempty"` // the one a rule chose
	Tags      []string `json:"tags,omitempty"`
	ReplyWhy  string   `json:"reply_why,omitempty"`
	Can       string   `json:"can,omitempty"` // JSON
	AuthorURL string   `json:"author_url,omitempty"`
	Hidden    bool     `json:"hidden,omitempty"`
	Liked     bool     `json:"liked,omitempty"`
}

func (s *snapshot) exportMessages(ctx context.Context, lines *json.Encoder) error {
	l := s.db.labels
	return each(ctx, s, `SELECT m.key, m.brand, m.network, m.scope, m.native, m.text, m.rev_hash, m.is_gone, m.is_out,
		m.category, m.urgency, m.sentiment, m.reason, m.language, m.complaint, m.urgent, m.channel, m.tags,
		m.reply_why, m.can, m.author_url, m.is_hidden, m.is_liked,
		(SELECT group_concat(r.hash) FROM revision r WHERE r.message = m.key) FROM message m ORDER BY m.key`, nil, func(rows *sql.Rows) error {
		var e exportedMessage
		var v [6]string
		var text, hash string
		var others sql.NullString
		if err := rows.Scan(&e.Message, named(l, &e.Brand), named(l, &e.Network), named(l, &e.Scope), &e.ID, &text, &hash, &e.Gone, &e.Out,
			named(l, &v[0]), named(l, &v[1]), named(l, &v[2]), named(l, &v[3]), named(l, &v[4]), named(l, &v[5]), named(l, &e.Urgency),
			named(l, &e.Channel), tagSet{l, &e.Tags}, &e.ReplyWhy, &e.Can, &e.AuthorURL, &e.Hidden, &e.Liked, &others); err != nil {
			return err
		}
		e.Text, e.Verdict = hashText(text), v[:]
		e.Revisions = append(strings.FieldsFunc(others.String, func(r rune) bool { return r == ',' }), hash)
		slices.Sort(e.Revisions)
		e.Revisions = slices.Compact(e.Revisions)
		return lines.Encode(e)
	})
}

// exportGroups writes each conversation as the sorted set of its messages.
func (s *snapshot) exportGroups(ctx context.Context, lines *json.Encoder) error {
	var groups [][]string
	last := int64(-1)
	err := each(ctx, s, `SELECT num >> 20, key FROM message WHERE num > 0 ORDER BY num`, nil, func(rows *sql.Rows) error {
		var num int64
		var key string
		if err := rows.Scan(&num, &key); err != nil {
			return err
		}
		if num != last {
			groups, last = append(groups, nil), num
		}
		g := &groups[len(groups)-1]
		*g = append(*g, key)
		return nil
	})
	if err != nil {
		return err
	}
	for _, g := range groups {
		slices.Sort(g)
	}
	slices.SortFunc(groups, func(a, b []string) int { return cmp.Compare(a[0], b[0]) })
	for _, g := range groups {
		if err := lines.Encode(map[string][]string{"conversation": g}); err != nil {
			return err
		}
	}
	return nil
}

type exportedReply struct {
	Reply string               `json:"reply"`
	State community.ReplyState `json:"state"`
	Text  string               `json:"text"` // SHA-256
}

func (s *snapshot) exportReplies(ctx context.Context, lines *json.Encoder) error {
	found, err := replies(ctx, s, `ORDER BY r.id`)
	if err != nil {
		return err
	}
	for _, r := range found {
		if err := lines.Encode(exportedReply{r.ID, r.State, hashText(r.Text)}); err != nil {
			return err
		}
	}
	return nil
}

func hashText(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:])
}

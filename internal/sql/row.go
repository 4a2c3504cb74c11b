package sql

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"github.com/vigie-hq/vigie/community"
	"github.com/vigie-hq/vigie/community/text"
)

// entryColumns is what entryRow scans, in its order.
const entryColumns = `m.num, m.key, m.version, m.brand, m.network, m.account, m.scope,
	m.created_at, m.edited_at, m.received_at, m.is_out, m.is_private, m.is_gone, m.is_bare, m.is_asking, m.is_deleted, m.can_reply,
	m.reply_until, m.lag, m.v, m.kind, m.lang, m.origin, m.via, m.batch, m.reply_kind, m.urgent,
	m.category, m.urgency, m.sentiment, m.reason, m.language, m.complaint, m.abstain,
	m.category_p, m.urgency_p, m.urgency_s, m.sentiment_p, m.reason_p, m.language_p, m.complaint_p,
	m.model, m.rules, m.corrections, m.edits, m.rev_at, m.rev_seen, m.rev_hash, m.followers, m.verified,
	m.native, m.thread, m.in_reply_to, m.author_id, m.handle, m.name, m.verdict_id, m.reply, m.url, m.media, m.extra, m.text,
	m.channel, m.tags, m.ruled, m.reply_why, m.can, m.author_url, m.is_hidden, m.is_liked`

const oneMessage = `SELECT ` + entryColumns + ` FROM message m WHERE m.num = $1`

// entryRow is a row of message on its way to an Entry.
type entryRow struct {
	num          int64
	abstain      int64
	media, extra string
	ruled, can   string
	e            community.Entry
}

func (r *entryRow) scan(rows *sql.Rows, l *labels) error {
	m, v := &r.e.Message, &r.e.Verdict
	err := rows.Scan(&r.num, &r.e.Key, &r.e.Version, named(l, &m.Brand), named(l, &m.Network), named(l, &m.Account), named(l, &m.Scope),
		moment{&m.CreatedAt}, moment{&m.EditedAt}, moment{&m.ReceivedAt},
		&r.e.Out, &m.Private, &r.e.Gone, &r.e.Bare, &r.e.Asks, &m.Deleted, &m.CanReply,
		moment{&m.ReplyUntil}, (*int64)(&m.Lag), &m.V, named(l, &m.Kind), named(l, &m.Lang), named(l, &m.Origin), named(l, &m.Via),
		named(l, &m.Batch), named(l, &r.e.ReplyKind), named(l, &r.e.Urgency),
		named(l, &v.Category.Label), named(l, &v.Urgency.Label), named(l, &v.Sentiment.Label), named(l, &v.Reason.Label),
		named(l, &v.Language.Label), named(l, &v.Complaint.Label), &r.abstain,
		&v.Category.P, &v.Urgency.P, &v.Urgency.Score, &v.Sentiment.P, &v.Reason.P, &v.Language.P, &v.Complaint.P,
		named(l, &v.Model), &v.Rules, &v.Corrections, &r.e.Edits,
		moment{&r.e.Revision.At}, moment{&r.e.Revision.Seen}, &r.e.Revision.Hash, &m.Author.Followers, &m.Author.Verified,
		&m.ID, &m.Thread, &m.InReplyTo, &m.Author.ID, &m.Author.Handle, &m.Author.Name, &v.ID, &r.e.Reply, &m.URL,
		&r.media, &r.extra, &m.Text, named(l, &v.Channel), tagSet{l, &v.Tags}, &r.ruled,
		&m.ReplyWhy, &r.can, &m.Author.URL, &r.e.Hidden, &r.e.Liked)
	if err != nil {
		return err
	}
	for i, h := range heads(v) {
		h.Abstain = r.abstain&(1<<i) != 0
	}
	r.e.Revision.Deleted = r.e.Gone
	if v.ID == "" {
		v.ID = m.ID
	}
	if err := unpackRuled(r.ruled, v); err != nil {
		return err
	}
	if err := unpack(r.media, &m.Media); err != nil {
		return err
	}
	if err := unpack(r.can, &m.Can); err != nil {
		return err
	}
	return unpack(r.extra, &m.Extra)
}

// heads are the verdict's heads in the order of the abstain bits.
func heads(v *community.Verdict) [6]*community.Head {
	return [6]*community.Head{&v.Category, &v.Urgency.Head, &v.Sentiment, &v.Reason, &v.Language, &v.Complaint}
}

// entries reads rows of entryColumns, without the ids of their conversations.
func entries(ctx context.Context, q querier, l *labels, text string, args ...any) ([]entryRow, error) {
	var out []entryRow
	err := each(ctx, q, text, args, func(rows *sql.Rows) error {
		out = append(out, entryRow{})
		return out[len(out)-1].scan(rows, l)
	})
	return out, err
}

// messageColumns are what entryArgs gives, in its order; $1 is the number.
var messageColumns = strings.Fields(`num key version author brand network account scope thread_hash at
	created_at edited_at received_at is_out is_private is_gone is_bare is_asking is_deleted can_reply reply_until lag v
	kind lang origin via batch reply_kind urgent category urgency sentiment reason language complaint abstain
	category_p urgency_p urgency_s sentiment_p reason_p language_p complaint_p model rules corrections edits
	rev_at rev_seen rev_hash followers verified native thread in_reply_to author_id handle name verdict_id reply url media extra text
	channel tags ruled reply_why can author_url is_hidden is_liked`)

var (
	insertMessage = insert("message", messageColumns)
	updateMessage = update("message", messageColumns)
)

// insert writes the statement that adds a row of these columns.
func insert(table string, columns []string) string {
	marks := make([]string, len(columns))
	for i := range marks {
		marks[i] = fmt.Sprintf("$%d", i+1)
	}
	return fmt.Sprintf("INSERT INTO %s (%s) VALUES (%s)", table, strings.Join(columns, ", "), strings.Join(marks, ", "))
}

// update writes the statement that changes the row with the first column's
// value. Its arguments are rotated: the first one comes last.
func update(table string, columns []string) string {
	sets := make([]string, len(columns)-1)
	for i, c := range columns[1:] {
		sets[i] = fmt.Sprintf("%s = $%d", c, i+1)
	}
	return fmt.Sprintf("UPDATE %s SET %s WHERE %s = $%d", table, strings.Join(sets, ", "), columns[0], len(columns))
}

// rotate puts an insert's arguments in the order of the update.
func rotate(args []any, more ...any) []any {
	out := make([]any, 0, len(args)+len(more))
	return append(append(append(out, args[1:]...), args[0]), more...)
}

func (t *Tx) entryArgs(num, author int64, e *community.Entry) ([]any, error) {
	m, v := &e.Message, &e.Verdict
	media, err := pack(m.Media, len(m.Media) == 0)
	if err != nil {
		return nil, err
	}
	extra, err := pack(m.Extra, len(m.Extra) == 0)
	if err != nil {
		return nil, err
	}
	can, err := pack(m.Can, len(m.Can) == 0)
	if err != nil {
		return nil, err
	}
	ruled, err := packRuled(v)
	if err != nil {
		return nil, err
	}
	var abstain int64
	for i, h := range heads(v) {
		if h.Abstain {
			abstain |= 1 << i
		}
	}
	verdictID := v.ID
	if verdictID == m.ID {
		verdictID = ""
	}
	return []any{
		num, e.Key, e.Version, author, t.label(m.Brand), t.label(m.Network), t.label(m.Account), t.label(m.Scope), threadHash(m), ms(m.At()),
		ms(m.CreatedAt), ms(m.EditedAt), ms(m.ReceivedAt), bit(e.Out), bit(m.Private), bit(e.Gone), bit(e.Bare), bit(e.Asks),
		bit(m.Deleted), bit(m.CanReply), ms(m.ReplyUntil), int64(m.Lag), m.V,
		labelOf(t, m.Kind), t.label(m.Lang), labelOf(t, m.Origin), t.label(m.Via), t.label(m.Batch), labelOf(t, e.ReplyKind), labelOf(t, e.Urgency),
		t.label(v.Category.Label), t.label(v.Urgency.Label), t.label(v.Sentiment.Label), t.label(v.Reason.Label),
		t.label(v.Language.Label), t.label(v.Complaint.Label), abstain,
		v.Category.P, v.Urgency.P, v.Urgency.Score, v.Sentiment.P, v.Reason.P, v.Language.P, v.Complaint.P,
		t.label(v.Model), v.Rules, v.Corrections, e.Edits,
		ms(e.Revision.At), ms(e.Revision.Seen), e.Revision.Hash, m.Author.Followers, bit(m.Author.Verified),
		m.ID, m.Thread, m.InReplyTo, m.Author.ID, text.Clean(m.Author.Handle), text.Clean(m.Author.Name), verdictID, e.Reply, m.URL,
		media, extra, text.Clean(m.Text), t.label(v.Channel), t.tagsLabel(v.Tags), ruled,
		m.ReplyWhy, can, m.Author.URL, bit(e.Hidden), bit(e.Liked),
	}, nil
}

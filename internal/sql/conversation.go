package sql

import (
	"context"
	"database/sql"
	"strings"

	"github.com/vigie-hq/vigie/community"
	"github.com/vigie-hq/vigie/community/text"
)

// conversationRead is what conversationRow scans, in its order.
const conversationRead = `c.num, c.id, c.brand, c.status, c.due, c.last_at, c.category, c.urgency, c.sentiment, c.reason,
	c.channel, c.network, c.account, c.assignee, c.is_triage, c.is_private, c.is_complaint, c.version,
	c.category_by, c.urgency_by, c.urgency_at, c.human_urgent, c.lang, c.messages, c.unanswered, c.first_at, c.answered_at,
	c.opened_by, c.opened_at, c.closed_by, c.closed_at, c.target, c.start, c.warn, c.reply_state, c.complaint, c.preview, c.tags,
	coalesce(a.key, ''), a.id, a.handle, a.name, a.followers, a.verified`

const fromConversation = ` FROM conversation c JOIN author a ON a.num = c.author `

// conversationColumns are what conversationArgs gives, in its order.
var conversationColumns = strings.Fields(`num id brand status due last_at category urgency sentiment reason
	channel network account assignee is_triage is_trouble is_private is_complaint version
	category_by urgency_by urgency_at human_urgent lang messages unanswered first_at answered_at
	opened_by opened_at closed_by closed_at target start warn reply_state complaint preview tags author`)

var (
	insertConversation = insert("conversation", conversationColumns)
	updateConversation = update("conversation", conversationColumns[:len(conversationColumns)-1])
)

// numbered is a conversation with its number.
type numbered struct {
	num int64
	community.Conversation
}

func (c *numbered) scan(rows *sql.Rows, l *labels) error {
	return rows.Scan(&c.num, &c.ID, named(l, &c.Brand), named(l, &c.Status), moment{&c.Due}, moment{&c.LastAt},
		named(l, &c.Category), named(l, &c.Urgency), named(l, &c.Sentiment), named(l, &c.Reason),
		named(l, &c.Channel), named(l, &c.Network), named(l, &c.Account), named(l, &c.Assignee), &c.Triage, &c.Private, &c.Complaint, &c.Version,
		named(l, &c.CategoryBy), named(l, &c.UrgencyBy), moment{&c.UrgencyAt}, named(l, &c.HumanUrgent), named(l, &c.Lang),
		&c.Messages, &c.Unanswered, moment{&c.FirstAt}, moment{&c.AnsweredAt},
		named(l, &c.OpenedBy), moment{&c.OpenedAt}, named(l, &c.ClosedBy), moment{&c.ClosedAt},
		named(l, &c.Target), moment{&c.Start}, moment{&c.Warn}, &c.ReplyState, &c.Case, &c.Preview, tagSet{l, &c.Tags},
		&c.Person, &c.Author.ID, &c.Author.Handle, &c.Author.Name, &c.Author.Followers, &c.Author.Verified)
}

func (t *Tx) conversationArgs(num int64, c *community.Conversation) []any {
	return []any{
		num, c.ID, t.label(c.Brand), labelOf(t, c.Status), ms(c.Due), ms(c.LastAt),
		labelOf(t, c.Category), labelOf(t, c.Urgency), labelOf(t, c.Sentiment), labelOf(t, c.Reason),
		t.label(c.Channel), t.label(c.Network), t.label(c.Account), t.label(c.Assignee),
		bit(c.Triage), bit(c.Trouble()), bit(c.Private), bit(c.Complaint), c.Version,
		t.label(c.CategoryBy), t.label(c.UrgencyBy), ms(c.UrgencyAt), labelOf(t, c.HumanUrgent), t.label(c.Lang),
		c.Messages, c.Unanswered, ms(c.FirstAt), ms(c.AnsweredAt),
		t.label(c.OpenedBy), ms(c.OpenedAt), t.label(c.ClosedBy), ms(c.ClosedAt),
		labelOf(t, c.Target), ms(c.Start), ms(c.Warn), c.ReplyState, c.Case, text.Clean(c.Preview), t.tagsLabel(c.Tags),
	}
}

// Conversation implements desk.Tx.
func (t *Tx) Conversation(_ context.Context, id string) (*community.Conversation, error) {
	c, err := conversationByID(t.ctx, t, t.db.labels, id)
	if c == nil || err != nil {
		return nil, err
	}
	t.know(c.ID, c.num)
	return &c.Conversation, nil
}

// conversationByID reads one, following a merge.
func conversationByID(ctx context.Context, q querier, l *labels, id string) (*numbered, error) {
	c, err := oneConversation(ctx, q, l, `WHERE c.id = $1`, id)
	if c != nil || err != nil {
		return c, err
	}
	var into string
	ok, err := one(ctx, q, `SELECT into_id FROM forward WHERE id = $1`, []any{id}, &into)
	if err != nil || !ok {
		return nil, err
	}
	return oneConversation(ctx, q, l, `WHERE c.id = $1`, into)
}

func oneConversation(ctx context.Context, q querier, l *labels, where string, arg any) (*numbered, error) {
	var found *numbered
	err := each(ctx, q, `SELECT `+conversationRead+fromConversation+where, []any{arg}, func(rows *sql.Rows) error {
		found = &numbered{}
		return found.scan(rows, l)
	})
	return found, err
}

func (t *Tx) conversation(num int64) (*community.Conversation, error) {
	c, err := oneConversation(t.ctx, t, t.db.labels, `WHERE c.num = $1`, num)
	if c == nil || err != nil {
		return nil, err
	}
	t.know(c.ID, c.num)
	return &c.Conversation, nil
}

func (t *Tx) know(id string, num int64) {
	if t.known == nil {
		t.known = map[string]int64{}
	}
	t.known[id] = num
}

// conversationNum finds a conversation's number, following a merge.
func (t *Tx) conversationNum(id string) (num int64, ok bool, err error) {
	if o := t.opened[id]; o != nil {
		return o.num, true, nil
	}
	if num, ok = t.known[id]; ok {
		return num, true, nil
	}
	ok, err = t.one(`SELECT num FROM conversation WHERE id = $1
		UNION ALL SELECT c.num FROM forward f JOIN conversation c ON c.id = f.into_id WHERE f.id = $1`, []any{id}, &num)
	if ok {
		t.know(id, num)
	}
	return num, ok, err
}

// conversationID is the way back; empty for what belongs to none.
func (t *Tx) conversationID(num int64) (id string, err error) {
	if num <= 0 {
		return "", nil
	}
	for id, o := range t.opened {
		if o.num == num {
			return id, nil
		}
	}
	_, err = t.one(`SELECT id FROM conversation WHERE num = $1`, []any{num}, &id)
	return id, err
}

// PutConversation implements desk.Tx.
func (t *Tx) PutConversation(_ context.Context, before, after *community.Conversation) error {
	if before == nil {
		return t.addConversation(after)
	}
	conflict := community.Faultf(community.Conflict, "conversation.version", after.ID, after.Version)
	if after.Version != before.Version+1 || after.ID != before.ID {
		return conflict
	}
	num, ok, err := t.conversationNum(after.ID)
	if err != nil {
		return err
	}
	if !ok {
		return missing("conversation", after.ID)
	}
	args := t.conversationArgs(num, after)
	n, err := t.affect(updateConversation+` AND version = $`+versionMark, rotate(args, before.Version)...)
	if err != nil {
		return err
	}
	if n != 1 {
		return conflict
	}
	if after.Person == "" && after.Author != before.Author {
		a := &after.Author
		if err := t.exec(`UPDATE author SET id = $2, handle = $3, name = $4, followers = $5, verified = $6
			WHERE num = (SELECT author FROM conversation WHERE num = $1) AND key IS NULL`,
			num, a.ID, a.Handle, a.Name, a.Followers, bit(a.Verified)); err != nil {
			return err
		}
	}
	t.count(before, -1)
	t.count(after, 1)
	return nil
}

// versionMark is the placeholder after those of updateConversation.
const versionMark = "40"

func (t *Tx) addConversation(c *community.Conversation) error {
	o := t.opened[c.ID]
	if num, known := t.known[c.ID]; o == nil && known {
		o = &opening{num: num}
	}
	if o == nil {
		o = t.open(c.ID)
	}
	if o.put {
		return community.Faultf(community.Conflict, "conversation.version", c.ID, c.Version)
	}
	author, err := t.authorOf(c.Person, c.Author)
	if err == nil && author == 0 {
		author, err = t.addPerson(person{profile: c.Author})
	}
	if err != nil {
		return err
	}
	if err := t.exec(insertConversation, append(t.conversationArgs(o.num, c), author)...); err != nil {
		return err
	}
	o.put = true
	t.count(c, 1)
	return nil
}

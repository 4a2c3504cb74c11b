package sql

import (
	"context"
	"time"

	"github.com/vigie-hq/vigie/community"
)

// Recent implements desk.Store: what a rule is tried on. The index of days gives
// the order, so that only what is visited is read.
func (d *Desk) Recent(ctx context.Context, v community.Viewer, brand string, since time.Time, limit int, visit func(*community.Entry) error) (cut bool, err error) {
	err = d.db.read(ctx, func(s *snapshot) error {
		l := s.db.labels
		rows, err := s.query(ctx, `SELECT m.num, m.key, coalesce(c.id, ''), coalesce(c.channel, 0), max(m.is_private, coalesce(c.is_private, 0)),
			m.network, m.account, m.kind, m.lang, m.is_private, m.followers, m.verified, m.author_id, m.handle, m.name,
			m.native, m.url, m.created_at, m.received_at, m.origin, m.category, m.urgency, m.sentiment, m.reason, m.language, m.complaint,
			m.abstain, m.model, m.rules, m.urgent, m.channel, m.tags, m.ruled, m.text
			FROM message m INDEXED BY message_day LEFT JOIN conversation c ON c.num = m.num >> 20
			WHERE m.brand = $1 AND m.is_out = 0 AND m.is_gone = 0 AND m.at >= $2 ORDER BY m.at DESC, m.num DESC`,
			l.find(brand), ms(since))
		if err != nil {
			return err
		}
		defer rows.Close()
		for n := 0; rows.Next(); n++ {
			if cut = n == limit; cut {
				return nil
			}
			var e community.Entry
			var num, abstain int64
			var channel, ruled string
			var private bool
			m, verdict := &e.Message, &e.Verdict
			m.Brand = brand
			if err := rows.Scan(&num, &e.Key, &e.Conversation, named(l, &channel), &private,
				named(l, &m.Network), named(l, &m.Account), named(l, &m.Kind), named(l, &m.Lang), &m.Private, &m.Author.Followers, &m.Author.Verified,
				&m.Author.ID, &m.Author.Handle, &m.Author.Name, &m.ID, &m.URL, moment{&m.CreatedAt}, moment{&m.ReceivedAt}, named(l, &m.Origin),
				named(l, &verdict.Category.Label), named(l, &verdict.Urgency.Label), named(l, &verdict.Sentiment.Label), named(l, &verdict.Reason.Label),
				named(l, &verdict.Language.Label), named(l, &verdict.Complaint.Label), &abstain, named(l, &verdict.Model), &verdict.Rules,
				named(l, &e.Urgency), named(l, &verdict.Channel), tagSet{l, &verdict.Tags}, &ruled, &m.Text); err != nil {
				return err
			}
			if !v.Sees(brand, channel, private) {
				continue
			}
			for i, h := range heads(verdict) {
				h.Abstain = abstain&(1<<i) != 0
			}
			if err := unpackRuled(ruled, verdict); err != nil {
				return err
			}
			if err := visit(&e); err != nil {
				return err
			}
		}
		return rows.Err()
	})
	return cut, err
}

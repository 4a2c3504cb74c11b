package web

import (
	"time"

	"github.com/vigie-hq/vigie/community"
)

// messageOf reads a message in the import's form as one of the account's. It may
// leave out network, account, scope and thread; what it names of the first two must
// be right. The fleet sets origin and receipt.
func messageOf(account *community.Account, data []byte, now time.Time) (community.Message, error) {
	m, err := community.ParseMessageFrom(Name, data, now)
	switch {
	case err != nil:
		return m, err
	case m.Network != Name:
		return m, community.Faultf(community.Invalid, "message.field", "network", Name)
	case m.Account != "" && m.Account != account.Name:
		return m, community.Faultf(community.Invalid, "message.field", "account", account.Name)
	case m.Brand != "" && m.Brand != account.Brand:
		return m, community.Faultf(community.Invalid, "message.field", "brand", account.Brand)
	}
	m.Scope = account.Scope
	if m.Thread == "" {
		m.Thread = m.ID
		if m.InReplyTo != "" {
			m.Thread = m.InReplyTo
		}
	}
	switch {
	case m.Author.ID == account.NativeID: // our own words
		m.CanReply, m.ReplyUntil, m.ReplyWhy = false, time.Time{}, ""
	case account.Outgoing == "":
		m.CanReply, m.ReplyUntil, m.ReplyWhy = false, time.Time{}, "network.read_only"
	}
	return m, nil
}

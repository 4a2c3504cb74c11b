package community

import (
	"strings"
	"time"
)

// AccountRole says what an account is to the public.
type AccountRole string

// The roles of an account.
const (
	RoleCorporate AccountRole = "corporate" // the brand's page: it speaks, it does not do support
	RoleSupport   AccountRole = "support"   // the separate account support answers leave from
	RoleStore     AccountRole = "store"     // one shop's page
)

// AccountRoles lists the roles.
func AccountRoles() []AccountRole { return []AccountRole{RoleCorporate, RoleSupport, RoleStore} }

// AccountState says whether an account works.
type AccountState string

// The states of an account.
const (
	AccountActive      AccountState = "active"
	AccountReconnect   AccountState = "reconnect"   // the network refuses its token: a human must sign in again
	AccountDeactivated AccountState = "deactivated" // switched off, never deleted
)

// Account is the brand's presence on a network. It collects, sends, or both.
// An account nobody configured (an import named it) neither collects nor sends.
type Account struct {
	Brand    string      `json:"brand"`
	Network  string      `json:"network"`
	Name     string      `json:"name"` // how messages name it, unique for brand and network
	Role     AccountRole `json:"role"`
	NativeID string      `json:"native_id"` // the network's id of this account; its author id
	Handle   string      `json:"handle"`    // shown to people, without @
	Title    string      `json:"title"`
	Scope    string      `json:"scope"` // where its ids are not global: the instance or page
	Server   string      `json:"server,omitempty"`
	// Outgoing is where answers leave when that is not Server: an SMTP server
	// (mail), a webhook (web).
	Outgoing string `json:"outgoing,omitempty"`
	// API is which of a network's interfaces the account uses, where there are
	// several: "2" or "1.1" (X), a version of Graph such as "v26.0" (Facebook,
	// Instagram). Empty: the newest Vigie knows.
	API string `json:"api,omitempty"`
	// Queries is what is listened to beside the account itself, one a line, in
	// the network's own language: a search (X, Bluesky), a hashtag (Mastodon).
	Queries string `json:"queries,omitempty"`
	// DailyCap is the most that calls for this account may cost in a UTC day, in
	// millionths of a dollar; 0: no cap. Only networks that charge ask for it.
	DailyCap int64        `json:"daily_cap,omitempty"`
	Collects bool         `json:"collects"`
	Sends    bool         `json:"sends"`
	State    AccountState `json:"state"`
	Why      string       `json:"why,omitempty"` // fault key when State is not active
	// Since is when State became what it is, or the account was last connected;
	// zero: it always was.
	Since time.Time `json:"since,omitzero"`
}

// Key names the account in rows, leases and addresses.
func (a *Account) Key() string { return AccountKey(a.Brand, a.Network, a.Name) }

// AccountKey names an account by brand, network and name.
func AccountKey(brand, network, name string) string { return key("k", brand, network, name) }

// Accounts recognises the brand's own authors.
type Accounts []Account

// Known finds the account that is the same on its network: by native id, within
// the scope where both name one. Nil: there is none.
func (as Accounts) Known(given *Account) *Account {
	for i := range as {
		a := &as[i]
		if a.Network == given.Network && a.NativeID != "" && a.NativeID == given.NativeID &&
			(a.Scope == "" || given.Scope == "" || a.Scope == given.Scope) {
			return a
		}
	}
	return nil
}

// Ours tells whether the message was written by one of the brand's own
// accounts, and by which: by native id where both are known, else by handle.
func (as Accounts) Ours(m *Message) (*Account, bool) {
	for i := range as {
		a := &as[i]
		if a.Brand != m.Brand || a.Network != m.Network {
			continue
		}
		if a.NativeID != "" && m.Author.ID != "" {
			if a.NativeID == m.Author.ID && (a.Scope == "" || m.Scope == "" || a.Scope == m.Scope) {
				return a, true
			}
			continue
		}
		if a.Handle != "" && strings.EqualFold(a.Handle, m.Author.Handle) {
			return a, true
		}
	}
	return nil, false
}

// In returns the account in another state, with why and since when; asked for
// the state it has, it returns the account as it is.
func (a Account) In(state AccountState, why string, now time.Time) Account {
	if a.State != state || a.Why != why {
		if a.State != state {
			a.Since = now.UTC().Truncate(time.Millisecond)
		}
		a.State, a.Why = state, why
	}
	return a
}

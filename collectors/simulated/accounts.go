package simulated

import "github.com/vigie-hq/vigie/community"

// page is one of the brand's pages on the network, by the short name that the texts
// and the account use.
type page struct {
	name   string
	id     string
	handle string
	title  string
	role   community.AccountRole
}

// pages lists the brand's pages: the corporate one first, then the separate
// support account, then the shops.
func pages() []page {
	return []page{
		{"corporate", "900001", "maisonlune", "Maison Lune", community.RoleCorporate},
		{"support", "900002", "maisonlune_aide", "Maison Lune Aide", community.RoleSupport},
		{"rennes", "900003", "maisonlune_rennes", "Maison Lune Rennes", community.RoleStore},
		{"lyon", "900004", "maisonlune_lyon", "Maison Lune Lyon", community.RoleStore},
	}
}

// Accounts are the brand's accounts on the network called Name: a corporate
// page, the support account answers leave from, and two shops. All of them
// collect and send; what may be sent from where is the channels' business.
func Accounts(brand string) []community.Account {
	var out []community.Account
	for _, p := range pages() {
		out = append(out, community.Account{
			Brand: brand, Network: Name, Name: p.name, Role: p.role,
			NativeID: p.id, Handle: p.handle, Title: p.title,
			Collects: true, Sends: true, State: community.AccountActive,
		})
	}
	return out
}

func pageByName(name string) (page, bool) {
	for _, p := range pages() {
		if p.name == name {
			return p, true
		}
	}
	return page{}, false
}

func pageByID(id string) (page, bool) {
	for _, p := range pages() {
		if p.id == id {
			return p, true
		}
	}
	return page{}, false
}

// author is the page as the author of its own posts.
func (p page) author() community.Author {
	return community.Author{ID: p.id, Handle: p.handle, Name: p.title, Followers: 48210, Verified: true}
}

package inbox

import (
	"slices"
	"strings"

	"github.com/vigie-hq/vigie/community"
)

// filterGroup is one dimension of the filter: its values, with how many open
// conversations have each.
type filterGroup struct {
	Name, Label string
	Single      bool // one value at a time
	Options     []option
}

// option is one value that can be chosen, in a filter or a menu.
type option struct {
	Value, Label, Icon, Class, Href string
	Count                           int
	On                              bool
}

// filters lays out what a list can be narrowed by, and the chips of what it is.
func (l *listing) filters(s *Server, lang string, tally community.Tally, channels []community.Channel, accounts []community.Account) {
	own := l.Own
	add := func(name string, options []option) {
		if len(options) == 0 {
			return
		}
		for i := range options {
			options[i].Count = tally.Facets[name][options[i].Value]
		}
		l.Groups = append(l.Groups, filterGroup{Name: name, Label: T(lang, "filter."+name), Options: options})
	}
	add("category", dimension(l, own.Category, community.Categories(),
		func(c community.Category) option { return markOption(string(c), categoryMark(lang, c)) },
		func(q *community.Query, v []community.Category) { q.Category = v }))
	add("urgency", dimension(l, own.Urgency, community.Urgencies(),
		func(u community.Urgency) option { return markOption(string(u), urgencyMark(lang, u)) },
		func(q *community.Query, v []community.Urgency) { q.Urgency = v }))
	add("sentiment", dimension(l, own.Sentiment, community.Sentiments(),
		func(m community.Sentiment) option { return markOption(string(m), sentimentMark(lang, m)) },
		func(q *community.Query, v []community.Sentiment) { q.Sentiment = v }))
	add("reason", dimension(l, own.Reason, community.Reasons(),
		func(r community.Reason) option { return markOption(string(r), reasonMark(lang, r)) },
		func(q *community.Query, v []community.Reason) { q.Reason = v }))
	var ids, keys, nets []string
	for i := range channels {
		ids = append(ids, channels[i].ID)
	}
	for i := range accounts {
		keys = append(keys, accounts[i].Key())
		if !slices.Contains(nets, accounts[i].Network) {
			nets = append(nets, accounts[i].Network)
		}
	}
	add("channel", dimension(l, own.Channel, ids,
		func(id string) option { return option{Value: id, Label: channelName(channels, id)} },
		func(q *community.Query, v []string) { q.Channel = v }))
	add("network", dimension(l, own.Network, nets,
		func(n string) option {
			net := networkOf(lang, n)
			return option{Value: n, Label: net.Name, Icon: net.Icon}
		},
		func(q *community.Query, v []string) { q.Network = v }))
	add("account", dimension(l, own.Account, keys,
		func(k string) option { return accountOption(lang, accounts, k) },
		func(q *community.Query, v []string) { q.Account = v }))
	l.people(s, lang)
	if own.Q != "" {
		q := own
		q.Q = ""
		l.Chips = append(l.Chips, chip{Label: T(lang, "filter.q", own.Q), Href: l.href(q)})
	}
	for _, sort := range []community.Sort{community.SortDue, community.SortNewest, community.SortOldest} {
		q := own
		q.Sort = sort
		href := l.values(q)
		href.Set("sort", string(sort))
		l.Sorts = append(l.Sorts, option{Value: string(sort), Label: T(lang, "sort."+string(sort)), On: l.Query.Sort == sort, Href: "/?" + href.Encode()})
	}
}

// people is the filter by who answers.
func (l *listing) people(s *Server, lang string) {
	group := filterGroup{Name: "assignee", Label: T(lang, "filter.assignee"), Single: true}
	for _, value := range []string{community.Mine, community.Unassigned} {
		group.Options = append(group.Options, option{Value: value, Label: T(lang, "assignee."+value), On: l.Own.Assignee == value})
	}
	l.Groups = append(l.Groups, group)
	if a := l.Own.Assignee; a != "" {
		q := l.Own
		q.Assignee = ""
		label := s.face.names.agent(a).Name
		if a == community.Mine || a == community.Unassigned {
			label = T(lang, "assignee."+a)
		}
		l.Chips = append(l.Chips, chip{Label: label, Href: l.href(q)})
	}
}

// dimension lists the values of one filter and adds a chip for each in force.
func dimension[E comparable](l *listing, on, all []E, show func(E) option, set func(*community.Query, []E)) []option {
	options := make([]option, 0, len(all))
	for _, value := range all {
		o := show(value)
		if o.On = slices.Contains(on, value); o.On {
			q := l.Own
			set(&q, without(on, value))
			l.Chips = append(l.Chips, chip{Label: o.Label, Href: l.href(q)})
		}
		options = append(options, o)
	}
	return options
}

func markOption(value string, m mark) option {
	return option{Value: value, Label: m.Word, Icon: m.Icon, Class: m.Class}
}

func accountOption(lang string, accounts []community.Account, key string) option {
	for i := range accounts {
		if a := &accounts[i]; a.Key() == key {
			return option{Value: key, Label: accountName(a), Icon: networkOf(lang, a.Network).Icon}
		}
	}
	return option{Value: key, Label: key}
}

// accountName is how an account is called: @handle, else its title or name.
func accountName(a *community.Account) string {
	switch {
	case strings.Contains(a.Handle, "@"):
		return a.Handle // an address
	case a.Handle != "":
		return "@" + a.Handle
	case a.Title != "":
		return a.Title
	}
	return a.Name
}

func channelName(channels []community.Channel, id string) string {
	for i := range channels {
		if channels[i].ID == id {
			return channels[i].Name
		}
	}
	return id
}

// viewsView is the column of views.
type viewsView struct {
	Query  string // what is being searched
	Hidden []option
	Groups []viewGroup
}

type viewGroup struct {
	Label string
	Items []viewItem
}

type viewItem struct {
	option
	Heat    string // how its number is coloured
	Counted bool
}

func (s *Server) views(lang string, l listing, tally community.Tally, channels []community.Channel) viewsView {
	view := func(name, icon, heat string) viewItem {
		n, ok := tally.Views[name]
		if n == 0 {
			heat = ""
		}
		href := "/?view=" + name
		if name == community.ViewOpen {
			href = "/"
		}
		return viewItem{
			option{Value: name, Label: T(lang, "view."+name), Icon: icon, Count: n, Href: href, On: l.View == name && len(l.Own.Category)+len(l.Own.Channel) == 0},
			heat, ok,
		}
	}
	v := viewsView{Query: l.Own.Q}
	if l.View != community.ViewOpen {
		v.Hidden = append(v.Hidden, option{Value: "view", Label: l.View})
	}
	v.Groups = append(v.Groups, viewGroup{Items: []viewItem{
		view(community.ViewOpen, "list", ""), view(community.ViewMine, "user", ""), view(community.ViewUnassigned, "inbox", ""),
		view(community.ViewLate, "clock", "hot"), view(community.ViewSoon, "clock", "warm"),
	}})
	subject := viewGroup{Label: T(lang, "views.subject")}
	for _, c := range []community.Category{community.CategorySupport, community.CategoryBrand, community.CategoryCommunity} {
		only := len(l.Own.Category) == 1 && l.Own.Category[0] == c && l.View == community.ViewOpen
		subject.Items = append(subject.Items, viewItem{option{
			Value: string(c), Label: T(lang, "category."+string(c)), Icon: string(c), Class: "c-" + string(c),
			Href: "/?category=" + string(c), Count: tally.Facets["category"][string(c)], On: only,
		}, "", true})
	}
	subject.Items = append(subject.Items, view(community.ViewTriage, "triage", ""))
	v.Groups = append(v.Groups, subject)
	lines := viewGroup{Label: T(lang, "views.channels")}
	for i := range channels {
		c := &channels[i]
		if c.Triage || plain(channels) {
			continue
		}
		lines.Items = append(lines.Items, viewItem{option{
			Value: c.ID, Label: c.Name, Icon: "users", Href: "/?channel=" + c.ID, Count: tally.Facets["channel"][c.ID],
			On: len(l.Own.Channel) == 1 && l.Own.Channel[0] == c.ID,
		}, "", true})
	}
	if len(lines.Items) > 0 {
		v.Groups = append(v.Groups, lines)
	}
	v.Groups = append(v.Groups, viewGroup{Label: T(lang, "views.shelves"), Items: []viewItem{
		view(community.ViewTrouble, "warn", "hot"), view(community.ViewWaiting, "history", ""),
		view(community.ViewClosed, "check", ""), view(community.ViewFiled, "stack", ""),
	}})
	return v
}

// plain tells whether the channels are the categories under other names: then
// the subjects say everything.
func plain(channels []community.Channel) bool {
	for i := range channels {
		if c := &channels[i]; !c.Triage && (len(c.Takes) != 1 || len(c.Networks) > 0) {
			return false
		}
	}
	return true
}

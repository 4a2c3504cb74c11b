package inbox

import (
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/vigie-hq/vigie/community"
)

// fieldView is one question of a network's form.
type fieldView struct {
	community.Field
	Label, Help string
	Value       string
	Choices     []option
}

// drawConnect draws a network's form, with what was filled in and what is wrong.
func (s *Server) drawConnect(c *fiber.Ctx, sh shell, in *community.Connecting, wrong *community.Fault) error {
	lang, v, id := langOf(c), viewerOf(c), c.Params("network")
	cards, err := s.Accounts.Networks(c.UserContext(), v)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(cards, func(n community.NetworkCard) bool { return n.Network == id })
	if i < 0 {
		return community.Faultf(community.NotFound, "connect.network", id)
	}
	card := &cards[i]
	account := c.Query("account")
	if in != nil {
		account = in.Account
	}
	var known *community.Account // that is connected again
	if account != "" {
		st, err := s.Reader.Standing(c.UserContext(), v, account)
		if err != nil {
			return err
		}
		if !v.May(community.ActionSettings, st.Brand, "") {
			return community.Faultf(community.Forbidden, "viewer.account")
		}
		known, sh = &st.Account, sh.in(st.Brand)
	}
	view := &connectView{
		shell: sh, Tabs: settingsTabs("accounts", v, sh.Brand.ID), Network: networkOf(lang, id), ID: id, Needs: needs(lang, id),
		Return: s.options.BaseURL + ReturnPath, Account: account, Wrong: map[string]string{},
	}
	role, values := community.RoleSupport, map[string]string{}
	if in != nil {
		view.Name, values, role = in.Name, in.Values, in.Role
	}
	view.Title = T(lang, "connect.to", view.Network.Name)
	if known != nil {
		view.Name, role = accountName(known), known.Role
		if in == nil {
			values = knownOf(known)
		}
		view.Title = T(lang, "connect.again", view.Name)
	}
	view.Roles = roleOptions(lang, role)
	app := slices.ContainsFunc(card.Fields, func(f community.Field) bool { return f.App && card.Knows(f.Name) })
	for _, f := range card.Fields {
		field := fieldOf(lang, id, f, values[f.Name])
		if f.App && len(f.Choices) > 0 && card.Knows(f.Name) && values[f.Name] == "" {
			field.keep(lang)
		}
		switch {
		case f.App && (card.Knows(f.Name) || app && f.Optional): // what is left to say of a known app can wait
			view.Known = append(view.Known, field)
		case f.App:
			view.App = append(view.App, field)
		default:
			view.Fields = append(view.Fields, field)
		}
	}
	if wrong != nil {
		view.blame(lang, wrong)
	}
	needed := slices.ContainsFunc(view.App, func(f fieldView) bool { return !f.Optional || view.Wrong[f.Name] != "" })
	if key := "connect." + id + ".app"; !needed && spoken().has(lang, key) {
		view.Aside = T(lang, key)
	}
	return s.render(c, "connect-form-page", view)
}

// knownOf is what is known of an account that is connected again, by the names
// networks give their questions.
func knownOf(a *community.Account) map[string]string {
	return map[string]string{
		"name": a.Name, "title": a.Title, "handle": a.Handle, "address": a.Handle, "server": a.Server, "url": a.Server,
		"imap": a.Server, "smtp": a.Outgoing, "poll": a.Server, "answers": a.Outgoing, "api": a.API, "promise": a.API,
		"queries": a.Queries, "folders": a.Queries,
	}
}

// fieldOf is a question with its words; a secret never comes back.
func fieldOf(lang, network string, f community.Field, value string) fieldView {
	if f.Kind == community.FieldSecret {
		value = ""
	} else if value == "" {
		value = f.Default
	}
	view := fieldView{Field: f, Label: f.Name, Value: value}
	key := "connect." + network + "." + f.Name
	if spoken().has(lang, key) {
		view.Label = T(lang, key)
	}
	if spoken().has(lang, key+".help") {
		view.Help = T(lang, key+".help")
	}
	for _, choice := range f.Choices {
		o := option{Value: choice, Label: choice, On: choice == value}
		if spoken().has(lang, key+"."+choice) {
			o.Label = T(lang, key+"."+choice)
		}
		view.Choices = append(view.Choices, o)
	}
	return view
}

// keep has a choice that was made before stay as it is unless another is made: what
// it was is sealed, and the form's default must not undo it.
func (f *fieldView) keep(lang string) {
	for i := range f.Choices {
		f.Choices[i].On = false
	}
	f.Choices = append([]option{{Label: T(lang, "connect.unchanged"), On: true}}, f.Choices...)
}

// askedView is a question with what was wrong with its answer, and the ids of
// what describes it.
type askedView struct {
	fieldView
	Wrong, Says string
}

func askedOf(f fieldView, wrong map[string]string) askedView {
	v := askedView{fieldView: f, Wrong: wrong[f.Name]}
	if v.Wrong != "" {
		v.Says = "err-" + f.Name
	}
	if f.Help != "" {
		v.Says = strings.TrimSpace(v.Says + " help-" + f.Name)
	}
	return v
}

// blame puts a fault at its field where it names one, else above the form.
func (v *connectView) blame(lang string, f *community.Fault) {
	name := f.Key[strings.LastIndex(f.Key, ".")+1:] // account.server, web.secret
	if len(f.Args) > 0 && (f.Key == "connect.field" || f.Key == "connect.missing") {
		name, _ = f.Args[0].(string)
	}
	switch f.Key {
	case "account.name":
		v.Wrong["account_name"] = sayFault(lang, f)
		return
	case "account.server":
		if field := v.addressed(f); field != nil {
			v.Wrong[field.Name] = sayFault(lang, f)
			if len(f.Args) == 0 || f.Args[0] == "" { // there is nothing to quote
				v.Wrong[field.Name] = T(lang, "fault.connect.field", field.Label)
			}
			return
		}
	}
	for _, field := range slices.Concat(v.Fields, v.App, v.Known) {
		if field.Name != name {
			continue
		}
		v.Wrong[name] = sayFault(lang, f)
		if len(f.Args) > 0 && f.Args[0] == name { // people know it by its label
			g := *f
			g.Args = append([]any{field.Label}, f.Args[1:]...)
			v.Wrong[name] = sayFault(lang, &g)
		}
		return
	}
	v.Fault = sayFault(lang, f)
}

// addressed is the field whose address a fault speaks of: the fault quotes no more
// of it than its host, for an address may hold a secret.
func (v *connectView) addressed(f *community.Fault) *fieldView {
	said := ""
	if len(f.Args) > 0 {
		said, _ = f.Args[0].(string)
	}
	var first *fieldView
	for i := range v.Fields {
		field := &v.Fields[i]
		if field.Kind != community.FieldURL && field.Name != "imap" && field.Name != "smtp" {
			continue
		}
		if first == nil {
			first = field
		}
		if said != "" && strings.Contains(strings.ToLower(field.Value), strings.ToLower(said)) {
			return field
		}
	}
	return first
}

func roleOptions(lang string, on community.AccountRole) []option {
	var out []option
	for _, r := range []community.AccountRole{community.RoleSupport, community.RoleCorporate, community.RoleStore} {
		out = append(out, option{Value: string(r), Label: T(lang, "role."+string(r)), On: r == on})
	}
	return out
}

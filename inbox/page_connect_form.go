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
	view := &connectView{
		shell: sh, Tabs: settingsTabs("accounts", v, sh.Brand.ID), Network: networkOf(lang, id), ID: id, Needs: needs(lang, id),
		Return: s.options.BaseURL + ReturnPath, Account: c.Query("account"), Wrong: map[string]string{},
	}
	role, values := community.RoleSupport, map[string]string{}
	if in != nil {
		view.Account, view.Name, values = in.Account, in.Name, in.Values
		role = in.Role
	}
	view.Title = T(lang, "connect.to", view.Network.Name)
	if view.Account != "" {
		st, err := s.Reader.Standing(c.UserContext(), v, view.Account)
		if err != nil {
			return err
		}
		view.Name, role = accountName(&st.Account), st.Role
		if in == nil {
			values = knownOf(&st.Account)
		}
		view.Title = T(lang, "connect.again", view.Name)
	}
	view.Roles = roleOptions(lang, role)
	for _, f := range card.Fields {
		field := fieldOf(lang, id, f, values[f.Name])
		switch {
		case f.App && card.Knows(f.Name):
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
	return s.render(c, "connect-form-page", view)
}

// knownOf is what is known of an account that is connected again, by the names
// networks give their questions.
func knownOf(a *community.Account) map[string]string {
	return map[string]string{
		"name": a.Name, "title": a.Title, "handle": a.Handle, "address": a.Handle, "server": a.Server, "url": a.Server,
		"imap": a.Server, "smtp": a.Outgoing, "answers": a.Outgoing, "api": a.API, "queries": a.Queries,
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
	if f.Key == "account.name" {
		v.Wrong["account_name"] = sayFault(lang, f)
		return
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

func roleOptions(lang string, on community.AccountRole) []option {
	var out []option
	for _, r := range []community.AccountRole{community.RoleSupport, community.RoleCorporate, community.RoleStore} {
		out = append(out, option{Value: string(r), Label: T(lang, "role."+string(r)), On: r == on})
	}
	return out
}

package inbox

import (
	"errors"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/vigie-hq/vigie/community"
)

// accountForm is what a person may change of an account, as the form shows it.
type accountForm struct {
	Title    string
	Role     []option
	Collects bool
	Sends    bool
	Queries  string
	Cap      string // dollars, empty for none
	Wrong    map[string]string
	Help     string // how queries are written on this network; empty: it takes none
}

func formOf(lang string, st *community.Standing) accountForm {
	f := accountForm{Title: st.Title, Role: roleOptions(lang, st.Role), Collects: st.Collects, Sends: st.Sends, Queries: st.Queries}
	if st.DailyCap > 0 {
		f.Cap = strconv.FormatFloat(float64(st.DailyCap)/1e6, 'f', -1, 64)
		if lang == "fr" {
			f.Cap = strings.Replace(f.Cap, ".", ",", 1)
		}
	}
	if key := "queries." + st.Network; spoken().has(lang, key) {
		f.Help = T(lang, key)
	} else if st.Queries != "" {
		f.Help = T(lang, "queries.help")
	}
	return f
}

// changeAccount takes one of the forms of an account's page: its settings, its
// budget, or the switch that turns it off.
func (s *Server) changeAccount(c *fiber.Ctx) error {
	sh, err := s.mayConnect(c)
	if err != nil {
		return err
	}
	ctx, v, lang, key := c.UserContext(), viewerOf(c), langOf(c), c.Params("key")
	edit, done, err := editOf(c)
	if err == nil {
		if _, err = s.Accounts.Change(ctx, v, key, edit); err == nil {
			return c.Redirect("/settings/accounts/"+key+"?done="+done, fiber.StatusSeeOther)
		}
	}
	var f *community.Fault
	if !errors.As(err, &f) || f.Kind != community.Invalid || len(f.Args) == 0 {
		return err
	}
	st, failed := s.Reader.Standing(ctx, v, key)
	if failed != nil {
		return failed
	}
	form := formOf(lang, &st)
	if edit.Title != nil {
		form.Title, form.Role, form.Collects, form.Sends, form.Queries = *edit.Title, roleOptions(lang, *edit.Role), *edit.Collects, *edit.Sends, c.FormValue("queries")
	} else {
		form.Cap = c.FormValue("cap")
	}
	form.Wrong = map[string]string{f.Args[0].(string): T(lang, "account.wrong")} //nolint:forcetypeassert // account.field names its field
	c.Status(fiber.StatusBadRequest)
	return s.drawAccount(c, sh, &st, form, "")
}

// editOf reads what is changed, and how it will be told.
func editOf(c *fiber.Ctx) (e community.AccountEdit, done string, err error) {
	switch what := c.FormValue("what"); what {
	case "settings":
		title, role := strings.TrimSpace(c.FormValue("title")), community.AccountRole(c.FormValue("role"))
		collects, sends, queries := c.FormValue("collects") == "true", c.FormValue("sends") == "true", c.FormValue("queries")
		e = community.AccountEdit{Title: &title, Role: &role, Collects: &collects, Sends: &sends}
		if c.Request().PostArgs().Has("queries") { // networks that take none are not asked for them
			e.Queries = &queries
		}
		return e, "saved", nil
	case "budget":
		micros, err := microsOf(c.FormValue("cap"))
		return community.AccountEdit{DailyCap: &micros}, "saved", err
	case "on", "off":
		active := what == "on"
		return community.AccountEdit{Active: &active}, what, nil
	default:
		return e, "", community.Faultf(community.Invalid, "query.value", "what", what)
	}
}

// mostDollars bounds a day's cap: nobody means more, and a slip of the comma
// would.
const mostDollars = 10_000

// microsOf reads an amount of dollars as people write it: "2.50", "2,50 $"; empty
// is none.
func microsOf(s string) (int64, error) {
	s = strings.TrimSpace(strings.Trim(strings.ReplaceAll(s, ",", "."), "$ \u00a0\u202f"))
	if s == "" {
		return 0, nil
	}
	n, err := strconv.ParseFloat(s, 64)
	if err != nil || !(n >= 0 && n <= mostDollars) {
		return 0, community.Faultf(community.Invalid, "account.field", "daily_cap")
	}
	return int64(n*1e6 + 0.5), nil
}

// checkAccount asks the network how the account stands.
func (s *Server) checkAccount(c *fiber.Ctx) error {
	if _, err := s.mayConnect(c); err != nil {
		return err
	}
	key := c.Params("key")
	if _, err := s.Accounts.Check(c.UserContext(), viewerOf(c), key); err != nil {
		return err
	}
	return c.Redirect("/settings/accounts/"+key+"?done=checked", fiber.StatusSeeOther)
}

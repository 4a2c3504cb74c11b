package inbox

import (
	"slices"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/vigie-hq/vigie/community"
)

// rulesView is a brand's list of rules, in the order they are asked.
type rulesView struct {
	shell
	Tabs    tabsView
	Rules   []ruleRow
	Version int
	Saved   string // the rule that was just saved
	Told    string // what was just done
}

// ruleRow is one rule in words.
type ruleRow struct {
	ID, Name    string
	N           int
	Says        []factView // its conditions: what, and which
	Does        []mark
	Enabled     bool
	Shipped     bool
	First, Last bool
	Version     int64
}

// mayRule lets through who may change the rules of the brand.
func (s *Server) mayRule(c *fiber.Ctx) (shell, error) {
	sh, err := s.shell(c, "settings")
	if err == nil && !viewerOf(c).May(community.ActionRule, sh.Brand.ID, "") {
		err = community.Faultf(community.Forbidden, "viewer.rule")
	}
	return sh, err
}

// rulesPage lists the rules.
func (s *Server) rulesPage(c *fiber.Ctx) error {
	view, err := s.ruleList(c)
	if err != nil {
		return err
	}
	lang := langOf(c)
	switch view.Saved = c.Query("saved"); {
	case view.Saved != "":
		view.Told = T(lang, "rule.saved")
	case c.Query("gone") != "":
		view.Told = T(lang, "rule.gone")
	}
	return s.render(c, "rules-page", view)
}

func (s *Server) ruleList(c *fiber.Ctx) (*rulesView, error) {
	sh, err := s.mayRule(c)
	if err != nil {
		return nil, err
	}
	ctx, v, lang := c.UserContext(), viewerOf(c), langOf(c)
	sh.Title = T(lang, "rules.title")
	list, err := s.Desk.Rules(ctx, v, sh.Brand.ID)
	if err != nil {
		return nil, err
	}
	w, err := s.ruleWords(c, sh.Brand.ID)
	if err != nil {
		return nil, err
	}
	view := &rulesView{shell: sh, Tabs: settingsTabs("rules", v, sh.Brand.ID), Version: list.Version}
	for i := range list.List {
		r := &list.List[i]
		view.Rules = append(view.Rules, ruleRow{
			ID: r.ID, Name: r.Name, N: i + 1, Says: w.says(&r.Condition), Does: w.does(&r.Effect), Enabled: r.Enabled, Shipped: r.Shipped,
			First: i == 0, Last: i == len(list.List)-1, Version: r.Version,
		})
	}
	return view, nil
}

// ruleCounts tells, beside each rule, how many messages of the last days it
// touches. It reads them all, so it comes after the page.
func (s *Server) ruleCounts(c *fiber.Ctx) error {
	sh, err := s.mayRule(c)
	if err != nil {
		return err
	}
	count, err := s.Desk.CountRules(c.UserContext(), viewerOf(c), sh.Brand.ID)
	if err != nil {
		return err
	}
	list, err := s.Desk.Rules(c.UserContext(), viewerOf(c), sh.Brand.ID)
	if err != nil {
		return err
	}
	view := struct {
		Counts []option
		Read   int
		Cut    bool
	}{Read: count.Read, Cut: count.Cut}
	for i := range list.List {
		id := list.List[i].ID
		view.Counts = append(view.Counts, option{Value: id, Count: count.Touched[id]})
	}
	return s.render(c, "rule-counts", view)
}

// ruleSwitch turns a rule on or off.
func (s *Server) ruleSwitch(c *fiber.Ctx) error {
	sh, err := s.mayRule(c)
	if err != nil {
		return err
	}
	_, err = s.Desk.EnableRule(c.UserContext(), viewerOf(c), sh.Brand.ID, c.Params("id"), version(c), c.FormValue("on") == "true")
	return s.ruled(c, err)
}

// ruleOrder moves one rule by one place, or puts the list in an order that was
// dragged.
func (s *Server) ruleOrder(c *fiber.Ctx) error {
	sh, err := s.mayRule(c)
	if err != nil {
		return err
	}
	ids := strings.Fields(c.FormValue("ids"))
	if id := c.FormValue("move"); id != "" {
		list, err := s.Desk.Rules(c.UserContext(), viewerOf(c), sh.Brand.ID)
		if err != nil {
			return err
		}
		if ids, err = moved(list.List, id, c.FormValue("by")); err != nil {
			return err
		}
	}
	_, err = s.Desk.OrderRules(c.UserContext(), viewerOf(c), sh.Brand.ID, ids)
	return s.ruled(c, err)
}

// moved is the order of a list after one rule went some places down (by) or, if
// that is negative, up.
func moved(list []community.Rule, id, by string) ([]string, error) {
	n, err := strconv.Atoi(by)
	at := slices.IndexFunc(list, func(r community.Rule) bool { return r.ID == id })
	switch {
	case err != nil:
		return nil, community.Faultf(community.Invalid, "query.value", "by", by)
	case at < 0:
		return nil, community.Faultf(community.NotFound, "rule.unknown", id)
	}
	ids := make([]string, 0, len(list))
	for i := range list {
		if i != at {
			ids = append(ids, list[i].ID)
		}
	}
	return slices.Insert(ids, min(max(at+n, 0), len(ids)), id), nil
}

func (s *Server) ruleDelete(c *fiber.Ctx) error {
	sh, err := s.mayRule(c)
	if err != nil {
		return err
	}
	if err := s.Desk.DeleteRule(c.UserContext(), viewerOf(c), sh.Brand.ID, c.Params("id"), version(c)); err != nil {
		return err
	}
	return c.Redirect("/settings/rules?gone=true", fiber.StatusSeeOther)
}

// ruled answers after the list changed: to htmx the list, to a browser without
// scripts the page.
func (s *Server) ruled(c *fiber.Ctx, err error) error {
	if err != nil {
		return err
	}
	if !isPart(c) {
		return c.Redirect("/settings/rules", fiber.StatusSeeOther)
	}
	view, err := s.ruleList(c)
	if err != nil {
		return err
	}
	return s.render(c, "rules-list", view)
}

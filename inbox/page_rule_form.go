package inbox

import (
	"errors"
	"html/template"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/vigie-hq/vigie/community"
	"github.com/vigie-hq/vigie/community/rulebook"
)

// ruleFormView is one rule to be written or changed.
type ruleFormView struct {
	shell
	Rule       community.Rule
	New        bool
	Authors    string
	Tags       string
	Followers  string
	Seen       string // public, private, or empty: both
	Accounts   []option
	Networks   []option
	Kinds      []option
	Languages  []option
	Categories []option
	Urgencies  []option
	Sentiments []option
	Category   []option
	Urgency    []option
	Raise      []option
	Channel    []option
	Changed    string // who changed it last, and when
	Faults     ruleFaults
	Held       int64 // the version a colleague saved meanwhile; 0: nobody did
}

// ruleFaults say what is wrong at which field.
type ruleFaults map[string]faultView

// faultView is a sentence, and where in what was written the fault lies.
type faultView struct {
	Sentence string
	Where    template.HTML
}

// errView is the line under a field that says what is wrong with it; Swap puts
// it in the place of the one on the screen.
type errView struct {
	Name string
	faultView
	Swap bool
}

// newRule is the empty form.
func (s *Server) newRule(c *fiber.Ctx) error {
	sh, err := s.mayRule(c)
	if err != nil {
		return err
	}
	return s.ruleForm(c, sh, community.Rule{Brand: sh.Brand.ID, Enabled: true}, nil)
}

// rulePage is the form of a rule that exists.
func (s *Server) rulePage(c *fiber.Ctx) error {
	sh, err := s.mayRule(c)
	if err != nil {
		return err
	}
	list, err := s.Desk.Rules(c.UserContext(), viewerOf(c), sh.Brand.ID)
	if err != nil {
		return err
	}
	for i := range list.List {
		if list.List[i].ID == c.Params("id") {
			return s.ruleForm(c, sh, list.List[i], nil)
		}
	}
	return community.Faultf(community.NotFound, "rule.unknown", c.Params("id"))
}

// saveRule takes a rule; what is wrong with it is told at its field. When a
// colleague saved it meanwhile, the form keeps what was typed and offers to save
// it over the colleague's version, which "mine" then names.
func (s *Server) saveRule(c *fiber.Ctx) error {
	sh, err := s.mayRule(c)
	if err != nil {
		return err
	}
	r, err := ruleOf(c, sh.Brand.ID)
	if over, err := strconv.ParseInt(c.FormValue("mine"), 10, 64); err == nil && over > 0 {
		r.Version = over
	}
	if err == nil {
		var saved community.Rule
		if saved, err = s.Desk.SaveRule(c.UserContext(), viewerOf(c), r); err == nil {
			return c.Redirect("/settings/rules?saved="+url.QueryEscape(saved.ID)+"#r-"+saved.ID, fiber.StatusSeeOther)
		}
	}
	if kind := community.KindOf(err); kind != community.Invalid && kind != community.Conflict {
		return err
	}
	c.Status(statusOf(community.KindOf(err)))
	return s.ruleForm(c, sh, r, err)
}

// ruleOf reads a rule from a form.
func ruleOf(c *fiber.Ctx, brand string) (community.Rule, error) {
	args := c.Request().PostArgs()
	r := community.Rule{
		ID: c.Params("id", c.FormValue("id")), Brand: brand, Name: c.FormValue("name"), Enabled: c.FormValue("enabled") == "true", Version: version(c),
		Condition: community.Condition{
			Phrase: c.FormValue("phrase"), Authors: separated(c.FormValue("authors")),
			Accounts: peek[string](args.PeekMulti("accounts")), Networks: peek[string](args.PeekMulti("networks")),
			Kinds: peek[community.Kind](args.PeekMulti("kinds")), Languages: peek[string](args.PeekMulti("languages")),
			Categories: peek[community.Category](args.PeekMulti("categories")), Urgencies: peek[community.Urgency](args.PeekMulti("urgencies")),
			Sentiments: peek[community.Sentiment](args.PeekMulti("sentiments")),
		},
		Effect: community.Effect{
			Category: community.Category(c.FormValue("category")), Urgency: community.Urgency(c.FormValue("urgency")), Raise: community.Urgency(c.FormValue("raise")),
			Channel: c.FormValue("channel"), Tags: separated(c.FormValue("tags")), Stop: c.FormValue("stop") == "true",
		},
	}
	switch c.FormValue("seen") {
	case "public":
		r.Condition.Private = new(bool)
	case "private":
		private := true
		r.Condition.Private = &private
	}
	if s := strings.TrimSpace(c.FormValue("followers")); s != "" {
		n, err := strconv.Atoi(s)
		if err != nil {
			return r, community.Faultf(community.Invalid, "rule.field", "followers", s)
		}
		r.Condition.Followers = n
	}
	return rulebook.Tidy(r), nil
}

// separated are words with spaces or commas between.
func separated(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return r == ',' || r == ';' || r == ' ' || r == '\n' || r == '\r' || r == '\t' })
}

func peek[T ~string](values [][]byte) []T {
	var out []T
	for _, v := range values {
		out = append(out, T(v))
	}
	return out
}

// ruleField is the field a fault is about.
func ruleField(f *community.Fault) string {
	if strings.HasPrefix(f.Key, "phrase.") {
		return "phrase"
	}
	switch f.Key {
	case "rule.name":
		return "name"
	case "rule.tag":
		return "tags"
	case "rule.channel":
		return "channel"
	case "rule.empty":
		return "condition"
	case "rule.effect":
		return "effect"
	case "rule.field", "rule.too_long":
		if name, ok := f.Args[0].(string); ok && slices.Contains(ruleFields[:], name) {
			return name
		}
	}
	return "rule"
}

// faultsOf tells what is wrong with a rule at its field; of an expression, also
// where.
func faultsOf(lang string, err error, phrase string) ruleFaults {
	var f *community.Fault
	if !errors.As(err, &f) {
		return nil
	}
	v := faultView{Sentence: sayFault(lang, f)}
	if strings.HasPrefix(f.Key, "phrase.") && len(f.Args) > 0 {
		if at, ok := f.Args[0].(int); ok {
			v.Where = pointed(phrase, at)
		}
	}
	return ruleFaults{ruleField(f): v}
}

// pointed shows an expression around the character (from 1) where it cannot be
// read.
func pointed(phrase string, at int) template.HTML {
	const around = 24
	r := []rune(phrase)
	i := min(max(at-1, 0), len(r))
	from, to := max(0, i-around), min(len(r), i+around)
	before, here, after := string(r[from:i]), " ", ""
	if i < len(r) {
		here, after = string(r[i]), string(r[i+1:max(to, i+1)])
	}
	if from > 0 {
		before = "…" + before
	}
	if to < len(r) {
		after += "…"
	}
	esc := template.HTMLEscapeString
	return template.HTML(esc(before) + `<mark class="h-late e3">` + esc(here) + `</mark>` + esc(after)) //nolint:gosec // every piece was escaped
}

// ruleForm draws a rule with what is wrong with it, if anything.
func (s *Server) ruleForm(c *fiber.Ctx, sh shell, r community.Rule, wrong error) error {
	w, err := s.ruleWords(c, sh.Brand.ID)
	if err != nil {
		return err
	}
	lang, cond, does := w.lang, &r.Condition, &r.Effect
	view := &ruleFormView{
		shell: sh, Rule: r, New: r.ID == "", Authors: strings.Join(cond.Authors, ", "), Tags: strings.Join(does.Tags, ", "),
		Faults: faultsOf(lang, wrong, cond.Phrase),
	}
	var f *community.Fault
	if errors.As(wrong, &f) {
		view.Held = versionOf(f)
	}
	view.Title = T(lang, "rule.new")
	if !view.New {
		view.Title = r.Name
	}
	if cond.Followers > 0 {
		view.Followers = strconv.Itoa(cond.Followers)
	}
	if cond.Private != nil {
		view.Seen = "public"
		if *cond.Private {
			view.Seen = "private"
		}
	}
	var keys, nets []string
	for i := range w.accounts {
		keys = append(keys, w.accounts[i].Key())
		nets = append(nets, w.accounts[i].Network)
	}
	slices.Sort(nets)
	view.Accounts = picks(cond.Accounts, keys, func(k string) option { return accountOption(lang, w.accounts, k) })
	view.Networks = picks(cond.Networks, slices.Compact(nets), func(n string) option { return option{Label: networkOf(lang, n).Name, Icon: networkOf(lang, n).Icon} })
	view.Kinds = picks(cond.Kinds, community.Kinds(), func(k community.Kind) option { return option{Label: T(lang, "msgkind."+string(k))} })
	view.Languages = picks(cond.Languages, []string{"fr", "en", "es", "de", "it", "pt", "nl", "ar"}, func(l string) option { return option{Label: w.language(l)} })
	category := func(v community.Category) option { return markOption(string(v), categoryMark(lang, v)) }
	urgency := func(v community.Urgency) option { return markOption(string(v), urgencyMark(lang, v)) }
	view.Categories = picks(cond.Categories, community.Categories(), category)
	view.Urgencies = picks(cond.Urgencies, community.Urgencies(), urgency)
	view.Sentiments = picks(cond.Sentiments, community.Sentiments(), func(v community.Sentiment) option { return markOption(string(v), sentimentMark(lang, v)) })
	view.Category = picks([]community.Category{does.Category}, community.Categories(), category)
	view.Urgency = picks([]community.Urgency{does.Urgency}, community.Urgencies(), urgency)
	view.Raise = picks([]community.Urgency{does.Raise}, []community.Urgency{community.Critical, community.High, community.Normal}, urgency)
	var ids []string
	for i := range w.channels {
		ids = append(ids, w.channels[i].ID)
	}
	view.Channel = picks([]string{does.Channel}, ids, func(id string) option { return option{Label: channelName(w.channels, id)} })
	if r.ChangedBy != "" {
		now := s.Now().In(zone(sh.Brand))
		view.Changed = T(lang, "rule.changed", s.face.names.agent(r.ChangedBy).Name, spoken().moment(lang, r.ChangedAt.In(now.Location()), now))
	}
	return s.render(c, "rule-page", view)
}

// picks lists the values of a field, those that are on marked; one that is on
// and known no more stays in the list.
func picks[E ~string](on, all []E, show func(E) option) []option {
	var out []option
	for _, value := range slices.Concat(all, on) {
		if value == "" || slices.ContainsFunc(out, func(o option) bool { return o.Value == string(value) }) {
			continue
		}
		o := show(value)
		o.Value, o.On = string(value), slices.Contains(on, value)
		out = append(out, o)
	}
	return out
}

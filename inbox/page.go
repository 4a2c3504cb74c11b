package inbox

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/vigie-hq/vigie/community"
)

//go:embed page/*.html
var pageFiles embed.FS

// face is how the inbox looks: its pages in every language, parsed once, and
// what rows need to know of brands and colleagues.
type face struct {
	pages  map[string]*template.Template // by language
	assets *assets
	names  names
}

func newFace() (*face, error) {
	w, err := lexicon()
	if err != nil {
		return nil, err
	}
	a, err := newAssets(assetFiles)
	if err != nil {
		return nil, err
	}
	f := &face{pages: make(map[string]*template.Template), assets: a}
	for _, lang := range w.langs() {
		f.pages[lang], err = template.New(lang).Funcs(f.speech(w, lang)).ParseFS(pageFiles, "page/*.html")
		if err != nil {
			return nil, err
		}
	}
	return f, nil
}

// speech is what pages can say: every text of theirs goes through t, and
// everything they are given is escaped by html/template.
func (f *face) speech(w words, lang string) template.FuncMap {
	return template.FuncMap{
		"t": func(key string, args ...any) string { return w.T(lang, key, args...) },
		// tb sets what it puts into the sentence in bold.
		"tb": func(key string, args ...any) template.HTML {
			bold := make([]any, len(args))
			for i, arg := range args {
				bold[i] = "<b>" + template.HTMLEscapeString(say(lang, arg)) + "</b>"
			}
			return template.HTML(w.T(lang, key, bold...)) //nolint:gosec // sentences are ours, arguments are escaped above
		},
		"lang": func() string { return lang },
		// langname is a language's name, or its code where we have no word for it.
		"langname": func(code string) string {
			if key := "lang." + code; w.has(lang, key) {
				return w.T(lang, key)
			}
			return code
		},
		"row":  func(r rowView) template.HTML { return template.HTML(f.drawRow(lang, &r)) }, //nolint:gosec // the pen escapes
		"menu": menuOf,
		"pick": func(name, label string, options []option) filterGroup {
			return filterGroup{Name: name, Label: label, Options: options}
		},
		"errof":       func(f ruleFaults, name string) errView { return errView{name, f[name], false} },
		"erroob":      func(f ruleFaults, name string) errView { return errView{name, f[name], true} },
		"field":       askedOf,
		"ledgerwords": func() []factView { return ledgerWords(lang) },
		"whole":       func(n int64) int { return int(n) },
		"langs":       w.langs,
		"asset":       f.assets.path,
		"icon":        f.assets.icon,
		"n":           func(n int) string { return number(lang, n) },
	}
}

// render writes a page or a part of one, in the reader's language.
func (s *Server) render(c *fiber.Ctx, name string, data any) error {
	var b bytes.Buffer
	if err := s.face.write(&b, langOf(c), name, data); err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, fiber.MIMETextHTMLCharsetUTF8)
	c.Vary("HX-Request", "HX-Target")
	return c.Send(b.Bytes())
}

func (f *face) write(b *bytes.Buffer, lang, name string, data any) error {
	t := f.pages[spoken().lang(lang)]
	if t == nil {
		return fmt.Errorf("inbox: no pages in %q", lang)
	}
	return t.ExecuteTemplate(b, name, data)
}

// pages answers people. Everything but the door and the assets is for signed-in
// agents; every form works without scripts, and answers parts to those that
// htmx sends.
func (s *Server) pages(app *fiber.App) {
	app.Get("/asset/:mark/*", s.face.assets.serve)
	app.Get("/sign-in", s.doorPage)
	app.Post("/sign-in", s.enter)
	app.Get("/invite/:secret", s.invitePage)
	app.Post("/invite/:secret", s.accept)
	app.Post("/taste", s.taste)

	in := app.Group("/", s.members)
	in.Post("/sign-out", s.leave)
	in.Get("/", s.inboxPage)
	in.Get("/rows", s.rowsPart)
	in.Get("/views", s.viewsPart)
	in.Get("/c/:id", s.talkPage)
	in.Get("/c/:id/parts", s.talkParts)
	in.Post("/c/:id/answer", s.answer)
	in.Post("/c/:id/draft", s.draft)
	in.Post("/c/:id/count", s.count)
	in.Post("/c/:id/assign", s.assign)
	in.Post("/c/:id/correct", s.correct)
	in.Post("/c/:id/deeds", s.doDeed)
	in.Post("/c/:id/close", s.closeTalk)
	in.Post("/c/:id/open", s.openTalk)
	in.Post("/c/:id/escalate", s.escalate)
	in.Post("/replies/:id/undo", s.undo)
	in.Post("/replies/:id/send", s.sendNow)
	in.Post("/replies/:id/settle", s.settle)
	in.Post("/replies/:id/retry", s.retry)
	in.Post("/replies/:id/discard", s.discard)
	in.Get("/complaints", s.registerPage)
	in.Get("/complaints/:id", s.registerPage)
	in.Post("/complaints/:id/advance", s.advance)
	in.Get("/brand", s.brandPage)
	in.Get("/messages", s.messagesPage)
	in.Get("/triage", s.triagePage)
	in.Post("/triage/:id", s.sortOut)
	in.Get("/audit", s.auditPage)
	in.Post("/audit/:id", s.judgePage)
	in.Get("/quality", s.qualityPage)
	in.Post("/quality/models", s.changeModelPage)
	in.Get("/settings", s.settingsPage)
	in.Get("/settings/accounts", s.accountsPage)
	in.Get("/settings/accounts/new", s.connectPage)
	in.Get("/settings/accounts/new/:network", s.connectForm)
	in.Post("/settings/accounts/new/:network", s.connectTo)
	in.Get("/settings/accounts/choose", s.choosePage)
	in.Post("/settings/accounts/choose", s.choose)
	in.Get(ReturnPath, s.connectBack)
	in.Get("/settings/accounts/:key", s.accountPage)
	in.Post("/settings/accounts/:key", s.changeAccount)
	in.Post("/settings/accounts/:key/check", s.checkAccount)
	in.Get("/settings/ledger", s.ledgerPage)
	in.Get("/settings/rules", s.rulesPage)
	in.Get("/settings/rules/new", s.newRule)
	in.Post("/settings/rules/new", s.saveRule)
	in.Get("/settings/rules/counts", s.ruleCounts)
	in.Post("/settings/rules/order", s.ruleOrder)
	in.Post("/settings/rules/try", s.tryRule)
	in.Get("/settings/rules/:id", s.rulePage)
	in.Post("/settings/rules/:id", s.saveRule)
	in.Post("/settings/rules/:id/switch", s.ruleSwitch)
	in.Post("/settings/rules/:id/delete", s.ruleDelete)
}

// isPart tells whether htmx asks for a part of a page, not a browser for a page.
func isPart(c *fiber.Ctx) bool {
	return c.Get("HX-Request") == "true" && c.Get("HX-History-Restore-Request") != "true"
}

// shell is what every page of a signed-in agent has around it.
type shell struct {
	Title  string
	Page   string // which entry of the rail is current
	Theme  string // light, dark, or empty: as the system
	CSRF   string
	Me     person
	Brand  community.Brand
	Brands []community.Brand
	Mine   int  // open and mine
	Doubts int  // waiting to be sorted
	Sorts  bool // the reader may sort them
	Dead   int  // accounts that must be connected again, for who may do it

	Measures bool  // the reader may see how good the classifier is
	Now      int64 // Unix milliseconds, for clocks that run on
	Here     string
}

// shell gathers what stands around a page: the brand is the one the address
// names, else the one this browser looked at last, else the first.
func (s *Server) shell(c *fiber.Ctx, page string) (shell, error) {
	ctx, v, me := c.UserContext(), viewerOf(c), agentOf(c)
	brands, err := s.Reader.Brands(ctx, v)
	if err != nil {
		return shell{}, err
	}
	if len(brands) == 0 {
		return shell{}, community.Faultf(community.Forbidden, "viewer.brand")
	}
	sh := shell{
		Page: page, Theme: themeOf(c), CSRF: csrfOf(c), Me: personOf(me.ID, me.Name),
		Brand: brands[0], Brands: brands, Now: s.Now().UnixMilli(), Here: c.OriginalURL(),
	}
	want := c.Query("brand", c.Cookies(brandCookie))
	for _, b := range brands {
		if b.ID == want {
			sh.Brand = b
		}
	}
	if c.Query("brand") == sh.Brand.ID {
		s.remember(c, brandCookie, sh.Brand.ID)
	}
	if err := s.learn(ctx, v, sh.Brand); err != nil {
		return shell{}, err
	}
	sh.Measures = v.May(community.ActionReport, sh.Brand.ID, "")
	if sh.Sorts = maySomewhere(v, community.ActionCorrect, sh.Brand.ID); isPart(c) && page != "triage" {
		return sh, nil // what stands around it is on the screen already
	}
	tally, err := s.Reader.Tally(ctx, v, sh.Brand.ID)
	sh.Mine, sh.Doubts = tally.Views[community.ViewMine], tally.Views[community.ViewTriage]
	if err != nil || !v.May(community.ActionSettings, sh.Brand.ID, "") {
		return sh, err
	}
	accounts, err := s.Reader.Accounts(ctx, v, sh.Brand.ID)
	for i := range accounts {
		if accounts[i].State == community.AccountReconnect {
			sh.Dead++
		}
	}
	return sh, err
}

// in is the shell around a page about another of the reader's brands.
func (sh shell) in(brand string) shell {
	for _, b := range sh.Brands {
		if b.ID == brand {
			sh.Brand = b
		}
	}
	return sh
}

// zone is where a brand's days begin and end.
func zone(b community.Brand) *time.Location { return zoneNamed(b.Calendar.Zone) }

func zoneNamed(name string) *time.Location {
	if l, err := time.LoadLocation(name); err == nil {
		return l
	}
	return time.UTC
}

// failPage tells a person what went wrong: a page, or a line above what he was
// doing when only a part was asked for.
func (s *Server) failPage(c *fiber.Ctx, status int, err error) error {
	lang := langOf(c)
	view := struct {
		shell
		Lang, Sentence, Icon string
		Status               int
		Safe                 bool // something was being written, and it is kept
		Used                 bool // an invitation that is not taken any more
		Door                 bool // nobody is signed in
	}{
		shell: shell{Title: T(lang, "stop.title"), Theme: themeOf(c), Now: s.Now().UnixMilli()},
		Lang:  lang, Sentence: spoken().Fault(lang, err), Status: status, Icon: "warn",
		Safe: c.Method() == fiber.MethodPost || status >= fiber.StatusInternalServerError, Door: !signedIn(c),
	}
	if f, _ := fault(err); f.Key == "invite.used" {
		view.Safe, view.Used = false, true
	}
	switch status {
	case fiber.StatusNotFound:
		view.Icon = "search"
	case fiber.StatusForbidden, fiber.StatusUnauthorized:
		view.Icon = "lock"
	}
	c.Status(status)
	if isPart(c) {
		c.Set("HX-Retarget", "#notice")
		c.Set("HX-Reswap", "innerHTML")
		return s.render(c, "notice", view)
	}
	return s.render(c, "stop-page", view)
}

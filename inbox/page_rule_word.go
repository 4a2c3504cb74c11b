package inbox

import (
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/vigie-hq/vigie/community"
)

// ruleWords say rules in a reader's language, with the names of his brand's
// accounts and channels.
type ruleWords struct {
	lang     string
	accounts []community.Account
	channels []community.Channel
}

func (s *Server) ruleWords(c *fiber.Ctx, brand string) (*ruleWords, error) {
	accounts, err := s.Reader.Accounts(c.UserContext(), viewerOf(c), brand)
	if err != nil {
		return nil, err
	}
	channels, err := s.Reader.Channels(c.UserContext(), viewerOf(c), brand)
	return &ruleWords{langOf(c), accounts, channels}, err
}

// shownPhrase is how much of an expression a list shows, in code points: those
// that come with Vigie are pages long.
const shownPhrase = 150

// says tells what a message must be.
func (w *ruleWords) says(c *community.Condition) []factView {
	lang := w.lang
	var out []factView
	add := func(label string, values ...string) {
		if len(values) > 0 {
			out = append(out, factView{label, strings.Join(values, ", ")})
		}
	}
	if c.Phrase != "" {
		add(T(lang, "rule.phrase"), cut(c.Phrase, shownPhrase))
	}
	add(T(lang, "rule.authors"), each(c.Authors, func(s string) string { return "@" + s })...)
	add(T(lang, "rule.accounts"), each(c.Accounts, func(s string) string { return accountOption(lang, w.accounts, s).Label })...)
	add(T(lang, "rule.networks"), each(c.Networks, func(s string) string { return networkOf(lang, s).Name })...)
	add(T(lang, "rule.kinds"), each(c.Kinds, func(k community.Kind) string { return T(lang, "msgkind."+string(k)) })...)
	add(T(lang, "rule.languages"), each(c.Languages, w.language)...)
	if c.Private != nil {
		key := "mode.public"
		if *c.Private {
			key = "mode.private"
		}
		add(T(lang, "rule.seen"), T(lang, key))
	}
	if c.Followers > 0 {
		add(T(lang, "rule.followers"), T(lang, "rule.atleast", c.Followers))
	}
	add(T(lang, "rule.categories"), each(c.Categories, func(v community.Category) string { return T(lang, "category."+string(v)) })...)
	add(T(lang, "rule.urgencies"), each(c.Urgencies, func(v community.Urgency) string { return T(lang, "urgency."+string(v)) })...)
	add(T(lang, "rule.sentiments"), each(c.Sentiments, func(v community.Sentiment) string { return T(lang, "sentiment."+string(v)) })...)
	return out
}

// does tells what becomes of a message.
func (w *ruleWords) does(e *community.Effect) []mark {
	lang := w.lang
	var out []mark
	if e.Category != "" {
		out = append(out, categoryMark(lang, e.Category))
	}
	if e.Urgency != "" {
		out = append(out, urgencyMark(lang, e.Urgency))
	}
	if e.Raise != "" {
		mk := urgencyMark(lang, e.Raise)
		mk.Word = T(lang, "rule.raised", mk.Word)
		out = append(out, mk)
	}
	if e.Channel != "" {
		out = append(out, mark{Icon: "users", Word: channelName(w.channels, e.Channel), Class: "mk"})
	}
	for _, tag := range e.Tags {
		out = append(out, mark{Icon: "tag", Word: tag, Class: "mk"})
	}
	if e.Stop {
		out = append(out, mark{Icon: "pause", Word: T(lang, "rule.stops"), Class: "mk"})
	}
	return out
}

func (w *ruleWords) language(code string) string {
	if key := "lang." + code; spoken().has(w.lang, key) {
		return T(w.lang, key)
	}
	return code
}

// each is a list as words.
func each[T any](list []T, say func(T) string) []string {
	out := make([]string, len(list))
	for i := range list {
		out[i] = say(list[i])
	}
	return out
}

// cut is the beginning of a text, between two words where there are any.
func cut(s string, most int) string {
	r := []rune(s)
	if len(r) <= most {
		return s
	}
	short := string(r[:most])
	if i := strings.LastIndexByte(short, ' '); i > len(short)/2 {
		short = short[:i]
	}
	return short + " …"
}

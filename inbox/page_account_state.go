package inbox

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/vigie-hq/vigie/community"
)

// stand is one thing to say of how an account stands: a mark for its row, a
// sentence that tells what is safe and what to do, and where to do it.
type stand struct {
	mark
	State  string // trouble, off or ok: what a list is narrowed by
	Says   string
	Action string // what the link says; empty: nothing to do here
	Href   string
}

// The states a list of accounts is narrowed by.
const (
	standTrouble = "trouble"
	standOff     = "off"
	standOK      = "ok"
)

// behindAfter is how far an account that collects may be complete behind the
// clock before it is said to be late: longer than the slowest polling (a feed's)
// takes.
const behindAfter = time.Hour

// budgetWarning is the share of a day's cap from which it is shown as running
// out.
const budgetWarning = 0.8

// standsOf says how an account stands, the worst first; never nothing.
func standsOf(lang string, st *community.Standing, now time.Time) []stand {
	word := func(icon, class, word, says string) stand {
		return stand{mark: mark{Icon: icon, Word: word, Class: "mk " + class}, State: standTrouble, Says: says}
	}
	switch {
	case st.State == community.AccountDeactivated:
		off := word("pause", "", T(lang, "account.deactivated"), T(lang, "account.deactivated.text"))
		off.State = standOff
		return []stand{off}
	case !st.Collects && !st.Sends:
		off := word("history", "", T(lang, "account.history"), T(lang, "account.history.text"))
		off.State = standOff
		return []stand{off}
	}
	var out []stand
	again := func(s stand) {
		s.Action, s.Href = T(lang, "account.again"), againHref(st)
		out = append(out, s)
	}
	h := &st.Health
	if st.State == community.AccountReconnect {
		again(word("plug", "mk-late", T(lang, "account.reconnect"), reconnectText(lang, st, now)))
	}
	if st.DailyCap > 0 && st.Spent >= st.DailyCap {
		out = append(out, word("shield", "mk-soon", T(lang, "account.spent"), T(lang, "account.spent.text", dollars(lang, st.DailyCap))))
	}
	if n := len(h.Missing); n > 0 {
		again(word("lock", "mk-soon", T(lang, "account.missing", n), T(lang, "account.missing.text", permissions(lang, h.Missing))))
	}
	if h.Push == community.PushDown && st.State != community.AccountReconnect { // else nobody asks meanwhile
		says := T(lang, "account.silent.text")
		if h.PushWhy != "" {
			says = faultWords(lang, h.PushWhy) + " " + says
		}
		out = append(out, word("offline", "mk-soon", T(lang, "account.silent"), says))
	}
	if st.State != community.AccountReconnect && h.Ending(now) {
		left := spoken().duration(lang, h.ExpiresAt.Sub(now))
		if !now.Before(h.ExpiresAt) {
			again(word("clock", "mk-late", T(lang, "account.ended"), T(lang, "account.ended.text")))
		} else {
			again(word("clock", "mk-soon", T(lang, "account.ends", left), T(lang, "account.ends.text", spoken().moment(lang, h.ExpiresAt.In(now.Location()), now))))
		}
	}
	if st.State != community.AccountReconnect && h.Fault != "" {
		out = append(out, word("warn", "mk-soon", T(lang, "account.fault"), faultWords(lang, h.Fault)))
	}
	if st.Collects && !st.Complete.IsZero() && now.Sub(st.Complete) > behindAfter {
		at := spoken().moment(lang, st.Complete.In(now.Location()), now)
		out = append(out, word("clock", "mk-soon", T(lang, "account.behind", at), T(lang, "account.behind.text", at)))
	}
	if st.DailyCap > 0 && st.Spent < st.DailyCap && float64(st.Spent) >= budgetWarning*float64(st.DailyCap) {
		out = append(out, word("shield", "mk-soon", T(lang, "account.nearly", percent(lang, float64(st.Spent)/float64(st.DailyCap))), T(lang, "account.nearly.text", dollars(lang, st.DailyCap))))
	}
	if len(out) > 0 {
		return out
	}
	well := word("check", "mk-done", T(lang, "account.well"), "")
	if st.Collects && st.Complete.IsZero() && !toldOnly(st) {
		well = word("history", "", T(lang, "account.first"), T(lang, "account.first.text"))
	}
	well.State = standOK
	return []stand{well}
}

// toldOnly is whether an account has nothing that could be asked: it is told all it
// hears, and is never complete until anywhere.
func toldOnly(st *community.Standing) bool { return st.Network == "web" && st.Server == "" }

// reconnectText says why an account must be connected again, since when, and
// what waits for it.
func reconnectText(lang string, st *community.Standing, now time.Time) string {
	says := T(lang, "account.refused", networkOf(lang, st.Network).Name)
	if !st.Since.IsZero() {
		says = T(lang, "account.refused.since", networkOf(lang, st.Network).Name, spoken().moment(lang, st.Since.In(now.Location()), now))
	}
	if st.Why != "" && st.Why != "network.unauthorised" {
		says += " " + faultWords(lang, st.Why)
	}
	if st.Waiting > 0 {
		says += " " + T(lang, "account.waits", st.Waiting)
	}
	return says + " " + T(lang, "account.kept")
}

// againHref is where an account is connected again.
func againHref(st *community.Standing) string {
	return "/settings/accounts/new/" + st.Network + "?account=" + st.Key + "&brand=" + st.Brand
}

// faultWords says a fault that is known by its key only.
func faultWords(lang, key string) string {
	return sayFault(lang, community.Faultf(community.Unavailable, key))
}

// permissions names what was not granted: in words where Vigie has them, else as
// the network does.
func permissions(lang string, names []string) string {
	out := make([]string, 0, len(names))
	for _, name := range names {
		out = append(out, permission(lang, name))
	}
	return strings.Join(slices.Compact(out), ", ")
}

func permission(lang, name string) string {
	if key := "permission." + name; spoken().has(lang, key) {
		return T(lang, key)
	}
	return name
}

// dollars writes millionths of a dollar: cents, and a tenth of one below a
// dollar, since calls cost that little.
func dollars(lang string, micros int64) string {
	places := 2
	if micros > 0 && micros < 1_000_000 {
		places = 3
	}
	s := strconv.FormatFloat(float64(micros)/1e6, 'f', places, 64)
	if lang == "fr" {
		return strings.Replace(s, ".", ",", 1) + "\u00a0$"
	}
	return "$" + s
}

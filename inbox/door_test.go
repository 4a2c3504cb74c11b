package inbox

import (
	"errors"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/vigie-hq/vigie/community"
)

const goodPassword = "un mot de passe"

func TestPassword(t *testing.T) {
	hash, err := HashPassword(goodPassword)
	if err != nil {
		t.Fatal(err)
	}
	if !regexp.MustCompile(`^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$`).MatchString(hash) {
		t.Error(hash)
	}
	if again, _ := HashPassword(goodPassword); again == hash {
		t.Error("the same salt twice")
	}
	if !CheckPassword(hash, goodPassword) || CheckPassword(hash, goodPassword+" ") || CheckPassword(hash, "") {
		t.Error("the wrong one passes, or the right one does not")
	}
	composed, _ := HashPassword("mot de passé secret")
	if !CheckPassword(composed, "mot de passe\u0301 secret") {
		t.Error("the same letters, typed on another system, do not pass")
	}
	for password, key := range map[string]string{
		"court": "password.short", "éééé": "password.short", "aaaaaaaaaaaa": "password.weak", "abcabcabcabc": "password.weak",
		strings.Repeat("abcd", 300): "password.long",
	} {
		_, err := HashPassword(password)
		var f *community.Fault
		if !errors.As(err, &f) || f.Key != key || f.Kind != community.Invalid {
			t.Errorf("%q: %v, want %s", password, err, key)
		}
	}
	for _, bad := range []string{
		"", "x", "$argon2id$v=19$m=19456,t=2,p=1$", strings.Replace(hash, "m=19456", "m=99999999", 1), strings.Replace(hash, "t=2", "t=0", 1),
		strings.Replace(hash, "p=1", "p=0", 1), strings.Replace(hash, "argon2id", "argon2i", 1), strings.Replace(hash, "v=19", "v=16", 1),
		hash[:len(hash)-30], "$2a$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy",
	} {
		if CheckPassword(bad, goodPassword) {
			t.Errorf("passes for %q", bad)
		}
	}
}

func TestFoldEmail(t *testing.T) {
	for in, want := range map[string]string{
		" Ada@Acme.TEST ": "ada@acme.test", "É@x.fr": "é@x.fr", "a": "", "@a": "", "a@": "", "a@b@c": "", "a b@c": "", "a@b\r\nX: y": "",
		strings.Repeat("a", 255) + "@b": "",
	} {
		got, err := FoldEmail(in)
		if got != want || (err == nil) != (want != "") {
			t.Errorf("%q: %q, %v", in, got, err)
		}
	}
}

func TestSource(t *testing.T) {
	for in, want := range map[string]string{
		"192.0.2.7": "192.0.2.7", "::ffff:192.0.2.7": "192.0.2.7", "2001:db8::1": "2001:db8::/64", "2001:db8::2%eth0": "2001:db8::/64", "x": "x",
	} {
		if got := source(in); got != want {
			t.Errorf("%s: %s", in, got)
		}
	}
}

// door makes a server whose agents have passwords.
func doorWorld(t *testing.T, change ...func(*Options)) (*world, *Server) {
	t.Helper()
	w := newWorld(t)
	hash, err := HashPassword(goodPassword)
	if err != nil {
		t.Fatal(err)
	}
	w.passwords["u-acme"], w.passwords["u-bolt"] = hash, hash
	gone := w.agents["u-bolt"]
	gone.Active = false
	w.agents["u-bolt"] = gone
	return w, w.server(t, change...)
}

func keyOf(err error) string {
	var f *community.Fault
	if errors.As(err, &f) {
		return f.Key
	}
	return ""
}

func TestAdmit(t *testing.T) {
	w, s := doorWorld(t)
	ctx := t.Context()
	a, err := s.keeper.admit(ctx, " ADA@acme.test", goodPassword, "192.0.2.1")
	if err != nil || a.ID != "u-acme" || w.attempts["mail:ada@acme.test"] != 0 {
		t.Fatalf("%+v %v %v", a, err, w.attempts)
	}
	for _, x := range [][2]string{{"ada@acme.test", "wrong password"}, {"nobody@acme.test", goodPassword}, {"ada@bolt.test", goodPassword}, {"", ""}, {"x", "y"}} {
		if _, err := s.keeper.admit(ctx, x[0], x[1], "192.0.2.1"); keyOf(err) != "signin.wrong" || community.KindOf(err) != community.Unauthorised {
			t.Errorf("%v: %v", x, err)
		}
	}
	// One e-mail from everywhere, and one address with every e-mail.
	for i := range attemptsMail + 1 {
		_, err = s.keeper.admit(ctx, "bob@acme.test", "wrong password", "192.0.2."+string(rune('0'+i%10)))
	}
	if keyOf(err) != "signin.limited" || community.KindOf(err) != community.Limited {
		t.Errorf("after %d attempts: %v", attemptsMail+1, err)
	}
	w.attempts["from:198.51.100.1"] = attemptsSource
	if _, err = s.keeper.admit(ctx, "ada@acme.test", goodPassword, "198.51.100.1"); keyOf(err) != "signin.limited" {
		t.Errorf("address: %v", err)
	}
	if _, err = s.keeper.admit(ctx, "ada@acme.test", goodPassword, "198.51.100.2"); err != nil {
		t.Errorf("another address: %v", err)
	}
}

// TestUnknownTakesAsLong compares a known e-mail's refusal with an unknown one's:
// without a hash to check, the latter would be a hundred times as fast.
func TestUnknownTakesAsLong(t *testing.T) {
	w, s := doorWorld(t)
	least := map[string]time.Duration{"ada@acme.test": time.Hour, "nobody@acme.test": time.Hour}
	for range 5 {
		for email := range least {
			clear(w.attempts)
			start := time.Now()
			_, _ = s.keeper.admit(t.Context(), email, "wrong password", "192.0.2.1")
			least[email] = min(least[email], time.Since(start))
		}
	}
	if known, unknown := least["ada@acme.test"], least["nobody@acme.test"]; unknown < known/10 {
		t.Errorf("known %v, unknown %v", known, unknown)
	}
}

func TestInvite(t *testing.T) {
	w := newWorld(t)
	s := w.server(t)
	secret, hash := NewToken()
	if err := w.PutInvite(t.Context(), hash, worldNow.Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	me := newcomer{Name: " Ada ", Email: "Ada@Acme.test", Password: goodPassword, Lang: "fr"}
	if _, err := s.keeper.welcome(t.Context(), secret, me); keyOf(err) != "invite.used" {
		t.Errorf("somebody can sign in already: %v", err)
	}
	clear(w.agents)
	short, noName := me, me
	short.Password, noName.Name = "court", ""
	for _, wrong := range []newcomer{short, noName} {
		if _, err := s.keeper.welcome(t.Context(), secret, wrong); community.KindOf(err) != community.Invalid {
			t.Errorf("%+v: %v", wrong, err)
		}
	}
	if _, err := s.keeper.welcome(t.Context(), "another", me); keyOf(err) != "invite.used" {
		t.Errorf("another secret: %v", err)
	}
	a, err := s.keeper.welcome(t.Context(), secret, me)
	if err != nil || a.Name != "Ada" || a.Email != "ada@acme.test" || len(a.Grants) != 2 || a.Grants[0].Role != community.RoleAdmin {
		t.Fatalf("%+v %v", a, err)
	}
	if _, err := s.keeper.welcome(t.Context(), secret, me); keyOf(err) != "invite.used" {
		t.Errorf("twice: %v", err)
	}
	w.at = w.at.Add(time.Hour)
	if _, err := s.keeper.admit(t.Context(), "ada@acme.test", goodPassword, "192.0.2.1"); err != nil {
		t.Errorf("sign-in: %v", err)
	}
}

func form(pairs ...string) string {
	v := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		v.Set(pairs[i], pairs[i+1])
	}
	return v.Encode()
}

const formType = "application/x-www-form-urlencoded"

// TestSignInAndOut goes through the door the way a browser does.
func TestSignInAndOut(t *testing.T) {
	for _, secure := range []bool{false, true} {
		w, s := doorWorld(t, func(o *Options) { o.Secure = secure })
		b := asking(t, s, "Content-Type", formType, "Sec-Fetch-Site", "same-origin")
		if status, h, _ := b.do("GET", "/complaints?state=open", nil); status != 303 || h.Get("Location") != "/sign-in?next=%2Fcomplaints%3Fstate%3Dopen" {
			t.Errorf("nobody is sent to %d %s", status, h.Get("Location"))
		}
		status, h, out := b.do("POST", "/sign-in", form("email", "ada@acme.test", "password", "wrong password"))
		if status != 401 || h.Get("Set-Cookie") != "" {
			t.Fatalf("wrong: %d %s", status, out)
		}
		status, h, _ = b.do("POST", "/sign-in", form("email", "ada@acme.test", "password", goodPassword, "next", "//evil.test"))
		cookie := (&http.Response{Header: h}).Cookies()
		if status != 303 || h.Get("Location") != "/" || len(cookie) != 1 {
			t.Fatalf("right: %d %v", status, h)
		}
		c := cookie[0]
		name := map[bool]string{true: "__Host-vigie", false: "vigie"}[secure]
		if c.Name != name || c.Secure != secure || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || len(c.Value) != 43 || c.Domain != "" {
			t.Errorf("cookie %+v", c)
		}
		session, ok := w.sessions[HashToken(c.Value)]
		if !ok || session.CSRF == "" || !session.Expires.Equal(worldNow.Add(sessionLife)) {
			t.Fatalf("session %+v", w.sessions)
		}
		in := []string{"Cookie", name + "=" + c.Value}

		// Signing in again ends the session from before.
		_, h, _ = b.do("POST", "/sign-in", form("email", "ada@acme.test", "password", goodPassword, "csrf", session.CSRF), in...)
		again := (&http.Response{Header: h}).Cookies()[0]
		if _, ok := w.sessions[session.Hash]; ok || again.Value == c.Value {
			t.Error("the session from before lives on")
		}
		in = []string{"Cookie", name + "=" + again.Value}
		csrf := w.sessions[HashToken(again.Value)].CSRF
		if status, _, _ := b.do("POST", "/sign-out", form("csrf", "wrong"), in...); status != 403 || len(w.sessions) != 1 {
			t.Errorf("sign-out without the token: %d", status)
		}
		status, h, _ = b.do("POST", "/sign-out", form("csrf", csrf), in...)
		if status != 303 || len(w.sessions) != 0 || !strings.Contains(h.Get("Set-Cookie"), "1970") {
			t.Errorf("sign-out: %d %v", status, h)
		}
	}
}

func TestCSRF(t *testing.T) {
	w, s := doorWorld(t)
	cookie, _ := w.session("u-acme")
	c := w.said(t, s.Desk, "acme", "1", "Mon colis est perdu", community.CategorySupport)
	path := "/c/" + c.ID + "/assign"
	for name, x := range map[string]struct {
		header  []string
		body    string
		stopped string
	}{
		"header":           {[]string{"X-CSRF-Token", "csrf-u-acme"}, "", ""},
		"field":            {nil, form("csrf", "csrf-u-acme"), ""},
		"same site":        {[]string{"Sec-Fetch-Site", "same-origin", "X-CSRF-Token", "csrf-u-acme"}, "", ""},
		"none":             {nil, "", "csrf"},
		"wrong":            {[]string{"X-CSRF-Token", "csrf-u-bolt"}, "", "csrf"},
		"foreign site":     {[]string{"Sec-Fetch-Site", "cross-site", "X-CSRF-Token", "csrf-u-acme"}, "", "csrf"},
		"sister site":      {[]string{"Sec-Fetch-Site", "same-site", "X-CSRF-Token", "csrf-u-acme"}, "", "csrf"},
		"foreign origin":   {[]string{"Origin", "https://evil.test", "X-CSRF-Token", "csrf-u-acme"}, "", "csrf"},
		"null origin":      {[]string{"Origin", "null", "X-CSRF-Token", "csrf-u-acme"}, "", "csrf"},
		"our origin":       {[]string{"Origin", "http://example.com", "X-CSRF-Token", "csrf-u-acme"}, "", ""},
		"token in a query": {nil, "", "csrf"},
	} {
		to := path
		if name == "token in a query" {
			to += "?csrf=csrf-u-acme"
		}
		status, _, out := asking(t, s, "Content-Type", formType, "Cookie", cookie).do("POST", to, x.body+"&version=0&agent=", x.header...)
		if (status == 403) != (x.stopped != "") {
			t.Errorf("%s: %d %.200s", name, status, out)
		}
	}
	// Before the sign-in there is no token; a foreign page is stopped all the same.
	if status, _, _ := asking(t, s, "Content-Type", formType, "Sec-Fetch-Site", "cross-site").do("POST", "/sign-in", form("email", "ada@acme.test", "password", goodPassword)); status != 403 {
		t.Errorf("sign-in from elsewhere: %d", status)
	}
	// A cookie is no token: the API does not know it.
	if status, _, _ := asking(t, s, "Cookie", cookie, "X-CSRF-Token", "csrf-u-acme").do("GET", "/api/v1/conversations", nil); status != 401 {
		t.Errorf("cookie at the API: %d", status)
	}
}

func TestHomeward(t *testing.T) {
	for next, want := range map[string]string{
		"": "/", "/c/1?x=1": "/c/1?x=1", "//evil.test": "/", "/\\evil.test": "/", "https://evil.test": "/", "/\t/evil.test": "/", "javascript:alert(1)": "/", "c": "/",
	} {
		if got := homeward(next); got != want {
			t.Errorf("%q: %q", next, got)
		}
	}
}

package inbox

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/vigie-hq/vigie/community"
)

// alter changes a message of the stage.
func (s *stage) alter(key string, f func(*community.Entry)) {
	e := s.entries[key]
	f(&e)
	s.entries[key] = e
}

// TestDeeds: a message offers what can be done to it, until when, and says why
// the rest cannot; done is shown, and can be taken back.
func TestDeeds(t *testing.T) {
	st, v := newVisitor(t)
	for i := range st.settings[stageBrand].Accounts {
		st.settings[stageBrand].Accounts[i].NativeID = "n"
	}
	st.alter("mc05", func(e *community.Entry) {
		e.Message.Author.URL = "https://network.example/u/lulu"
		e.Message.Can = []community.Ability{
			{Deed: community.DeedPrivate, Until: stageNow.Add(3 * 24 * time.Hour)},
			{Deed: community.DeedHide},
			{Deed: community.DeedDelete, Why: "network.forbidden"},
			{Deed: community.DeedLike, Until: stageNow},
		}
	})
	page := v.get("/c/c05")
	for _, want := range []string{
		`data-mode="private"`, "fin ven. 10:00", `name="deed" value="hide"`, "2 actions impossibles", T("fr", "fault.network.forbidden"),
		T("fr", "fault.deed.late"), `href="https://network.example/u/lulu"`,
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if strings.Contains(page, `value="delete"`) || strings.Contains(page, `value="like"`) {
		t.Error("it offers what the network forbids")
	}
	if status, header, body := v.send("/c/c05/deeds", "message", "mc05", "deed", "hide"); status != http.StatusSeeOther || header.Get("Location") != "/c/c05" {
		t.Fatalf("%d %s", status, body)
	}
	if page = v.get("/c/c05"); !st.entries["mc05"].Hidden || !strings.Contains(page, T("fr", "said.hidden")) || !strings.Contains(page, `name="deed" value="unhide"`) {
		t.Error("it is not hidden")
	}
	if status, _, _ := v.send("/c/c05/deeds", "message", "mc05", "deed", "delete"); status != http.StatusForbidden {
		t.Errorf("what the network forbids: %d", status)
	}
	a := st.agents["u-acme"]
	a.Grants = []community.Grant{{Brand: stageBrand, Role: community.RoleReader}}
	st.agents["u-acme"] = a
	if page = v.get("/c/c05"); strings.Contains(page, `name="deed"`) || strings.Contains(page, `data-mode="private"`) {
		t.Error("who may not is offered something")
	}
}

// TestReach: the composer says how long there is left to answer, why there is
// no answering, what is left instead, and that an answer would wait.
func TestReach(t *testing.T) {
	st, v := newVisitor(t)
	st.alter("mc04", func(e *community.Entry) { e.Message.ReplyUntil = stageNow.Add(5*time.Hour + 12*time.Minute) })
	if page := v.get("/c/c04"); !strings.Contains(page, "5\u00a0h\u00a012") || !strings.Contains(page, T("fr", "reach.window", "E-mail")) {
		t.Error("no countdown")
	}
	st.alter("mc05", func(e *community.Entry) {
		e.Message.CanReply, e.Message.ReplyWhy = false, "reply.not_answerable"
		e.Message.Can = []community.Ability{{Deed: community.DeedPrivate}}
	})
	page := v.get("/c/c05")
	if !strings.Contains(page, T("fr", "fault.reply.not_answerable")) || !strings.Contains(page, T("fr", "reach.private")) || !strings.Contains(page, T("fr", "reach.there", "X")) {
		t.Error("it does not say why")
	}
	if strings.Contains(page, `name="mode" value="public"`) || !strings.Contains(page, `name="mode" value="private" checked`) {
		t.Error("it offers to answer in public")
	}
	st.alter("mc05", func(e *community.Entry) { e.Message.Can = nil })
	if page = v.get("/c/c05"); strings.Contains(page, `name="mode" value="private"`) || !strings.Contains(page, `name="mode" value="note" checked`) {
		t.Error("only a note is left")
	}
	for i := range st.settings[stageBrand].Accounts {
		st.settings[stageBrand].Accounts[i].State = community.AccountReconnect
	}
	key := community.AccountKey(stageBrand, "mail", "bonjour@maisonlune.example")
	if page = v.get("/c/c04"); !strings.Contains(page, T("fr", "compose.waits", "E-mail", "bonjour@maisonlune.example")) || !strings.Contains(page, "/settings/accounts/new/mail?account="+key+"&amp;brand="+stageBrand) {
		t.Error("it does not say that the answer will wait")
	}
}

// TestKnownChoice: a choice about the app that was made before is not undone by a
// form that shows its default.
func TestKnownChoice(t *testing.T) {
	f := fieldOf("en", "facebook", community.Field{Name: "human_agent", Kind: community.FieldChoice, App: true, Choices: []string{"no", "yes"}, Default: "no"}, "")
	f.keep("en")
	if len(f.Choices) != 3 || !f.Choices[0].On || f.Choices[0].Value != "" || f.Choices[1].On {
		t.Errorf("%+v", f.Choices)
	}
}

// TestParked: an answer whose time came while its account waits for a human says
// so and counts nothing down.
func TestParked(t *testing.T) {
	st, v := newVisitor(t)
	account := &st.settings[stageBrand].Accounts[0]
	st.replies["r9"] = community.Reply{
		ID: "r9", Brand: stageBrand, Conversation: "c05", Account: account.Key(), Agent: "u-acme", State: community.ReplyHeld,
		Text: "à bientôt", Visibility: community.Public, SendAfter: stageNow.Add(-time.Minute), UpdatedAt: stageNow.Add(-2 * time.Minute),
	}
	if page := v.get("/c/c05"); strings.Contains(page, T("fr", "reply.parked")) || !strings.Contains(page, `class="prop leaves"`) {
		t.Error("it waits for nothing and does not say when it leaves")
	}
	account.State = community.AccountReconnect
	if page := v.get("/c/c05"); !strings.Contains(page, T("fr", "reply.parked")) || strings.Contains(page, `class="prop leaves"`) {
		t.Error("it waits for its account and counts seconds")
	}
}

package mail

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/vigie-hq/vigie/community"
)

func letterOf(content string) letter {
	content = strings.ReplaceAll(content, "\n", "\r\n")
	return decode(&raw{head: []byte(content), size: int64(len(content))})
}

func TestWords(t *testing.T) {
	const answer = "From: lea@example.org\nIn-Reply-To: <a@b>\n"
	for name, c := range map[string]struct{ content, want string }{
		"plain":            {"From: a@b.c\n\nHello\n\n\n\nthere  \n", "Hello\n\nthere"},
		"latin by charset": {"Content-Type: text/plain; charset=iso-8859-15\n\nprix 3 \xa4\n", "prix 3 €"},
		"latin unsaid":     {"Content-Type: text/plain\n\nd\xe9j\xe0 vu\n", "déjà vu"},
		"unknown charset":  {"Content-Type: text/plain; charset=klingon\n\nd\xe9j\xe0\n", "déjà"},
		"shift-jis":        {"Content-Type: text/plain; charset=shift_jis\n\n\x82\xb1\x82\xf1\n", "こん"},
		"quoted-printable": {"Content-Transfer-Encoding: quoted-printable\n\nl'=C3=A9t=C3=A9 est =\nlong\n", "l'été est long"},
		"base64":           {"Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: base64\n\nw6l0w6k=\n", "été"},
		"flowed":           {"Content-Type: text/plain; format=flowed\n\nOne line \nthat flows.\nAnother.\n", "One line that flows.\nAnother."},
		"flowed, delsp":    {"Content-Type: text/plain; format=flowed; delsp=yes\n\nこん \nにちは\n", "こんにちは"},
		"html alone":       {"Content-Type: text/html\n\n<p>Hello <b>there</b></p><div style='display: none'>pixel</div><script>x</script>\n", "Hello there"},
		"alternative": {
			"Content-Type: multipart/alternative; boundary=x\n\n--x\n\nplain words\n--x\nContent-Type: text/html\n\n<p>html words</p>\n--x--\n",
			"plain words",
		},
		"empty alternative": {
			"Content-Type: multipart/alternative; boundary=x\n\n--x\n\n \n--x\nContent-Type: text/html\n\n<p>html words</p>\n--x--\n",
			"html words",
		},
		"mixed":            {"Content-Type: multipart/mixed; boundary=x\n\n--x\n\none\n--x\nContent-Type: image/png\n\nxx\n--x\n\ntwo\n--x--\n", "one\n\ntwo"},
		"no boundary":      {"Content-Type: multipart/mixed\n\nsomething\n", "something"},
		"boundary not met": {"Content-Type: multipart/mixed; boundary=x\n\n--x\n\nall that came", "all that came"},
		"broken header":    {"From: a@b.c\nthis is no header line\nSubject: s\n\nwords\n", "words"},
		"signature":        {"\nHello\n-- \nLéa\n+33 1 23\n", "Hello"},
		"top":              {answer + "\nYes please.\n\nOn Mon, 2 Nov 2026 at 10:00, Brand <b@b.c> wrote:\n> Shall we?\n>\n> Brand\n", "Yes please."},
		"french":           {answer + "\nOui.\n\nLe 2 nov. 2026 à 10:00, La marque <b@b.c> a\nécrit :\n\n> Voulez-vous ?\n", "Oui."},
		"bottom":           {answer + "\nOn Mon, 2 Nov 2026, Brand wrote:\n> Shall we?\n\nYes please.\n", "Yes please."},
		"between":          {answer + "\n> Red?\nYes\n> Blue?\nNo\n", "Yes\n> Blue?\nNo"},
		"outlook":          {answer + "\nOui merci\n\n________________________________\nDe : La marque <b@b.c>\nEnvoyé : lundi\nÀ : Léa\nObjet : RE: x\n\nVoulez-vous ?\n", "Oui merci"},
		"only quoted":      {answer + "\n> Shall we?\n", "> Shall we?"},
		"no answer":        {"From: a@b.c\n\nThey wrote to me on 2 Nov:\n> nonsense\n", "They wrote to me on 2 Nov:\n> nonsense"},
		"gmail html": {
			answer + "Content-Type: text/html\n\n<div>Yes</div><div class=\"gmail_quote\"><div class=gmail_attr>On 2 Nov Brand wrote:</div><blockquote>Shall we?</blockquote></div>\n",
			"Yes",
		},
		"outlook html": {answer + "Content-Type: text/html\n\n<div>Yes</div><div id=\"appendonsend\"></div><hr><div id=\"divRplyFwdMsg\">From: x</div><div>Shall we?</div>\n", "Yes"},
	} {
		if got := letterOf(c.content).words; got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func TestHeaders(t *testing.T) {
	l := letterOf("From: =?iso-8859-1?Q?L=E9a?= <Lea@Example.ORG>\nReply-To: Shop <shop@example.org>\nSubject: =?utf-8?b?w6l0w6k=?=\n =?utf-8?q?_2026?=\n" +
		"Message-ID: <a1@b>\nIn-Reply-To: <p@b> (of Monday)\nReferences: <r@b>\n <q@b> <p@b>\nDate: Mon, 2 Nov 2026 10:00:00 +0100\n\nx\n")
	if l.from != (person{"Léa", "lea@example.org"}) || l.answerTo("") != "shop@example.org" || l.subject != "été 2026" || l.id != "a1@b" ||
		l.inReplyTo != "p@b" || fmt.Sprint(l.references) != "[r@b q@b p@b]" || l.date.IsZero() {
		t.Errorf("%+v", l)
	}
	for field, want := range map[string]string{
		"<a@b>": "a@b", "a@b": "a@b", " < a@b > ": "a@b", "": "", "<>": "", "<a b@c>": "", "<a\"@b>": "", "<é@b>": "", "<" + strings.Repeat("a", 600) + "@b>": "",
	} {
		if got := messageID(field); got != want {
			t.Errorf("Message-ID %q: %q, want %q", field, got, want)
		}
	}
	for field, want := range map[string]string{
		"Lea lea@example.org": "lea@example.org", "\"Léa, du 12\" <lea@example.org>": "lea@example.org", "undisclosed-recipients:;": "", "<>": "", "nobody": "",
	} {
		if got := first(people(field)).address; got != want {
			t.Errorf("From %q: %q, want %q", field, got, want)
		}
	}
}

// Letters made to hurt are read quickly and hold nothing beyond the limits.
func TestHostileLetters(t *testing.T) {
	deep := strings.Repeat("Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n", 2000) + "\r\nwords"
	many := "Content-Type: multipart/mixed; boundary=x\r\n\r\n" + strings.Repeat("--x\r\nContent-Type: image/png; name=a\r\n\r\n", 5000)
	for name, content := range map[string]string{
		"nested": deep, "many parts": many, "nothing": "", "only a line": "x",
		"no end of header": strings.Repeat("X-A: b\r\n", 20000), "one endless line": "Subject: " + strings.Repeat("a", 200000),
		"references": "References: " + strings.Repeat("<a@b> ", 20000) + "\r\n\r\nx", "quotes": "In-Reply-To: <a@b>\r\n\r\n" + strings.Repeat("> \n", 60000),
		"flowing": "Content-Type: text/plain; format=flowed; delsp=yes\r\n\r\n" + strings.Repeat("a \n", 80000),
		"tags":    "Content-Type: text/html\r\n\r\n" + strings.Repeat("<div>", 40000), "long": "\r\n\r\n" + strings.Repeat("a", 250000),
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		l := decode(&raw{head: []byte(content), size: int64(len(content))})
		runtime.ReadMemStats(&after)
		if used := (after.TotalAlloc - before.TotalAlloc) >> 20; used > 200 {
			t.Errorf("%s took %d MB", name, used)
		}
		check(t, name, &l)
	}
}

func check(t *testing.T, name string, l *letter) {
	t.Helper()
	switch {
	case utf8.RuneCountInString(l.words) > community.MaxText, !utf8.ValidString(l.words):
		t.Errorf("%s: %d bytes of words", name, len(l.words))
	case utf8.RuneCountInString(l.subject) > maxSubject, len(l.references) > maxReferences, len(l.media) > maxNames, len(l.id) > maxIDLength:
		t.Errorf("%s: beyond the limits", name)
	case !utf8.ValidString(l.subject), !utf8.ValidString(l.from.name), !utf8.ValidString(l.id):
		t.Errorf("%s: not UTF-8", name)
	}
}

// What we send can be read back by what reads: the words without what is
// repeated, one thread, and a seal that holds.
func TestComposed(t *testing.T) {
	original := letterOf("From: Léa <lea@example.org>\nMessage-ID: <q@b>\nReferences: <r@b>\nIn-Reply-To: <r@b>\nSubject: Où ?\nDate: Mon, 2 Nov 2026 10:00:00 +0100\n\nWhere is it?\nI wait.\n")
	b := &box{account: community.Account{Title: "La marque à vélo"}, address: "support@brand.example"}
	text := "It left.\nGreetings: all of us, 12 people.\n\n.\nFrom here — été " + strings.Repeat("long ", 300)
	reply := community.Reply{ID: "r1", Text: text, Kind: community.ReplyAcknowledgement}
	a := b.answerTo(&original, &community.Message{ID: "q@b", Thread: "r@b"}, &reply, original.date)
	a.seal = sealOf([]byte("key"), a.id, text)
	content, err := a.bytes()
	if err != nil {
		t.Fatal(err)
	}
	l := raw{head: content, size: int64(len(content))}
	got := decode(&l)
	if got.words != strings.TrimSpace(text) || got.subject != "Re: Où ?" || fmt.Sprint(got.references) != "[r@b q@b]" || got.inReplyTo != "q@b" ||
		got.from != (person{"La marque à vélo", "support@brand.example"}) || first(got.to).address != "lea@example.org" || !got.automatic {
		t.Errorf("%+v", got)
	}
	if sent, ok := unsealed([]byte("key"), &l, got.id, got.whole); !ok || sent != strings.TrimSpace(text) {
		t.Errorf("the seal gives %q, %v", sent, ok)
	}
	if _, ok := unsealed([]byte("key"), &l, got.id, "Pay at once. "+got.whole); ok {
		t.Error("the seal holds for other words")
	}
	if _, ok := unsealed(nil, &l, got.id, got.whole); ok || bears(nil, &l, got.id, text) {
		t.Error("a seal holds without a key")
	}
}

// Whatever an answer says, and whatever servers add below it, its copy is known
// for ours and its text is what was sent.
func TestSealHoldsOnItsWay(t *testing.T) {
	original := letterOf("From: lea@example.org\nMessage-ID: <q@b>\n\nWhere is it?\n")
	b := &box{address: "support@brand.example"}
	for _, text := range []string{
		"Hello\n-- \nThe team\n+33 1", "--\nThe team", "> You asked\nYes.", "One\u200btwo \ufeff three", "-----\nFrom: us\nTo: you\nSubject: it\n\nYes.",
		"It left.\n\nOn 2 Nov, Léa <l@e.o> wrote:\n> so", "", "a",
	} {
		reply := community.Reply{ID: "r1", Text: text}
		a := b.answerTo(&original, &community.Message{ID: "q@b"}, &reply, time.Now())
		a.seal = sealOf([]byte("key"), a.id, text)
		content, err := a.bytes()
		if err != nil {
			t.Fatal(err)
		}
		l := raw{head: append(content, "\r\n--\r\nChecked by a scanner\r\n"...)}
		read := decode(&l)
		if sent, ok := unsealed([]byte("key"), &l, a.id, read.whole); !ok || sent != clean(text) {
			t.Errorf("%q came back as %q, %v", text, sent, ok)
		}
		if !bears([]byte("key"), &l, a.id, text) {
			t.Errorf("%q: the seal does not prove that it was sent", text)
		}
	}
}

// An answer goes to nobody but the author, or whom he names instead of himself.
func TestWhomAnAnswerGoesTo(t *testing.T) {
	b := &box{address: "support@brand.example"}
	for fields, want := range map[string]string{
		"": "lea@example.org", "Reply-To: other@example.org\n": "other@example.org",
		"Reply-To: support@brand.example\n":                    "lea@example.org",
		"Reply-To: Support@Brand.example, other@example.org\n": "other@example.org",
	} {
		original := letterOf("From: lea@example.org\nTo: rival@example.org\nCc: support@brand.example\n" + fields + "\nx\n")
		a := b.answerTo(&original, &community.Message{ID: "q@b", Author: community.Author{ID: "lea@example.org"}}, &community.Reply{ID: "r"}, time.Now())
		if a.to != want {
			t.Errorf("%q: the answer goes to %q, want %q", fields, a.to, want)
		}
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte("From: a@b.c\r\nSubject: =?utf-8?q?x?=\r\nContent-Type: multipart/alternative; boundary=x\r\n\r\n--x\r\n\r\nplain\r\n--x\r\nContent-Type: text/html\r\n\r\n<p>x\r\n--x--\r\n"))
	f.Add([]byte("In-Reply-To: <a@b>\n\nYes\n\nOn 2 Nov, x wrote:\n> no\n"))
	f.Add([]byte("Content-Type: multipart/report; report-type=delivery-status; boundary=x\n\n--x\nContent-Type: message/delivery-status\n\nA: b\n\nAction: failed\nFinal-Recipient: rfc822;a@b\n--x\nContent-Type: text/rfc822-headers\n\nMessage-ID: <a@b>\n--x--\n"))
	f.Add([]byte("Content-Type: text/plain; format=flowed; delsp=yes; charset=utf-16\n\n> a \n>> b \n-- \nc"))
	f.Fuzz(func(t *testing.T, content []byte) {
		whole := decode(&raw{head: content, size: int64(len(content))})
		check(t, "whole", &whole)
		cut := raw{head: content, size: int64(len(content)) + 1, words: content}
		_ = wordless(&cut)
		part := decode(&cut)
		check(t, "cut", &part)
	})
}

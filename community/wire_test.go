package community_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"

	"github.com/vigie-hq/vigie/community"
)

var wireNow = time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC)

func TestParseMessage(t *testing.T) {
	line := `{"v":1,"network":"x","account":"brand","scope":"","id":"1","thread":"1","in_reply_to":"","kind":"mention",
		"author":{"id":"42","handle":"lea","name":"Léa","followers":12,"verified":false,"avatar":"https://a"},
		"text":"h\u00e9 \ud83d\ude00\n","lang":"fr","url":"https://x.com/1","created_at":"2026-11-02T10:15:00+01:00","edited_at":"","deleted":false,
		"private":false,"media":[{"type":"image","url":"https://i","alt":"a shoe"}],"reply_until":"","origin":"live","received_at":"2001-01-01T00:00:00Z",
		"reply_why":"x.not_summoned","can":[{"deed":"hide"},{"deed":"private","until":"2026-11-09T09:15:00Z","later":[1]},{"deed":"like","why":"x.no_likes"}],
		"batch":"forged","lag":5,"later":{"a": [1, 2]}}`
	got, err := community.ParseMessage([]byte(line), wireNow)
	if err != nil {
		t.Fatal(err)
	}
	want := community.Message{
		V: 1, Network: "x", Account: "brand", ID: "1", Thread: "1", Kind: community.KindMention,
		Author: community.Author{ID: "42", Handle: "lea", Name: "Léa", Followers: 12},
		Text:   "hé 😀\n", Lang: "fr", URL: "https://x.com/1",
		CreatedAt: time.Date(2026, 11, 2, 9, 15, 0, 0, time.UTC),
		Media:     []community.Media{{Type: "image", URL: "https://i"}},
		CanReply:  true, Origin: community.Live, ReceivedAt: wireNow,
		ReplyWhy: "x.not_summoned",
		Can: []community.Ability{
			{Deed: community.DeedHide},
			{Deed: community.DeedPrivate, Until: time.Date(2026, 11, 9, 9, 15, 0, 0, time.UTC)},
			{Deed: community.DeedLike, Why: "x.no_likes"},
		},
		Extra: map[string]json.RawMessage{
			"author.avatar": json.RawMessage(`"https://a"`), "media.0.alt": json.RawMessage(`"a shoe"`), "later": json.RawMessage(`{"a":[1,2]}`),
		},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

func TestParseMessageTolerates(t *testing.T) {
	with := func(fields string) string { return `{"network":"x","id":"1",` + fields + `}` }
	for _, c := range []struct {
		name, line string
		holds      func(m community.Message) bool
	}{
		{"numbers as ids", `{"network":"x","id":12345678901234567890,"author":{"id":7},"thread":-3}`, func(m community.Message) bool {
			return m.ID == "12345678901234567890" && m.Author.ID == "7" && m.Thread == "-3"
		}},
		{"nulls", with(`"author":null,"media":null,"text":null,"created_at":null,"can_reply":null,"deleted":null`), func(m community.Message) bool {
			return m.CanReply && m.Text == "" && m.CreatedAt.IsZero()
		}},
		{"only a deletion", with(`"deleted":true`), func(m community.Message) bool { return m.Deleted }},
		{"cannot reply", with(`"can_reply":false`), func(m community.Message) bool { return !m.CanReply }},
		{"1970 and 2100", with(`"created_at":"1970-01-01T00:00:00Z","edited_at":"2100-01-01T00:00:00Z"`), func(m community.Message) bool {
			return m.CreatedAt.Year() == 1970 && m.EditedAt.Year() == 2100
		}},
		{"invalid UTF-8", with("\"text\":\"a\xff\xfeb\""), func(m community.Message) bool { return m.Text == "a\uFFFDb" }},
		{"a lone surrogate", with(`"text":"a\ud83dx"`), func(m community.Message) bool { return m.Text == "a\uFFFDx" }},
		{"two lone surrogates", with(`"text":"\ud83d\ud83d\ude00"`), func(m community.Message) bool { return m.Text == "\uFFFD😀" }},
		{"null characters", with(`"text":"a\u0000b","x\u0000":1`), func(m community.Message) bool { return m.Text == "ab" && m.Extra["x"] != nil }},
		{"a name that cleaning makes ours", with(`"te\u0000xt":"no","text":"yes"`), func(m community.Message) bool { return m.Text == "yes" && m.Extra == nil }},
		{"a field twice", with(`"text":"a","text":"b"`), func(m community.Message) bool { return m.Text == "b" }},
		{"an escaped name", with(`"\u0074ext":"a"`), func(m community.Message) bool { return m.Text == "a" }},
		{"10,000 emoji", with(`"text":"` + strings.Repeat("👩‍👩‍👧", 10_000) + `"`), func(m community.Message) bool { return strings.Count(m.Text, "👧") == 10_000 }},
		{"markup", with(`"text":"<script>alert(1)</script>"`), func(m community.Message) bool { return m.Text == "<script>alert(1)</script>" }},
		{"right to left", with(`"text":"שלום \u202e عربى"`), func(m community.Message) bool { return strings.Contains(m.Text, "\u202e") }},
		{"private is a direct message", with(`"private":true`), func(m community.Message) bool { return m.Kind == community.KindDirect }},
		{"space everywhere", " \t{ \"network\" : \"x\" , \"id\" : \"1\" , \"media\" : [ ] }\r\n", func(m community.Message) bool { return m.ID == "1" }},
		{"nested as deep as allowed", with(`"deep":` + strings.Repeat("[", 64) + strings.Repeat("]", 64)), func(m community.Message) bool { return len(m.Extra["deep"]) == 128 }},
	} {
		t.Run(c.name, func(t *testing.T) {
			m, err := community.ParseMessage([]byte(c.line), wireNow)
			if err != nil || !c.holds(m) {
				t.Errorf("%+v, %v", m, err)
			}
		})
	}
}

func TestParseMessageRefuses(t *testing.T) {
	with := func(fields string) string { return `{"network":"x","id":"1",` + fields + `}` }
	for _, c := range []struct{ name, line, want string }{
		{"nothing", ``, "message.json [0]"},
		{"half a line", `{"network":"x","id":`, "message.json [20]"},
		{"no JSON", `hello`, "message.json [0]"},
		{"an array", `[1,2]`, "message.object"},
		{"a string", `"hello"`, "message.object"},
		{"two objects", `{"network":"x","id":"1"}{}`, "message.json [24]"},
		{"a last comma", `{"network":"x","id":"1",}`, "message.json [24]"},
		{"single quotes", `{'network':'x'}`, "message.json [1]"},
		{"a raw newline", "{\"network\":\"x\",\"id\":\"1\",\"text\":\"a\nb\"}", "message.json [33]"},
		{"a raw null", "{\"network\":\"x\",\"id\":\"\x00\"}", "message.json [21]"},
		{"a bad escape", with(`"text":"\x"`), "message.json"},
		{"half an escape", with(`"text":"\u00"`), "message.json"},
		{"an open string", `{"network":"x`, "message.json [13]"},
		{"a leading zero", with(`"v":01`), "message.json"},
		{"no id", `{"network":"x"}`, "message.id"},
		{"no network", `{"id":"1"}`, "message.network"},
		{"a network in capitals", `{"network":"X","id":"1"}`, "message.network [X]"},
		{"a brand out of form", with(`"brand":"../a"`), "message.field [brand"},
		{"text as a number", with(`"text":12`), "message.field [text string]"},
		{"id as an object", `{"network":"x","id":{}}`, "message.field [id string]"},
		{"id as a fraction", `{"network":"x","id":1.5}`, "message.field [id string]"},
		{"author as a string", with(`"author":"lea"`), "message.field [author object]"},
		{"followers as a string", with(`"author":{"followers":"12"}`), "message.field [author.followers integer]"},
		{"too many followers", with(`"author":{"followers":99999999999999999999}`), "message.field [author.followers integer]"},
		{"private as a string", with(`"private":"true"`), "message.field [private boolean]"},
		{"media as an object", with(`"media":{}`), "message.field [media array]"},
		{"media of strings", with(`"media":["a"]`), "message.field [media object]"},
		{"a date in words", with(`"created_at":"yesterday"`), "message.field [created_at RFC 3339]"},
		{"a date as a number", with(`"created_at":1762041600`), "message.field [created_at string]"},
		{"the year 0", with(`"created_at":"0000-06-01T00:00:00Z"`), "message.field [created_at 0001..9999]"},
		{"the year 10000 in UTC", with(`"created_at":"9999-12-31T23:00:00-05:00"`), "message.field [created_at 0001..9999]"},
		{"another origin", with(`"origin":"heaven"`), "message.field [origin"},
		{"too long an id", `{"network":"x","id":"` + strings.Repeat("1", 513) + `"}`, "message.field [id 512]"},
		{"too long a text", with(`"text":"` + strings.Repeat("é", 100_001) + `"`), "message.text.too_long [100000]"},
		{"too long a line", with(`"text":"` + strings.Repeat("a", 1<<20) + `"`), "message.line.too_long"},
		{"too much else", with(`"more":"` + strings.Repeat("a", 1<<16) + `"`), "message.extra.too_long"},
		{"too many pictures", with(`"media":[{}` + strings.Repeat(",{}", 100) + `]`), "message.field [media 100]"},
		{"nested too deep", with(`"deep":` + strings.Repeat("[", 100_000)), "message.nested"},
		{"nested too deep with names", with(`"deep":` + strings.Repeat(`{"a":`, 1000)), "message.nested"},
		{"broken where a type is wrong", with(`"text":[1`), "message.json"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := community.ParseMessage([]byte(c.line), wireNow)
			var f *community.Fault
			if !errors.As(err, &f) || f.Kind != community.Invalid || !strings.HasPrefix(err.Error(), c.want) {
				t.Errorf("got %v, want %s", err, c.want)
			}
		})
	}
}

// drawMessage draws a message as it may stand in the log.
func drawMessage(t *rapid.T) community.Message {
	str := rapid.String()
	at := func(name string) time.Time {
		if rapid.Bool().Draw(t, "no "+name) {
			return time.Time{}
		}
		return time.Unix(rapid.Int64Range(-62135596800, 253402300799).Draw(t, name), rapid.Int64Range(0, 999_999_999).Draw(t, name+" ns")).UTC()
	}
	m := community.Message{
		V: rapid.Int().Draw(t, "v"), Brand: str.Draw(t, "brand"), Network: str.Draw(t, "network"), Account: str.Draw(t, "account"),
		Scope: str.Draw(t, "scope"), ID: str.Draw(t, "id"), Thread: str.Draw(t, "thread"), InReplyTo: str.Draw(t, "in reply to"),
		Kind: community.Kind(str.Draw(t, "kind")), Text: str.Draw(t, "text"), Lang: str.Draw(t, "lang"), URL: str.Draw(t, "url"),
		Author: community.Author{
			ID: str.Draw(t, "author"), Handle: str.Draw(t, "handle"), Name: str.Draw(t, "name"),
			Followers: rapid.Int().Draw(t, "followers"), Verified: rapid.Bool().Draw(t, "verified"),
		},
		CreatedAt: at("created"), EditedAt: at("edited"), ReplyUntil: at("until"), ReceivedAt: at("received"),
		Deleted: rapid.Bool().Draw(t, "deleted"), Private: rapid.Bool().Draw(t, "private"), CanReply: rapid.Bool().Draw(t, "can reply"),
		Origin: community.Origin(str.Draw(t, "origin")), Lag: time.Duration(rapid.Int64().Draw(t, "lag")),
		Batch: str.Draw(t, "batch"), Via: str.Draw(t, "via"), ReplyWhy: str.Draw(t, "reply why"),
	}
	for range rapid.IntRange(0, 3).Draw(t, "media") {
		m.Media = append(m.Media, community.Media{Type: str.Draw(t, "type"), URL: str.Draw(t, "media url")})
	}
	for range rapid.IntRange(0, 3).Draw(t, "can") {
		m.Can = append(m.Can, community.Ability{Deed: community.Deed(str.Draw(t, "deed")), Why: str.Draw(t, "why"), Until: at("until")})
	}
	if rapid.Bool().Draw(t, "extra") {
		value, _ := json.Marshal(str.Draw(t, "value"))
		m.Extra = map[string]json.RawMessage{"x-" + str.Draw(t, "extra name"): value}
	}
	return m
}

// cleaned is what reading keeps of a drawn message: no null characters.
func cleaned(m community.Message) community.Message {
	for _, s := range []*string{
		&m.Brand, &m.Network, &m.Account, &m.Scope, &m.ID, &m.Thread, &m.InReplyTo, &m.Text, &m.Lang, &m.URL, &m.Batch, &m.Via, &m.ReplyWhy,
		&m.Author.ID, &m.Author.Handle, &m.Author.Name, (*string)(&m.Kind), (*string)(&m.Origin),
	} {
		*s = strings.ReplaceAll(*s, "\x00", "")
	}
	for i := range m.Media {
		m.Media[i].Type, m.Media[i].URL = strings.ReplaceAll(m.Media[i].Type, "\x00", ""), strings.ReplaceAll(m.Media[i].URL, "\x00", "")
	}
	for i := range m.Can {
		m.Can[i].Deed, m.Can[i].Why = community.Deed(strings.ReplaceAll(string(m.Can[i].Deed), "\x00", "")), strings.ReplaceAll(m.Can[i].Why, "\x00", "")
	}
	for name, value := range m.Extra {
		delete(m.Extra, name)
		m.Extra[strings.ReplaceAll(name, "\x00", "")] = value
	}
	return m
}

func TestMessageRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := drawMessage(t)
		line := community.AppendMessage(nil, &m)
		if !json.Valid(line) || bytes.IndexByte(line, '\n') >= 0 {
			t.Fatalf("no JSON on one line: %q", line)
		}
		var got community.Message
		if err := json.Unmarshal(line, &got); err != nil {
			t.Fatal(err)
		}
		if want := cleaned(m); !reflect.DeepEqual(got, want) {
			t.Fatalf("got  %+v\nwant %+v", got, want)
		}
		if again := community.AppendMessage(nil, &got); got.Extra == nil && len(again) > len(line) {
			t.Fatalf("grows: %q then %q", line, again)
		}
	})
}

// TestReadsAsEncodingJSON holds the reader to the standard library's reading of
// the same bytes.
func TestReadsAsEncodingJSON(t *testing.T) {
	type plain community.Message // without our methods
	rapid.Check(t, func(t *rapid.T) {
		m := cleaned(drawMessage(t))
		m.Extra = nil
		standard, err := json.Marshal(plain(m))
		if err != nil {
			t.Fatal(err)
		}
		var got community.Message
		if err := json.Unmarshal(standard, &got); err != nil || !reflect.DeepEqual(got, m) {
			t.Fatalf("%v\ngot  %+v\nwant %+v", err, got, m)
		}
		var back plain
		if err := json.Unmarshal(community.AppendMessage(nil, &m), &back); err != nil || !reflect.DeepEqual(community.Message(back), m) {
			t.Fatalf("%v\ngot  %+v\nwant %+v", err, back, m)
		}
	})
}

// TestRealMessages reads every shared real message.
func TestRealMessages(t *testing.T) {
	dir := os.Getenv("VIGIE_SHARED")
	if dir == "" {
		t.Skip("VIGIE_SHARED is not set: no real messages to read")
	}
	data, err := os.ReadFile(dir + "/messages/real.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for line := range bytes.Lines(data) {
		n++
		m, err := community.ParseMessage(line, wireNow)
		if err != nil {
			t.Fatalf("line %d: %v", n, err)
		}
		var again community.Message
		if err := json.Unmarshal(community.AppendMessage(nil, &m), &again); err != nil || !reflect.DeepEqual(again, m) {
			t.Fatalf("line %d: %v\ngot  %+v\nwant %+v", n, err, again, m)
		}
	}
	if n != 8297 {
		t.Errorf("%d messages", n)
	}
}

func FuzzParseMessage(f *testing.F) {
	for _, seed := range []string{
		`{"network":"x","id":"1","text":"a"}`, `{"network":"x","id":1,"author":{"id":"2","x":[{}]},"media":[{"url":"u","alt":null}],"more":1e9}`,
		`[`, `{"a":"\ud83d\ude00\u0000"}`, "{\"text\":\"\xff\"}", `{"created_at":"2026-11-02T09:15:00.123456789+01:00"}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := community.ParseMessage(data, wireNow)
		if err != nil {
			if community.KindOf(err) != community.Invalid {
				t.Fatalf("kind of %v", err)
			}
			return
		}
		if !json.Valid(data) {
			t.Fatalf("took what is no JSON: %q", data)
		}
		if !utf8.ValidString(m.Text) || strings.IndexByte(m.Text, 0) >= 0 {
			t.Fatalf("text not clean: %q", m.Text)
		}
		line := community.AppendMessage(nil, &m)
		var again community.Message
		if err := json.Unmarshal(line, &again); err != nil || !reflect.DeepEqual(again, m) {
			t.Fatalf("%v\ngot  %+v\nwant %+v", err, again, m)
		}
	})
}

func benchMessage() community.Message {
	return community.Message{
		V: 1, Brand: "default", Network: "x", Account: "brand", ID: "1980000000011134114", Thread: "1980000000011134114", Kind: "mention",
		Author: community.Author{ID: "5219526225", Handle: "u521952", Followers: 27}, Lang: "fr", CanReply: true, Origin: community.Live,
		Text:      "bonjour votre messagerie en ligne n’est jamais disponible non plus\nj’ai eu un appel la semaine dernière avec le service client qui m’annonçait un passage d’un agent pour mercredi",
		CreatedAt: time.Date(2026, 11, 2, 0, 23, 5, 0, time.UTC), ReceivedAt: wireNow,
	}
}

func BenchmarkAppendMessage(b *testing.B) {
	m := benchMessage()
	var buf []byte
	b.ReportAllocs()
	for b.Loop() {
		buf = community.AppendMessage(buf[:0], &m)
	}
}

func BenchmarkReadMessage(b *testing.B) {
	m := benchMessage()
	line := community.AppendMessage(nil, &m)
	b.Run("ours", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := community.ParseMessage(line, wireNow); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("encoding json", func(b *testing.B) {
		type plain community.Message
		b.ReportAllocs()
		for b.Loop() {
			var p plain
			if err := json.Unmarshal(line, &p); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func ExampleParseMessage() {
	_, err := community.ParseMessage([]byte(`{"network":"x","id":"1","author":{"followers":"many"}}`), time.Now())
	fmt.Println(err)
	// Output: message.field [author.followers integer]
}

package storetest

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/vigie-hq/vigie/community"
	"github.com/vigie-hq/vigie/community/desk"
)

// testApart asks every method of the reader, by reflection, for everything of
// brand b with rights in brand a only: nothing of it may come. A method added
// later is asked too.
func testApart(t *testing.T, fresh func(testing.TB) Bench) {
	b := fresh(t)
	b.brands(t, "a", "secret")
	m := message("secret", 7)
	m.Text, m.Author = "secret words", community.Author{ID: "secret-u", Handle: "secret-h", Name: "secret n"}
	b.file(t, "secret-c", m)
	b.file(t, "c1", message("a", 1))
	now := Clock()
	ok(t, b.Door.PutAgent(t.Context(), community.Agent{ID: "both", Email: "both@example.org", Active: true, Grants: []community.Grant{
		{Brand: "a", Role: community.RoleAgent}, {Brand: "secret", Role: community.RoleAgent},
	}}, "hash"))
	ok(t, b.Door.PutAgent(t.Context(), community.Agent{ID: "secret-agent", Email: "s@example.org", Active: true, Grants: []community.Grant{{Brand: "secret", Role: community.RoleAgent}}}, "hash"))
	b.write(t, func(tx desk.Tx) error {
		ctx := t.Context()
		p := community.Complaint{ID: "secret-p", Number: "secret", Brand: "secret", Conversation: "secret-c", State: community.ComplaintReceived, Due: now, OpenedAt: now, Version: 1}
		r := community.Reply{ID: "secret-r", Brand: "secret", Conversation: "secret-c", Account: "secret-k", Text: "secret", State: community.ReplyDraft, CreatedAt: now, Version: 1}
		for _, err := range []error{
			tx.PutComplaint(ctx, nil, &p), tx.PutReply(ctx, nil, &r),
			tx.PutNote(ctx, community.Note{ID: "secret-n", Conversation: "secret-c", Text: "secret", At: now}),
			tx.SetAside(ctx, desk.Aside{Cause: "secret", Payload: []byte(`{"message":{"brand":"secret"}}`)}),
		} {
			if err != nil {
				return err
			}
		}
		return nil
	})
	ok(t, b.Mood.Rebuild(t.Context()))
	reader := reflect.ValueOf(b.Reader)
	system := must[string](t)(ask(t, reader, system()))
	for _, word := range []string{"secret words", "secret-c", "secret-p", "secret-r", "secret-n", "secret-agent", `"day"`} {
		same(t, "System reads "+word, strings.Contains(system, word), true)
	}
	for _, v := range []community.Viewer{
		{},
		agentOf("a", community.RoleAdmin), agentOf("a", community.RoleReader, "a.support"), agentOf("", community.RoleAdmin),
		agentOf("a", community.RoleAdmin, "secret.support"), agentOf("secre", community.RoleAdmin),
	} {
		got := must[string](t)(ask(t, reader, v))
		if i := strings.Index(got, "secret"); i >= 0 {
			t.Errorf("%+v reads …%s…", v, got[max(0, i-100):min(len(got), i+100)])
		}
	}
}

// ask calls every method with every argument that could name something of the
// secret brand, and returns all answers as JSON.
func ask(t testing.TB, reader reflect.Value, v community.Viewer) (string, error) {
	arguments := map[reflect.Type][]any{
		reflect.TypeFor[community.Viewer](): {v},
		reflect.TypeFor[string]():           {"", "a", "secret", "secret-c", "secret-p", keyOf(message("secret", 7)), keyOf(message("a", 7)), "secret.support"},
		reflect.TypeFor[int64]():            {int64(0)},
		reflect.TypeFor[int]():              {1000},
		reflect.TypeFor[community.Query](): {
			community.Query{},
			community.Query{Brand: "secret"},
			community.Query{Q: "words"},
			community.Query{Brand: "secret", Q: "secret"},
			community.Query{Channel: []string{"secret.support"}},
			community.Query{Status: community.Statuses(), Sort: community.SortNewest},
		},
		reflect.TypeFor[community.MessageQuery]():   {community.MessageQuery{}, community.MessageQuery{Brand: "secret"}},
		reflect.TypeFor[community.ComplaintQuery](): {community.ComplaintQuery{}, community.ComplaintQuery{Brand: "secret"}, community.ComplaintQuery{Brand: "secret", State: "open"}},
	}
	from, to := Clock().Add(-99*time.Hour), Clock().Add(99*time.Hour)
	var out strings.Builder
	for i := range reader.NumMethod() {
		method := reader.Method(i)
		calls := [][]reflect.Value{{reflect.ValueOf(t.Context())}}
		times := []time.Time{from, to}
		for k := 1; k < method.Type().NumIn(); k++ {
			in := method.Type().In(k)
			values := arguments[in]
			if in == reflect.TypeFor[time.Time]() {
				values = []any{times[0]}
				times = times[1:]
			}
			if len(values) == 0 {
				t.Fatalf("%s takes a %s: teach this test", reader.Type().Method(i).Name, in)
			}
			var longer [][]reflect.Value
			for _, call := range calls {
				for _, value := range values {
					longer = append(longer, append(call[:len(call):len(call)], reflect.ValueOf(value)))
				}
			}
			calls = longer
		}
		for _, call := range calls {
			answers := method.Call(call)
			last := answers[len(answers)-1]
			if err, _ := last.Interface().(error); err != nil {
				if kind := community.KindOf(err); kind != community.NotFound && kind != community.Invalid && kind != community.Forbidden {
					return "", err
				}
				continue
			}
			for _, a := range answers[:len(answers)-1] {
				body, err := json.Marshal(a.Interface())
				if err != nil {
					return "", err
				}
				out.Write(body)
			}
		}
	}
	return out.String(), nil
}

// testRights looks into one brand with less than all rights.
func testRights(t *testing.T, fresh func(testing.TB) Bench) {
	b := fresh(t)
	b.brands(t, "a")
	open, hidden := message("a", 1), message("a", 2)
	hidden.Private, hidden.Text = true, "mot caché"
	b.file(t, "c1", open)
	b.file(t, "c2", hidden, func(c *community.Conversation) { c.Preview = hidden.Text })
	both := message("a", 3)
	b.file(t, "c3", both)
	b.write(t, func(tx desk.Tx) error {
		m := message("a", 4)
		m.Private, m.Text = true, "mot secret"
		if err := put(t, tx, conversation("c3", both), m); err != nil {
			return err
		}
		r := community.Reply{ID: "r1", Brand: "a", Conversation: "c3", State: community.ReplyDraft, Visibility: community.Private, Text: "secret", CreatedAt: Clock(), Version: 1}
		return tx.PutReply(t.Context(), nil, &r)
	})
	marketing := agentOf("a", community.RoleBrand)
	same(t, "in the list", fmt.Sprint(names(b.every(t, marketing, community.Query{Sort: community.SortOldest}, 2))), "[c1 c3]")
	same(t, "messages shown of a mixed one", len(must[*community.Matter](t)(b.Reader.Matter(t.Context(), marketing, "c3")).Entries), 1)
	same(t, "replies shown", len(must[*community.Matter](t)(b.Reader.Matter(t.Context(), marketing, "c3")).Replies), 0)
	same(t, "messages shown to an agent", len(must[*community.Matter](t)(b.Reader.Matter(t.Context(), agentOf("a", community.RoleAgent), "c3")).Entries), 2)
	for _, q := range []string{"caché", "secret", "lea4"} {
		same(t, "found by marketing: "+q, len(b.every(t, marketing, community.Query{Q: q}, 5)), 0)
		same(t, "found by an agent: "+q, len(b.every(t, agentOf("a", community.RoleAgent), community.Query{Q: q}, 5)), 1)
	}
	_, err := b.Reader.Revisions(t.Context(), marketing, keyOf(hidden))
	isKind(t, err, community.NotFound)
	same(t, "messages", len(must[community.Page[community.Entry]](t)(b.Reader.Messages(t.Context(), marketing, community.MessageQuery{Brand: "a"})).Items), 2)
	// One channel only.
	elsewhere := agentOf("a", community.RoleAgent, "a.brand")
	_, err = b.Reader.Matter(t.Context(), elsewhere, "c1")
	isKind(t, err, community.NotFound)
	same(t, "list", len(b.every(t, elsewhere, community.Query{}, 5)), 0)
	same(t, "events", len(must[[]community.Event](t)(b.Reader.Events(t.Context(), elsewhere, 0, 9))), 0)
	same(t, "messages", len(must[community.Page[community.Entry]](t)(b.Reader.Messages(t.Context(), elsewhere, community.MessageQuery{Brand: "a"})).Items), 0)
	same(t, "channels", len(must[[]community.Channel](t)(b.Reader.Channels(t.Context(), elsewhere, "a"))), 1)
}

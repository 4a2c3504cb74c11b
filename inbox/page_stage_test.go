package inbox

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vigie-hq/vigie/community"
	"github.com/vigie-hq/vigie/community/desk"
)

// stage is the world dressed for the pages: one brand, a morning's worth of
// conversations in every state, in the order and with the counts a store gives.
type stage struct {
	*world
	moods []community.Mood
}

// stageNow is a Tuesday at 10:00 in Paris.
var stageNow = worldNow

const stageBrand = "acme"

func (s *stage) Conversations(ctx context.Context, v community.Viewer, q community.Query) (community.Page[community.Conversation], error) {
	limit, cursor := q.Limit, q.Cursor
	q.Limit, q.Cursor = 0, ""
	page, err := s.world.Conversations(ctx, v, q)
	all := page.Items[:0:0]
	for _, c := range page.Items {
		late, soon := s.at.After(c.Due), c.Due.Sub(s.at) <= community.SoonWithin
		switch {
		case q.SLA == community.SLALate && (c.Due.IsZero() || !late), q.SLA == community.SLASoon && (c.Due.IsZero() || late || !soon),
			q.Triage && !c.Triage, q.Trouble && c.ReplyState == "", q.Assignee == community.Mine && c.Assignee != v.Agent,
			q.Assignee == community.Unassigned && c.Assignee != "":
			continue
		}
		all = append(all, c)
	}
	slices.SortFunc(all, func(a, b community.Conversation) int {
		if q.Sort != community.SortDue {
			return cmp.Or(b.LastAt.Compare(a.LastAt), cmp.Compare(a.ID, b.ID))
		}
		if a.Due.IsZero() != b.Due.IsZero() {
			if a.Due.IsZero() {
				return 1
			}
			return -1
		}
		return cmp.Or(a.Due.Compare(b.Due), b.LastAt.Compare(a.LastAt), cmp.Compare(a.ID, b.ID))
	})
	from := 0
	if cursor != "" {
		_, _ = fmt.Sscan(cursor, &from)
	}
	page.Items = all[min(from, len(all)):]
	if limit > 0 && len(page.Items) > limit {
		page.Items, page.Next = page.Items[:limit], fmt.Sprint(from+limit)
	}
	return page, err
}

func (s *stage) Count(ctx context.Context, v community.Viewer, q community.Query) (community.Count, error) {
	q.Limit, q.Cursor = 0, ""
	page, err := s.Conversations(ctx, v, q)
	return community.Count{N: min(len(page.Items), community.CountLimit), Over: len(page.Items) > community.CountLimit}, err
}

func (s *stage) Tally(ctx context.Context, v community.Viewer, brand string) (community.Tally, error) {
	t := community.Tally{Views: map[string]int{}, Facets: map[string]map[string]int{}}
	for _, name := range []string{"open", "mine", "unassigned", "late", "soon", "triage", "trouble", "waiting", "closed", "filed"} {
		q, _ := community.ViewQuery(name)
		q.Brand = brand
		page, err := s.Conversations(ctx, v, q)
		if err != nil {
			return t, err
		}
		t.Views[name] = len(page.Items)
		for _, c := range page.Items {
			for facet, value := range map[string]string{
				"category": string(c.Category), "urgency": string(c.Urgency), "sentiment": string(c.Sentiment),
				"reason": string(c.Reason), "channel": c.Channel, "account": c.Account, "network": c.Network,
			} {
				if t.Facets[facet] == nil {
					t.Facets[facet] = map[string]int{}
				}
				if name == "open" {
					t.Facets[facet][value]++
				}
			}
		}
	}
	return t, nil
}

func (s *stage) Matter(ctx context.Context, v community.Viewer, id string) (*community.Matter, error) {
	m, err := s.world.Matter(ctx, v, id)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(m.Entries, func(a, b community.Entry) int {
		return cmp.Or(a.Message.At().Compare(b.Message.At()), cmp.Compare(a.Key, b.Key))
	})
	slices.SortFunc(m.Replies, func(a, b community.Reply) int { return cmp.Compare(a.ID, b.ID) })
	for _, p := range s.complaints {
		if p.Conversation == id {
			m.Complaint = &p
		}
	}
	return m, nil
}

func (s *stage) Mood(_ context.Context, _ community.Viewer, _ string, from, to time.Time) ([]community.Mood, error) {
	var out []community.Mood
	for _, m := range s.moods {
		if m.Day >= from.Format(time.DateOnly) && m.Day < to.Format(time.DateOnly) {
			out = append(out, m)
		}
	}
	return out, nil
}

func (s *stage) Agents(ctx context.Context, v community.Viewer, brand string) ([]community.Agent, error) {
	agents, err := s.world.Agents(ctx, v, brand)
	slices.SortFunc(agents, func(a, b community.Agent) int { return cmp.Compare(a.Name, b.Name) })
	return agents, err
}

func (s *stage) Messages(ctx context.Context, v community.Viewer, q community.MessageQuery) (community.Page[community.Entry], error) {
	page, err := s.world.Messages(ctx, v, q)
	page.Items = slices.DeleteFunc(page.Items, func(e community.Entry) bool {
		return q.Sentiment != "" && e.Verdict.Sentiment.Label != string(q.Sentiment)
	})
	slices.SortFunc(page.Items, func(a, b community.Entry) int { return cmp.Compare(a.Key, b.Key) })
	return page, err
}

func (s *stage) Revisions(context.Context, community.Viewer, string) ([]Wording, error) {
	return []Wording{
		{Revision: community.Revision{At: stageNow.Add(-20 * time.Minute)}, Text: "as it is now"},
		{Revision: community.Revision{At: stageNow.Add(-30 * time.Minute)}, Text: "Bonjour, j’ai commandé cette robe."},
	}, nil
}

// Explain points at the words it is told to.
func (s *stage) Explain(m community.Message) community.Verdict {
	v := s.world.Explain(m)
	v.Evidence = nil
	for _, w := range []struct {
		words, head string
		weight      float64
	}{{"je n’ai rien reçu", "category", 2.1}, {"Le suivi dit « livré »", "category", 1.6}, {"Le mariage est samedi", "urgency", 1.2}, {"personne ne répond", "sentiment", 0.8}} {
		if i := strings.Index(m.Text, w.words); i >= 0 {
			v.Evidence = append(v.Evidence, community.Evidence{Start: i, End: i + len(w.words), Head: w.head, Weight: w.weight})
		}
	}
	v.Category.P, v.Urgency.P, v.Sentiment.P, v.Reason.P = 0.96, 0.81, 0.97, 0.92
	return v
}

// row is one conversation of the stage.
type stageRow struct {
	id, name, text string
	category       community.Category
	urgency        community.Urgency
	sentiment      community.Sentiment
	reason         community.Reason
	network, lang  string
	due            time.Duration // from now; 0: none
	within         time.Duration
	assignee       string
	status         community.Status
	private        bool
	reply          community.ReplyState
}

var stageRows = []stageRow{
	{"c01", "Sophie-Anne Delacroix-Beaumanoir", "Toujours aucun remboursement après trois semaines. Je vais finir par saisir la DGCCRF.", "support", "critical", "negative", "return_refund", "x", "fr", -64 * time.Minute, time.Hour, "u-lea", "open", false, ""},
	{"c02", "مريم الحسن", "الفستان وصل بمقاس خاطئ، كيف يمكنني استبداله قبل نهاية الأسبوع؟", "support", "normal", "negative", "return_refund", "instagram", "ar", -6 * time.Minute, 8 * time.Hour, "", "open", false, ""},
	{"c03", "Camille Rostand", "Bonjour, j’ai commandé cette robe le 9. Le suivi dit « livré » depuis hier mais je n’ai rien reçu, la gardienne non plus. Le mariage est samedi et personne ne répond au téléphone 😭 Commande ML-2041187.", "support", "high", "negative", "delivery", "instagram", "fr", 12 * time.Minute, time.Hour, "u-acme", "open", false, ""},
	{"c04", "Tom Ashworth", "Hi, I was charged twice for order ML-2041302. Could you look into it, please?", "support", "normal", "neutral", "billing", "mail", "en", 18 * time.Minute, 8 * time.Hour, "", "open", true, ""},
	{"c05", "Lulu 🌙✨", "POURQUOI le site plante à chaque fois que j’ajoute mon code promo ???", "support", "normal", "negative", "outage", "x", "fr", 22 * time.Minute, 2 * time.Hour, "", "open", false, ""},
	{"c06", "Bérengère Quatremer-Villedieu", "Bon de retour jamais reçu, merci de me le renvoyer.", "support", "normal", "neutral", "return_refund", "facebook", "fr", 26 * time.Minute, 8 * time.Hour, "u-acme", "open", true, "draft"},
	{"c07", "Le Fil Mode", "Bonjour, un commentaire sur la pétition qui vise votre collection Aube ? Bouclage à 18 h.", "brand", "high", "neutral", "none", "x", "fr", 130 * time.Minute, 4 * time.Hour, "", "open", false, ""},
	{"c08", "Inès Villar", "Cette nouvelle campagne 😍 enfin des modèles de tous les âges, ça fait du bien", "community", "low", "positive", "none", "bluesky", "fr", 210 * time.Minute, 4 * time.Hour, "", "open", false, ""},
	{"c09", "Gwenaëlle Le Bihan-Kervarrec", "Savez-vous si la boutique de Rennes rouvre ce week-end ?", "community", "normal", "neutral", "store", "mastodon", "fr", 312 * time.Minute, 8 * time.Hour, "", "open", false, ""},
	{"c10", "Łukasz Wiśniewski", "Couture lâchée après deux lavages. Service après-vente anticonstitutionnellement lent.", "support", "normal", "negative", "product_defect", "reviews", "fr", 28 * time.Hour, 48 * time.Hour, "u-lea", "open", false, "unknown"},
	{"c11", "Patrick N.", "Combien de temps pour une retouche en boutique ?", "community", "normal", "neutral", "store", "facebook", "fr", 30 * time.Hour, 48 * time.Hour, "u-acme", "open", false, "refused"},
	{"c12", "Élodie Marchetti", "Je vous envoie les photos du manteau dès que je rentre du travail.", "support", "normal", "neutral", "product_defect", "mail", "fr", 0, 0, "u-lea", "waiting", true, ""},
	{"c13", "Harriet Colley", "Thank you, all sorted!", "support", "low", "positive", "billing", "mail", "en", 0, 0, "u-lea", "closed", true, ""},
	{"c14", "manon_petitjean", "Elle est sublime, elle taille grand ou pas ?", "community", "low", "positive", "information", "instagram", "fr", 0, 0, "", "filed", false, ""},
}

// newStage fills the world.
func newStage(t testing.TB) (*stage, *Server) {
	t.Helper()
	w := newWorld(t)
	w.at = stageNow
	s := &stage{world: w}
	settings := w.settings[stageBrand]
	calendar := community.Calendar{Zone: "Europe/Paris", Holidays: community.HolidaysFrance}
	for day := time.Monday; day <= time.Friday; day++ {
		calendar.Week[day] = []community.Period{{From: 9 * 60, To: 12*60 + 30}, {From: 13*60 + 30, To: 20 * 60}}
	}
	calendar.Week[time.Saturday] = []community.Period{{From: 600, To: 1080}}
	settings.Brand.Name, settings.Brand.Calendar = "Maison Lune", calendar
	settings.Channels = community.DefaultChannels(settings.Brand)
	hours, err := community.Compile(calendar)
	if err != nil {
		t.Fatal(err)
	}
	settings.Hours = map[string]*community.Hours{stageBrand: hours}
	settings.Accounts = nil
	for _, a := range []struct {
		network, name string
		role          community.AccountRole
	}{
		{"instagram", "maisonlune_aide", "support"},
		{"instagram", "maisonlune", "corporate"},
		{"x", "maisonlune_aide", "support"},
		{"x", "maisonlune", "corporate"},
		{"facebook", "maisonlune.aide", "support"},
		{"mail", "bonjour@maisonlune.example", "support"},
		{"mastodon", "maisonlune", "support"},
		{"bluesky", "maisonlune.example", "support"},
	} {
		settings.Accounts = append(settings.Accounts, community.Account{
			Brand: stageBrand, Network: a.network, Name: a.name, Role: a.role, Handle: a.name, Collects: true, Sends: true, State: community.AccountActive,
		})
	}
	settings.Accounts[1].State, settings.Accounts[1].Why = community.AccountReconnect, "network.unauthorised"
	for i := range settings.Channels {
		c := &settings.Channels[i]
		settings.Hours[c.ID] = hours
	}
	nadia := w.agents["u-acme"]
	nadia.Name, nadia.Email = "Nadia Ferhat", "nadia.ferhat@maisonlune.example"
	w.agents["u-acme"] = nadia
	w.agents["u-lea"] = community.Agent{ID: "u-lea", Name: "Léa Morvan", Lang: "fr", Active: true, Grants: nadia.Grants}
	for i := range stageRows {
		s.put(&stageRows[i])
	}
	s.dress()
	s.busy()
	s.register()
	s.weather()
	return s, w.server(t, func(o *Options) { o.Reader, o.Explainer = s, s; o.Desk = desk.New(store{w}, line{}) })
}

// put makes a conversation of one message.
func (s *stage) put(r *stageRow) {
	at := stageNow.Add(-35 * time.Minute)
	name := "maisonlune_aide"
	for _, a := range s.settings[stageBrand].Accounts {
		if a.Network == r.network {
			name = a.Name
			break
		}
	}
	account := community.AccountKey(stageBrand, r.network, name)
	c := community.Conversation{
		ID: r.id, Brand: stageBrand, Network: r.network, Account: account, Channel: stageBrand + "." + string(r.category), Version: 3,
		Author: community.Author{ID: r.id, Name: r.name, Handle: strings.ToLower(initials(r.name)) + ".rst", Followers: 312}, Person: "a" + r.id,
		Status: r.status, Category: r.category, Urgency: r.urgency, Sentiment: r.sentiment, Reason: r.reason, Lang: r.lang,
		Assignee: r.assignee, Preview: community.Preview(r.text), Private: r.private, Messages: 1, FirstAt: at, LastAt: at, ReplyState: string(r.reply),
	}
	if r.status == community.Open {
		c.Unanswered = 1
	}
	if r.due != 0 {
		c.Target, c.Due = community.TargetFirstReply, stageNow.Add(r.due)
		c.Start, c.Warn = c.Due.Add(-r.within), c.Due.Add(-r.within/4)
		s.deadlines[r.id] = []community.Deadline{
			{Target: community.TargetAcknowledgement, Start: at, Warn: at.Add(8 * time.Minute), Due: at.Add(15 * time.Minute), Met: at.Add(11 * time.Minute), State: community.DeadlineMet},
			{Target: c.Target, Start: c.Start, Warn: c.Warn, Due: c.Due, State: community.DeadlineRunning},
			{Target: community.TargetResolution, Start: at, Warn: at.Add(20 * time.Hour), Due: at.Add(28 * time.Hour), State: community.DeadlineRunning},
		}
	}
	if r.id == "c10" {
		c.Triage = true
	}
	s.conversations[r.id] = c
	s.say(r.id, "m"+r.id, r.text, at, r.private, func(e *community.Entry) {
		e.Verdict.Category.Label, e.Verdict.Sentiment.Label, e.Verdict.Language.Label = string(r.category), string(r.sentiment), r.lang
		e.Message.Lang = r.lang
	})
}

func (s *stage) say(conversation, key, text string, at time.Time, private bool, change func(*community.Entry)) {
	c := s.conversations[conversation]
	e := community.Entry{
		Key: key, Conversation: conversation, Asks: true, Urgency: c.Urgency, Verdict: s.Explain(community.Message{}),
		Message: community.Message{
			V: 1, Brand: stageBrand, Network: c.Network, Account: "maisonlune_aide", ID: key, Author: c.Author, Text: text, Lang: "fr",
			CreatedAt: at, ReceivedAt: at, Private: private, CanReply: true, Origin: community.Live, URL: "https://network.example/" + key,
		},
	}
	if change != nil {
		change(&e)
	}
	s.entries[key] = e
}

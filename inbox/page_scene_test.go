package inbox

import (
	"time"

	"github.com/vigie-hq/vigie/community"
)

// busy fills one conversation with everything that can happen in one.
func (s *stage) busy() {
	const id = "c03"
	c := s.conversations[id]
	c.Messages, c.Case = 6, "R-2026-0418"
	s.conversations[id] = c
	first := s.entries["m"+id]
	first.Edits = 1
	first.Message.CreatedAt = stageNow.Add(-33 * time.Minute)
	s.entries["m"+id] = first
	us := func(e *community.Entry) {
		e.Out, e.Reply, e.ReplyKind = true, "r1", community.ReplyHandoff
		e.Message.Author = community.Author{ID: "", Handle: "maisonlune"}
	}
	support := community.AccountKey(stageBrand, "instagram", "maisonlune_aide")
	s.say(id, "m1", "Bonjour Camille, notre équipe @maisonlune_aide prend la suite avec vous.", stageNow.Add(-22*time.Minute), false, us)
	s.replies["r1"] = community.Reply{ID: "r1", Brand: stageBrand, Conversation: id, Agent: "u-acme", Account: community.AccountKey(stageBrand, "instagram", "maisonlune"), Kind: community.ReplyHandoff, Visibility: community.Public, State: community.ReplySent, CreatedAt: stageNow.Add(-22 * time.Minute)}
	s.say(id, "m2", "Merci. Voici la photo de la boîte aux lettres, vide… Mon numéro est le 06 •• •• •• 41.", stageNow.Add(-15*time.Minute), true, func(e *community.Entry) {
		e.Message.Media = []community.Media{{Type: "image", URL: "https://network.example/p.jpg"}}
	})
	s.say(id, "m3", "Ce message a été retiré.", stageNow.Add(-14*time.Minute), true, func(e *community.Entry) { e.Gone = true })
	s.notes = append(s.notes, community.Note{ID: "n1", Conversation: id, Agent: "u-lea", At: stageNow.Add(-11 * time.Minute), Text: "@Nadia le transporteur confirme un dépôt au n° 14 au lieu du 41. Reprise demain avant 10 h, dossier TR-88412."})
	s.acts = append(s.acts,
		community.Act{Conversation: id, Agent: "u-acme", Verb: "assigned", To: "u-acme", At: stageNow.Add(-25 * time.Minute)},
		community.Act{Conversation: id, Agent: "u-acme", Verb: "escalated", To: "R-2026-0418", At: stageNow.Add(-9 * time.Minute)},
	)
	reply := func(id, text string, state community.ReplyState, ago time.Duration) community.Reply {
		return community.Reply{
			ID: id, Brand: stageBrand, Conversation: "c03", Agent: "u-acme", Account: support, Kind: community.ReplyAnswer,
			Visibility: community.Private, Text: text, State: state, CreatedAt: stageNow.Add(-ago), UpdatedAt: stageNow.Add(-3 * time.Second),
		}
	}
	lost := reply("r2", "Je vérifie auprès du transporteur.", community.ReplyUnknown, 8*time.Minute)
	lost.Fault = "reply.uncertain"
	refused := reply("r3", "Pouvez-vous nous donner votre numéro ?", community.ReplyRefused, 7*time.Minute)
	refused.Fault = "reply.window"
	held := reply("r4", "Votre colis a été déposé par erreur au n° 14. Il revient demain avant 10 h.", community.ReplyHeld, 2*time.Minute)
	held.SendAfter = stageNow.Add(7 * time.Second)
	s.replies["r2"], s.replies["r3"], s.replies["r4"] = lost, refused, held
}

// register opens some complaints.
func (s *stage) register() {
	hours := s.settings[stageBrand].Hours[stageBrand]
	for i, id := range []string{"c01", "c03", "c10", "c05", "c13"} {
		c := s.conversations[id]
		at := stageNow.AddDate(0, 0, -(8 - 2*i))
		p := community.OpenComplaint("p"+id, &c, 414+i, "u-acme", hours, at)
		if i > 0 {
			p, _ = p.Next(community.ComplaintAcknowledge, "u-acme", "", at.Add(11*time.Minute))
		}
		if i == 2 || i == 4 {
			p, _ = p.Next(community.ComplaintResolve, "u-lea", "Échange envoyé", at.Add(20*time.Hour))
		}
		s.complaints[p.ID] = p
	}
}

// weather is ninety days of moods with one bad day.
func (s *stage) weather() {
	for d := range 90 {
		day := stageNow.AddDate(0, 0, -d)
		put := func(c community.Category, m community.Sentiment, n int) {
			s.moods = append(s.moods, community.Mood{Day: day.Format(time.DateOnly), Category: c, Sentiment: m, N: n})
		}
		wave := (d*7)%13 + (d%7)*2
		put(community.CategorySupport, community.Negative, 14+wave%9)
		put(community.CategorySupport, community.Neutral, 30+wave)
		put(community.CategoryCommunity, community.Positive, 78+2*wave)
		put(community.CategoryBrand, community.Positive, 8+wave%5)
		put(community.CategoryBrand, community.Negative, 4+wave%3)
		if d == 6 {
			put(community.CategoryBrand, community.Negative, 140)
		}
	}
}

package classifier

import (
	"slices"
	"strings"

	"github.com/vigie-hq/vigie/community"
)

// baseline is a classifier so plain that a model must beat it clearly.
type baseline struct {
	name     string
	classify func(community.Message) community.Verdict
}

func baselines(examples []Example) []baseline {
	return []baseline{
		{"majority", majority(examples)},
		{"keywords", keywords},
	}
}

// majority always gives the most frequent label of the very messages it is
// judged by: a generous floor.
func majority(examples []Example) func(community.Message) community.Verdict {
	most := func(head string) community.Head {
		counts := map[string]int{}
		for i := range examples {
			if l, ok := examples[i].Labels[head]; ok {
				counts[l]++
			}
		}
		best := ""
		for l, n := range counts {
			if n > counts[best] || n == counts[best] && l < best {
				best = l
			}
		}
		return community.Head{Label: best, P: 1}
	}
	v := community.Verdict{
		Category: most(HeadCategory), Urgency: community.UrgencyHead{Head: most(HeadUrgency)},
		Sentiment: most(HeadSentiment), Reason: most(HeadReason), Complaint: most(HeadComplaint),
		Language: most(HeadLanguage),
	}
	return func(community.Message) community.Verdict { return v }
}

// list is a line of a keyword list: the first line with a word in the text wins.
type list struct {
	label string
	words []string
}

// keywords is the kind of rule list that help desks write in an afternoon.
func keywords(m community.Message) community.Verdict {
	text := " " + strings.ToLower(m.Text) + " "
	first := func(otherwise string, lists ...list) community.Head {
		for _, l := range lists {
			if slices.ContainsFunc(l.words, func(w string) bool { return strings.Contains(text, w) }) {
				return community.Head{Label: l.label, P: 1}
			}
		}
		return community.Head{Label: otherwise, P: 1}
	}
	reason := first("none",
		list{"delivery", []string{"livraison", "colis", "livreur", "delivery", "parcel", "package", "shipping", "luggage"}},
		list{"return_refund", []string{"rembours", "retour", "refund", "return"}},
		list{"outage", []string{"panne", "coupure", "connexion", "réseau", "internet", "outage", "down", "delayed", "retard"}},
		list{"billing", []string{"factur", "prélèv", "paiement", "tarif", "bill", "charged", "payment", "price"}},
		list{"account", []string{"compte", "connecter", "mot de passe", "account", "login", "password", " app "}},
		list{"product_defect", []string{"cassé", "défectueux", "marche pas", "broken", "defective", "doesn't work"}},
		list{"availability", []string{"stock", "disponible", "available", "rupture"}},
		list{"order", []string{"commande", "annuler", "rendez-vous", "rdv", "technicien", "order", "cancel"}},
		list{"store", []string{"magasin", "boutique", "vendeur", "store", "shop"}},
		list{"information", []string{"comment", "how do", "how can", "savoir"}})
	sentiment := first("neutral",
		list{"negative", []string{"honte", "nul", "pire", "arnaque", "voleur", "déçu", "marre", "problème", "toujours pas", "worst", "terrible", "awful", "scam", "angry", "disappoint", "still "}},
		list{"positive", []string{"merci", "super", "excellent", "parfait", "bravo", "love", "great", "thank", "awesome", "best"}})
	category := first("brand",
		list{"noise", []string{"http", "gagne", "promo", "click", "free entry", "subscribe", "abonnez"}},
		list{"support", []string{"?", "aide", "help", "problème", "panne", "commande", "rembours", "bonjour", "please", "depuis"}},
		list{"community", []string{"merci", "hâte", "😍", "❤", "thank", "lol", "😂", "can't wait"}})
	urgency := first("low",
		list{"critical", []string{"avocat", "plainte", "danger", "tribunal", "police", "lawyer", "sue ", "fraud", "unsafe"}},
		list{"high", []string{"toujours pas", "depuis", "urgent", "inadmissible", "still no", "days", "semaines", "jours"}},
		list{"normal", []string{"?", "problème", "help", "aide", "bonjour"}})
	complaint := first("no",
		list{"yes", []string{"toujours pas", "problème", "panne", "honte", "arnaque", "marre", "inadmissible", "still ", "worst", "terrible", "broken", "never", "fail"}})
	return community.Verdict{
		Category: category, Urgency: community.UrgencyHead{Head: urgency}, Sentiment: sentiment,
		Reason: reason, Complaint: complaint,
	}
}

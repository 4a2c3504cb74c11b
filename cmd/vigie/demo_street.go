package main

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"github.com/vigie-hq/vigie/collectors"
	"github.com/vigie-hq/vigie/collectors/facebook"
	"github.com/vigie-hq/vigie/collectors/graph/graphtest"
	"github.com/vigie-hq/vigie/collectors/instagram"
	"github.com/vigie-hq/vigie/collectors/simulated"
	"github.com/vigie-hq/vigie/collectors/x"
	"github.com/vigie-hq/vigie/collectors/x/xtest"
	"github.com/vigie-hq/vigie/community"
	"github.com/vigie-hq/vigie/community/desk"
)

// The brand's names on the street.
const (
	streetBrand = "maisonlune"
	streetCare  = "maisonlune_sav"
	streetHelp  = "maisonlune.aide"
	streetShop  = "Maison Lune Rennes"
)

// How many people talk on X, how often somebody says something anywhere, how
// much was said before the demo began, and what X may cost a day in the demo, in
// millionths of a dollar.
const (
	streetCrowd   = 60
	streetPace    = 9 * time.Second
	streetHistory = 36
	streetCap     = 2_000_000
)

// street is where the demo's people talk beside the simulated network: fakes of
// our own of X and of Meta's Graph, since neither company has a server that
// anybody could try things on. What is said there is heard and answered by the
// same code as on the real ones.
type street struct {
	x           *xtest.Server
	pages       *graphtest.Server // Facebook's half of Graph
	photos      *graphtest.Server // Instagram's
	shop        graphtest.Page
	help        graphtest.Instagram
	post, media string // what of ours is commented on
	voice       *simulated.Voice
	crowd       []string
	log         *slog.Logger
}

// openStreet starts the fakes. Their ids begin with the time, so that a demo that
// is started again on the same folder repeats none.
func openStreet(ctx context.Context, logger *slog.Logger, now time.Time) (*street, error) {
	s := &street{log: logger}
	var err error
	if s.voice, err = simulated.NewVoice(uint64(now.UnixNano())); err != nil {
		return nil, err
	}
	names := []string{streetBrand, streetCare}
	for range streetCrowd {
		if name := onX(s.voice.Next().Author.Handle); !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	s.crowd = names[2:]
	if s.x, err = xtest.New(xtest.Options{}, names...); err != nil {
		return nil, err
	}
	o := graphtest.Options{First: now.UnixMicro(), HumanAgent: true}
	if s.pages, err = graphtest.New(ctx, o); err != nil {
		s.close()
		return nil, err
	}
	if s.photos, err = graphtest.New(ctx, o); err != nil {
		s.close()
		return nil, err
	}
	s.shop = s.pages.AddPages(streetShop)[0]
	s.help = s.photos.AddInstagram(s.photos.AddPages("Maison Lune")[0], streetHelp)
	ago := now.Add(-20 * time.Hour)
	s.post = s.pages.PagePost(s.shop.ID, "Nouvelle collection en boutique dès samedi. Qui vient ?", ago)
	s.media = s.photos.Media(s.help.ID, "Le fil d'aide : posez vos questions ici, on répond tous les jours.", ago)
	for i := range streetHistory {
		s.say(now.Add(-time.Duration(streetHistory-i) * 21 * time.Minute))
	}
	return s, nil
}

// onX is a handle as X allows it.
func onX(handle string) string {
	name := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '_' {
			return r
		}
		return '_'
	}, strings.ToLower(handle))
	return name[:min(len(name), 15)]
}

func (s *street) close() {
	if s.x != nil {
		s.x.Close()
	}
	for _, server := range []*graphtest.Server{s.pages, s.photos} {
		if server != nil {
			server.Close()
		}
	}
}

// joined is an account on the street with its secrets.
type joined struct {
	account community.Account
	secrets map[string]string
}

// accounts are the brand's presences: two on X, a shop's page on Facebook, a help
// account on Instagram.
func (s *street) accounts(brand string) []joined {
	on := func(network, server, id, name, title string, role community.AccountRole) community.Account {
		return community.Account{
			Brand: brand, Network: network, Name: name, NativeID: id, Handle: name, Title: title, Server: server, Role: role,
			Collects: true, Sends: true, State: community.AccountActive,
		}
	}
	corporate := on(x.Name, s.x.URL, s.x.UserID(streetBrand), streetBrand, "Maison Lune", community.RoleCorporate)
	care := on(x.Name, s.x.URL, s.x.UserID(streetCare), streetCare, "Maison Lune SAV", community.RoleSupport)
	corporate.Queries, corporate.DailyCap, care.DailyCap = "\"maison lune\" -is:retweet", streetCap, streetCap
	shop := on(facebook.Name, s.pages.URL, s.shop.ID, "rennes", streetShop, community.RoleStore)
	help := on(instagram.Name, s.photos.URL, s.help.ID, streetHelp, "Maison Lune Aide", community.RoleSupport)
	shop.Scope, help.Scope = s.shop.ID, s.help.ID
	return []joined{
		{corporate, s.x.Secrets(streetBrand, false)},
		{care, s.x.Secrets(streetCare, false)},
		{shop, map[string]string{"token": s.shop.Token}},
		{help, map[string]string{"token": s.help.Page.Token}},
	}
}

// settle makes the street's accounts those of the brand: anew at each start,
// since the fakes forget theirs.
func (h *house) settle(ctx context.Context, s *street) error {
	apps := map[string]map[string]string{
		collectors.AppOwner(x.Name): xtest.AppSecrets(),
		collectors.AppOwner(facebook.Name): {
			"app_id": graphtest.AppID, "app_secret": graphtest.AppSecret, "verify_token": graphtest.VerifyToken, "human_agent": "yes",
		},
	}
	for owner, secrets := range apps {
		if err := h.vault.PutSecrets(ctx, owner, sealed(secrets)); err != nil {
			return err
		}
	}
	accounts := s.accounts(demoBrand)
	for _, j := range accounts {
		key := j.account.Key()
		if err := h.vault.PutSecrets(ctx, key, sealed(j.secrets)); err != nil {
			return err
		}
		cursor, err := h.memory.Cursor(ctx, key)
		if err != nil {
			return err
		}
		if cursor.Connected.IsZero() {
			past := h.now().Add(-demoPast)
			if err := h.memory.SaveCursor(ctx, key, community.Cursor{Connected: past, Complete: past}); err != nil {
				return err
			}
		}
	}
	return h.store.Write(ctx, func(tx desk.Tx) error {
		for _, j := range accounts {
			if err := tx.PutAccount(ctx, j.account); err != nil {
				return err
			}
		}
		settings, err := tx.Settings(ctx, demoBrand)
		if err != nil {
			return err
		}
		for _, channel := range settings.Channels {
			for _, j := range accounts {
				if key := j.account.Key(); !slices.Contains(channel.Senders, key) {
					channel.Senders = append(slices.Clone(channel.Senders), key)
				}
			}
			if err := tx.PutChannel(ctx, channel); err != nil {
				return err
			}
		}
		return nil
	})
}

func sealed(secrets map[string]string) map[string][]byte {
	out := map[string][]byte{}
	for name, value := range secrets {
		out[name] = []byte(value)
	}
	return out
}

// open tells the fakes where to call: their webhooks are answered there.
func (s *street) open(address string) {
	s.pages.Expect(address + "/hooks/" + facebook.Name + "/")
	s.photos.Expect(address + "/hooks/" + instagram.Name + "/")
}

// talk lets people talk until ctx ends. What the fakes have to complain of is a
// fault of Vigie's, and is logged as one.
func (s *street) talk(ctx context.Context) error {
	told := 0
	for collectors.Wait(ctx, streetPace/2+rand.N(streetPace)) == nil {
		s.say(time.Time{})
		all := slices.Concat(s.x.Complaints(), s.pages.Complaints(), s.photos.Complaints())
		for ; told < len(all); told++ {
			s.log.Warn("a fake network complains", "of", all[told])
		}
	}
	return nil
}

// say lets somebody say something somewhere; a zero time is now.
func (s *street) say(at time.Time) {
	said := s.voice.Next()
	text := strings.TrimSpace(strings.TrimPrefix(said.Text, "@"+streetBrand))
	who := said.Author.Handle
	switch rand.IntN(5) {
	case 0, 1:
		name := s.crowd[rand.IntN(len(s.crowd))]
		switch {
		case said.Private && at.IsZero():
			s.x.Direct(name, streetCare, text)
		case rand.IntN(3) == 0:
			s.x.PostAt(name, "@"+streetBrand+" "+text, "", at)
		default:
			s.x.PostAt(name, "@"+streetCare+" "+text, "", at)
		}
	case 2, 3:
		switch {
		case said.Private:
			s.pages.Direct(s.shop.ID, said.Author.Name, text, at)
		case rand.IntN(4) == 0:
			s.pages.VisitorPost(s.shop.ID, said.Author.Name, text, at)
		default:
			s.pages.Comment(s.post, said.Author.Name, text, at)
		}
	default:
		if said.Private {
			s.photos.IGDirect(s.help.ID, who, text, at)
		} else {
			s.photos.IGComment(s.media, who, text, at)
		}
	}
}

package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/vigie-hq/vigie/collectors"
	"github.com/vigie-hq/vigie/collectors/simulated"
	"github.com/vigie-hq/vigie/community"
	"github.com/vigie-hq/vigie/community/desk"
	"github.com/vigie-hq/vigie/inbox"
)

// demoBrand is the made-up retailer of the demo.
const demoBrand = "maison-lune"

// demoPast is how far back the demo's messages count as live, so that the inbox
// opens on a day's work: some late, some soon, some in good time.
const demoPast = 6 * time.Hour

// signIn is what somebody needs to come in, as the demo prints it.
type signIn struct {
	Email    string         `json:"email"`
	Password string         `json:"password"`
	Role     community.Role `json:"role"`
}

// guide is what the demo prints, and keeps beside its data for the next start.
type guide struct {
	URL   string   `json:"url"`
	Token string   `json:"token"`
	Users []signIn `json:"users"`
}

func demo(ctx context.Context, c *call) (err error) {
	fs := flag.NewFlagSet("demo", flag.ContinueOnError)
	dir := fs.String("data", "", "the `folder` to keep; a temporary one, removed at the end, if empty")
	listen := fs.String("listen", "127.0.0.1:8080", "the `address` to listen on")
	asJSON := fs.Bool("json", false, "print one line of JSON: url, token, users")
	network := fs.String("network", "", "the `URL` of a simulated network in another process")
	logLevel := fs.String("log", "warn", "what is logged: debug, info, warn or error")
	rest, err := c.parse(fs)
	if err != nil {
		return err
	}
	if len(rest) > 0 {
		return usagef("%q is too much", rest[0])
	}
	logger, err := newLogger(c, *logLevel)
	if err != nil {
		return err
	}
	if *dir == "" {
		if *dir, err = os.MkdirTemp("", "vigie-demo-"); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, os.RemoveAll(*dir)) }()
	}
	o := simulated.Demo()
	o.URL, o.Dir = *network, filepath.Join(*dir, "network")
	world, err := simulated.New(o)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, world.Close()) }()
	p := &place{dir: *dir, logLevel: *logLevel, keys: c.getenv(keyVariable)}
	h, err := openHouse(ctx, p, logger, map[string]collectors.Network{simulated.Name: world})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, h.close()) }()
	g, err := h.seed(ctx)
	if err != nil {
		return err
	}
	var beside []loop
	open := func(string) {}
	if *network == "" {
		s, err := openStreet(ctx, logger, h.now())
		if err != nil {
			return err
		}
		defer s.close()
		if err := h.settle(ctx, s); err != nil {
			return err
		}
		beside, open = []loop{{"talk", s.talk}}, s.open
	}
	return h.serve(ctx, serving{listen: *listen, beside: beside, started: func(address string) error {
		open(address)
		g.URL = address
		if *asJSON {
			return json.NewEncoder(c.out).Encode(g)
		}
		fmt.Fprintf(c.out, "Maison Lune is being talked about. Open %s\n\n", address)
		for _, u := range g.Users {
			fmt.Fprintf(c.out, "  %-11s %-32s %s\n", u.Role, u.Email, u.Password)
		}
		fmt.Fprintf(c.out, "\nAPI token   %s\nCtrl+C ends it.\n", g.Token)
		return nil
	}})
}

// seed makes the brand, its channels, accounts and agents, once.
func (h *house) seed(ctx context.Context) (guide, error) {
	path := filepath.Join(h.dir, "demo.json")
	var g guide
	data, err := os.ReadFile(path)
	if err == nil && json.Unmarshal(data, &g) == nil && g.Token != "" {
		return g, nil
	}
	accounts := simulated.Accounts(demoBrand)
	if err := h.store.Write(ctx, func(tx desk.Tx) error { return seedBrand(ctx, tx, accounts) }); err != nil {
		return g, err
	}
	for i := range accounts {
		connected := community.Cursor{Connected: h.now().Add(-demoPast), Complete: h.now().Add(-demoPast)}
		if err := h.memory.SaveCursor(ctx, accounts[i].Key(), connected); err != nil {
			return g, err
		}
	}
	people := []struct {
		name, mail, lang string
		role             community.Role
	}{
		{"Nadia Ferhat", "nadia", "fr", community.RoleAdmin},
		{"Léa Morvan", "lea", "fr", community.RoleAgent},
		{"Tom Ashby", "tom", "en", community.RoleAgent},
		{"Karim Saïdi", "karim", "fr", community.RoleSupervisor},
		{"Inès Caradec", "ines", "fr", community.RoleBrand},
	}
	for _, p := range people {
		secret, _ := inbox.NewToken()
		password := secret[len(secret)-14:]
		hash, err := inbox.HashPassword(password)
		if err != nil {
			return g, err
		}
		a := community.Agent{
			ID: p.mail, Email: p.mail + "@maison-lune.example", Name: p.name, Lang: p.lang, Active: true,
			Grants: []community.Grant{{Brand: demoBrand, Role: p.role}},
		}
		if err := h.door.PutAgent(ctx, a, hash); err != nil {
			return g, err
		}
		g.Users = append(g.Users, signIn{a.Email, password, p.role})
	}
	if g.Token, err = h.token(ctx, "demo", demoBrand, community.RoleAdmin); err != nil {
		return g, err
	}
	if data, err = json.Marshal(g); err != nil {
		return g, err
	}
	return g, os.WriteFile(path, data, 0o600)
}

// seedBrand makes Maison Lune. Its support never sleeps, so that the demo has
// running clocks at any hour; the other lines keep shop hours.
func seedBrand(ctx context.Context, tx desk.Tx, accounts []community.Account) error {
	brand := community.Brand{ID: demoBrand, Name: "Maison Lune", Lang: "fr", Calendar: shopHours()}
	if err := tx.PutBrand(ctx, brand); err != nil {
		return err
	}
	var care, corporate string
	for i := range accounts {
		if err := tx.PutAccount(ctx, accounts[i]); err != nil {
			return err
		}
		switch accounts[i].Role {
		case community.RoleSupport:
			care = accounts[i].Key()
		case community.RoleCorporate:
			corporate = accounts[i].Key()
		}
	}
	for _, channel := range community.DefaultChannels(brand) {
		channel.Senders = []string{corporate, care}
		if channel.Triage || channel.Opens(community.CategorySupport, simulated.Name) {
			channel.Hours = community.AlwaysOpen()
			channel.Hours.Zone = brand.Calendar.Zone
			channel.Senders = []string{care}
		}
		if err := tx.PutChannel(ctx, channel); err != nil {
			return err
		}
	}
	return nil
}

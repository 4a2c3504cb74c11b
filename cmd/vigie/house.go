package main

import (
	"context"
	"crypto/rand"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/vigie-hq/vigie/collectors"
	"github.com/vigie-hq/vigie/community"
	"github.com/vigie-hq/vigie/community/desk"
	"github.com/vigie-hq/vigie/inbox"
	"github.com/vigie-hq/vigie/internal/kafka"
	"github.com/vigie-hq/vigie/internal/sql"
)

// place is where an installation lives and how it speaks.
type place struct {
	dir      string
	logLevel string
	keyFile  string // of the key that seals secrets; empty: in the folder
	keys     string // keys in its place (VIGIE_KEY)
}

// dataFlags adds the flags of every command that touches an installation.
func dataFlags(fs *flag.FlagSet) *place {
	p := &place{}
	fs.StringVar(&p.dir, "data", "vigie-data", "the `folder` of the installation")
	fs.StringVar(&p.keyFile, "key-file", "", "the `file` of the key that seals secrets; secret.key in the folder if empty (VIGIE_KEY in the environment holds a key itself)")
	fs.StringVar(&p.logLevel, "log", "info", "what is logged: debug, info, warn or error")
	return p
}

// keyVariable is where in the environment a key can be: not among the flags,
// which other users of a machine can read.
const keyVariable = "VIGIE_KEY"

// storeFile is the store's file in the folder of an installation.
const storeFile = "vigie.db"

// house is one installation, open: the log, the store, the classifier, the
// desk, the networks. One process has it at a time (the log's folder is locked).
type house struct {
	dir string
	log *slog.Logger
	now func() time.Time

	broker *kafka.Broker
	bus    *kafka.Bus
	gate   *kafka.Gate

	db         *sql.DB
	reader     *sql.Inbox
	door       *sql.Door
	memory     memory
	vault      *sql.Vault
	connecting *sql.Connecting
	outbox     *sql.Outbox
	mood       *sql.Mood
	positions  *sql.Positions
	store      *sql.Desk

	models   *models
	judge    *judge
	networks map[string]collectors.Network
	senders  *senders
	desk     *desk.Desk
	server   *inbox.Server

	marking sync.Mutex // guards marks
	marks   map[string]mark
	lost    chan struct{} // told when the log lacks what had been published
	holder  string        // whose leases of accounts are ours
	hooks   atomic.Pointer[hooks]
}

// openHouse opens the installation in a folder, making it if it is new, and
// makes sure that log and store belong together. extra networks (the demo's)
// are added to those of networks.go.
func openHouse(ctx context.Context, p *place, logger *slog.Logger, extra map[string]collectors.Network) (h *house, err error) {
	h = &house{dir: p.dir, log: logger, now: time.Now, marks: map[string]mark{}, lost: make(chan struct{}, 1), holder: rand.Text()}
	defer func() {
		if err != nil {
			err = errors.Join(err, h.close())
			h = nil
		}
	}()
	if err := os.MkdirAll(p.dir, 0o700); err != nil {
		return h, err
	}
	if h.broker, err = kafka.Open(ctx, filepath.Join(p.dir, "log"), kafka.Options{Log: logger}); err != nil {
		return h, err
	}
	if h.db, err = sql.Open(ctx, filepath.Join(p.dir, storeFile), sql.Options{Now: h.now, KeyFile: p.keyFile, Keys: p.keys, Holder: h.holder}); err != nil {
		return h, err
	}
	h.reader, h.door, h.memory = sql.NewInbox(h.db), sql.NewDoor(h.db), memory{sql.NewMemory(h.db)}
	h.vault, h.connecting = sql.NewVault(h.db), sql.NewConnecting(h.db)
	h.outbox, h.mood, h.positions, h.store = sql.NewOutbox(h.db), sql.NewMood(h.db), sql.NewPositions(h.db), sql.NewDesk(h.db)
	if h.models, err = newModels(newShelf(p.dir, h.now), h.reader, logger); err != nil {
		return h, err
	}
	if h.judge, err = newJudge(h.models, sql.NewRules(h.db), newTaught(sql.NewLessons(h.db))); err != nil {
		return h, err
	}
	config := h.broker.Config()
	config.Log = logger
	if h.bus, err = kafka.Connect(ctx, config); err != nil {
		return h, err
	}
	h.gate = kafka.NewGate(h.bus, h.applied, h.broker.Full, kafka.Collected, kafka.Classified)
	h.networks = networksOf(h)
	for name, n := range extra {
		h.networks[name] = n
	}
	h.senders = newSenders(h.networks, h.now)
	h.desk = desk.New(h.store, h.senders)
	return h, h.sameLog(ctx)
}

// close ends everything in the order the log wants: readers first (they ended
// with their context), then the bus, then the broker, then the store.
func (h *house) close() error {
	var errs []error
	if h.bus != nil {
		errs = append(errs, h.bus.Close())
	}
	if h.broker != nil {
		errs = append(errs, h.broker.Close())
	}
	if h.db != nil {
		errs = append(errs, h.db.Close())
	}
	return errors.Join(errs...)
}

// ensureBrand makes a brand with its default channels, if there is none of that
// name.
func (h *house) ensureBrand(ctx context.Context, id string) error {
	return h.store.Write(ctx, func(tx desk.Tx) error {
		settings, err := tx.Settings(ctx, id)
		if err != nil || settings != nil {
			return err
		}
		return addBrand(ctx, tx, community.Brand{ID: id, Name: id, Lang: "fr", Calendar: shopHours()})
	})
}

// knownBrand refuses a brand that does not exist; the one every installation
// has is made on the way.
func (h *house) knownBrand(ctx context.Context, id string) error {
	if id == community.DefaultBrand {
		return h.ensureBrand(ctx, id)
	}
	brands, err := h.reader.Brands(ctx, community.Viewer{System: true})
	if err == nil && !slices.ContainsFunc(brands, func(b community.Brand) bool { return b.ID == id }) {
		err = usagef("there is no brand %q; an import or a connected account makes one", id)
	}
	return err
}

func addBrand(ctx context.Context, tx desk.Tx, b community.Brand) error {
	if err := tx.PutBrand(ctx, b); err != nil {
		return err
	}
	for _, c := range community.DefaultChannels(b) {
		if err := tx.PutChannel(ctx, c); err != nil {
			return err
		}
	}
	return nil
}

// shopHours are the hours a French brand starts with: Monday to Friday 9 to 18,
// Saturday 10 to 18, no public holidays.
func shopHours() community.Calendar {
	c := community.Calendar{Zone: "Europe/Paris", Holidays: community.HolidaysFrance}
	for day := time.Monday; day <= time.Friday; day++ {
		c.Week[day] = []community.Period{{From: 9 * 60, To: 18 * 60}}
	}
	c.Week[time.Saturday] = []community.Period{{From: 10 * 60, To: 18 * 60}}
	return c
}

// Take hands messages of an import over; it returns when they are durable.
func (h *house) Take(ctx context.Context, batch string, messages []community.Message) error {
	for i := range messages {
		messages[i].Batch = batch
	}
	return h.Publish(ctx, messages)
}

// Tally tells what the store made of an import.
func (h *house) Tally(ctx context.Context, batch string) (community.ImportTally, error) {
	return h.reader.Import(ctx, community.Viewer{System: true}, batch)
}

// Known tells whether the brand has such an account.
func (h *house) Known(ctx context.Context, brand, network, name string) (bool, error) {
	accounts, err := h.reader.Accounts(ctx, community.Viewer{System: true}, brand)
	return slices.ContainsFunc(accounts, func(a community.Account) bool {
		return a.Network == network && a.Name == name
	}), err
}

// withHouse opens the installation for one command, with the intake running
// beside f, and closes it.
func withHouse(ctx context.Context, c *call, p *place, f func(context.Context, *house) error) error {
	logger, err := newLogger(c, p.logLevel)
	if err != nil {
		return err
	}
	p.keys = c.getenv(keyVariable)
	h, err := openHouse(ctx, p, logger, nil)
	if err != nil {
		return err
	}
	running, stop := context.WithCancel(ctx)
	done := make(chan error, 1)
	go func() {
		err := together(running, h.intake()...)
		stop() // whoever waits for the intake waits in vain
		done <- err
	}()
	err = f(running, h)
	stop()
	return errors.Join(err, <-done, h.close())
}

func newLogger(c *call, level string) (*slog.Logger, error) {
	var l slog.Level
	if err := l.UnmarshalText([]byte(level)); err != nil {
		return nil, usagef("--log %q: %v", level, err)
	}
	return slog.New(slog.NewTextHandler(c.errOut, &slog.HandlerOptions{Level: l})), nil
}

// ready tells why this process should not be sent work; nil when it should.
func (h *house) ready() error {
	if err := h.bus.Check(h.now()); err != nil {
		return fmt.Errorf("the log: %w", err)
	}
	return nil
}

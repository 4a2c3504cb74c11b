package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"

	"github.com/vigie-hq/vigie/community"
)

// doctor opens an installation that no server has open and says what it finds.
func doctor(ctx context.Context, c *call) error {
	fs := flag.NewFlagSet("doctor", flag.ContinueOnError)
	p := dataFlags(fs)
	if _, err := c.parse(fs); err != nil {
		return err
	}
	if _, err := os.Stat(filepath.Join(p.dir, storeFile)); err != nil {
		return fmt.Errorf("there is no installation in %s: %w", p.dir, err)
	}
	return withHouse(ctx, c, p, func(ctx context.Context, h *house) error {
		fmt.Fprintf(c.out, "log       %s, reachable\n", h.bus.Identity())
		applied, err := h.applied(ctx)
		if err != nil {
			return err
		}
		behind, bytes, err := h.bus.Backlog(ctx, applied)
		if err != nil {
			return err
		}
		fmt.Fprintf(c.out, "backlog   %d messages, %d bytes\n", behind, bytes)
		fmt.Fprintf(c.out, "model     %s\n", h.models.now.Load().running.Version())
		all, shut, err := h.vault.Sealed(ctx)
		if err != nil {
			return err
		}
		fmt.Fprintf(c.out, "secrets   %d sealed, %d that the key does not open\n", all, shut)
		system := community.Viewer{System: true}
		brands, err := h.reader.Brands(ctx, system)
		if err != nil {
			return err
		}
		for _, b := range brands {
			if err := h.examine(ctx, c, system, b); err != nil {
				return err
			}
		}
		return h.ready()
	})
}

func (h *house) examine(ctx context.Context, c *call, v community.Viewer, b community.Brand) error {
	tally, err := h.reader.Tally(ctx, v, b.ID)
	if err != nil {
		return err
	}
	fmt.Fprintf(c.out, "brand     %s: %d to answer, %d filed, %d replies to look at\n",
		b.ID, tally.Views[community.ViewOpen], tally.Views[community.ViewFiled], tally.Views[community.ViewTrouble])
	accounts, err := h.reader.Standings(ctx, v, b.ID)
	if err != nil {
		return err
	}
	for i := range accounts {
		fmt.Fprintf(c.out, "account   %s\n", stands(&accounts[i], h.now()))
	}
	return nil
}

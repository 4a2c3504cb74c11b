package main

import (
	"net/http"
	"slices"

	"github.com/vigie-hq/vigie/community"
	"github.com/vigie-hq/vigie/internal/kafka"
	"github.com/vigie-hq/vigie/internal/ops"
)

// figures is what /metrics shows of the installation.
func (h *house) figures(r *http.Request) ([]ops.Figure, error) {
	ctx := r.Context()
	applied, err := h.applied(ctx)
	if err != nil {
		return nil, err
	}
	var out []ops.Figure
	for _, topic := range []string{kafka.Collected, kafka.Classified, kafka.Events} {
		behind, _, err := h.bus.Backlog(ctx, applied, topic)
		if err != nil {
			return nil, err
		}
		out = append(out, ops.Figure{
			Name: "vigie_log_behind_messages", Help: "Records published and not yet read, by topic.", Kind: "gauge",
			Labels: []string{"topic", topic}, Value: float64(behind),
		})
	}
	out = append(out, h.collected()...)
	system := community.Viewer{System: true}
	brands, err := h.reader.Brands(ctx, system)
	if err != nil {
		return nil, err
	}
	for _, b := range brands {
		out = append(out, ops.Figure{
			Name: "vigie_rules_left_out", Help: "Stored rules that do not compile and are not applied, by brand.", Kind: "gauge",
			Labels: []string{"brand", b.ID}, Value: float64(h.judge.leftOut(b.ID)),
		})
	}
	for _, b := range brands {
		tally, err := h.reader.Tally(ctx, system, b.ID)
		if err != nil {
			return nil, err
		}
		views := make([]string, 0, len(tally.Views))
		for view := range tally.Views {
			views = append(views, view)
		}
		slices.Sort(views)
		for _, view := range views {
			out = append(out, ops.Figure{
				Name: "vigie_conversations", Help: "Conversations, by brand and view.", Kind: "gauge",
				Labels: []string{"brand", b.ID, "view", view}, Value: float64(tally.Views[view]),
			})
		}
	}
	return out, nil
}

// collected is what the fleet that runs now counted of each account, and how
// long ago nothing of it was missing. The numbers begin with the process (or
// with the log that replaced a lost one): the ledger keeps them for good.
func (h *house) collected() (out []ops.Figure) {
	running := h.hooks.Load()
	if running == nil {
		return nil
	}
	now := h.now()
	for _, t := range running.fleet.Tallies() {
		labels := []string{"brand", t.Brand, "account", t.Network + "/" + t.Name}
		for _, c := range []struct {
			what string
			n    int64
		}{
			{"pushed", t.Ledger.Pushed},
			{"recovered", t.Ledger.Recovered},
			{"duplicate", t.Ledger.Duplicates},
			{"disordered", t.Ledger.Disordered},
			{"edit", t.Ledger.Edits},
			{"delete", t.Ledger.Deletes},
			{"backfilled", t.Ledger.Backfilled},
			{"unreadable", t.Ledger.Unreadable},
		} {
			out = append(out, ops.Figure{
				Name: "vigie_collect_messages_total", Help: "Messages that came from an account, by how: pushed, recovered by a poll, seen again and so on.", Kind: "counter",
				Labels: append(slices.Clone(labels), "how", c.what), Value: float64(c.n),
			})
		}
		for _, p := range []struct {
			name  string
			share float64
		}{{"0.5", .5}, {"0.99", .99}} {
			out = append(out, ops.Figure{
				Name: "vigie_collect_lag_seconds", Help: "How long live messages took from being written to being kept, since the process began.", Kind: "gauge",
				Labels: append(slices.Clone(labels), "quantile", p.name), Value: t.Ledger.Percentile(p.share).Seconds(),
			})
		}
		out = append(out, ops.Figure{
			Name: "vigie_collect_gap_seconds", Help: "The last stretch of time that only a poll closed.", Kind: "gauge",
			Labels: labels, Value: t.Ledger.Gap.Seconds(),
		})
		if !t.Complete.IsZero() {
			out = append(out, ops.Figure{
				Name: "vigie_collect_incomplete_seconds", Help: "How long ago nothing of the account was missing.", Kind: "gauge",
				Labels: labels, Value: max(0, now.Sub(t.Complete).Seconds()),
			})
		}
	}
	return out
}

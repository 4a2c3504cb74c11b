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

package main

import (
	"net/http"

	"github.com/vigie-hq/vigie/collectors"
)

// hooks is the fleet that runs now, and where networks call it.
type hooks struct {
	fleet   *collectors.Fleet
	handler http.Handler
}

// called answers networks that push. The fleet comes and goes (it is made anew
// when the log was lost); while there is none they are asked to call again.
func (h *house) called(w http.ResponseWriter, r *http.Request) {
	now := h.hooks.Load()
	if now == nil {
		w.Header().Set("Retry-After", "5")
		http.Error(w, "not collecting at this moment", http.StatusServiceUnavailable)
		return
	}
	now.handler.ServeHTTP(w, r)
}

// reload has the fleet read the accounts again.
func (h *house) reload() {
	if now := h.hooks.Load(); now != nil {
		now.fleet.Reload()
	}
}

package community

import (
	"fmt"
	"strings"
	"time"
)

// Handoff is a person moved from one account to another, inside the same
// conversation, by a reply that names the account which takes over.
type Handoff struct {
	ID           string    `json:"id"`
	Conversation string    `json:"conversation"`
	Reply        string    `json:"reply"` // the reply that says so
	From         string    `json:"from"`  // account keys
	To           string    `json:"to"`
	Agent        string    `json:"agent"`
	Private      bool      `json:"private"` // goes on in private
	At           time.Time `json:"at"`
}

// MayHandOff tells whether one account may hand people to another: from a
// corporate or store account to the active, sending support account of the same
// brand and network. Else a Fault Forbidden "handoff.brand", "handoff.network",
// "handoff.from", "handoff.to" or "handoff.inactive".
func MayHandOff(from, to *Account) error {
	switch {
	case from.Brand != to.Brand:
		return Faultf(Forbidden, "handoff.brand")
	case from.Network != to.Network:
		return Faultf(Forbidden, "handoff.network", from.Network, to.Network)
	case from.Role == RoleSupport:
		return Faultf(Forbidden, "handoff.from", from.Handle)
	case to.Role != RoleSupport:
		return Faultf(Forbidden, "handoff.to", to.Handle)
	case to.State != AccountActive || !to.Sends:
		return Faultf(Forbidden, "handoff.inactive", to.Handle)
	}
	return nil
}

// HandoffText is the sentence a handoff begins with, for its agent to change:
// in French where lang is French, else in English. handle is the account that
// takes over, with or without its @.
func HandoffText(lang, handle string, private bool) string {
	handle = "@" + strings.TrimPrefix(handle, "@")
	french := lang == "fr" || strings.HasPrefix(lang, "fr-") || strings.HasPrefix(lang, "fr_")
	switch {
	case french && private:
		return fmt.Sprintf("Bonjour, notre service client %s prend le relais et vous répond en message privé : "+
			"c'est là que vous pourrez donner votre numéro de commande sans crainte.", handle)
	case french:
		return fmt.Sprintf("Bonjour, notre service client %s prend le relais et vous répond ici même.", handle)
	case private:
		return fmt.Sprintf("Hello, our customer care team %s takes it from here and answers you in a private message: "+
			"that is the safe place for your order number.", handle)
	}
	return fmt.Sprintf("Hello, our customer care team %s takes it from here and answers you right below.", handle)
}

package inbox

import (
	"context"
	"net/url"
	"slices"

	"github.com/gofiber/fiber/v2"

	"github.com/vigie-hq/vigie/community"
)

// Accounts is how the brand's accounts are connected, changed and looked after.
// What is read of them is Reader's (Standings, AccountActs). Every verb asks for
// ActionSettings in the whole brand, else Forbidden "viewer.account"; every
// change is written down with who made it. No secret ever comes out.
type Accounts interface {
	// Networks lists what can be connected, by name, with what each asks for.
	Networks(ctx context.Context, v community.Viewer) ([]community.NetworkCard, error)
	// Connect takes a filled-in form. Without a Session there is no browser: a
	// network that needs one is a Fault Invalid "connect.browser". Faults: Invalid "connect.field" with the
	// field's name for one that is missing, Invalid with the network's own key
	// for one that is wrong, Unauthorised when the network refuses, Conflict
	// "account.name" for a name that another account has.
	Connect(ctx context.Context, v community.Viewer, in community.Connecting) (community.ConnectStep, error)
	// Back takes what the browser brought back from the network. Its state can be
	// used once, within ten minutes, by the session that began: anything else is
	// a Fault Invalid "connect.state".
	Back(ctx context.Context, v community.Viewer, session string, query url.Values) (community.ConnectStep, error)
	// Found shows again what there is to choose from, for the same session.
	Found(ctx context.Context, v community.Viewer, session, choice string) (community.ConnectStep, error)
	// Choose connects some of what was found, all at once or none. The choice
	// ends with that.
	Choose(ctx context.Context, v community.Viewer, session, choice string, chosen []community.Chosen) (community.ConnectStep, error)
	// Change changes what a person may change of an account.
	Change(ctx context.Context, v community.Viewer, key string, edit community.AccountEdit) (community.Account, error)
	// Check asks the network now how the account stands; of one that cannot be
	// asked, what was last known.
	Check(ctx context.Context, v community.Viewer, key string) (community.Standing, error)
}

// ReturnPath is where networks send the browser back to, below BaseURL. It must
// be entered in the app that is registered with a network.
const ReturnPath = "/settings/accounts/connected"

// networks lists what can be connected, and what each network asks for.
func (a api) networks(c *fiber.Ctx) error {
	items, err := a.s.Accounts.Networks(c.UserContext(), viewerOf(c))
	return whole(c, items, err)
}

// accountSheet is an account with all that is known of it.
type accountSheet struct {
	community.Standing
	Acts []community.AccountAct `json:"acts"`
}

func (a api) account(c *fiber.Ctx) error {
	ctx, v := c.UserContext(), viewerOf(c)
	standing, err := a.s.Reader.Standing(ctx, v, c.Params("id"))
	if err == nil && !seesAccounts(v, standing.Brand) {
		err = community.Faultf(community.Forbidden, "viewer.account")
	}
	if err != nil {
		return err
	}
	acts, err := a.s.Reader.AccountActs(ctx, v, standing.Key)
	if acts == nil {
		acts = []community.AccountAct{}
	}
	return changed(c, accountSheet{standing, acts}, err)
}

// connectBody is a filled-in form as a program sends it. Only and All choose
// from several accounts that are found.
type connectBody struct {
	Network string                `json:"network"`
	Values  map[string]string     `json:"values"`
	Account string                `json:"account"`
	Role    community.AccountRole `json:"role"`
	Name    string                `json:"name"`
	Only    []string              `json:"only"`
	All     bool                  `json:"all"`
}

// chosen are the found accounts that the program wants.
func (p *connectBody) chosen(found []community.FoundAccount) []community.Chosen {
	var out []community.Chosen
	for i := range found {
		if p.All || slices.Contains(p.Only, found[i].ID) {
			out = append(out, community.Chosen{ID: found[i].ID, Role: p.Role})
		}
	}
	return out
}

// connect connects accounts without a browser. Of several that are found it
// connects those that are named; of none it answers with what was found.
func (a api) connect(c *fiber.Ctx) error {
	brand, err := brandOf(c)
	if err != nil {
		return err
	}
	var p connectBody
	if err := body(c, &p); err != nil {
		return err
	}
	ctx, v := c.UserContext(), viewerOf(c)
	step, err := a.s.Accounts.Connect(ctx, v, community.Connecting{
		Brand: brand, Network: p.Network, Values: p.Values, Account: p.Account, Role: p.Role, Name: p.Name,
	})
	if err != nil {
		return err
	}
	if step.Choice != "" && (p.All || len(p.Only) > 0) {
		if step, err = a.s.Accounts.Choose(ctx, v, "", step.Choice, p.chosen(step.Found)); err != nil {
			return err
		}
	}
	out := struct {
		Found     []community.FoundAccount `json:"found"`
		Connected []account                `json:"connected"`
	}{step.Found, make([]account, len(step.Connected))}
	for i := range step.Connected {
		out.Connected[i] = account{Key: step.Connected[i].Key(), Account: step.Connected[i]}
	}
	if out.Found == nil {
		out.Found = []community.FoundAccount{}
	}
	if len(out.Connected) == 0 {
		return answer(c, fiber.StatusOK, out)
	}
	return answer(c, fiber.StatusCreated, out)
}

func (a api) changeAccount(c *fiber.Ctx) error {
	var edit community.AccountEdit
	if err := body(c, &edit); err != nil {
		return err
	}
	found, err := a.s.Accounts.Change(c.UserContext(), viewerOf(c), c.Params("id"), edit)
	return changed(c, account{Key: found.Key(), Account: found}, err)
}

func (a api) checkAccount(c *fiber.Ctx) error {
	standing, err := a.s.Accounts.Check(c.UserContext(), viewerOf(c), c.Params("id"))
	return changed(c, standing, err)
}

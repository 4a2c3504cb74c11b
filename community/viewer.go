package community

import "slices"

// Role is what somebody may do in a brand.
type Role string

// The roles of an agent.
const (
	RoleAdmin      Role = "admin"      // everything in the brand
	RoleSupervisor Role = "supervisor" // leads the team: all but settings and imports
	RoleAgent      Role = "agent"      // answers
	RoleBrand      Role = "brand"      // the brand's marketing team: reads what is public and the reports, answers nobody
	RoleReader     Role = "reader"     // looks on
)

// Roles lists the roles, the most powerful first.
func Roles() []Role { return []Role{RoleAdmin, RoleSupervisor, RoleAgent, RoleBrand, RoleReader} }

// Action is what a viewer may want to do.
type Action string

// The actions. ActionPrivate is reading private messages and, with
// ActionRead, whatever quotes them.
const (
	ActionRead     Action = "read"
	ActionPrivate  Action = "private"
	ActionReport   Action = "report" // figures and the pages that show them
	ActionNote     Action = "note"
	ActionReply    Action = "reply"
	ActionHandoff  Action = "handoff"
	ActionAssign   Action = "assign"
	ActionCorrect  Action = "correct" // what the classifier said
	ActionClose    Action = "close"
	ActionEscalate Action = "escalate" // open a complaint and work on it
	ActionModerate Action = "moderate" // hide or delete on the network
	ActionSettings Action = "settings"
	ActionImport   Action = "import"
	ActionRule     Action = "rule"  // the rules beside the model
	ActionAudit    Action = "audit" // judge messages of the audit sample, blind
	ActionModel    Action = "model" // which model runs: one for all brands
	ActionCost     Action = "cost"  // what the networks' calls cost, and may
)

// Actions lists the actions.
func Actions() []Action {
	return []Action{
		ActionRead, ActionPrivate, ActionReport, ActionNote, ActionReply, ActionHandoff, ActionAssign,
		ActionCorrect, ActionClose, ActionEscalate, ActionModerate, ActionSettings, ActionImport,
		ActionRule, ActionAudit, ActionModel, ActionCost,
	}
}

// rights is the matrix of who may do what. It is deliberately written out.
var rights = map[Role][]Action{
	RoleAdmin: Actions(),
	RoleSupervisor: {
		ActionRead, ActionPrivate, ActionReport, ActionNote, ActionReply, ActionHandoff, ActionAssign,
		ActionCorrect, ActionClose, ActionEscalate, ActionModerate, ActionRule, ActionAudit, ActionCost,
	},
	RoleAgent: {
		ActionRead, ActionPrivate, ActionReport, ActionNote, ActionReply, ActionHandoff, ActionAssign,
		ActionCorrect, ActionClose, ActionEscalate, ActionAudit,
	},
	RoleBrand:  {ActionRead, ActionReport, ActionNote, ActionCost},
	RoleReader: {ActionRead},
}

// May tells whether the role holds the right.
func (r Role) May(a Action) bool { return slices.Contains(rights[r], a) }

// Grant gives a role in one brand, in some of its channels or (none named) in
// all of them and in what belongs to no channel.
type Grant struct {
	Brand    string   `json:"brand"`
	Role     Role     `json:"role"`
	Channels []string `json:"channels,omitempty"` // ids
}

// Viewer is who reads or acts. Every read takes one. A viewer without grants
// sees nothing; System is Vigie itself, never a person, and sees everything.
type Viewer struct {
	Agent  string  `json:"agent"`
	Name   string  `json:"name"`
	Grants []Grant `json:"grants"`
	System bool    `json:"-"`
}

// May tells whether the viewer may do that in a channel of a brand. With an
// empty channel it asks about the brand as a whole, or about what belongs to no
// channel: a grant for some channels is not enough.
func (v Viewer) May(a Action, brand, channel string) bool {
	if v.System {
		return true
	}
	for i := range v.Grants {
		g := &v.Grants[i]
		if g.Brand == brand && brand != "" && g.Role.May(a) && (len(g.Channels) == 0 || (channel != "" && slices.Contains(g.Channels, channel))) {
			return true
		}
	}
	return false
}

// Sees tells whether the viewer may read a message of that channel: its
// private ones only with ActionPrivate.
func (v Viewer) Sees(brand, channel string, private bool) bool {
	return v.May(ActionRead, brand, channel) && (!private || v.May(ActionPrivate, brand, channel))
}

// Brands lists the brands the viewer may read something of, sorted. For System
// it is nil: ask v.System.
func (v Viewer) Brands() []string {
	var out []string
	for i := range v.Grants {
		if g := &v.Grants[i]; g.Brand != "" && g.Role.May(ActionRead) {
			out = append(out, g.Brand)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// Channels lists the channels of a brand the viewer may read; all is true if he
// may read every one and what belongs to none.
func (v Viewer) Channels(brand string) (list []string, all bool) {
	return v.ChannelsFor(ActionRead, brand)
}

// ChannelsFor lists, sorted, where in a brand the viewer may do something; all
// is true if everywhere. A read that must leave private messages out asks for
// ActionPrivate.
func (v Viewer) ChannelsFor(a Action, brand string) (list []string, all bool) {
	if v.System {
		return nil, true
	}
	for i := range v.Grants {
		g := &v.Grants[i]
		if g.Brand != brand || brand == "" || !g.Role.May(a) {
			continue
		}
		if len(g.Channels) == 0 {
			return nil, true
		}
		list = append(list, g.Channels...)
	}
	slices.Sort(list)
	return slices.Compact(list), false
}

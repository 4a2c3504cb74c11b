package community

// Agent is somebody who works here. Grants say what they may see and do.
type Agent struct {
	ID     string  `json:"id"`
	Email  string  `json:"email"`
	Name   string  `json:"name"`
	Lang   string  `json:"lang"` // fr or en
	Grants []Grant `json:"grants"`
	Active bool    `json:"active"`
}

// Viewer is the agent as readers and verbs see them.
func (a *Agent) Viewer() Viewer {
	return Viewer{Agent: a.ID, Name: a.Name, Grants: a.Grants}
}

// Assignable tells whether conversations of a brand can be given to the agent:
// he is at work, and may reply somewhere in it.
func (a *Agent) Assignable(brand string) bool {
	if !a.Active {
		return false
	}
	v := a.Viewer()
	some, all := v.ChannelsFor(ActionReply, brand)
	return all || len(some) > 0
}

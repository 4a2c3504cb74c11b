package community

import "time"

// Lineup is the models of an installation, newest first.
type Lineup struct {
	Running  string        `json:"running"`            // version
	Shadow   string        `json:"shadow,omitempty"`   // version of the model on trial
	Previous string        `json:"previous,omitempty"` // what a rollback would make run
	Models   []ModelFile   `json:"models"`
	History  []ModelChange `json:"history"` // newest first
}

// ModelFile is one model.
type ModelFile struct {
	Version string    `json:"version"`
	BuiltIn bool      `json:"built_in,omitempty"` // it came with Vigie
	Trained string    `json:"trained,omitempty"`  // what it learnt from
	Size    int64     `json:"size"`               // bytes of its file
	AddedAt time.Time `json:"added_at,omitzero"`
	Damaged string    `json:"damaged,omitempty"` // why it cannot be used
}

// ModelChange is one line of the models' history.
type ModelChange struct {
	At      time.Time `json:"at"`
	By      string    `json:"by"` // agent; empty: on the command line
	Verb    string    `json:"verb"`
	Version string    `json:"version"`
	Why     string    `json:"why,omitempty"`
}

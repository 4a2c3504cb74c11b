package community

import (
	"errors"
	"fmt"
)

// FaultKind says what a fault asks for; code decides by kind, never by text.
type FaultKind string

// The kinds of fault.
const (
	Invalid      FaultKind = "invalid"      // the thing itself is wrong; trying again is useless
	NotFound     FaultKind = "not_found"    // it does not exist, or not for this viewer
	Forbidden    FaultKind = "forbidden"    // known, and not allowed
	Unauthorised FaultKind = "unauthorised" // sign in, or renew the token
	Conflict     FaultKind = "conflict"     // somebody was faster; read again
	Limited      FaultKind = "limited"      // a rate or budget is used up; wait
	Unavailable  FaultKind = "unavailable"  // a part is down; try again
	Refused      FaultKind = "refused"      // the network said no, for good
	Uncertain    FaultKind = "uncertain"    // nobody can know whether it was done
)

// Fault is an error with a kind to act on and a key to translate. Args fill the
// translated sentence; Err is the cause, for the log.
type Fault struct {
	Kind FaultKind
	Key  string // e.g. "message.text.too_long"; the sentence is looked up at the edge
	Args []any
	Err  error
}

// Faultf returns a fault of a kind with a key and the arguments of its sentence.
func Faultf(kind FaultKind, key string, args ...any) *Fault {
	return &Fault{Kind: kind, Key: key, Args: args}
}

// Because returns the fault with its cause.
func (f *Fault) Because(err error) *Fault {
	c := *f
	c.Err = err
	return &c
}

// Error gives the key, the arguments and the cause: for logs, not for people.
func (f *Fault) Error() string {
	s := f.Key
	if len(f.Args) > 0 {
		s += fmt.Sprint(" ", f.Args)
	}
	if f.Err != nil {
		s += ": " + f.Err.Error()
	}
	return s
}

// Unwrap gives the cause.
func (f *Fault) Unwrap() error { return f.Err }

// KindOf returns the kind of the first fault in err's chain; an error that is
// no fault is Unavailable, so that it is tried again and never set aside.
func KindOf(err error) FaultKind {
	var f *Fault
	if errors.As(err, &f) {
		return f.Kind
	}
	return Unavailable
}

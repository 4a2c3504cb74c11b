package community

import "time"

// LateAfter is how long past SendAfter a held reply still leaves by itself; a
// longer stop of the sender gives it back to its agent.
const LateAfter = 5 * time.Minute

// Situation is what the sender finds when a held reply's time has come.
type Situation struct {
	Category   Category     // of the conversation, now
	Newest     string       // key of the newest customer message, now
	Role       AccountRole  // of the sending account
	Account    AccountState // of the sending account
	Back       time.Time    // since when the account can send again, if it could not; else zero
	CanReply   bool         // the network lets this message be answered
	ReplyUntil time.Time    // the end of its reply window; zero: none
}

// MayLeave decides about a held reply whose conversation is in this situation.
// It returns what to do next, and why:
//
//	ReplyClaim, ""                          it may leave
//	ReplyGiveBack, "reply.note.guard"       this account may no longer answer this conversation
//	ReplyGiveBack, "reply.note.account"     the account was deactivated
//	ReplyGiveBack, "reply.note.newer"       the customer wrote meanwhile (an automatic acknowledgement leaves all the same)
//	ReplyGiveBack, "reply.note.window"      the network takes no answer (any more)
//	ReplyGiveBack, "reply.note.late"        the sender had stopped for more than LateAfter
//	"", "reply.hold.undo"                   it stays: it can still be taken back
//	"", "reply.hold.account"                it stays: the account must be reconnected, then it leaves by itself
//	"", "reply.hold.state"                  it is not held
//
// While an account could not send, a reply does not grow late: the time counts
// from Back.
func MayLeave(r Reply, s Situation, now time.Time) (next ReplyEvent, why string) {
	since := r.SendAfter
	if s.Back.After(since) {
		since = s.Back
	}
	switch {
	case r.State != ReplyHeld:
		return "", "reply.hold.state"
	case now.Before(r.SendAfter):
		return "", "reply.hold.undo"
	case MaySend(s.Category, s.Role, r.Kind) != nil:
		return ReplyGiveBack, "reply.note.guard"
	case s.Account == AccountDeactivated:
		return ReplyGiveBack, "reply.note.account"
	case r.Basis != s.Newest && r.Kind != ReplyAcknowledgement:
		return ReplyGiveBack, "reply.note.newer"
	case !s.CanReply, !s.ReplyUntil.IsZero() && !now.Before(s.ReplyUntil):
		return ReplyGiveBack, "reply.note.window"
	case s.Account == AccountReconnect:
		return "", "reply.hold.account"
	case now.Sub(since) > LateAfter:
		return ReplyGiveBack, "reply.note.late"
	}
	return ReplyClaim, ""
}

// MaySend is the guard between the brand's voice and its support: a support
// conversation is not answered from a corporate account; there, only a handoff
// may leave (Fault Forbidden "reply.guard.corporate"). A handoff from the
// support account would lead nowhere ("reply.guard.handoff").
func MaySend(category Category, role AccountRole, kind ReplyKind) error {
	switch {
	case kind == ReplyHandoff && role == RoleSupport:
		return Faultf(Forbidden, "reply.guard.handoff")
	case kind != ReplyHandoff && role == RoleCorporate && category == CategorySupport:
		return Faultf(Forbidden, "reply.guard.corporate")
	}
	return nil
}

package community

import "time"

// ReplyState says where an answer stands.
type ReplyState string

// The states of a reply.
const (
	ReplyDraft   ReplyState = "draft"   // being written, or given back to its agent with a note
	ReplyHeld    ReplyState = "held"    // leaves at SendAfter; until then it can be taken back
	ReplySending ReplyState = "sending" // claimed: the network may be asked at any moment
	ReplySent    ReplyState = "sent"    // the network has it
	ReplyRefused ReplyState = "refused" // the network said no
	ReplyUnknown ReplyState = "unknown" // nobody can know whether the network took it
)

// ReplyStates lists the states.
func ReplyStates() []ReplyState {
	return []ReplyState{ReplyDraft, ReplyHeld, ReplySending, ReplySent, ReplyRefused, ReplyUnknown}
}

// Visibility says who will read a reply on the network.
type Visibility string

// The visibilities.
const (
	Public  Visibility = "public"
	Private Visibility = "private"
)

// ReplyKind says what a reply is for.
type ReplyKind string

// The kinds of reply. Only an answer meets a reply deadline; the other two
// meet the acknowledgement.
const (
	ReplyAnswer          ReplyKind = "reply"
	ReplyHandoff         ReplyKind = "handoff"
	ReplyAcknowledgement ReplyKind = "acknowledgement"
)

// Reply is one answer to a customer, from draft to receipt. ID is made by the
// client, so that pressing send twice is one reply.
type Reply struct {
	ID           string     `json:"id"`
	Brand        string     `json:"brand"`
	Conversation string     `json:"conversation"`
	InReplyTo    string     `json:"in_reply_to"` // message key
	Account      string     `json:"account"`     // key of the sending account
	Agent        string     `json:"agent"`
	Kind         ReplyKind  `json:"kind"`
	Visibility   Visibility `json:"visibility"`
	Text         string     `json:"text"`
	State        ReplyState `json:"state"`
	SendAfter    time.Time  `json:"send_after,omitzero"`
	Attempt      int        `json:"attempt"` // claims so far
	LeaseUntil   time.Time  `json:"lease_until,omitzero"`
	Basis        string     `json:"basis"` // key of the newest customer message its agent had seen
	Receipt      Receipt    `json:"receipt,omitzero"`
	Fault        string     `json:"fault,omitempty"` // key of what the network said
	Note         string     `json:"note,omitempty"`  // key of why it came back to its agent
	CreatedAt    time.Time  `json:"created_at,omitzero"`
	UpdatedAt    time.Time  `json:"updated_at,omitzero"`
	Version      int64      `json:"version"`
}

// ReplyEvent is what can happen to a reply.
type ReplyEvent string

// The events of a reply. The caller sets what comes with each on the reply
// that Next returns: SendAfter with hold, defer and retry; LeaseUntil with
// claim; Receipt with accept and found; Fault with refuse and defer; Note with
// give back.
const (
	ReplyHold       ReplyEvent = "hold"        // the agent presses send
	ReplyUndo       ReplyEvent = "undo"        // and takes it back in time
	ReplyGiveBack   ReplyEvent = "give_back"   // it may not leave as it is (MayLeave), or was refused: a human must look
	ReplyClaim      ReplyEvent = "claim"       // a sender takes it; committed before the network is asked
	ReplyDefer      ReplyEvent = "defer"       // the network certainly did not take it and asks for patience (a rate limit, a dead token)
	ReplyAccept     ReplyEvent = "accept"      // the network took it
	ReplyRefuse     ReplyEvent = "refuse"      // the network certainly did not take it, for good
	ReplyLose       ReplyEvent = "lose"        // the call's deadline or the lease ended without a word
	ReplyRestore    ReplyEvent = "restore"     // a backup was restored: it may have left since
	ReplyFound      ReplyEvent = "found"       // our words were read on the network
	ReplySettleSent ReplyEvent = "settle_sent" // a human saw that it is there
	ReplySettleNot  ReplyEvent = "settle_not"  // a human saw that it is not
	ReplyRetry      ReplyEvent = "retry"       // a refused reply is to be tried again
)

// ReplyEvents lists the events.
func ReplyEvents() []ReplyEvent {
	return []ReplyEvent{
		ReplyHold, ReplyUndo, ReplyGiveBack, ReplyClaim, ReplyDefer, ReplyAccept, ReplyRefuse,
		ReplyLose, ReplyRestore, ReplyFound, ReplySettleSent, ReplySettleNot, ReplyRetry,
	}
}

// replyMoves is the whole machine: from, by, to. What is not listed is refused.
// Nothing leads from sending or unknown back to held but the network's own
// word, so nothing is ever sent twice on a guess. Being told again that a sent
// reply was sent changes nothing.
var replyMoves = map[ReplyState]map[ReplyEvent]ReplyState{
	ReplyDraft: {ReplyHold: ReplyHeld},
	ReplyHeld: {
		ReplyUndo: ReplyDraft, ReplyGiveBack: ReplyDraft, ReplyClaim: ReplySending, ReplyRestore: ReplyUnknown,
	},
	ReplySending: {
		ReplyAccept: ReplySent, ReplyFound: ReplySent, ReplyRefuse: ReplyRefused, ReplyDefer: ReplyHeld,
		ReplyLose: ReplyUnknown, ReplyRestore: ReplyUnknown,
	},
	ReplyUnknown: {
		ReplyAccept: ReplySent, ReplyFound: ReplySent, ReplyRefuse: ReplyRefused,
		ReplySettleSent: ReplySent, ReplySettleNot: ReplyDraft,
	},
	ReplySent:    {ReplyAccept: ReplySent, ReplyFound: ReplySent, ReplySettleSent: ReplySent},
	ReplyRefused: {ReplyGiveBack: ReplyDraft, ReplyRetry: ReplyHeld},
}

// Next is the reply after an event, with State, UpdatedAt and Version moved on.
// An event its state does not know, and a claim before SendAfter, are a Fault
// Conflict "reply.state". A late word about an earlier attempt is the caller's
// to leave out: he compares Attempt.
func (r Reply) Next(event ReplyEvent, now time.Time) (Reply, error) {
	to, ok := replyMoves[r.State][event]
	if !ok || (event == ReplyClaim && now.Before(r.SendAfter)) {
		return r, Faultf(Conflict, "reply.state", string(r.State), string(event))
	}
	if r.State == ReplySent {
		return r, nil
	}
	switch event {
	case ReplyClaim:
		r.Attempt++
	case ReplyHold, ReplyRetry:
		r.Fault, r.Note = "", ""
	}
	if to != ReplySending {
		r.LeaseUntil = time.Time{}
	}
	if to != ReplyHeld && to != ReplySending {
		r.SendAfter = time.Time{}
	}
	r.State = to
	r.UpdatedAt = now.UTC()
	r.Version++
	return r, nil
}

// Lost tells whether the lease of a reply in sending is over at now: what
// follows is ReplyLose, never a second try.
func (r Reply) Lost(now time.Time) bool {
	return r.State == ReplySending && !now.Before(r.LeaseUntil)
}

// ReplyReturned is what a conversation's row shows of a draft that came back to
// its agent with a note. It is no state of its own.
const ReplyReturned = "returned"

// Trouble tells whether a reply of the conversation needs a human: it was
// refused, came back, or nobody knows whether it left.
func (c *Conversation) Trouble() bool {
	switch c.ReplyState {
	case string(ReplyRefused), string(ReplyUnknown), ReplyReturned:
		return true
	}
	return false
}

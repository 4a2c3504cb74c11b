package community

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

// TestReplyPairByPair names what every event does in every state; a dash is a
// conflict. The columns are ReplyStates: draft held sending sent refused unknown.
func TestReplyPairByPair(t *testing.T) {
	const no = "-"
	table := map[ReplyEvent][6]ReplyState{
		ReplyHold:       {ReplyHeld, no, no, no, no, no},
		ReplyUndo:       {no, ReplyDraft, no, no, no, no},
		ReplyGiveBack:   {no, ReplyDraft, no, no, ReplyDraft, no},
		ReplyClaim:      {no, ReplySending, no, no, no, no},
		ReplyDefer:      {no, no, ReplyHeld, no, no, no},
		ReplyAccept:     {no, no, ReplySent, ReplySent, no, ReplySent},
		ReplyRefuse:     {no, no, ReplyRefused, no, no, ReplyRefused},
		ReplyLose:       {no, no, ReplyUnknown, no, no, no},
		ReplyRestore:    {no, ReplyUnknown, ReplyUnknown, no, no, no},
		ReplyFound:      {no, no, ReplySent, ReplySent, no, ReplySent},
		ReplySettleSent: {no, no, no, ReplySent, no, ReplySent},
		ReplySettleNot:  {no, no, no, no, no, ReplyDraft},
		ReplyRetry:      {no, no, no, no, ReplyHeld, no},
	}
	if len(table) != len(ReplyEvents()) {
		t.Fatalf("%d events in the table, %d in the code", len(table), len(ReplyEvents()))
	}
	now := at(t, "2026-11-17T09:00:00Z")
	for _, event := range ReplyEvents() {
		for i, state := range ReplyStates() {
			r := Reply{ID: "1", State: state, Version: 7, SendAfter: now, LeaseUntil: now.Add(time.Minute), Attempt: 2}
			got, err := r.Next(event, now)
			switch want := table[event][i]; {
			case want == no:
				if key1(err) != "reply.state" || KindOf(err) != Conflict || got != r {
					t.Errorf("%s on %s: %s %v, want a conflict", event, state, got.State, err)
				}
			case err != nil || got.State != want:
				t.Errorf("%s on %s: %s %v, want %s", event, state, got.State, err, want)
			case state == ReplySent && got != r:
				t.Errorf("%s on sent changed it: %+v", event, got)
			case state != ReplySent && (got.Version != 8 || !got.UpdatedAt.Equal(now)):
				t.Errorf("%s on %s left version %d at %v", event, state, got.Version, got.UpdatedAt)
			}
		}
	}
}

func TestReplyClaim(t *testing.T) {
	now := at(t, "2026-11-17T09:00:00Z")
	r := Reply{State: ReplyHeld, SendAfter: now.Add(time.Second)}
	if _, err := r.Next(ReplyClaim, now); KindOf(err) != Conflict {
		t.Errorf("claimed while it can be undone: %v", err)
	}
	r, err := r.Next(ReplyClaim, now.Add(time.Second))
	if err != nil || r.Attempt != 1 {
		t.Fatalf("%+v %v", r, err)
	}
	r.LeaseUntil = now.Add(time.Minute)
	if r.Lost(now.Add(59*time.Second)) || !r.Lost(now.Add(time.Minute)) {
		t.Error("a lease is lost when it ends, not before")
	}
}

// TestReplyIsNeverSentTwiceOnAGuess: over any history, between two claims stands
// somebody's certain word that the first did not arrive.
func TestReplyIsNeverSentTwiceOnAGuess(t *testing.T) {
	now := time.Unix(1e9, 0)
	rapid.Check(t, func(t *rapid.T) {
		r := Reply{State: ReplyDraft}
		certain := true
		for range 60 {
			event := rapid.SampledFrom(ReplyEvents()).Draw(t, "event")
			next, err := r.Next(event, now)
			if err != nil {
				continue
			}
			switch event {
			case ReplyClaim:
				if !certain {
					t.Fatal("sent again without knowing")
				}
				certain = false
			case ReplyDefer, ReplyRefuse, ReplySettleNot:
				certain = true
			}
			r = next
		}
	})
}

func TestMayLeave(t *testing.T) {
	now := at(t, "2026-11-17T09:00:00Z")
	for name, c := range map[string]struct {
		change func(*Reply, *Situation)
		next   ReplyEvent
		why    string
	}{
		"all is well":                     {func(*Reply, *Situation) {}, ReplyClaim, ""},
		"not held":                        {func(r *Reply, _ *Situation) { r.State = ReplySending }, "", "reply.hold.state"},
		"can be undone":                   {func(r *Reply, _ *Situation) { r.SendAfter = now.Add(1) }, "", "reply.hold.undo"},
		"exactly five minutes late":       {func(r *Reply, _ *Situation) { r.SendAfter = now.Add(-LateAfter) }, ReplyClaim, ""},
		"later":                           {func(r *Reply, _ *Situation) { r.SendAfter = now.Add(-LateAfter - 1) }, ReplyGiveBack, "reply.note.late"},
		"late, the account was away":      {func(r *Reply, s *Situation) { r.SendAfter, s.Back = now.Add(-time.Hour), now.Add(-time.Minute) }, ReplyClaim, ""},
		"late, the account came back ago": {func(r *Reply, s *Situation) { r.SendAfter, s.Back = now.Add(-time.Hour), now.Add(-6*time.Minute) }, ReplyGiveBack, "reply.note.late"},
		"the customer wrote":              {func(_ *Reply, s *Situation) { s.Newest = "m2" }, ReplyGiveBack, "reply.note.newer"},
		"the customer wrote, automatic":   {func(r *Reply, s *Situation) { s.Newest, r.Kind = "m2", ReplyAcknowledgement }, ReplyClaim, ""},
		"the window is open":              {func(_ *Reply, s *Situation) { s.ReplyUntil = now.Add(1) }, ReplyClaim, ""},
		"the window closed":               {func(_ *Reply, s *Situation) { s.ReplyUntil = now }, ReplyGiveBack, "reply.note.window"},
		"it takes no answer":              {func(_ *Reply, s *Situation) { s.CanReply = false }, ReplyGiveBack, "reply.note.window"},
		"the token died":                  {func(_ *Reply, s *Situation) { s.Account = AccountReconnect }, "", "reply.hold.account"},
		"the token died long ago":         {func(r *Reply, s *Situation) { s.Account, r.SendAfter = AccountReconnect, now.Add(-24*time.Hour) }, "", "reply.hold.account"},
		"the token died and he wrote":     {func(_ *Reply, s *Situation) { s.Account, s.Newest = AccountReconnect, "m2" }, ReplyGiveBack, "reply.note.newer"},
		"the account is gone":             {func(_ *Reply, s *Situation) { s.Account = AccountDeactivated }, ReplyGiveBack, "reply.note.account"},
		"the guard changed":               {func(_ *Reply, s *Situation) { s.Role = RoleCorporate }, ReplyGiveBack, "reply.note.guard"},
		"a handoff leaves from corporate": {func(r *Reply, s *Situation) { s.Role, r.Kind = RoleCorporate, ReplyHandoff }, ReplyClaim, ""},
	} {
		r := Reply{State: ReplyHeld, Kind: ReplyAnswer, SendAfter: now.Add(-time.Second), Basis: "m1"}
		s := Situation{Category: CategorySupport, Newest: "m1", Role: RoleSupport, Account: AccountActive, CanReply: true}
		c.change(&r, &s)
		if next, why := MayLeave(r, s, now); next != c.next || why != c.why {
			t.Errorf("%s: %q %q, want %q %q", name, next, why, c.next, c.why)
		}
	}
}

// TestGuard goes through every category, role and kind.
func TestGuard(t *testing.T) {
	for _, category := range append(Categories(), "") {
		for _, role := range []AccountRole{RoleCorporate, RoleSupport, RoleStore} {
			for _, kind := range []ReplyKind{ReplyAnswer, ReplyHandoff, ReplyAcknowledgement} {
				want := ""
				if kind == ReplyHandoff {
					if role == RoleSupport {
						want = "reply.guard.handoff"
					}
				} else if category == CategorySupport && role == RoleCorporate {
					want = "reply.guard.corporate"
				}
				err := MaySend(category, role, kind)
				if key1(err) != want || (err != nil && KindOf(err) != Forbidden) {
					t.Errorf("%s from %s to %s: %v, want %q", kind, role, category, err, want)
				}
			}
		}
	}
}

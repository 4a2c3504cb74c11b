package inbox

import (
	"context"
	"net/netip"
	"strings"
	"sync"
	"time"

	"golang.org/x/text/unicode/norm"

	"github.com/vigie-hq/vigie/community"
)

// How often a sign-in may be tried. The limit of an e-mail stops a guesser who
// has many addresses, that of an address one who has many e-mails; an office
// behind one address stays below the latter.
const (
	attemptWindow  = 15 * time.Minute
	attemptsMail   = 10
	attemptsSource = 60
)

// keeper stands at the door: it decides who may sign in.
type keeper struct {
	door   Door
	reader Reader
	now    func() time.Time
	// decoy is the hash of a password nobody knows: an unknown e-mail costs as
	// much time as a known one.
	decoy string
	// hashing bounds the memory that password checks use at one time.
	hashing chan struct{}
	// inviting lets one invitation be taken at a time, so that two links never
	// make two first agents.
	inviting sync.Mutex
}

// hashingAtOnce password checks may run at one time, 19 MiB each.
const hashingAtOnce = 2

func newKeeper(door Door, reader Reader, now func() time.Time) (*keeper, error) {
	secret, _ := NewToken()
	decoy, err := HashPassword(secret)
	if err != nil {
		return nil, err
	}
	return &keeper{door: door, reader: reader, now: now, decoy: decoy, hashing: make(chan struct{}, hashingAtOnce)}, nil
}

// FoldEmail is an e-mail address as accounts are looked up by: trimmed and in
// small letters. What is no address is a Fault Invalid "email.form".
func FoldEmail(s string) (string, error) {
	s = strings.ToLower(norm.NFC.String(strings.TrimSpace(s)))
	at := strings.LastIndexByte(s, '@')
	if at < 1 || at == len(s)-1 || len(s) > 254 || strings.ContainsAny(s, " \t\r\n\x00<>,;\"") || strings.Count(s, "@") != 1 {
		return "", community.Faultf(community.Invalid, "email.form")
	}
	return s, nil
}

// source is what attempts are counted by: an IPv4 address, or the /64 network of
// an IPv6 one, which is what one customer of a provider has.
func source(address string) string {
	a, err := netip.ParseAddr(address)
	if err != nil {
		return address
	}
	a = a.Unmap().WithZone("")
	if a.Is6() {
		if p, err := a.Prefix(64); err == nil {
			return p.String()
		}
	}
	return a.String()
}

// admit checks who signs in from an address. Wrong e-mail, wrong password and an
// inactive agent are one Fault Unauthorised "signin.wrong" that takes the same
// time; too many attempts are Limited "signin.limited" with the minutes to wait
// at most. An attempt counts before it is checked.
func (k *keeper) admit(ctx context.Context, email, password, address string) (community.Agent, error) {
	wrong := community.Faultf(community.Unauthorised, "signin.wrong")
	now := k.now()
	folded, err := FoldEmail(email)
	if err != nil {
		folded = "" // counted and refused like any other
	}
	for _, a := range [...]struct {
		key  string
		most int
	}{{"from:" + source(address), attemptsSource}, {"mail:" + folded, attemptsMail}} {
		n, err := k.door.Attempt(ctx, a.key, now, attemptWindow)
		if err != nil {
			return community.Agent{}, err
		}
		if n > a.most && a.key != "mail:" {
			return community.Agent{}, community.Faultf(community.Limited, "signin.limited", int(attemptWindow/time.Minute))
		}
	}
	agent, hash, err := k.door.AgentByEmail(ctx, folded)
	known := err == nil && agent.Active
	if err != nil && community.KindOf(err) != community.NotFound {
		return community.Agent{}, err
	}
	if !known {
		hash = k.decoy
	}
	right, err := k.check(ctx, hash, password)
	if err != nil {
		return community.Agent{}, err
	}
	if !right || !known {
		return community.Agent{}, wrong
	}
	return agent, k.door.ClearAttempts(ctx, "mail:"+folded)
}

func (k *keeper) check(ctx context.Context, hash, password string) (bool, error) {
	select {
	case k.hashing <- struct{}{}:
	case <-ctx.Done():
		return false, ctx.Err()
	}
	defer func() { <-k.hashing }()
	return CheckPassword(hash, password), nil
}

// newcomer is the first agent, as he describes himself.
type newcomer struct{ Name, Email, Password, Lang string }

// errInvite is a link that is wrong, used, too old or no longer needed.
var errInvite = community.Faultf(community.NotFound, "invite.used")

// invited tells whether invitations are still taken: only while nobody can sign
// in. It does not say whether a link is the right one.
func (k *keeper) invited(ctx context.Context) error {
	switch any, err := k.door.AnyAgent(ctx); {
	case err != nil:
		return err
	case any:
		return errInvite
	}
	return nil
}

// welcome takes an invitation and makes its holder the administrator of every
// brand there is. What he wrote is checked first: a mistake does not use the
// link up.
func (k *keeper) welcome(ctx context.Context, secret string, n newcomer) (community.Agent, error) {
	k.inviting.Lock()
	defer k.inviting.Unlock()
	if err := k.invited(ctx); err != nil {
		return community.Agent{}, err
	}
	email, err := FoldEmail(n.Email)
	if err != nil {
		return community.Agent{}, err
	}
	name := strings.TrimSpace(n.Name)
	if name == "" || len(name) > community.MaxID {
		return community.Agent{}, community.Faultf(community.Invalid, "name.form")
	}
	hash, err := HashPassword(n.Password)
	if err != nil {
		return community.Agent{}, err
	}
	agent := community.Agent{ID: newID("u"), Email: email, Name: name, Lang: n.Lang, Active: true}
	brands, err := k.reader.Brands(ctx, community.Viewer{System: true})
	if err != nil {
		return community.Agent{}, err
	}
	for _, b := range brands {
		agent.Grants = append(agent.Grants, community.Grant{Brand: b.ID, Role: community.RoleAdmin})
	}
	if len(brands) == 0 {
		agent.Grants = []community.Grant{{Brand: community.DefaultBrand, Role: community.RoleAdmin}}
	}
	if err := k.door.UseInvite(ctx, HashToken(secret), k.now()); err != nil {
		if community.KindOf(err) == community.NotFound {
			return community.Agent{}, errInvite
		}
		return community.Agent{}, err
	}
	return agent, k.door.PutAgent(ctx, agent, hash)
}

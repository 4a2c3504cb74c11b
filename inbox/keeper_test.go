package inbox

import (
	"context"
	"time"

	"github.com/vigie-hq/vigie/community"
)

// The world as a Door.

func (w *world) AgentByEmail(_ context.Context, email string) (community.Agent, string, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, a := range w.agents {
		if a.Email == email {
			return a, w.passwords[a.ID], nil
		}
	}
	return community.Agent{}, "", missing("agent.unknown")
}

func (w *world) PutAgent(_ context.Context, a community.Agent, hash string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.agents[a.ID], w.passwords[a.ID] = a, hash
	return nil
}

func (w *world) AnyAgent(context.Context) (bool, error) { return len(w.agents) > 0, nil }

func (w *world) SetLang(_ context.Context, id, lang string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	a := w.agents[id]
	a.Lang = lang
	w.agents[id] = a
	return nil
}

func (w *world) PutSession(_ context.Context, s community.Session) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.sessions[s.Hash] = s
	return nil
}

func (w *world) Session(_ context.Context, hash string, now time.Time) (community.Session, community.Agent, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	s, ok := w.sessions[hash]
	a := w.agents[s.Agent]
	if !ok || !now.Before(s.Expires) || !a.Active {
		return s, a, missing("session.unknown")
	}
	return s, a, nil
}

func (w *world) EndSession(_ context.Context, hash string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.sessions, hash)
	return nil
}

func (w *world) Token(_ context.Context, hash string) (community.Viewer, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	v, ok := w.tokens[hash]
	if !ok {
		return v, missing("token.unknown")
	}
	return v, nil
}

func (w *world) PutToken(_ context.Context, hash, _ string, v community.Viewer) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.tokens[hash] = v
	return nil
}

func (w *world) PutInvite(_ context.Context, hash string, expires time.Time) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.invites[hash] = expires
	return nil
}

func (w *world) UseInvite(_ context.Context, hash string, now time.Time) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	expires, ok := w.invites[hash]
	if !ok || !now.Before(expires) {
		return missing("invite.unknown")
	}
	delete(w.invites, hash)
	return nil
}

func (w *world) Attempt(_ context.Context, key string, _ time.Time, _ time.Duration) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.attempts[key]++
	return w.attempts[key], nil
}

func (w *world) ClearAttempts(_ context.Context, key string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.attempts, key)
	return nil
}

package collectortest

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/vigie-hq/vigie/collectors"
	"github.com/vigie-hq/vigie/community"
)

// House is a log and a memory in one, held in memory. It receives as the desk
// does: by identity, with a history of revisions for each message. It implements
// collectors.Log and collectors.Memory and is safe for concurrent use.
type House struct {
	mu       sync.Mutex
	accounts map[string]community.Account
	cursors  map[string]community.Cursor
	ledger   collectors.Ledger
	held     map[community.Identity]*Held
	ids      map[string]*Held // by native id alone
	health   map[string]community.Health
	leases   map[string]lease
	doubles  int
	refuse   func(n int) error
	calls    int
	states   []string
	swept    bool
}

type lease struct {
	holder string
	until  time.Time
}

// Held is what the house knows of one message.
type Held struct {
	Message community.Message // with its current content
	First   community.Message // as first sighted
	History community.History
}

// NewHouse returns a house with these accounts.
func NewHouse(accounts ...community.Account) *House {
	h := &House{
		accounts: map[string]community.Account{}, cursors: map[string]community.Cursor{},
		held: map[community.Identity]*Held{}, ids: map[string]*Held{},
		health: map[string]community.Health{}, leases: map[string]lease{},
	}
	for _, a := range accounts {
		h.accounts[a.Key()] = a
	}
	return h
}

// Refuse has Publish ask f before each call, with the number of calls so far;
// an error of f is what Publish returns. nil ends it.
func (h *House) Refuse(f func(call int) error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.refuse, h.calls = f, 0
}

// Publish receives messages, all or none.
func (h *House) Publish(ctx context.Context, messages []community.Message) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return err
	}
	if h.refuse != nil {
		h.calls++
		if err := h.refuse(h.calls); err != nil {
			return err
		}
	}
	for _, m := range messages {
		held := h.held[m.Identity()]
		if held == nil {
			held = &Held{First: m, Message: m}
			h.held[m.Identity()], h.ids[m.ID] = held, held
		}
		if held.History.Apply(m.Revision(), m.Deleted && m.Text == "") == community.Duplicate {
			h.doubles++
		}
		if current := held.History.Current(); current != nil && current.Hash == m.Hash() {
			held.Message = m
		}
	}
	return nil
}

// Accounts lists the accounts.
func (h *House) Accounts(context.Context) ([]community.Account, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Collect(maps.Values(h.accounts)), nil
}

// Cursor returns an account's cursor.
func (h *House) Cursor(_ context.Context, account string) (community.Cursor, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.cursors[account], nil
}

// SaveCursor keeps an account's cursor.
func (h *House) SaveCursor(ctx context.Context, account string, c community.Cursor) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return err
	}
	h.cursors[account] = c
	h.swept = h.swept || c.Until != ""
	return nil
}

// Park has an account wait for a human, unless it was connected again meanwhile.
func (h *House) Park(ctx context.Context, account community.Account, why string) error {
	h.mu.Lock()
	now := h.accounts[account.Key()]
	h.mu.Unlock()
	if !now.Since.Equal(account.Since) {
		return nil
	}
	return h.SaveState(ctx, account.Key(), community.AccountReconnect, why)
}

// SaveState keeps an account's state.
func (h *House) SaveState(_ context.Context, account string, state community.AccountState, why string) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	a := h.accounts[account]
	a = a.In(state, why, time.Now())
	h.accounts[account] = a
	h.states = append(h.states, fmt.Sprintf("%s %s", state, why))
	return nil
}

// SaveLedger adds to the ledger, all accounts and hours together.
func (h *House) SaveLedger(_ context.Context, rows []collectors.Counted) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	for i := range rows {
		h.ledger.Add(&rows[i].Ledger)
	}
	return nil
}

// SaveHealth keeps how an account stands.
func (h *House) SaveHealth(_ context.Context, account string, health community.Health) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.health[account] = health
	return nil
}

// Health is how an account stood when it was last looked at.
func (h *House) Health(account string) (community.Health, bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	health, ok := h.health[account]
	return health, ok
}

// Lease gives accounts to the holder that nobody else holds.
func (h *House) Lease(ctx context.Context, holder string, accounts []string, ttl time.Duration) (held []string, err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	now := time.Now()
	for _, account := range accounts {
		if l := h.leases[account]; l.holder == holder || !now.Before(l.until) {
			h.leases[account] = lease{holder, now.Add(ttl)}
			held = append(held, account)
		}
	}
	return held, nil
}

// Release ends every lease of a holder.
func (h *House) Release(_ context.Context, holder string) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	maps.DeleteFunc(h.leases, func(_ string, l lease) bool { return l.holder == holder })
	return nil
}

// Ledger is the sum of what was written.
func (h *House) Ledger() collectors.Ledger {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.ledger
}

// Doubles is how often something arrived that told nothing new.
func (h *House) Doubles() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.doubles
}

// State is an account's state.
func (h *House) State(account string) community.AccountState {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.accounts[account].State
}

// Swept tells whether an interrupted newest-first sweep was ever remembered.
func (h *House) Swept() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.swept
}

// Get returns a copy of what is held under a native id.
func (h *House) Get(id string) (Held, bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if held := h.ids[id]; held != nil {
		c := *held
		c.History.Contents = slices.Clone(c.History.Contents) // the house goes on writing to its own
		return c, true
	}
	return Held{}, false
}

// Len is how many messages are held.
func (h *House) Len() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.held)
}

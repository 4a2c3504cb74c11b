package x

import (
	"context"
	"maps"
	"net/http"
	"strings"

	"github.com/vigie-hq/vigie/collectors"
	"github.com/vigie-hq/vigie/community"
)

// rule is one filter of the app's stream. Its tag is "<account key> <query>", the
// query empty for the account's own rule.
type rule struct {
	ID    string `json:"id,omitempty"`
	Value string `json:"value"`
	Tag   string `json:"tag,omitempty"`
}

func (r rule) account() string {
	account, _, _ := strings.Cut(r.Tag, " ")
	return account
}

// keepRules sets the rules again whenever accounts come, go or change; X takes
// changes while the stream is open.
func (st *stream) keepRules(ctx context.Context, s *session) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-st.changed:
		}
		if err := st.setRules(ctx, s); err != nil && ctx.Err() == nil {
			s.o.Logger.Warn("stream rules not set", "network", Name, "error", err)
			if collectors.Wait(ctx, s.o.Retry.Status) != nil {
				return
			}
			select {
			case st.changed <- struct{}{}:
			default:
			}
		}
	}
}

// setRules makes the app's rules those of the accounts that listen. Those of
// strays go; rules of other accounts, and of other programs of the same app, are
// left alone.
func (st *stream) setRules(ctx context.Context, s *session) error {
	var held struct {
		Data []rule `json:"data"`
	}
	const path = "/2/tweets/search/stream/rules"
	if err := s.call(ctx, http.MethodGet, path, nil, nil, &held); err != nil {
		return err
	}
	strays := st.strayed()
	add, remove := difference(wantedRules(st.accounts()), held.Data, strays)
	if len(remove) > 0 {
		var answer wireList
		if err := s.call(ctx, http.MethodPost, path, nil, map[string]any{"delete": map[string]any{"ids": remove}}, &answer); err != nil {
			return err
		}
	}
	st.settle(strays)
	if len(add) == 0 {
		return nil
	}
	var answer wireList
	if err := s.call(ctx, http.MethodPost, path, nil, map[string]any{"add": add}, &answer); err != nil {
		return err
	}
	for _, e := range answer.Errors {
		// A rule somebody else's tag stands on already is none of ours; the poll
		// finds what it would bring.
		if e.Title != "DuplicateRule" {
			s.o.Logger.Warn("stream rule refused", "network", Name, "rule", e.Value, "title", e.Title)
		}
	}
	return nil
}

// wantedRules are the rules of accounts, by their key.
func wantedRules(accounts map[string]community.Account) map[rule]struct{} {
	wanted := map[rule]struct{}{}
	for key, account := range accounts {
		for via, value := range rulesOf(account) {
			wanted[rule{Value: value, Tag: key + " " + via}] = struct{}{}
		}
	}
	return wanted
}

// strayed are the accounts whose rules must go.
func (st *stream) strayed() map[string]struct{} {
	st.mu.Lock()
	defer st.mu.Unlock()
	return maps.Clone(st.strays)
}

// settle forgets strays whose rules are gone.
func (st *stream) settle(strays map[string]struct{}) {
	st.mu.Lock()
	defer st.mu.Unlock()
	for account := range strays {
		delete(st.strays, account)
	}
}

// difference is what must be added to held, and the ids of what must go: rules
// of strays, and of wanted's accounts that are wanted no more.
func difference(wanted map[rule]struct{}, held []rule, strays map[string]struct{}) (add []rule, remove []string) {
	accounts := maps.Clone(strays)
	if accounts == nil {
		accounts = map[string]struct{}{}
	}
	missing := map[rule]struct{}{}
	for r := range wanted {
		accounts[r.account()] = struct{}{}
		missing[r] = struct{}{}
	}
	for _, r := range held {
		known := rule{Value: r.Value, Tag: r.Tag}
		if _, ours := accounts[r.account()]; !ours {
			continue
		}
		if _, want := missing[known]; want {
			delete(missing, known)
			continue
		}
		remove = append(remove, r.ID)
	}
	for r := range missing {
		add = append(add, r)
	}
	return add, remove
}

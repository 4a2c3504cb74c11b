package facebook

import (
	"context"
	"net/http"
	"time"

	"github.com/vigie-hq/vigie/collectors"
	"github.com/vigie-hq/vigie/collectors/graph"
	"github.com/vigie-hq/vigie/community"
)

// How long a webhook waits for somebody's name.
const nameWait = 2 * time.Second

// Hooks is the webhook of the app, for all pages together. It answers once
// everything that was delivered is durable.
func (n *Network) Hooks(port collectors.Port) http.Handler {
	return n.o.Graph.Hook(Name, "page", func(ctx context.Context, entries []graph.Entry) error {
		for i := range entries {
			if err := n.take(ctx, port, &entries[i]); err != nil {
				return err
			}
		}
		return nil
	})
}

// take hands one page's entry to every account that collects from that page.
func (n *Network) take(ctx context.Context, port collectors.Port, e *graph.Entry) error {
	accounts, err := port.Accounts(ctx, e.ID)
	if err != nil {
		return err
	}
	if e.Unreadable > 0 {
		n.o.Graph.Logger().Warn("webhook events cannot be read; polling will find them", "page", e.ID, "events", e.Unreadable)
	}
	for _, account := range accounts {
		p := n.hooked(ctx, account)
		messages := p.events(ctx, e)
		if len(messages) == 0 {
			continue
		}
		if err := port.Push(ctx, account, messages); err != nil {
			return err
		}
	}
	return nil
}

// hooked is the page as a webhook needs it: with a client only to ask for names.
func (n *Network) hooked(ctx context.Context, account community.Account) *page {
	p := &page{o: &n.o, account: account, record: n.record(account), asking: n.asking}
	if client, err := n.o.Graph.Client(ctx, account); err == nil {
		p.client, p.human = client, client.HumanAgent()
	}
	return p
}

// learn asks who somebody is, once: a webhook tells no names. When many ask at
// once, or the answer takes its time, the message goes on without: nothing is
// held up for a name.
func (p *page) learn(ctx context.Context, person string) {
	if p.client == nil || p.asked(person) {
		return
	}
	select {
	case p.asking <- struct{}{}:
		defer func() { <-p.asking }()
	default:
		return
	}
	ctx, cancel := context.WithTimeout(ctx, nameWait)
	defer cancel()
	var who graph.Person
	if err := p.client.Get(ctx, graph.Path(person), graph.Params{"fields": "name"}, &who); err == nil || !graph.Reachable(err) {
		p.call(person, who.Name) // without a name too: it is not asked for again
	}
}

package graph

import (
	"context"
	"encoding/json"
	"net/url"

	"github.com/vigie-hq/vigie/community"
)

// How many empty pages in a row are walked past before a list is given up as
// broken: Graph filters after it has cut pages, so empty ones are normal.
const emptyPages = 200

// Page is one page of an edge. Next is the position of the page behind it, for
// List; empty: this was the last.
type Page struct {
	Items []json.RawMessage
	Next  string
}

// List reads one page of an edge. next is the Next of the page before, empty for
// the first. A page may be short or empty with more behind it. Only the position
// is taken from what Graph calls the next page: its address is never followed,
// it names a host of its own and may carry the token. A list whose next page is
// the one that was asked for is broken (Unavailable): it must neither be read for
// ever nor be thought to have ended.
func (c *Client) List(ctx context.Context, path string, params Params, next string) (Page, error) {
	all := make(Params, len(params)+1)
	for name, value := range params {
		all[name] = value
	}
	position, err := url.ParseQuery(next)
	if err != nil {
		return Page{}, community.Faultf(community.Invalid, "graph.position").Because(err)
	}
	for name := range position {
		all[name] = position.Get(name)
	}
	var got List
	if err := c.Get(ctx, path, all, &got); err != nil {
		return Page{}, err
	}
	page := got.page()
	if page.Next != "" && page.Next == next {
		return Page{}, community.Faultf(community.Unavailable, "network.unreadable")
	}
	return page, nil
}

// Each walks an edge from its beginning and gives every item to with, until the
// end, an error, or false.
func (c *Client) Each(ctx context.Context, path string, params Params, with func(json.RawMessage) (more bool, err error)) error {
	for next, empty := "", 0; ; {
		p, err := c.List(ctx, path, params, next)
		if err != nil {
			return err
		}
		for _, item := range p.Items {
			if more, err := with(item); err != nil || !more {
				return err
			}
		}
		if empty++; len(p.Items) > 0 {
			empty = 0
		}
		switch {
		case p.Next == "":
			return nil
		case empty > emptyPages:
			return community.Faultf(community.Unavailable, "network.unreadable")
		}
		next = p.Next
	}
}

// List is an edge as Graph writes it, also inside an object whose field it is.
type List struct {
	Data   []json.RawMessage `json:"data"`
	Paging struct {
		Next    string `json:"next"`
		Cursors struct {
			After string `json:"after"`
		} `json:"cursors"`
	} `json:"paging"`
	Summary struct {
		Total int `json:"total_count"`
	} `json:"summary"`
}

// Next is the position behind the list's items, for Client.List.
func (l *List) Next() string {
	if l.Paging.Next == "" {
		return ""
	}
	if l.Paging.Cursors.After != "" {
		return url.Values{"after": {l.Paging.Cursors.After}}.Encode()
	}
	// Some edges page by time or offset and say so only in the address.
	position := url.Values{}
	if u, err := url.Parse(l.Paging.Next); err == nil {
		q := u.Query()
		for _, name := range []string{"after", "until", "offset", "__paging_token", "__previous"} {
			if v := q.Get(name); v != "" {
				position.Set(name, v)
			}
		}
	}
	return position.Encode()
}

func (l *List) page() Page { return Page{Items: l.Data, Next: l.Next()} }

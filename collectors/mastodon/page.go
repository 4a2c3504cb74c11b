package mastodon

import (
	"bytes"
	"encoding/json"
	"errors"

	client "github.com/mattn/go-mastodon"

	"github.com/vigie-hq/vigie/community"
)

// page is one answer of a list. newest and oldest are the ends of what the
// server sent, unreadable items included, so that a list can be walked past them.
type page[T any] struct {
	items          []*T
	newest, oldest client.ID
	unreadable     int
}

// readPage makes a page of what the client library returned. When the library
// could not decode the answer, raw (its JSON) is decoded item by item: one status
// that is not as the API says must not hide the others for ever.
func readPage[T any](items []*T, err error, raw []byte, id func(*T) client.ID) (page[T], error) {
	var p page[T]
	if err == nil {
		for _, item := range items {
			if item == nil || !validID(string(id(item))) {
				p.unreadable++
				continue
			}
			p.add(item, id(item))
		}
		return p, nil
	}
	var parts []json.RawMessage
	if isFault(err) || json.Unmarshal(raw, &parts) != nil {
		return p, asFault(err)
	}
	for _, part := range parts {
		item := new(T)
		if json.Unmarshal(part, item) == nil && validID(string(id(item))) {
			p.add(item, id(item))
			continue
		}
		p.unreadable++
		var named struct {
			ID client.ID `json:"id"`
		}
		if json.Unmarshal(part, &named) == nil && validID(string(named.ID)) {
			p.stretch(named.ID)
		}
	}
	return p, nil
}

func (p *page[T]) add(item *T, id client.ID) {
	p.items = append(p.items, item)
	p.stretch(id)
}

func (p *page[T]) stretch(id client.ID) {
	if p.newest == "" || id.Compare(p.newest) > 0 {
		p.newest = id
	}
	if p.oldest == "" || id.Compare(p.oldest) < 0 {
		p.oldest = id
	}
}

func isFault(err error) bool {
	var f *community.Fault
	return errors.As(err, &f)
}

// asFault gives an error of the client library a kind. The transport's own
// faults stand inside; what is left is an answer that could not be read.
func asFault(err error) error {
	if err == nil || isFault(err) {
		return err
	}
	return community.Faultf(community.Unavailable, "network.unreadable").Because(err)
}

// reader is a REST client that keeps the last answer, for readPage. It is used
// by one goroutine.
type reader struct {
	*client.Client
	raw bytes.Buffer
}

func (s *session) reader() *reader {
	r := &reader{Client: s.client()}
	r.JSONWriter = &r.raw
	return r
}

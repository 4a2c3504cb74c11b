package x

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"github.com/vigie-hq/vigie/community"
)

// signedWith is the token a call was signed with.
type signedWith struct{}

// call makes one call of version 2 and reads its JSON into an answer. Faults are
// classified; a write whose answer cannot be read is Uncertain.
func (s *session) call(ctx context.Context, method, path string, query url.Values, body, into any) error {
	if !s.appSigned(ctx) {
		if err := s.current(ctx); err != nil {
			return err
		}
		ctx = context.WithValue(ctx, signedWith{}, s.credentials().token)
	}
	request, err := s.request(ctx, method, path, query, body)
	if err != nil {
		return err
	}
	write := method != http.MethodGet
	response, err := s.http.Do(request)
	if err != nil {
		return s.fault(ctx, err, write)
	}
	defer response.Body.Close()
	if err := json.NewDecoder(response.Body).Decode(into); err != nil {
		return unreadable(fmt.Errorf("%s %s: %w", method, path, err), write)
	}
	return nil
}

func (s *session) request(ctx context.Context, method, path string, query url.Values, body any) (*http.Request, error) {
	address := s.server.JoinPath(path)
	address.RawQuery = query.Encode()
	var payload bytes.Buffer
	if body != nil {
		if err := json.NewEncoder(&payload).Encode(body); err != nil {
			return nil, err
		}
	}
	request, err := http.NewRequestWithContext(ctx, method, address.String(), &payload)
	if err != nil {
		return nil, err
	}
	if body == nil {
		request.Body, request.ContentLength = http.NoBody, 0
	} else {
		request.Header.Set("Content-Type", "application/json")
	}
	request.Header.Set("Accept", "application/json")
	return request, nil
}

// fault is what an error of a call asks for. A token that was refused is renewed
// on the way, if it can be.
func (s *session) fault(ctx context.Context, err error, write bool) error {
	var known *community.Fault
	if !errors.As(err, &known) {
		if errors.Is(err, context.Canceled) {
			return err
		}
		return unreadable(err, write)
	}
	err = classify(err, write, s.o.Now())
	if community.KindOf(err) == community.Unauthorised && keyOf(err) == "network.unauthorised" && !s.appSigned(ctx) {
		return s.revive(ctx, err)
	}
	return err
}

func unreadable(err error, write bool) error {
	var f *community.Fault
	if errors.As(err, &f) {
		return f
	}
	if write {
		return community.Faultf(community.Uncertain, "network.unreadable").Because(err)
	}
	return community.Faultf(community.Unavailable, "network.unreadable").Because(err)
}

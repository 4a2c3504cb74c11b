package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/vigie-hq/vigie/community"
)

// remote is a running server, reached through its API.
type remote struct {
	base   *url.URL
	token  string
	client *http.Client
}

func newRemote(server, token string) (*remote, error) {
	base, err := url.Parse(strings.TrimSuffix(server, "/"))
	if err != nil || base.Host == "" {
		return nil, usagef("--server %q is no URL", server)
	}
	if token == "" {
		return nil, usagef("--server needs --token")
	}
	return &remote{base: base, token: token, client: &http.Client{Timeout: 2 * time.Minute}}, nil
}

// Take posts messages as lines. It returns when the server has made them durable.
func (r *remote) Take(ctx context.Context, batch string, messages []community.Message) error {
	var body []byte
	for i := range messages {
		body = append(community.AppendMessage(body, &messages[i]), '\n')
	}
	query := url.Values{"batch": {batch}, "origin": {string(messages[0].Origin)}}
	var taken struct {
		Accepted int       `json:"accepted"`
		Errors   []refusal `json:"errors"`
	}
	if err := r.do(ctx, http.MethodPost, "/api/v1/messages", query, body, &taken); err != nil {
		return err
	}
	if len(taken.Errors) > 0 {
		return fmt.Errorf("the server refused %d of %d messages, the first: %s", len(taken.Errors), len(messages), taken.Errors[0].Error)
	}
	return nil
}

// Tally asks what became of the import.
func (r *remote) Tally(ctx context.Context, batch string) (t community.ImportTally, err error) {
	err = r.do(ctx, http.MethodGet, "/api/v1/imports/"+url.PathEscape(batch), nil, nil, &t)
	if community.KindOf(err) == community.NotFound {
		return t, nil
	}
	return t, err
}

// Applied asks until the server has dealt with as many messages as it took.
func (r *remote) Applied(ctx context.Context, batch string, taken int) (bool, error) {
	t, err := r.Tally(ctx, batch)
	return t.Done() >= taken, err
}

// Known asks whether the brand has such an account.
func (r *remote) Known(ctx context.Context, brand, network, name string) (bool, error) {
	var page community.Page[community.Account]
	if err := r.do(ctx, http.MethodGet, "/api/v1/accounts", url.Values{"brand": {brand}}, nil, &page); err != nil {
		return false, err
	}
	for _, a := range page.Items {
		if a.Network == network && a.Name == name {
			return true, nil
		}
	}
	return false, nil
}

// do makes one call. What the server says of a failure becomes a fault of the
// same kind, so that an import waits where it should.
func (r *remote) do(ctx context.Context, method, path string, query url.Values, body []byte, into any) error {
	u := *r.base
	u.Path += path
	u.RawQuery = query.Encode()
	request, err := http.NewRequestWithContext(ctx, method, u.String(), bytes.NewReader(body))
	if err != nil {
		return err
	}
	request.Header.Set("Authorization", "Bearer "+r.token)
	request.Header.Set("Content-Type", "application/x-ndjson")
	answer, err := r.client.Do(request)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	data, err := io.ReadAll(io.LimitReader(answer.Body, 64<<20))
	if err != nil {
		return err
	}
	if answer.StatusCode >= 300 {
		var problem struct {
			Title  string `json:"title"`
			Detail string `json:"detail"`
		}
		_ = json.Unmarshal(data, &problem) // a proxy may answer with anything
		return community.Faultf(kindOf(answer.StatusCode), "remote.status", answer.StatusCode).
			Because(fmt.Errorf("%s %s: %s %s", method, path, problem.Title, problem.Detail))
	}
	return json.Unmarshal(data, into)
}

func kindOf(status int) community.FaultKind {
	switch status {
	case http.StatusTooManyRequests, http.StatusServiceUnavailable:
		return community.Limited
	case http.StatusUnauthorized:
		return community.Unauthorised
	case http.StatusForbidden:
		return community.Forbidden
	case http.StatusNotFound:
		return community.NotFound
	}
	return community.Refused
}

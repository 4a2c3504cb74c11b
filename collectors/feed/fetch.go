package feed

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/vigie-hq/vigie/collectors"
	"github.com/vigie-hq/vigie/community"
)

// How many redirects are followed.
const maxRedirects = 5

// document is one answer of a feed's server.
type document struct {
	unchanged            bool // 304: nothing is new
	at                   *url.URL
	tag, modified, moved string
	kind                 string // Content-Type
	body                 []byte
	fresh                time.Time // until when the server's caches keep it; zero: not told
	entries              []entry
	unreadable           int
	title, lang          string
	rhythm               rhythm
}

// read fetches the feed and reads its entries. Faults: Unavailable (it cannot be
// reached or read now), Unauthorised "feed.gone" (its server says it is gone for
// good: a human must say where to), Limited, NotFound, Forbidden.
func (s *source) read(ctx context.Context, at position) (document, error) {
	got, err := s.fetch(ctx, at)
	if err != nil || got.unchanged {
		return got, err
	}
	err = collectors.Guard(func() error { return got.parse(s.n.o.MaxEntries) })
	return got, err
}

// fetch asks for the feed where it last moved to, and where it was first if
// nothing is there.
func (s *source) fetch(ctx context.Context, at position) (document, error) {
	if at.Moved != "" {
		if moved, err := url.Parse(at.Moved); err == nil {
			got, err := s.follow(ctx, moved, at, at.Moved)
			if kind := community.KindOf(err); err == nil || kind != community.NotFound && kind != community.Unauthorised {
				return got, err
			}
		}
	}
	return s.follow(ctx, s.address, at, "")
}

// follow asks for an address and for those it redirects to. As long as every
// redirect is for good, and none leaves https, the last one is remembered.
func (s *source) follow(ctx context.Context, address *url.URL, at position, moved string) (document, error) {
	permanent := true
	for range maxRedirects {
		response, err := s.get(ctx, address, at)
		if err != nil {
			return document{}, asGone(err)
		}
		if response.StatusCode < 300 || response.StatusCode == http.StatusNotModified {
			return s.take(response, document{at: address, moved: moved}, at)
		}
		to, err := response.Location()
		response.Body.Close()
		if err == nil {
			to, err = parseAddress(to.String())
		}
		if err != nil {
			return document{}, community.Faultf(community.Unavailable, "feed.redirect")
		}
		forGood := response.StatusCode == http.StatusMovedPermanently || response.StatusCode == http.StatusPermanentRedirect
		permanent = permanent && forGood && (to.Scheme == "https" || address.Scheme == "http")
		if permanent = permanent && len(to.String()) <= maxURL; permanent {
			moved = to.String()
		}
		address = to
	}
	return document{}, community.Faultf(community.Unavailable, "feed.redirect")
}

// get sends one request. The transport is called without a client: a client's
// errors hold the address, which may hold a secret.
func (s *source) get(ctx context.Context, address *url.URL, at position) (*http.Response, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address.String(), nil)
	if err != nil {
		return nil, community.Faultf(community.Invalid, "account.server", address.Host)
	}
	r.Header.Set("User-Agent", userAgent)
	r.Header.Set("Accept", "application/atom+xml, application/rss+xml, application/feed+json, application/xml;q=0.9, text/xml;q=0.9, application/json;q=0.8, */*;q=0.5")
	if at.Tag != "" {
		r.Header.Set("If-None-Match", at.Tag)
	}
	if at.Modified != "" {
		r.Header.Set("If-Modified-Since", at.Modified)
	}
	return s.http.RoundTrip(r)
}

// take reads an answer's headers and body.
func (s *source) take(response *http.Response, got document, at position) (document, error) {
	defer response.Body.Close()
	h, now := response.Header, s.n.o.Now()
	got.tag, got.modified, got.kind = brief(h.Get("ETag")), brief(h.Get("Last-Modified")), h.Get("Content-Type")
	got.fresh = freshUntil(h, now)
	if response.StatusCode == http.StatusNotModified {
		got.unchanged, got.tag, got.modified, got.rhythm = true, at.Tag, at.Modified, at.Rhythm
		return got, nil
	}
	body, err := io.ReadAll(io.LimitReader(response.Body, s.n.o.MaxBody+1))
	switch {
	case err != nil && isFault(err):
		return got, err
	case err != nil: // what was packed cannot be unpacked
		return got, community.Faultf(community.Unavailable, unreadable).Because(err)
	case int64(len(body)) > s.n.o.MaxBody:
		return got, community.Faultf(community.Unavailable, "feed.too_large", s.n.o.MaxBody)
	}
	got.body = body
	return got, nil
}

// brief is what a server wants to be told again, if it can be kept: the cursor
// holds it.
func brief(s string) string {
	if len(s) > 1024 {
		return ""
	}
	return s
}

const unreadable = "feed.unreadable"

func isFault(err error) bool {
	var f *community.Fault
	return errors.As(err, &f)
}

// asGone tells a feed that is gone for good (410) from one that is not there now.
func asGone(err error) error {
	var status *collectors.StatusError
	if errors.As(err, &status) && status.Status == http.StatusGone {
		return community.Faultf(community.Unauthorised, "feed.gone").Because(err)
	}
	if !isFault(err) && !errors.Is(err, context.Canceled) {
		return community.Faultf(community.Unavailable, "network.unreachable").Because(fmt.Errorf("fetching: %w", err))
	}
	return err
}

// freshUntil is until when a server wants not to be asked again: Retry-After,
// else Cache-Control's max-age less the Age of the answer (RFC 9111), else
// Expires. Zero: it does not say, or says at once.
func freshUntil(h http.Header, now time.Time) time.Time {
	if at, ok := collectors.RetryAfter(h, now); ok {
		return at
	}
	for directive := range strings.SplitSeq(strings.ToLower(strings.Join(h.Values("Cache-Control"), ",")), ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(directive), "=")
		switch name {
		case "no-cache", "no-store":
			return time.Time{}
		case "max-age":
			seconds, err := strconv.ParseInt(strings.Trim(value, `"`), 10, 32)
			if err != nil || seconds < 0 {
				continue
			}
			age, _ := strconv.ParseInt(h.Get("Age"), 10, 32)
			return now.Add(time.Duration(max(0, seconds-max(0, age))) * time.Second)
		}
	}
	if at, err := http.ParseTime(h.Get("Expires")); err == nil && at.After(now) {
		return at
	}
	return time.Time{}
}

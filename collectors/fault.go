package collectors

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/vigie-hq/vigie/community"
)

// Limit is a fault of kind Limited that says when to come back: its first
// argument is the time, which RetryAt reads. A zero time means "not told".
func Limit(key string, until time.Time) *community.Fault {
	return untilFault(community.Limited, key, until)
}

func untilFault(kind community.FaultKind, key string, until time.Time) *community.Fault {
	if until.IsZero() {
		return community.Faultf(kind, key)
	}
	return community.Faultf(kind, key, until)
}

// RetryAt returns the time before which trying again is useless, when the first
// fault in err's chain tells one.
func RetryAt(err error) (time.Time, bool) {
	var f *community.Fault
	if !errors.As(err, &f) || len(f.Args) == 0 {
		return time.Time{}, false
	}
	at, ok := f.Args[0].(time.Time)
	return at, ok && !at.IsZero()
}

// RetryAfter reads Retry-After (RFC 9110, 10.2.3): seconds or an HTTP date. Some
// servers send both in two headers; the later one counts.
func RetryAfter(h http.Header, now time.Time) (time.Time, bool) {
	var latest time.Time
	for _, v := range h.Values("Retry-After") {
		v = strings.TrimSpace(v)
		at, err := http.ParseTime(v)
		if err != nil {
			seconds, err := strconv.ParseFloat(v, 64)
			if err != nil || !(seconds >= 0 && seconds <= aYear.Seconds()) {
				continue
			}
			at = now.Add(time.Duration(seconds * float64(time.Second)))
		}
		if at.After(latest) {
			latest = at
		}
	}
	return latest, !latest.IsZero()
}

const aYear = 365 * 24 * time.Hour

// ParseReset reads the end of a rate window as networks write it: ISO 8601
// (Mastodon), seconds or milliseconds since 1970 (X, Bluesky), or seconds from
// now (the RateLimit header drafts). Numbers under 10^9 are seconds from now.
func ParseReset(value string, now time.Time) (time.Time, bool) {
	value = strings.TrimSpace(value)
	if at, err := time.Parse(time.RFC3339Nano, value); err == nil {
		return at, true
	}
	n, err := strconv.ParseInt(value, 10, 64)
	switch {
	case err != nil || n < 0:
		return time.Time{}, false
	case n < 1e9:
		if n > int64(aYear/time.Second) {
			return time.Time{}, false
		}
		return now.Add(time.Duration(n) * time.Second), true
	case n < 1e11:
		return time.Unix(n, 0), true
	}
	return time.UnixMilli(n), true
}

// windowPrefixes are the names that networks give their windows' headers.
func windowPrefixes() []string { return []string{"X-RateLimit-", "X-Rate-Limit-", "RateLimit-"} }

// windowHeader is the first header of a window that ends so.
func windowHeader(h http.Header, end string) string {
	for _, prefix := range windowPrefixes() {
		if v := h.Get(prefix + end); v != "" {
			return v
		}
	}
	return ""
}

// window reads what a response tells of its rate window, under the names that
// networks use.
func window(h http.Header, now time.Time) (remaining int, reset time.Time, ok bool) {
	for _, prefix := range windowPrefixes() {
		left, err := strconv.Atoi(h.Get(prefix + "Remaining"))
		at, told := ParseReset(h.Get(prefix+"Reset"), now)
		if err == nil && told {
			return left, at, true
		}
	}
	return 0, time.Time{}, false
}

// FromStatus says what an HTTP status of 300 or more asks for. write is true
// for a call that changes something there and must not be made twice: for it
// 500, 502 and 504 are Uncertain (the server, or a proxy before it, failed after
// it may have accepted), and so are 503 and 408 unless they say when to come
// back: only then the server itself speaks, and says that it took nothing.
func FromStatus(status int, h http.Header, write bool, now time.Time) *community.Fault {
	said := func(forRead, forWrite community.FaultKind, key string) *community.Fault {
		if write {
			return community.Faultf(forWrite, key)
		}
		return community.Faultf(forRead, key)
	}
	switch {
	case status == http.StatusTooManyRequests:
		until, ok := RetryAfter(h, now)
		if !ok {
			_, until, _ = window(h, now)
		}
		return Limit("network.limited", until)
	case status == http.StatusUnauthorized:
		return community.Faultf(community.Unauthorised, "network.unauthorised")
	case status == http.StatusForbidden:
		return said(community.Forbidden, community.Refused, "network.forbidden")
	case status == http.StatusNotFound, status == http.StatusGone:
		return said(community.NotFound, community.Refused, "network.not_found")
	case status == http.StatusServiceUnavailable, status == http.StatusRequestTimeout:
		until, told := RetryAfter(h, now)
		if write && !told {
			return community.Faultf(community.Uncertain, "network.unavailable")
		}
		return untilFault(community.Unavailable, "network.unavailable", until)
	case status >= 500:
		return said(community.Unavailable, community.Uncertain, "network.unavailable")
	}
	return said(community.Invalid, community.Refused, "network.refused")
}

// FromNetwork says what an error of the connection itself asks for. sent is
// true once any of the request may have left this machine: a write whose answer
// was lost after that is Uncertain, before that it certainly did not happen.
// When the caller gave up (ctx) a read's error is passed through unchanged; so is
// a fault with which we ourselves refused to connect (PublicTransport).
func FromNetwork(err error, write, sent bool) error {
	var refused *community.Fault
	switch {
	case write && sent:
		return community.Faultf(community.Uncertain, "network.answer_lost").Because(err)
	case errors.As(err, &refused):
		return refused
	case errors.Is(err, context.Canceled):
		return err
	}
	return community.Faultf(community.Unavailable, "network.unreachable").Because(err)
}

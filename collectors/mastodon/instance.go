package mastodon

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/vigie-hq/vigie/community"
)

// What Mastodon allows where a server tells no limit.
const defaultLimit = 500

// How long what a server said of itself is believed.
const instanceFor = time.Hour

// instance is what a server says of itself.
type instance struct {
	limit     int
	urlLength int
	keys      bool   // honours Idempotency-Key
	streaming string // ws(s) address of its streaming server; may be empty
	read      time.Time
}

// instanceAnswer holds what is read of /api/v2/instance and, where that does
// not exist, of /api/v1/instance.
type instanceAnswer struct {
	Version       string `json:"version"`
	SourceURL     string `json:"source_url"`
	Configuration struct {
		Statuses struct {
			MaxCharacters int `json:"max_characters"`
			URLLength     int `json:"characters_reserved_per_url"`
		} `json:"statuses"`
		URLs struct {
			Streaming string `json:"streaming"`
		} `json:"urls"`
	} `json:"configuration"`
	URLs struct {
		Streaming string `json:"streaming_api"`
	} `json:"urls"`
	MaxTootChars int `json:"max_toot_chars"` // v1 of some forks
}

// instance asks the server, at most once an hour.
func (s *session) instance(ctx context.Context) (instance, error) {
	s.mu.Lock()
	known := s.known
	s.mu.Unlock()
	now := s.o.Now()
	if !known.read.IsZero() && now.Sub(known.read) < instanceFor {
		return known, nil
	}
	var answer instanceAnswer
	err := s.get(ctx, "/api/v2/instance", &answer)
	if community.KindOf(err) == community.NotFound {
		err = s.get(ctx, "/api/v1/instance", &answer)
	}
	if err != nil {
		return instance{}, err
	}
	found := answer.read(now)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.known = found
	return found, nil
}

func (a *instanceAnswer) read(now time.Time) instance {
	i := instance{
		limit:     a.Configuration.Statuses.MaxCharacters,
		urlLength: a.Configuration.Statuses.URLLength,
		keys:      honoursKeys(a.Version, a.SourceURL),
		streaming: a.Configuration.URLs.Streaming,
		read:      now,
	}
	if i.limit <= 0 {
		i.limit = a.MaxTootChars
	}
	if i.limit <= 0 {
		i.limit = defaultLimit
	}
	if i.urlLength <= 0 {
		i.urlLength = defaultURLLength
	}
	if i.streaming == "" {
		i.streaming = a.URLs.Streaming
	}
	return i
}

// honoursKeys tells whether a server is Mastodon proper (or a fork that keeps
// its version), which stores an Idempotency-Key for an hour. Others say
// "2.7.2 (compatible; Name 1.0)", or count their own versions from 0; GoToSocial
// ignores keys and posts twice. In doubt: no.
func honoursKeys(version, source string) bool {
	if strings.Contains(version, "compatible") || strings.Contains(source, "gotosocial") {
		return false
	}
	major, _, found := strings.Cut(version, ".")
	n, err := strconv.Atoi(major)
	return found && err == nil && n >= 2
}

// get reads one JSON document the client library has no call for.
func (s *session) get(ctx context.Context, path string, into any) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, s.server.JoinPath(path).String(), nil)
	if err != nil {
		return err
	}
	request.Header.Set("Authorization", "Bearer "+s.token)
	request.Header.Set("User-Agent", userAgent)
	response, err := s.http.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if err := json.NewDecoder(response.Body).Decode(into); err != nil {
		return community.Faultf(community.Unavailable, "network.unreadable").Because(fmt.Errorf("%s: %w", path, err))
	}
	return nil
}

// streamURLs lists where the user stream may be: where the server says it is, if
// that is another host, then beside its API. A server told to call itself wss
// while it is reached in clear, or a stream reachable only from elsewhere, is
// found by the second. The token travels there, so plain ws is used only if the account's
// own server is plain http.
func (s *session) streamURLs(told string) []string {
	var urls []string
	add := func(u *url.URL) {
		switch u.Scheme {
		case "http":
			u.Scheme = "ws"
		case "https":
			u.Scheme = "wss"
		}
		if u.Host == "" || u.Scheme != "wss" && (u.Scheme != "ws" || s.server.Scheme != "http") {
			return
		}
		u = u.JoinPath("/api/v1/streaming")
		u.RawQuery = url.Values{"stream": {"user"}}.Encode()
		if text := u.String(); len(urls) == 0 || urls[0] != text {
			urls = append(urls, text)
		}
	}
	if u, err := url.Parse(told); err == nil && u.Host != s.server.Host {
		add(u)
	}
	beside := *s.server
	add(&beside)
	return urls
}

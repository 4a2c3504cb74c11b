package graphtest

import (
	"encoding/base64"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// The parameters every edge takes, and every call.
var (
	pageParams = []string{"limit", "after", "before", "summary", "fields"}
	callParams = []string{"format", "appsecret_proof", "method", "date_format"}
)

func contains(all []string, one string) bool { return slices.Contains(all, one) }

// page answers with one page of an edge. Its next address names Meta's own host
// and holds a token: whoever follows it has left the test.
func (s *Server) page(c *call, o *object, name string, e edge, args map[string]string, fields []selection) (any, *failure) {
	items, fault := e.list(s, c, o, args)
	if fault != nil {
		return nil, fault
	}
	total := len(items)
	key := e.key
	if key == nil {
		key = func(o *object) time.Time { return o.at }
	}
	desc := e.desc
	switch args["order"] {
	case "reverse_chronological":
		desc = true
	case "chronological":
		desc = false
	}
	compare := func(a, b *object) int {
		n := key(a).Compare(key(b))
		if n == 0 {
			n = int(min(1, max(-1, a.seq-b.seq)))
		}
		if desc {
			return -n
		}
		return n
	}
	if !slices.IsSortedFunc(items, compare) {
		items = slices.Clone(items)
		slices.SortFunc(items, compare)
	}
	most := e.most
	if most == 0 {
		most = 100
	}
	limit := 25
	if v := args["limit"]; v != "" {
		n, err := strconv.Atoi(v)
		if err != nil || n < 0 || n > most {
			s.blame("limit " + v + " for " + name)
			return nil, s.invalid("limit")
		}
		limit = n
	}
	if after := args["after"]; after != "" {
		at, seq, ok := decodeCursor(after)
		if !ok {
			return nil, s.invalid("after")
		}
		mark := &object{seq: seq}
		items = slices.DeleteFunc(slices.Clone(items), func(o *object) bool {
			n := key(o).Compare(at)
			if n == 0 {
				n = int(min(1, max(-1, o.seq-mark.seq)))
			}
			return desc && n >= 0 || !desc && n <= 0
		})
	}
	behind := len(items) > limit
	items = items[:min(len(items), limit)]
	// Graph filters after it has cut: with Gaps every third page is empty, every
	// second one short, with more behind.
	gap := false
	if s.o.Gaps && len(items) > 1 {
		switch s.pages++; {
		case s.pages%3 == 0:
			items, behind, gap = nil, true, true
		case s.pages%2 == 0:
			items, behind = items[:len(items)/2], true
		}
	}
	data := make([]any, 0, len(items))
	for _, item := range items {
		one, fault := s.render(c, item, fields)
		if fault != nil {
			return nil, fault
		}
		data = append(data, one)
	}
	answer := map[string]any{"data": data}
	if args["summary"] == "true" || args["summary"] == "total_count" {
		answer["summary"] = map[string]any{"total_count": total, "order": "chronological"}
	}
	after := args["after"]
	switch {
	case len(items) > 0:
		last := items[len(items)-1]
		after = encodeCursor(key(last), last.seq)
	case gap && after == "":
		start := time.Unix(0, 0)
		if desc {
			start = time.Unix(1<<32, 0)
		}
		after = encodeCursor(start, 0)
	case gap: // the same place by another name: a client that compares sees progress
		at, seq, _ := decodeCursor(after)
		after = encodeCursor(at, seq) + "." + strconv.Itoa(s.pages)
	}
	if len(items) > 0 || behind {
		paging := map[string]any{"cursors": map[string]string{"before": "QVFI", "after": after}}
		if behind {
			q := url.Values{"access_token": {"EAAleaked"}, "limit": {strconv.Itoa(limit)}, "after": {after}}
			paging["next"] = "https://graph.facebook.com/v26.0/" + o.id + "/" + name + "?" + q.Encode()
		}
		answer["paging"] = paging
	}
	return answer, nil
}

func encodeCursor(at time.Time, seq int64) string {
	return base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, "%d.%d", at.UnixNano(), seq))
}

func decodeCursor(text string) (at time.Time, seq int64, ok bool) {
	text, _, _ = strings.Cut(text, ".")
	raw, err := base64.RawURLEncoding.DecodeString(text)
	nanos, number, dotted := strings.Cut(string(raw), ".")
	n, errAt := strconv.ParseInt(nanos, 10, 64)
	seq, errSeq := strconv.ParseInt(number, 10, 64)
	return time.Unix(0, n), seq, err == nil && dotted && errAt == nil && errSeq == nil
}

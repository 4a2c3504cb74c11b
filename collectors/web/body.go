package web

import (
	"bytes"
	"encoding/json"
	"errors"
	"time"

	"github.com/vigie-hq/vigie/community"
)

// How many messages one delivery or page may hold, and how many of its mistakes
// are told.
const (
	maxMessages = 1000
	maxRefusals = 20
)

// refusal is what is wrong with one message: its line (of NDJSON) or its place
// (in an array), from 1, the fault's key and what that speaks of.
type refusal struct {
	Line int    `json:"line"`
	Key  string `json:"error"`
	Args []any  `json:"args,omitempty"`
}

// readBody reads one message, an array of them, or lines (NDJSON). What is wrong
// is listed; then nothing of it may be used.
func readBody(account *community.Account, body []byte, now time.Time) ([]community.Message, []refusal) {
	var messages []community.Message
	var refused []refusal
	each(body, func(line int, one []byte, err error) bool {
		var m community.Message
		if err == nil {
			m, err = messageOf(account, one, now)
		}
		if err == nil && len(messages) == maxMessages {
			err = community.Faultf(community.Invalid, "hook.too_many", maxMessages)
		}
		if err != nil {
			refused = append(refused, refuse(line, err))
			return len(refused) < maxRefusals
		}
		messages = append(messages, m)
		return true
	})
	if len(messages) == 0 && len(refused) == 0 {
		refused = append(refused, refuse(1, community.Faultf(community.Invalid, "body.empty")))
	}
	return messages, refused
}

func refuse(line int, err error) refusal {
	var f *community.Fault
	if !errors.As(err, &f) {
		return refusal{Line: line, Key: "message.json"}
	}
	return refusal{Line: line, Key: f.Key, Args: f.Args}
}

// each calls with every message of a body until with returns false. err is
// "message.json" for what is no JSON.
func each(body []byte, with func(line int, one []byte, err error) bool) {
	body = bytes.TrimSpace(bytes.TrimPrefix(body, []byte("\uFEFF")))
	switch {
	case len(body) == 0:
		return
	case body[0] == '[':
		var items []json.RawMessage
		if json.Unmarshal(body, &items) != nil {
			with(1, nil, community.Faultf(community.Invalid, "message.json", 0))
			return
		}
		for i, item := range items {
			if !with(i+1, item, nil) {
				return
			}
		}
		return
	case json.Valid(body): // one message, perhaps over several lines
		with(1, body, nil)
		return
	}
	line := 0
	for one := range bytes.SplitSeq(body, []byte("\n")) {
		line++
		if one = bytes.TrimSpace(one); len(one) > 0 && !with(line, one, nil) {
			return
		}
	}
}

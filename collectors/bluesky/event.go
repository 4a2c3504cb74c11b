package bluesky

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/bluesky-social/indigo/atproto/syntax"
)

// Operations on a record.
const (
	opCreate = "create"
	opUpdate = "update"
	opDelete = "delete"
)

// event is a change of one post, as Jetstream tells it.
type event struct {
	op     string
	did    string // whose post
	uri    string
	cid    string // "" with opDelete
	seen   time.Time
	micros int64 // the stream's own clock, by which it can be read again
	record record
}

var errNoPost = errors.New("event names no post")

// decodeEvent reads one frame of /subscribe. ok is false for an event that is no
// change of a post.
func decodeEvent(frame []byte) (e event, ok bool, err error) {
	var in struct {
		DID    string `json:"did"`
		TimeUS int64  `json:"time_us"`
		Kind   string `json:"kind"`
		Commit struct {
			Operation  string          `json:"operation"`
			Collection string          `json:"collection"`
			Key        string          `json:"rkey"`
			CID        string          `json:"cid"`
			Record     json.RawMessage `json:"record"`
		} `json:"commit"`
	}
	if err := json.Unmarshal(frame, &in); err != nil {
		return event{}, false, fmt.Errorf("reading a stream event: %w", err)
	}
	if in.Kind != "commit" || in.Commit.Collection != postCollection {
		return event{}, false, nil
	}
	e = event{
		op: in.Commit.Operation, did: in.DID, cid: in.Commit.CID, micros: in.TimeUS,
		uri: "at://" + in.DID + "/" + postCollection + "/" + in.Commit.Key,
	}
	if in.TimeUS > 0 {
		e.seen = time.UnixMicro(in.TimeUS).UTC()
	}
	if _, err := syntax.ParseDID(in.DID); err != nil || !validPost(e.uri) {
		return event{}, false, errNoPost
	}
	switch e.op {
	case opDelete:
		return e, true, nil
	case opCreate, opUpdate:
		if e.cid == "" {
			return event{}, false, errNoPost
		}
		if err := json.Unmarshal(in.Commit.Record, &e.record); err != nil {
			return event{}, false, fmt.Errorf("reading a record: %w", err)
		}
		return e, true, nil
	}
	return event{}, false, nil
}

package blueskytest

import (
	"bytes"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/bluesky-social/indigo/atproto/syntax"
)

// The collections the server knows.
const (
	posts = "app.bsky.feed.post"
	likes = "app.bsky.feed.like"
	gates = "app.bsky.feed.threadgate"
)

const datetime = "2006-01-02T15:04:05.000Z"

// stored is a record. seen is when the AppView met it first.
type stored struct {
	uri, cid string
	of       *user
	value    map[string]any
	post     post // of a post, the value read
	seen     time.Time
}

type strong struct {
	URI string `json:"uri"`
	CID string `json:"cid"`
}

type post struct {
	Type      string `json:"$type"`
	Text      string `json:"text"`
	CreatedAt string `json:"createdAt"`
	Reply     *struct {
		Root   strong `json:"root"`
		Parent strong `json:"parent"`
	} `json:"reply"`
	Facets []struct {
		Index struct {
			Start int `json:"byteStart"`
			End   int `json:"byteEnd"`
		} `json:"index"`
		Features []struct {
			Type string `json:"$type"`
			DID  string `json:"did"`
			URI  string `json:"uri"`
			Tag  string `json:"tag"`
		} `json:"features"`
	} `json:"facets"`
	Embed struct {
		Record strong `json:"record"`
	} `json:"embed"`
}

func (p *post) root(uri string) string {
	if p.Reply == nil {
		return uri
	}
	return p.Reply.Root.URI
}

func (s *stored) collection() string { return strings.Split(s.uri, "/")[3] }

// Said is a post that is made from the other side.
type Said struct {
	Text      string
	InReplyTo string    // address of a post
	Quotes    string    // address of a post
	CreatedAt time.Time // what its author claims; now, if zero
	SeenAt    time.Time // when the AppView saw it; now, if zero
	Embed     any       // instead of Quotes: any embed
}

// Post has a user say something; every @name of a user becomes a mention. It
// returns the post's address.
func (s *Server) Post(name string, p Said) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	at := p.CreatedAt
	if at.IsZero() {
		at = s.now()
	}
	value := map[string]any{"$type": posts, "text": p.Text, "createdAt": at.UTC().Format(datetime), "langs": []string{"fr"}}
	if facets := s.mentionsIn(p.Text); len(facets) > 0 {
		value["facets"] = facets
	}
	if parent := s.records[p.InReplyTo]; parent != nil {
		root := s.records[parent.post.root(parent.uri)]
		if root == nil {
			root = parent
		}
		value["reply"] = map[string]any{"root": strong{root.uri, root.cid}, "parent": strong{parent.uri, parent.cid}}
	}
	if quoted := s.records[p.Quotes]; quoted != nil {
		value["embed"] = map[string]any{"$type": "app.bsky.embed.record", "record": strong{quoted.uri, quoted.cid}}
	}
	if p.Embed != nil {
		value["embed"] = p.Embed
	}
	key := s.clock.Next().String()
	if p.SeenAt.IsZero() {
		return s.put(s.named(name), posts, key, value, s.now()).uri
	}
	return s.put(s.named(name), posts, key, value, p.SeenAt.UTC()).uri
}

// Edit changes a post's words: another version of the same record.
func (s *Server) Edit(uri, words string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.records[uri]
	value := map[string]any{}
	for k, v := range r.value {
		value[k] = v
	}
	value["text"], value["facets"] = words, s.mentionsIn(words)
	s.put(r.of, posts, uri[strings.LastIndexByte(uri, '/')+1:], value, s.now())
}

// Delete removes a post.
func (s *Server) Delete(uri string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.remove(uri)
}

// By lists the words of a user's posts, oldest first.
func (s *Server) By(name string) (words []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, uri := range s.order {
		if r := s.records[uri]; r.of.name == name {
			words = append(words, r.post.Text)
		}
	}
	return words
}

// Value is a record's value as JSON; nil if there is none.
func (s *Server) Value(uri string) []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.records[uri]
	if r == nil {
		return nil
	}
	raw, err := json.Marshal(r.value)
	if err != nil {
		panic(err) // it was read from JSON
	}
	return raw
}

// Records lists the addresses of a user's records in a collection, in no order.
func (s *Server) Records(name, collection string) (uris []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for uri, r := range s.records {
		if r.of.name == name && r.collection() == collection {
			uris = append(uris, uri)
		}
	}
	return uris
}

func (s *Server) mentionsIn(words string) (facets []any) {
	for _, u := range s.users {
		if i := strings.Index(words, "@"+u.name); i >= 0 {
			facets = append(facets, map[string]any{
				"index":    map[string]int{"byteStart": i, "byteEnd": i + 1 + len(u.name)},
				"features": []any{map[string]string{"$type": "app.bsky.richtext.facet#mention", "did": u.did}},
			})
		}
	}
	return facets
}

// put stores a record, tells the streams, and notifies whom it concerns.
func (s *Server) put(u *user, collection, key string, value map[string]any, seen time.Time) *stored {
	uri := "at://" + u.did + "/" + collection + "/" + key
	before := s.records[uri]
	r := &stored{uri: uri, of: u, value: value, cid: cidOf(value), seen: seen}
	s.records[uri] = r
	operation := "create"
	if before != nil {
		operation, r.seen = "update", before.seen
	}
	if collection != posts {
		return r
	}
	raw, err := json.Marshal(value)
	if err == nil {
		err = json.Unmarshal(raw, &r.post)
	}
	if err != nil {
		panic(err) // it was validated
	}
	if before == nil {
		s.order = append(s.order, uri)
		s.notify(r)
	}
	s.push(operation, r)
	return r
}

func (s *Server) remove(uri string) {
	r := s.records[uri]
	if r == nil {
		return
	}
	delete(s.records, uri)
	if r.collection() == likes {
		delete(s.liked, r.of.did+" "+subjectOf(r.value))
		return
	}
	s.order = slices.DeleteFunc(s.order, func(o string) bool { return o == uri })
	s.notes = slices.DeleteFunc(s.notes, func(n note) bool { return n.uri == uri })
	if r.collection() == posts {
		s.push("delete", r)
	}
}

func (s *Server) getRecord(r *request) (int, any) {
	found := s.records["at://"+r.param("repo")+"/"+r.param("collection")+"/"+r.param("rkey")]
	if found == nil {
		return refused("RecordNotFound", "Could not locate record")
	}
	return http.StatusOK, map[string]any{"uri": found.uri, "cid": found.cid, "value": found.value}
}

// target reads what a write is about. A repository is its owner's alone.
func (s *Server) target(r *request) (uri string, value map[string]any, status int, body any) {
	if r.text("repo") != r.me.did {
		s.blame("a write to %s by %s", r.text("repo"), r.me.did)
		return "", nil, http.StatusUnauthorized, failure{"AuthenticationRequired", "Authentication Required"}
	}
	key := r.text("rkey")
	if key == "" {
		key = s.clock.Next().String()
	}
	collection := r.text("collection")
	if _, err := syntax.ParseTID(key); err != nil {
		s.blame("record key %q in %s", key, collection)
		status, body := refused("InvalidRequest", "Invalid record key")
		return "", nil, status, body
	}
	if raw := r.body["record"]; raw != nil {
		if problem := s.invalid(collection, raw); problem != "" {
			s.blame("a record that the lexicon refuses: %s", problem)
			status, body := refused("InvalidRequest", "Invalid "+collection+" record: "+problem)
			return "", nil, status, body
		}
		if err := json.Unmarshal(raw, &value); err != nil {
			status, body := refused("InvalidRequest", err.Error())
			return "", nil, status, body
		}
	}
	return "at://" + r.me.did + "/" + collection + "/" + key, value, 0, nil
}

func (s *Server) createRecord(r *request) (int, any) {
	uri, value, status, body := s.target(r)
	if status != 0 {
		return status, body
	}
	if s.records[uri] != nil {
		// What the real PDS makes of a key that is taken.
		return http.StatusInternalServerError, failure{"InternalServerError", "Internal Server Error"}
	}
	parts := strings.Split(uri, "/")
	if parts[3] == likes {
		like := r.me.did + " " + subjectOf(value)
		delete(s.records, s.liked[like]) // an older like of the same post goes
		s.liked[like] = uri
	}
	made := s.put(r.me, parts[3], parts[4], value, s.now())
	return http.StatusOK, map[string]any{"uri": made.uri, "cid": made.cid, "validationStatus": "valid"}
}

func (s *Server) putRecord(r *request) (int, any) {
	uri, value, status, body := s.target(r)
	if status != 0 {
		return status, body
	}
	if swap, asked := r.body["swapRecord"]; asked {
		want := []byte("null")
		if before := s.records[uri]; before != nil {
			want, _ = json.Marshal(before.cid)
		}
		if !bytes.Equal(bytes.TrimSpace(swap), want) {
			return refused("InvalidSwap", "Record was at another version")
		}
	}
	parts := strings.Split(uri, "/")
	made := s.put(r.me, parts[3], parts[4], value, s.now())
	return http.StatusOK, map[string]any{"uri": made.uri, "cid": made.cid, "validationStatus": "valid"}
}

func (s *Server) deleteRecord(r *request) (int, any) {
	uri, _, status, body := s.target(r)
	if status != 0 {
		return status, body
	}
	s.remove(uri)
	return http.StatusOK, map[string]any{}
}

func subjectOf(value map[string]any) string {
	subject, _ := value["subject"].(map[string]any)
	uri, _ := subject["uri"].(string)
	return uri
}

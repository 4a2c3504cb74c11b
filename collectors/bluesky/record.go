package bluesky

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"net/url"

	"github.com/bluesky-social/indigo/atproto/syntax"

	"github.com/vigie-hq/vigie/community"
)

// datetime is how records write a moment.
const datetime = "2006-01-02T15:04:05.000Z"

// stored is a record as a repository holds it.
type stored struct {
	URI   string          `json:"uri"`
	CID   string          `json:"cid"`
	Value json.RawMessage `json:"value"`
}

// record reads one record. NotFound says that there is none.
func (s *session) record(ctx context.Context, repo, collection, key string) (stored, error) {
	var out stored
	err := s.query(ctx, "com.atproto.repo.getRecord", url.Values{"repo": {repo}, "collection": {collection}, "rkey": {key}}, &out)
	return out, err
}

// exists tells whether a post is still in its author's repository, as far as the
// AppView knows: one that is merely hidden from us is.
func (s *session) exists(ctx context.Context, uri string) (bool, error) {
	_, err := s.record(ctx, repoOf(uri), postCollection, keyOf(uri))
	if err != nil && community.KindOf(err) == community.NotFound {
		return false, nil
	}
	return err == nil, err
}

// write is the input of createRecord, putRecord and deleteRecord.
type write struct {
	Repo       string `json:"repo"`
	Collection string `json:"collection"`
	Key        string `json:"rkey,omitempty"`
	Record     any    `json:"record,omitempty"`
}

// create makes a record in our repository. Under a key of the caller's choice
// there is never a second one.
func (s *session) create(ctx context.Context, collection, key string, value any) (ref, error) {
	var out ref
	err := s.procedure(ctx, "com.atproto.repo.createRecord", write{s.account.NativeID, collection, key, value}, &out)
	return out, err
}

// keyFor is the record key of a reply, always the same for the same words to the
// same message: a TID, as posts must have, whose second is that of the reply and
// whose rest is a hash of it. Sent twice, it is one record.
func keyFor(reply community.Reply, target community.Message) string {
	sum := sha256.Sum256([]byte(reply.ID + "\x00" + target.ID + "\x00" + reply.Text))
	bits := binary.BigEndian.Uint64(sum[:8])
	const micros, clocks = 1_000_000, 1 << 10
	second := max(0, reply.CreatedAt.Unix())
	return syntax.NewTID(second*micros+int64(bits%micros), uint((bits>>32)%clocks)).String()
}

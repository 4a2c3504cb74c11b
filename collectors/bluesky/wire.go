package bluesky

import (
	"encoding/json"
	"strings"
	"time"

	"github.com/bluesky-social/indigo/atproto/syntax"
)

// The collections we read and write, by their lexicon's name.
const (
	postCollection = "app.bsky.feed.post"
	likeCollection = "app.bsky.feed.like"
	gateCollection = "app.bsky.feed.threadgate"
)

// ref is a strong reference: a record in one exact version.
type ref struct {
	URI string `json:"uri"`
	CID string `json:"cid"`
}

// replyRef is what a post answers.
type replyRef struct {
	Root   ref `json:"root"`
	Parent ref `json:"parent"`
}

// record is app.bsky.feed.post, as far as it is read.
type record struct {
	Type      string          `json:"$type"`
	Text      string          `json:"text"`
	CreatedAt string          `json:"createdAt"`
	Langs     []string        `json:"langs"`
	Reply     *replyRef       `json:"reply"`
	Facets    []facet         `json:"facets"`
	Embed     json.RawMessage `json:"embed"`
}

// facet says what a stretch of a text is. Its index counts UTF-8 bytes.
type facet struct {
	Index    byteSlice `json:"index"`
	Features []feature `json:"features"`
}

type byteSlice struct {
	Start int `json:"byteStart"`
	End   int `json:"byteEnd"`
}

// feature is a link, a mention or a tag; Type says which.
type feature struct {
	Type string `json:"$type"`
	URI  string `json:"uri,omitempty"`
	DID  string `json:"did,omitempty"`
	Tag  string `json:"tag,omitempty"`
}

// The kinds of feature.
const (
	linkFeature    = "app.bsky.richtext.facet#link"
	mentionFeature = "app.bsky.richtext.facet#mention"
	tagFeature     = "app.bsky.richtext.facet#tag"
)

// mentions tells whether the record names an account in a facet. A name in the
// text alone notifies nobody.
func (r *record) mentions(did string) bool {
	for _, f := range r.Facets {
		for _, x := range f.Features {
			if x.Type == mentionFeature && x.DID == did {
				return true
			}
		}
	}
	return false
}

// quotes is the address of the post that the record shows inside itself, or "".
func (r *record) quotes() string {
	var plain struct {
		Record ref `json:"record"`
	}
	if json.Unmarshal(r.Embed, &plain) == nil && plain.Record.URI != "" {
		return plain.Record.URI
	}
	var withMedia struct {
		Record struct {
			Record ref `json:"record"`
		} `json:"record"`
	}
	if json.Unmarshal(r.Embed, &withMedia) == nil {
		return withMedia.Record.Record.URI
	}
	return ""
}

// concerns tells whether the record speaks to an account: it names it, answers
// it, or quotes it.
func (r *record) concerns(did string) bool {
	if r.Reply != nil && (repoOf(r.Reply.Parent.URI) == did || repoOf(r.Reply.Root.URI) == did) {
		return true
	}
	return r.mentions(did) || repoOf(r.quotes()) == did
}

// profile is an account as a post shows its author, or as getProfiles tells it.
type profile struct {
	DID         string `json:"did"`
	Handle      string `json:"handle"`
	DisplayName string `json:"displayName"`
	Followers   int    `json:"followersCount"`
	Associated  struct {
		Chat struct {
			AllowIncoming string `json:"allowIncoming"` // all, none, following
		} `json:"chat"`
	} `json:"associated"`
	Viewer struct {
		Muted      bool   `json:"muted"`
		FollowedBy string `json:"followedBy"` // the record of their following us
	} `json:"viewer"`
	Verification struct {
		Verified string `json:"verifiedStatus"`
		Verifier string `json:"trustedVerifierStatus"`
	} `json:"verification"`
}

// postView is app.bsky.feed.defs#postView: a post as the AppView shows it.
type postView struct {
	URI       string          `json:"uri"`
	CID       string          `json:"cid"`
	Author    profile         `json:"author"`
	Record    record          `json:"record"`
	Embed     json.RawMessage `json:"embed"`
	IndexedAt string          `json:"indexedAt"`
	Viewer    struct {
		Like          string `json:"like"` // the record of our like
		ReplyDisabled bool   `json:"replyDisabled"`
	} `json:"viewer"`
}

// readable tells whether a view has what makes it a message.
func (v *postView) readable() bool {
	return validPost(v.URI) && v.CID != "" && repoOf(v.URI) == v.Author.DID && !v.indexed().IsZero()
}

// created is when the author says it was written; indexed when the AppView says
// it saw it.
func (v *postView) created() time.Time { return parseTime(v.Record.CreatedAt) }
func (v *postView) indexed() time.Time { return parseTime(v.IndexedAt) }

// sorted is the moment lists are ordered by: the author's time, or the AppView's
// where the author's lies after it.
func sorted(created, indexed time.Time) time.Time {
	if created.IsZero() || created.After(indexed) {
		return indexed
	}
	return created
}

// parseTime reads a lexicon datetime, as leniently as records are written; what
// cannot be read is the zero time.
func parseTime(s string) time.Time {
	d, err := syntax.ParseDatetimeLenient(s)
	if err != nil {
		return time.Time{}
	}
	return d.Time().UTC()
}

// validPost tells whether uri is the address of a post with a DID for its
// authority: only such an address names the same post for ever.
func validPost(uri string) bool {
	u, err := syntax.ParseATURI(uri)
	if err != nil || u.Collection() != postCollection || u.RecordKey() == "" {
		return false
	}
	_, err = u.Authority().AsDID()
	return err == nil
}

// repoOf is the authority of an at:// address, "" for anything else.
func repoOf(uri string) string {
	rest, ok := strings.CutPrefix(uri, "at://")
	if !ok {
		return ""
	}
	repo, _, _ := strings.Cut(rest, "/")
	return repo
}

// keyOf is the record key of an at:// address.
func keyOf(uri string) string { return uri[strings.LastIndexByte(uri, '/')+1:] }

// markOf is the end of a CID: enough to tell two versions of one record apart.
func markOf(cid string) string {
	const enough = 12
	return cid[max(0, len(cid)-enough):]
}

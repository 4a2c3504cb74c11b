package bluesky

import (
	"encoding/json"
	"time"

	"github.com/vigie-hq/vigie/community"
)

const site = "https://bsky.app/profile/"

// backdated is how long before it was first seen a post's own time may lie and be
// believed: a slow clock, a queue. Authors may write any time they like, and a
// complaint dated 1986 is not history.
const backdated = 5 * time.Minute

// sighting is a post as it was met, and how.
type sighting struct {
	view *postView
	via  string    // the query that found it; "" when it came to the account itself
	seen time.Time // when the network first told of it, if that is known better than by view
}

// messageOf is a post as a message. The fleet sets what it knows better: brand,
// account, origin, time of receipt.
func (s *session) messageOf(g sighting, followers int) community.Message {
	v, me := g.view, s.account.NativeID
	own := v.Author.DID == me
	m := community.Message{
		Network:   Name,
		ID:        v.URI,
		Thread:    v.URI,
		Kind:      kindOf(v, me),
		Author:    authorOf(&v.Author, followers),
		Text:      v.Record.Text,
		URL:       permalink(v.URI),
		CreatedAt: written(v, g.seen),
		Media:     mediaOf(v.Embed),
		CanReply:  !own && !v.Viewer.ReplyDisabled,
	}
	if v.Record.Reply != nil {
		m.InReplyTo, m.Thread = v.Record.Reply.Parent.URI, v.Record.Reply.Root.URI
	}
	if len(v.Record.Langs) > 0 {
		m.Lang = v.Record.Langs[0]
	}
	if !own && !v.Record.concerns(me) {
		m.Via = g.via
	}
	if v.Viewer.ReplyDisabled && !own {
		m.ReplyWhy = "bluesky.reply_disabled"
	}
	if !own {
		m.Can = s.abilities(v)
	}
	return m
}

// abilities is what can be done to somebody else's post.
func (s *session) abilities(v *postView) []community.Ability {
	direct := community.Ability{Deed: community.DeedPrivate}
	switch v.Author.Associated.Chat.AllowIncoming {
	case "none":
		direct.Why = "bluesky.dm_closed"
	case "following":
		if v.Author.Viewer.FollowedBy == "" {
			direct.Why = "bluesky.dm_closed"
		}
	}
	if !s.directs() {
		direct.Why = "bluesky.dm_password"
	}
	hide, unhide := community.Ability{Deed: community.DeedHide}, community.Ability{Deed: community.DeedUnhide}
	if v.Record.Reply == nil || repoOf(v.Record.Reply.Root.URI) != s.account.NativeID {
		hide.Why, unhide.Why = "bluesky.hide_elsewhere", "bluesky.hide_elsewhere"
	}
	return []community.Ability{
		direct, hide, unhide,
		{Deed: community.DeedDelete, Why: "bluesky.no_delete"},
		{Deed: community.DeedLike},
		{Deed: community.DeedUnlike},
	}
}

// goneMessage is the deletion of a post: the network tells its address alone.
func goneMessage(uri, thread string) community.Message {
	if thread == "" {
		thread = uri
	}
	return community.Message{Network: Name, ID: uri, Thread: thread, Deleted: true}
}

// kindOf says what a post is to the account.
func kindOf(v *postView, me string) community.Kind {
	switch {
	case v.Record.Reply != nil:
		return community.KindReply
	case v.Author.DID != me && v.Record.concerns(me):
		return community.KindMention
	}
	return community.KindPost
}

// written is when a post was written, as far as its author can be believed:
// never after the network saw it, and little before.
func written(v *postView, seen time.Time) time.Time {
	at, latest := v.created(), v.indexed()
	if seen.After(latest) {
		latest = seen
	}
	if at.IsZero() || at.After(latest) {
		return latest
	}
	if earliest := latest.Add(-backdated); at.Before(earliest) {
		return earliest
	}
	return at
}

func authorOf(p *profile, followers int) community.Author {
	name := p.DisplayName
	if name == "" {
		name = p.Handle
	}
	return community.Author{
		ID: p.DID, Handle: p.Handle, Name: name, Followers: max(followers, p.Followers),
		Verified: p.Verification.Verified == "valid" || p.Verification.Verifier == "valid",
		URL:      site + p.DID,
	}
}

// permalink is where people see a post. It stands on the DID, which outlives every
// handle.
func permalink(uri string) string { return site + repoOf(uri) + "/post/" + keyOf(uri) }

// mediaOf is what a post shows beside its words: pictures, a film, a link's card.
func mediaOf(embed json.RawMessage) (media []community.Media) {
	var e struct {
		Images []struct {
			Full string `json:"fullsize"`
		} `json:"images"`
		Playlist string `json:"playlist"`
		External struct {
			URI string `json:"uri"`
		} `json:"external"`
		Media json.RawMessage `json:"media"`
	}
	if len(embed) == 0 || json.Unmarshal(embed, &e) != nil {
		return nil
	}
	for _, i := range e.Images {
		media = append(media, community.Media{Type: "image", URL: i.Full})
	}
	if e.Playlist != "" {
		media = append(media, community.Media{Type: "video", URL: e.Playlist})
	}
	if e.External.URI != "" {
		media = append(media, community.Media{Type: "link", URL: e.External.URI})
	}
	return append(media, mediaOf(e.Media)...)
}

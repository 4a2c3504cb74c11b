package facebook

import (
	"cmp"
	"strings"
	"time"

	"github.com/vigie-hq/vigie/collectors/graph"
	"github.com/vigie-hq/vigie/community"
)

// The fields asked of each sort of thing.
const (
	commentFields = "id,message,created_time,from{id,name},parent{id},attachment,is_hidden,can_hide,can_remove,can_comment,can_like,can_reply_privately,permalink_url"
	postFields    = "id,message,story,created_time,updated_time,from{id,name},permalink_url,can_reply_privately,attachments{media_type,url,media}"
	feedFields    = postFields + ",comments.filter(stream).limit(0).summary(true)"
	reviewFields  = "created_time,has_review,rating,recommendation_type,review_text,reviewer{id,name},open_graph_story{id}"
)

// attachment is a picture, film or link that a post or comment shows.
type attachment struct {
	MediaType string `json:"media_type"` // of a post: photo, video, album, link
	Type      string `json:"type"`       // of a comment: photo, video_inline, sticker, share
	URL       string `json:"url"`
	Media     struct {
		Image struct {
			Src string `json:"src"`
		} `json:"image"`
		Source string `json:"source"`
	} `json:"media"`
}

func (a *attachment) media() (community.Media, bool) {
	kind := cmp.Or(a.MediaType, a.Type)
	switch {
	case strings.Contains(kind, "video"):
		return community.Media{Type: "video", URL: cmp.Or(a.URL, a.Media.Source)}, a.URL+a.Media.Source != ""
	case kind == "link", kind == "share":
		return community.Media{Type: "link", URL: a.URL}, a.URL != ""
	}
	return community.Media{Type: "image", URL: a.Media.Image.Src}, a.Media.Image.Src != ""
}

// post is something written on the page, or elsewhere with its name in it.
type post struct {
	ID          string        `json:"id"`
	Text        string        `json:"message"`
	Story       string        `json:"story"`
	Created     graph.Time    `json:"created_time"`
	Updated     graph.Time    `json:"updated_time"`
	From        *graph.Person `json:"from"`
	URL         string        `json:"permalink_url"`
	Privately   *bool         `json:"can_reply_privately"`
	Attachments struct {
		Data []attachment `json:"data"`
	} `json:"attachments"`
	Comments graph.List `json:"comments"`
}

// comment is a comment on a post, or an answer to one.
type comment struct {
	ID         string        `json:"id"`
	Text       string        `json:"message"`
	Created    graph.Time    `json:"created_time"`
	From       *graph.Person `json:"from"`
	Parent     graph.Person  `json:"parent"`
	Attachment *attachment   `json:"attachment"`
	CanHide    *bool         `json:"can_hide"`
	CanRemove  *bool         `json:"can_remove"`
	CanComment *bool         `json:"can_comment"`
	CanLike    *bool         `json:"can_like"`
	Privately  *bool         `json:"can_reply_privately"`
	URL        string        `json:"permalink_url"`
}

// review is a recommendation. It has no id of its own; its story has.
type review struct {
	Created   graph.Time    `json:"created_time"`
	Rating    int           `json:"rating"` // one to five stars, of old ones
	Recommend string        `json:"recommendation_type"`
	Text      string        `json:"review_text"`
	Reviewer  *graph.Person `json:"reviewer"`
	Story     graph.Person  `json:"open_graph_story"`
}

func authorOf(p *graph.Person) community.Author {
	if p == nil || p.ID == "" {
		return community.Author{}
	}
	return community.Author{ID: p.ID, Name: p.Name}
}

// postMessage is a post as a message: kind is post on our page, mention elsewhere.
func (p *page) postMessage(it *post, kind community.Kind, now time.Time) community.Message {
	m := community.Message{
		ID: it.ID, Thread: it.ID, Kind: kind, Author: authorOf(it.From), Text: cmp.Or(it.Text, it.Story),
		URL: it.URL, CreatedAt: it.Created.Time, CanReply: true,
	}
	for i := range it.Attachments.Data {
		if media, ok := it.Attachments.Data[i].media(); ok {
			m.Media = append(m.Media, media)
		}
	}
	switch {
	case kind == community.KindMention:
		m.Can = likes(true)
	case m.Author.ID == p.account.NativeID:
		m.Can = []community.Ability{{Deed: community.DeedDelete}}
	default:
		m.Can = theirs(m.CreatedAt, now, it.Privately, true, true, true)
	}
	return m
}

// commentMessage is a comment as a message, on the post of that id.
func (p *page) commentMessage(it *comment, post string, now time.Time) community.Message {
	m := community.Message{
		ID: it.ID, Thread: post, InReplyTo: cmp.Or(it.Parent.ID, post), Kind: community.KindComment,
		Author: authorOf(it.From), Text: it.Text, URL: it.URL, CreatedAt: it.Created.Time, CanReply: true,
	}
	if it.Parent.ID != "" {
		m.Kind = community.KindReply
	}
	if it.Attachment != nil {
		if media, ok := it.Attachment.media(); ok {
			m.Media = []community.Media{media}
		}
	}
	if it.Parent.ID == "" && !yes(it.CanComment) { // under an answer we answer its comment
		m.CanReply, m.ReplyWhy = false, "facebook.no_comment"
	}
	if m.Author.ID == p.account.NativeID {
		m.Can = []community.Ability{{Deed: community.DeedDelete}}
		return m
	}
	m.Can = theirs(m.CreatedAt, now, it.Privately, yes(it.CanHide), yes(it.CanRemove), yes(it.CanLike))
	return m
}

// reviewMessage is a recommendation as a message; one without words speaks by
// its sign.
func (p *page) reviewMessage(it *review) community.Message {
	text := it.Text
	switch {
	case text != "":
	case it.Rating > 0:
		text = strings.Repeat("★", min(it.Rating, 5)) + strings.Repeat("☆", 5-min(it.Rating, 5))
	case strings.EqualFold(it.Recommend, "negative"):
		text = "👎"
	default:
		text = "👍"
	}
	return community.Message{
		ID: it.Story.ID, Thread: it.Story.ID, Kind: community.KindReview, Author: authorOf(it.Reviewer),
		Text: text, CreatedAt: it.Created.Time, CanReply: true,
	}
}

// yes reads what Graph may leave out: what it does not forbid can be tried.
func yes(b *bool) bool { return b == nil || *b }

// theirs is what can be done to somebody else's words on our page.
func theirs(created, now time.Time, privately *bool, hide, remove, like bool) []community.Ability {
	private := community.Ability{Deed: community.DeedPrivate, Until: created.Add(graph.PrivateReplyWindow)}
	if !yes(privately) && now.Before(private.Until) {
		private.Why = "facebook.no_private"
	}
	all := []community.Ability{
		private, able(community.DeedHide, hide), able(community.DeedUnhide, hide), able(community.DeedDelete, remove),
	}
	return append(all, likes(like)...)
}

func likes(can bool) []community.Ability {
	return []community.Ability{able(community.DeedLike, can), able(community.DeedUnlike, can)}
}

func able(deed community.Deed, can bool) community.Ability {
	if can {
		return community.Ability{Deed: deed}
	}
	return community.Ability{Deed: deed, Why: "facebook.not_allowed"}
}

package mastodon

import (
	"strings"

	client "github.com/mattn/go-mastodon"

	"github.com/vigie-hq/vigie/collectors/plain"
	"github.com/vigie-hq/vigie/community"
)

// messageOf is a status as a message. The fleet sets what it knows better:
// brand, account, origin, time of receipt.
func (s *session) messageOf(status *client.Status, thread string) community.Message {
	own := string(status.Account.ID) == s.account.NativeID
	m := community.Message{
		Network:   Name,
		Scope:     s.scope,
		ID:        string(status.ID),
		Thread:    thread,
		InReplyTo: parentOf(status),
		Kind:      s.kindOf(status, own),
		Author: community.Author{
			ID:        string(status.Account.ID),
			Handle:    status.Account.Acct,
			Name:      status.Account.DisplayName,
			Followers: int(status.Account.FollowersCount),
			URL:       webAddress(status.Account.URL),
		},
		Text:      wordsOf(status),
		Lang:      status.Language,
		URL:       webAddress(status.URL),
		CreatedAt: status.CreatedAt.UTC(),
		Private:   private(status.Visibility),
		CanReply:  !own,
	}
	if !own {
		m.Can = canDo(m.Private)
	}
	if !status.EditedAt.IsZero() {
		m.EditedAt = status.EditedAt.UTC()
	}
	if m.Author.Name == "" {
		m.Author.Name = status.Account.Username
	}
	for _, a := range status.MediaAttachments {
		address := a.URL
		if address == "" {
			address = a.RemoteURL
		}
		m.Media = append(m.Media, community.Media{Type: mediaType(a.Type), URL: webAddress(address)})
	}
	return m
}

// goneMessage is the deletion of a status: the network tells its id alone.
func (s *session) goneMessage(id client.ID) community.Message {
	return community.Message{
		Network: Name, Scope: s.scope, ID: string(id), Thread: s.threads.get(string(id)), Deleted: true,
	}
}

// wordsOf is all there is to read: the content warning first, then the text,
// then a poll's options.
func wordsOf(status *client.Status) string {
	parts := make([]string, 0, 3)
	if w := strings.TrimSpace(status.SpoilerText); w != "" {
		parts = append(parts, w)
	}
	if t := plain.Text(status.Content); t != "" {
		parts = append(parts, t)
	}
	if status.Poll != nil && len(status.Poll.Options) > 0 {
		options := make([]string, len(status.Poll.Options))
		for i, o := range status.Poll.Options {
			options[i] = "- " + o.Title
		}
		parts = append(parts, strings.Join(options, "\n"))
	}
	return strings.Join(parts, "\n\n")
}

func (s *session) kindOf(status *client.Status, own bool) community.Kind {
	switch {
	case status.Visibility == client.VisibilityDirectMessage:
		return community.KindDirect
	case parentOf(status) != "":
		return community.KindReply
	case own || !s.mentioned(status):
		return community.KindPost
	}
	return community.KindMention
}

// private is true for whatever the public cannot read: direct messages and
// posts to followers only.
func private(visibility string) bool {
	return visibility == client.VisibilityDirectMessage || visibility == client.VisibilityFollowersOnly
}

// parentOf is the id a status answers; the API says null for none.
func parentOf(status *client.Status) string {
	id, _ := status.InReplyToID.(string)
	return id
}

// mediaType names a kind of attachment in our words; gifv is a film without sound.
func mediaType(t string) string {
	switch t {
	case "image", "video", "audio":
		return t
	case "gifv":
		return "video"
	}
	return "file"
}

// mentioned tells whether a status names the account.
func (s *session) mentioned(status *client.Status) bool {
	for _, m := range status.Mentions {
		if string(m.ID) == s.account.NativeID {
			return true
		}
	}
	return false
}

// viaOf is how a status came to us: by the tag, unless it is ours or to us anyway.
func (s *session) viaOf(status *client.Status, via string) string {
	if string(status.Account.ID) == s.account.NativeID || s.mentioned(status) {
		return ""
	}
	return via
}

// tagOf is the first tag of a status that the account listens to, as in Via.
func (s *session) tagOf(status *client.Status) string {
	for _, tag := range s.tags {
		for _, t := range status.Tags {
			if strings.EqualFold(t.Name, tag) {
				return via(tag)
			}
		}
	}
	return ""
}

// webAddress is an address that a page may link to, else nothing.
func webAddress(address string) string {
	if strings.HasPrefix(address, "https://") || strings.HasPrefix(address, "http://") {
		return address
	}
	return ""
}

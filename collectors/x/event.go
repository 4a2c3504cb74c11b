//lint:file-ignore SA1019 the only client of version 1.1 is finished, like what it talks to

package x

import (
	"encoding/json"

	"github.com/dghubble/go-twitter/twitter"

	"github.com/vigie-hq/vigie/community"
)

// event is what one webhook delivery tells about one account.
type event struct {
	user       string // the account's id
	kind       string // X's name of an event of the Activity API; "" for the old
	posts      []post
	gone       []string
	revoked    bool // somebody took the app's rights away
	unreadable int
}

// delivery is one POST of either kind: the Activity API's (data), or the Account
// Activity API's, whose objects are those of version 1.1.
type delivery struct {
	Data *struct {
		Type   string `json:"event_type"`
		Filter struct {
			User string `json:"user_id"`
		} `json:"filter"`
		Payload  json.RawMessage `json:"payload"`
		Includes wireIncludes    `json:"includes"`
	} `json:"data"`

	User    string            `json:"for_user_id"`
	Created []json.RawMessage `json:"tweet_create_events"`
	Deleted []struct {
		Status struct {
			ID string `json:"id"`
		} `json:"status"`
	} `json:"tweet_delete_events"`
	oldDirects
	Event struct {
		Revoke json.RawMessage `json:"revoke"`
	} `json:"user_event"`
}

// oldDirects are direct messages as both kinds of delivery carry them.
type oldDirects struct {
	Directs []json.RawMessage     `json:"direct_message_events"`
	Users   map[string]legacyUser `json:"users"`
}

// legacyUser is somebody beside a direct message: flat in the old deliveries, a
// version 2 user in the new.
type legacyUser struct {
	wireUser
	Handle    string `json:"screen_name"`
	Followers int    `json:"followers_count"`
}

func (u *legacyUser) person() person {
	p := u.wireUser.person()
	if p.Handle == "" {
		p.Handle = u.Handle
	}
	p.Followers = max(p.Followers, u.Followers)
	return p
}

// decodeDelivery reads the body of a webhook call. Deliveries of kinds that are
// nothing to us have neither posts nor gone. A body that is no delivery is a
// Fault Invalid "hook.body".
func decodeDelivery(body []byte) (event, error) {
	var d delivery
	if err := json.Unmarshal(body, &d); err != nil {
		return event{}, community.Faultf(community.Invalid, "hook.body").Because(err)
	}
	e := event{user: d.User}
	if d.Data != nil {
		e.user = d.Data.Filter.User
	}
	if !validID(e.user) {
		return event{}, community.Faultf(community.Invalid, "hook.body")
	}
	if d.Data != nil {
		e.kind = d.Data.Type
		e.activity(&d)
		return e, nil
	}
	for _, raw := range d.Created {
		var t twitter.Tweet
		if json.Unmarshal(raw, &t) != nil {
			e.unreadable++
			continue
		}
		e.add(legacyPost(&t, histories(raw)))
	}
	for _, x := range d.Deleted {
		e.remove(x.Status.ID)
	}
	e.directs(&d.oldDirects)
	e.revoked = len(d.Event.Revoke) > 0
	return e, nil
}

// activity reads one event of the Activity API.
func (e *event) activity(d *delivery) {
	switch d.Data.Type {
	case "post.mention.create", "post.reply.create", "post.quote.create", "post.create":
		l := wireList{Data: d.Data.Payload, Includes: d.Data.Includes}
		p := l.posts()
		e.posts, e.unreadable = append(e.posts, p.posts...), e.unreadable+p.unreadable
	case "post.delete":
		e.remove(idOf(d.Data.Payload))
	case "dm.received", "dm.sent":
		var old oldDirects
		if json.Unmarshal(d.Data.Payload, &old) != nil || len(old.Directs) == 0 {
			e.unreadable++
			return
		}
		e.directs(&old)
	case "oauth.revoke":
		e.revoked = true
	}
}

func (e *event) directs(old *oldDirects) {
	people := func(id string) person {
		if u, ok := old.Users[id]; ok {
			p := u.person()
			p.ID = id
			return p
		}
		return person{ID: id}
	}
	for _, raw := range old.Directs {
		var m twitter.DirectMessageEvent
		if json.Unmarshal(raw, &m) != nil {
			e.unreadable++
			continue
		}
		if m.Type == "message_create" {
			e.add(legacyDirect(&m, people))
		}
	}
}

func (e *event) add(p post, ok bool) {
	if !ok {
		e.unreadable++
		return
	}
	e.posts = append(e.posts, p)
}

func (e *event) remove(id string) {
	if !validID(id) {
		e.unreadable++
		return
	}
	e.gone = append(e.gone, id)
}

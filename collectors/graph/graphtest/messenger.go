package graphtest

import (
	"strconv"
	"time"
)

// Meta's windows.
const (
	window      = 24 * time.Hour
	humanWindow = 7 * 24 * time.Hour
	replyWindow = 7 * 24 * time.Hour
	longest     = 2000 // characters of a Messenger text
)

func conversationKind() kind {
	k := kind{
		fields: stored("id", "snippet", "link", "name", "folder", "unread_count", "is_subscribed", "scoped_thread_key", "wallpaper"),
		plain:  "updated_time",
		edges: map[string]edge{"messages": {
			of: "message", desc: true, params: []string{"source"},
			list: func(_ *Server, _ *call, o *object, _ map[string]string) ([]*object, *failure) {
				return o.alive("messages"), nil
			},
		}},
	}
	both := func(_ *Server, _ *call, o *object) any {
		return []*object{o.fields["person"].(*object), o.fields["us"].(*object)}
	}
	k.fields["participants"], k.fields["senders"] = both, both
	k.fields["updated_time"] = func(_ *Server, _ *call, o *object) any { return stamp(updated(o)) }
	k.fields["message_count"] = func(_ *Server, _ *call, o *object) any { return len(o.alive("messages")) }
	k.fields["can_reply"] = func(s *Server, _ *call, o *object) any { return s.now().Sub(heard(o)) < window }
	return k
}

func messageKind() kind {
	k := kind{fields: stored("id", "message", "sticker", "tags", "story", "is_unsupported", "reply_to"), plain: "created_time"}
	k.fields["created_time"] = func(_ *Server, _ *call, o *object) any { return stamp(o.at) }
	k.fields["from"] = func(_ *Server, _ *call, o *object) any { return o.fields["from"] }
	k.fields["to"] = func(_ *Server, _ *call, o *object) any { return []*object{o.fields["to"].(*object)} }
	k.edges = map[string]edge{"attachments": {of: "attachment", list: func(s *Server, _ *call, o *object, _ map[string]string) ([]*object, *failure) {
		address := map[string]any{"url": s.signed(o.id)}
		switch o.fields["file"] {
		case nil:
			return nil, nil
		case "image":
			return []*object{{id: o.id + "f", kind: "attachment", fields: map[string]any{"mime_type": "image/jpeg", "image_data": address}}}, nil
		}
		return []*object{{id: o.id + "f", kind: "attachment", fields: map[string]any{"mime_type": "audio/mpeg", "file_url": address["url"]}}}, nil
	}}}
	return k
}

// signed is a file's address: another one each time it is told.
func (s *Server) signed(id string) string {
	s.signatures++
	return "https://cdn.example/" + id + "?oh=" + strconv.Itoa(s.signatures)
}

// withFile puts a file into a message and into the event that tells of it.
func (s *Server) withFile(o *object, message map[string]any, file string) {
	if file == "" {
		return
	}
	o.fields["file"] = file
	message["attachments"] = []any{map[string]any{"type": file, "payload": map[string]any{"url": s.signed(o.id)}}}
}

// updated is when a conversation last changed, heard when the customer last wrote.
func updated(o *object) time.Time {
	at, _ := o.fields["updated"].(time.Time)
	return at
}

func heard(o *object) time.Time {
	at, _ := o.fields["heard"].(time.Time)
	return at
}

// conversationsEdge lists a page's conversations, the last changed first.
func conversationsEdge() edge {
	return edge{
		of: "conversation", desc: true, key: updated, params: []string{"platform", "user_id", "folder", "tags"},
		list: func(s *Server, c *call, o *object, args map[string]string) ([]*object, *failure) {
			platform := args["platform"]
			if !contains([]string{"messenger", "instagram"}, platform) {
				return nil, s.invalid("platform")
			}
			permission := map[string]string{"messenger": "pages_messaging", "instagram": "instagram_manage_messages"}[platform]
			if !contains(c.token.scopes, permission) {
				return nil, fault(10, 0, "Requires "+permission+" permission")
			}
			var all []*object
			for _, one := range o.alive("conversations:" + platform) {
				if who := args["user_id"]; who == "" || one.fields["person"].(*object).id == who {
					all = append(all, one)
				}
			}
			return all, nil
		},
	}
}

// conversation is the one between a page and a person. A person has another id
// for every page.
func (s *Server) conversation(page *object, platform, who string) *object {
	name := platform + ":" + page.id + ":" + who
	if o := s.objects[name]; o != nil {
		return o
	}
	person := s.add("user", s.number(), nil, time.Time{}, map[string]any{"name": who})
	o := s.add("conversation", "t_"+s.number(), page, time.Time{}, map[string]any{"person": person, "us": page, "platform": platform})
	s.objects[name] = o
	s.objects["person:"+page.id+":"+person.id] = o
	page.list("conversations:"+platform, o)
	return o
}

// Direct has somebody write to a page in private.
func (s *Server) Direct(page, who, text string, at time.Time) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.direct(s.conversation(s.objects[page], "messenger", who), text, "", at, false, 0).id
}

// File has somebody send a page a file in private: an image or audio.
func (s *Server) File(page, who, file string, at time.Time) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.direct(s.conversation(s.objects[page], "messenger", who), "", file, at, false, 0).id
}

// OwnDirect has the page answer in Meta's own inbox.
func (s *Server) OwnDirect(page, who, text string, at time.Time) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.direct(s.conversation(s.objects[page], "messenger", who), text, "", at, true, 0).id
}

// PersonOf is the id that somebody has for a page's messages.
func (s *Server) PersonOf(page, who string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.conversation(s.objects[page], "messenger", who).fields["person"].(*object).id
}

func (s *Server) direct(in *object, text, file string, at time.Time, own bool, app int64) *object {
	page, person := s.objects[in.page], in.fields["person"].(*object)
	from, to := person, page
	if own {
		from, to = page, person
	}
	o := s.add("message", "m_"+s.number(), page, at, map[string]any{"message": text, "from": from, "to": to})
	in.list("messages", o)
	if o.at.After(updated(in)) {
		in.fields["updated"] = o.at
	}
	if !own && o.at.After(heard(in)) {
		in.fields["heard"] = o.at
	}
	message := map[string]any{"mid": o.id, "text": text}
	s.withFile(o, message, file)
	field := "messages"
	if own {
		field, message["is_echo"] = "message_echoes", true
		if app != 0 {
			message["app_id"] = app
		}
	}
	s.say("page", page, field, map[string]any{
		"sender": map[string]any{"id": from.id}, "recipient": map[string]any{"id": to.id},
		"timestamp": o.at.UnixMilli(), "message": message,
	})
	return o
}

// tellEdit sends the edit of a private message to the webhook.
func (s *Server) tellEdit(o *object) {
	n, _ := o.fields["edits"].(int)
	o.fields["edits"] = n + 1
	if isInstagram(o) {
		s.sayInstagram(o, map[string]any{
			"timestamp": s.now().UnixMilli(), "message_edit": map[string]any{"mid": o.id, "text": o.text("message"), "num_edit": n + 1},
		})
		return
	}
	s.say("page", s.objects[o.page], "message_edits", map[string]any{
		"sender": map[string]any{"id": o.fields["from"].(*object).id}, "recipient": map[string]any{"id": o.fields["to"].(*object).id},
		"timestamp": s.now().UnixMilli(), "message_edit": map[string]any{"mid": o.id, "text": o.text("message"), "num_edit": n + 1},
	})
}

// sendMessage is POST /{page}/messages: to a person within the windows, or once
// to who commented or posted.
func sendMessage(s *Server, c *call, page *object) (any, *failure) {
	var recipient struct {
		ID      string `json:"id"`
		Comment string `json:"comment_id"`
		Post    string `json:"post_id"`
	}
	var message struct {
		Text string `json:"text"`
	}
	switch {
	case !contains(c.token.scopes, "pages_messaging"):
		return nil, fault(230, 0, "Requires pages_messaging permission to manage the object")
	case !c.arg("recipient", &recipient), !c.arg("message", &message), message.Text == "":
		return nil, s.invalid("recipient or message")
	case len([]rune(message.Text)) > longest:
		return nil, fault(100, 2018065, "Length of param message[text] must be less than or equal to 2000")
	}
	var in *object
	if on := recipient.Comment + recipient.Post; on != "" {
		answered, f := s.privately(on)
		if f != nil {
			return nil, f
		}
		if answered.kind == "ig_comment" {
			in = s.igConversation(s.igAccount(answered), answered.fields["from"].(*object).text("username"))
		} else {
			in = s.conversation(page, "messenger", answered.fields["from"].(*object).text("name"))
		}
		answered.fields["answered"] = true
		answered.fields["private_reply_conversation"] = in
	} else {
		in = s.objects["person:"+page.id+":"+recipient.ID]
		if in == nil {
			return nil, fault(100, 2018001, "No matching user found")
		}
		if f := s.within(c, in); f != nil {
			return nil, f
		}
	}
	if in.fields["platform"] == "instagram" {
		if len(message.Text) > longestDirect {
			return nil, fault(100, 2534020, "Length of param message[text] must be less than or equal to 1000 bytes")
		}
		o := s.igDirect(in, message.Text, "", time.Time{}, true)
		return map[string]any{"recipient_id": in.fields["person"].(*object).id, "message_id": o.id}, nil
	}
	o := s.direct(in, message.Text, "", time.Time{}, true, 190000000000001)
	return map[string]any{"recipient_id": in.fields["person"].(*object).id, "message_id": o.id}, nil
}

// within refuses what comes after the window, or is tagged without leave.
func (s *Server) within(c *call, in *object) *failure {
	age := s.now().Sub(heard(in))
	switch kind, tag := c.form.Get("messaging_type"), c.form.Get("tag"); {
	case kind == "RESPONSE" && tag == "" && age < window:
	case kind == "MESSAGE_TAG" && tag == "HUMAN_AGENT" && s.o.HumanAgent && age < humanWindow:
	case kind == "MESSAGE_TAG" && tag == "HUMAN_AGENT" && !s.o.HumanAgent:
		s.blame("HUMAN_AGENT without the permission")
		return fault(100, 2018248, "The app does not have the Human Agent permission")
	case kind == "RESPONSE":
		return fault(10, 2018278, "This message is sent outside of allowed window.")
	default:
		s.blame("messaging_type " + kind + " tag " + tag)
		return s.invalid("messaging_type")
	}
	return nil
}

// privately is the comment or post that may be answered in private.
func (s *Server) privately(id string) (*object, *failure) {
	o := s.objects[id]
	switch {
	case o == nil || o.gone:
		return nil, gone(id)
	case ours(o) || o.fields["from"] == nil:
		return nil, fault(100, 2018001, "No matching user found")
	case o.fields["answered"] == true:
		return nil, fault(10900, 0, "Activity already replied to")
	case s.now().Sub(o.at) >= replyWindow:
		return nil, fault(10, 2018278, "This message is sent outside of allowed window.")
	}
	return o, nil
}

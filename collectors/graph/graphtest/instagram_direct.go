package graphtest

import "time"

// igConversation is the private one between an account and a person.
func (s *Server) igConversation(account *object, who string) *object {
	name := "igtalk:" + account.id + ":" + who
	if o := s.objects[name]; o != nil {
		return o
	}
	page := s.objects[account.page]
	person := s.igPerson(account, who)
	o := s.add("conversation", "aWdf"+s.number(), page, time.Time{}, map[string]any{"person": person, "us": account, "platform": "instagram"})
	s.objects[name] = o
	s.objects["person:"+page.id+":"+person.id] = o
	page.list("conversations:instagram", o)
	return o
}

// IGDirect has somebody write to an account in private.
func (s *Server) IGDirect(account, who, text string, at time.Time) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.igDirect(s.igConversation(s.objects[account], who), text, "", at, false).id
}

// IGFile has somebody send an account a file in private: an image or audio.
func (s *Server) IGFile(account, who, text, file string, at time.Time) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.igDirect(s.igConversation(s.objects[account], who), text, file, at, false).id
}

// OwnIGDirect has the account answer in Meta's own inbox.
func (s *Server) OwnIGDirect(account, who, text string, at time.Time) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.igDirect(s.igConversation(s.objects[account], who), text, "", at, true).id
}

func (s *Server) igDirect(in *object, text, file string, at time.Time, own bool) *object {
	account, person := in.fields["us"].(*object), in.fields["person"].(*object)
	from, to := person, account
	if own {
		from, to = account, person
	}
	o := s.add("message", "aWdm"+s.number(), s.objects[in.page], at, map[string]any{"message": text, "from": from, "to": to})
	in.list("messages", o)
	if o.at.After(updated(in)) {
		in.fields["updated"] = o.at
	}
	if !own && o.at.After(heard(in)) {
		in.fields["heard"] = o.at
	}
	message := map[string]any{"mid": o.id, "text": text}
	s.withFile(o, message, file)
	if own {
		message["is_echo"] = true
	}
	s.sayInstagram(o, map[string]any{"timestamp": o.at.UnixMilli(), "message": message})
	return o
}

// sayInstagram sends an event of a private message to the webhook.
func (s *Server) sayInstagram(o *object, event map[string]any) {
	from, to := o.fields["from"].(*object), o.fields["to"].(*object)
	account := from
	if account.kind != "ig_user" {
		account = to
	}
	event["sender"], event["recipient"] = map[string]any{"id": from.id}, map[string]any{"id": to.id}
	if s.igSubscribed(account) {
		s.deliver(delivery{object: "instagram", entry: account.id, messaging: event})
	}
}

// isInstagram tells whether a private message is one of Instagram's.
func isInstagram(o *object) bool {
	return o.fields["from"].(*object).kind != "page" && o.fields["to"].(*object).kind != "page"
}

// Unsend takes a private message of Instagram's back: its author did.
func (s *Server) Unsend(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	o := s.objects[id]
	o.gone = true
	s.sayInstagram(o, map[string]any{"timestamp": s.now().UnixMilli(), "message": map[string]any{"mid": id, "is_deleted": true}})
}

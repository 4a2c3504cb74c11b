package mastodontest

// The answers of the API, with the fields that clients read. They are structs
// because the suite asks for tens of thousands of them.
type (
	accountJSON struct {
		ID        string `json:"id"`
		Username  string `json:"username"`
		Acct      string `json:"acct"`
		Name      string `json:"display_name"`
		Followers int    `json:"followers_count"`
		URL       string `json:"url"`
		CreatedAt string `json:"created_at"`
		Emojis    []any  `json:"emojis"`
		Fields    []any  `json:"fields"`
	}
	mentionJSON struct {
		ID       string `json:"id"`
		Username string `json:"username"`
		Acct     string `json:"acct"`
		URL      string `json:"url"`
	}
	tagJSON struct {
		Name string `json:"name"`
		URL  string `json:"url"`
	}
	statusJSON struct {
		ID          string        `json:"id"`
		URI         string        `json:"uri"`
		URL         string        `json:"url"`
		CreatedAt   string        `json:"created_at"`
		EditedAt    *string       `json:"edited_at"`
		Account     accountJSON   `json:"account"`
		Content     string        `json:"content"`
		Visibility  string        `json:"visibility"`
		InReplyToID *string       `json:"in_reply_to_id"`
		Spoiler     string        `json:"spoiler_text"`
		Mentions    []mentionJSON `json:"mentions"`
		Media       []any         `json:"media_attachments"`
		Tags        []tagJSON     `json:"tags"`
		Emojis      []any         `json:"emojis"`
		Language    string        `json:"language"`
		Reblog      *struct{}     `json:"reblog"`
		Poll        *struct{}     `json:"poll"`
		Card        *struct{}     `json:"card"`
	}
	noteJSON struct {
		ID        string      `json:"id"`
		Type      string      `json:"type"`
		CreatedAt string      `json:"created_at"`
		Account   accountJSON `json:"account"`
		Status    statusJSON  `json:"status"`
	}
)

const timeFormat = "2006-01-02T15:04:05.000Z"

func (s *Server) accountOf(u *user) accountJSON {
	return accountJSON{
		ID: u.id, Username: u.name, Acct: u.name, Name: "The " + u.name, Followers: 3,
		URL: s.URL + "/@" + u.name, CreatedAt: "2024-01-01T00:00:00.000Z", Emojis: []any{}, Fields: []any{},
	}
}

func (s *Server) noteJSON(n *notification) noteJSON {
	st := s.posts[n.status]
	return noteJSON{n.id, n.kind, n.at.Format(timeFormat), s.accountOf(s.userByID(st.Author)), s.json(st)}
}

func (s *Server) json(st *Status) statusJSON {
	mentions := []mentionJSON{}
	for _, id := range s.mentioned(st) {
		u := s.userByID(id)
		mentions = append(mentions, mentionJSON{u.id, u.name, u.name, s.URL + "/@" + u.name})
	}
	orNull := func(set bool, v string) *string {
		if !set {
			return nil
		}
		return &v
	}
	return statusJSON{
		ID: st.ID, URI: s.URL + "/s/" + st.ID, URL: s.URL + "/s/" + st.ID,
		CreatedAt: st.Created.Format(timeFormat), EditedAt: orNull(!st.Edited.IsZero(), st.Edited.Format(timeFormat)),
		Account: s.accountOf(s.userByID(st.Author)), Content: s.html(st), Visibility: st.Visibility,
		InReplyToID: orNull(s.posts[st.InReplyTo] != nil, st.InReplyTo), Spoiler: st.Spoiler,
		Mentions: mentions, Media: []any{}, Tags: s.tagsJSON(st), Emojis: []any{}, Language: "fr",
	}
}

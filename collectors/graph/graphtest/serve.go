package graphtest

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// call is one call of a client.
type call struct {
	method string // GET, POST or DELETE, as it is meant
	path   string // without version, e.g. "123/comments"
	form   url.Values
	token  *token
	header http.Header
}

// owner is the page a call is made for.
func (c *call) owner() string {
	if c.token == nil {
		return ""
	}
	return c.token.page
}

// arg reads a parameter that is JSON.
func (c *call) arg(name string, v any) bool {
	return json.Unmarshal([]byte(c.form.Get(name)), v) == nil
}

// serve does what every call has in common, then the call.
func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	w.Header().Set("Date", s.now().Format(http.TimeFormat))
	s.mu.Unlock()
	version, path, _ := strings.Cut(strings.Trim(r.URL.Path, "/"), "/")
	if err := r.ParseForm(); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	if path == "dialog/oauth" {
		s.dialog(w, r)
		return
	}
	if answered, ok := spoken(version); ok {
		w.Header().Set("Facebook-Api-Version", answered)
	}
	c := &call{method: r.Method, path: path, form: r.Form, header: r.Header}
	if r.Method == http.MethodPost && r.PostForm.Get("method") != "" {
		c.method = r.PostForm.Get("method")
	}
	s.mu.Lock()
	s.calls++
	if r.URL.Query().Has("access_token") || r.URL.Query().Has("client_secret") {
		s.blame("a secret in the address: " + path)
	}
	fail := s.nextFailure(c)
	if fail != 0 && s.refuse(w, c, fail) {
		s.mu.Unlock()
		return
	}
	answer, fault := s.admit(version, c)
	if fault == nil && answer == nil {
		if time.Now().Before(s.limitedUntil) {
			s.blame("called while the rate was used up: " + path)
			s.answerLimited(w, c)
			s.mu.Unlock()
			return
		}
		answer, fault = s.answer(c)
	}
	usage := s.usage
	s.mu.Unlock()
	w.Header().Set("X-App-Usage", `{"call_count":`+strconv.Itoa(usage)+`,"total_time":1,"total_cputime":1}`)
	status, body := http.StatusOK, answer
	if fault != nil {
		status, body = fault.status, fault.body()
	}
	switch fail {
	case LostAnswer:
		panic(http.ErrAbortHandler) // accepted; then the connection breaks
	case LateAnswer:
		select {
		case <-time.After(500 * time.Millisecond):
		case <-s.ctx.Done():
		}
		write(w, status, body)
	case HTMLReply:
		page(w, http.StatusBadGateway)
	case SlowBody:
		s.stall(w, r, status, body)
	default:
		write(w, status, body)
	}
}

// stall sends half of an answer and then nothing until somebody gives up.
func (s *Server) stall(w http.ResponseWriter, r *http.Request, status int, body any) {
	raw, err := json.Marshal(body)
	if err != nil {
		return
	}
	w.Header().Set("Content-Length", strconv.Itoa(len(raw)))
	w.WriteHeader(status)
	_, _ = w.Write(raw[:len(raw)/2])
	_ = http.NewResponseController(w).Flush()
	select {
	case <-r.Context().Done():
	case <-s.ctx.Done():
	}
}

func write(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json; charset=UTF-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}

// spoken is the version that answers when one is asked for: an expired one
// silently becomes the oldest that lives.
func spoken(version string) (string, bool) {
	major, err := strconv.ParseFloat(strings.TrimPrefix(version, "v"), 64)
	if err != nil || !strings.HasPrefix(version, "v") || major > newest {
		return "", false
	}
	return "v" + strconv.FormatFloat(max(major, oldest), 'f', 1, 64), true
}

// The versions of Graph that live (November 2026).
const (
	oldest = 21
	newest = 26
)

// admit checks version, token and proof; an answer other than nil is final.
func (s *Server) admit(version string, c *call) (any, *failure) {
	if _, ok := spoken(version); !ok {
		s.blame("version " + version)
		return nil, fault(2500, 0, "Unknown path components: /"+version)
	}
	if c.path == "oauth/access_token" {
		return s.exchange(c)
	}
	value, ok := strings.CutPrefix(c.header.Get("Authorization"), "Bearer ")
	if !ok {
		value = c.form.Get("access_token")
	}
	c.token = s.tokens[value]
	switch {
	case c.token == nil:
		return nil, fault(190, 0, "Malformed access token "+value)
	case c.token.dead != 0:
		return nil, fault(190, c.token.dead, "Error validating access token: "+value)
	}
	if c.token.kind != "APP" {
		mac := hmac.New(sha256.New, []byte(AppSecret))
		mac.Write([]byte(value))
		if c.form.Get("appsecret_proof") != hex.EncodeToString(mac.Sum(nil)) {
			s.blame("no proof of the app's secret: " + c.path)
			return nil, fault(104, 0, "API calls from the server require an appsecret_proof argument")
		}
	}
	if c.path == "debug_token" {
		return s.inspect(c)
	}
	return nil, nil
}

// answer finds what a call is for.
func (s *Server) answer(c *call) (any, *failure) {
	id, name, onEdge := strings.Cut(c.path, "/")
	if ids := c.form.Get("ids"); ids != "" && c.path == "" {
		return s.several(c, strings.Split(ids, ","))
	}
	if id == "me" {
		id = c.token.id()
	}
	o := s.objects[id]
	if o == nil || o.gone || !s.readable(c, o) {
		return nil, gone(id)
	}
	k := s.kinds[o.kind]
	if !onEdge {
		return s.node(c, o, k)
	}
	e, ok := k.edges[name]
	if !ok {
		return nil, s.nonexisting(name, o.kind)
	}
	return s.edge(c, o, name, e)
}

// visible tells whether a token may see a thing at all: a page's own things are
// for its token only.
func (s *Server) visible(c *call, o *object) bool {
	page := o.page
	if o.kind == "page" {
		page = o.id
	}
	return c.token.page == "" || page == "" || page == c.token.page
}

// readable tells whether a thing may be asked for by its id. Instagram gives what
// stands on somebody else's page by the tags edge and mentioned_media alone. And
// without the permission to read them, comments and messages are as good as gone:
// Graph has one error for both.
func (s *Server) readable(c *call, o *object) bool {
	needs := map[string]string{"comment": "pages_read_user_content", "ig_comment": "instagram_manage_comments", "message": "pages_messaging"}[o.kind]
	if o.kind == "message" && isInstagram(o) {
		needs = "instagram_manage_messages"
	}
	return s.visible(c, o) && o.fields["elsewhere"] != true && (needs == "" || contains(c.token.scopes, needs))
}

// check refuses parameters that the specification does not name.
func (s *Server) check(c *call, allowed ...[]string) *failure {
	for name := range c.form {
		if contains(callParams, name) || slices.ContainsFunc(allowed, func(a []string) bool { return contains(a, name) }) {
			continue
		}
		s.blame("unknown parameter " + name + " for " + c.method + " " + c.path)
		return s.invalid(name)
	}
	return nil
}

func (s *Server) node(c *call, o *object, k kind) (any, *failure) {
	switch {
	case c.method == http.MethodGet:
		if f := s.check(c, []string{"fields"}); f != nil {
			return nil, f
		}
		fields, f := s.fields(c)
		if f != nil {
			return nil, f
		}
		one, f := s.render(c, o, fields)
		if f != nil {
			return nil, f
		}
		return one, nil
	case c.method == http.MethodPost && k.post != nil:
		if f := s.check(c, k.params); f != nil {
			return nil, f
		}
		return k.post(s, c, o)
	case c.method == http.MethodDelete && k.remove != nil:
		return k.remove(s, c, o)
	}
	return nil, fault(100, 33, "Unsupported "+strings.ToLower(c.method)+" request")
}

func (s *Server) edge(c *call, o *object, name string, e edge) (any, *failure) {
	switch {
	case c.method == http.MethodGet && e.list != nil:
		if f := s.check(c, pageParams, e.params); f != nil {
			return nil, f
		}
		fields, f := s.fields(c)
		if f != nil {
			return nil, f
		}
		args := map[string]string{}
		for name := range c.form {
			args[name] = c.form.Get(name)
		}
		return s.page(c, o, name, e, args, fields)
	case c.method == http.MethodPost && e.post != nil:
		if f := s.check(c, e.params); f != nil {
			return nil, f
		}
		return e.post(s, c, o)
	case c.method == http.MethodDelete && e.remove != nil:
		return e.remove(s, c, o)
	}
	return nil, fault(100, 33, "Unsupported "+strings.ToLower(c.method)+" request")
}

func (s *Server) fields(c *call) ([]selection, *failure) {
	if c.form.Get("fields") == "" {
		return nil, nil
	}
	fields, ok := parseFields(c.form.Get("fields"))
	if !ok {
		s.blame("syntax of fields: " + c.form.Get("fields"))
		return nil, fault(2500, 0, "Syntax error")
	}
	return fields, nil
}

// several answers ?ids=: one that is gone fails the whole call.
func (s *Server) several(c *call, ids []string) (any, *failure) {
	if f := s.check(c, []string{"ids", "fields"}); f != nil {
		return nil, f
	}
	if len(ids) > 50 {
		s.blame("more than 50 ids")
		return nil, s.invalid("ids")
	}
	fields, f := s.fields(c)
	if f != nil {
		return nil, f
	}
	answer := map[string]any{}
	for _, id := range ids {
		o := s.objects[id]
		if o == nil || o.gone || !s.readable(c, o) {
			return nil, gone(id)
		}
		one, f := s.render(c, o, fields)
		if f != nil {
			return nil, f
		}
		answer[id] = one
	}
	return answer, nil
}

// Package webtest is a fake: the other side of package web's contract, written for
// Vigie's own tests and as an example to copy. It keeps what was said in a journal,
// pushes each entry to Vigie's hook, can be asked for what came after a position,
// takes answers once a key, and tells what became of a key. It checks every
// signature and notes whatever the contract does not allow (Complaints).
package webtest

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Failure is what goes wrong with a request.
type Failure string

// The failures. The last four hit answers only.
const (
	Busy       Failure = "busy"   // 429 with Retry-After of one second
	Broken     Failure = "broken" // 503 with a page of HTML
	PostBusy   Failure = "post busy"
	PostBroken Failure = "post broken" // 503 with Retry-After
	LostAnswer Failure = "lost answer" // taken, and the connection breaks
	LateAnswer Failure = "late answer" // taken and told, and answered half a second later
)

// Message is one thing said, as it is now.
type Message struct {
	ID        string    `json:"id"`
	Thread    string    `json:"thread"`
	InReplyTo string    `json:"in_reply_to,omitempty"`
	Author    Author    `json:"author"`
	Text      string    `json:"text"`
	Private   bool      `json:"private,omitempty"`
	Deleted   bool      `json:"deleted,omitempty"`
	CreatedAt time.Time `json:"created_at"`
	EditedAt  time.Time `json:"edited_at,omitzero"`
}

// Author is who said it.
type Author struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// Server is a fake other side. Its methods are safe for concurrent use.
type Server struct {
	URL string // GET for what was missed, POST for answers

	account string
	secret  []byte
	http    *http.Server
	mu      sync.Mutex
	hook    string
	now     map[string]*Message
	journal []string // ids of what was said, edited or deleted, oldest first
	keys    map[string]receipt
	next    int
	fails   []Failure
	dead    bool
	pushing Pushing
	queue   chan parcel
	back    map[string][]parcel // held back until their message is deleted
	done    sync.WaitGroup
	blamed  []string
}

type receipt struct {
	ID  string    `json:"id"`
	URL string    `json:"url"`
	At  time.Time `json:"at"`
}

// New starts a server on the loopback for the account of that name.
func New(account, secret string) (*Server, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s := &Server{
		URL: "http://" + listener.Addr().String() + "/vigie", account: account, secret: []byte(secret),
		now: map[string]*Message{}, keys: map[string]receipt{}, pushing: PushAll, queue: make(chan parcel, 500), back: map[string][]parcel{},
	}
	queue := s.queue
	mux := http.NewServeMux()
	mux.HandleFunc("GET /vigie", s.signed(s.read))
	mux.HandleFunc("POST /vigie", s.signed(s.answer))
	s.http = &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	s.done.Go(func() { _ = s.http.Serve(listener) }) // ends with Close
	s.done.Go(func() { s.push(queue) })
	return s, nil
}

// Close stops the server and its pushes.
func (s *Server) Close() error {
	err := s.http.Close()
	s.mu.Lock()
	close(s.queue)
	s.queue = nil
	s.mu.Unlock()
	s.done.Wait()
	return err
}

// Post says something; a zero ID is a new one.
func (s *Server) Post(m Message) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.post(m)
}

func (s *Server) post(m Message) string {
	if m.ID == "" {
		s.next++
		m.ID = "m" + strconv.Itoa(s.next)
	}
	if parent := s.now[m.InReplyTo]; parent != nil {
		m.Thread = parent.Thread
	}
	if m.Thread == "" {
		m.Thread = m.ID
	}
	if m.CreatedAt.IsZero() {
		m.CreatedAt = time.Now().UTC()
	}
	s.now[m.ID] = &m
	s.tell(m)
	return m.ID
}

// Edit changes a message's words.
func (s *Server) Edit(id, text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	m := s.now[id]
	m.Text, m.EditedAt = text, time.Now().UTC()
	s.tell(*m)
}

// Delete takes a message back: its words are told no more.
func (s *Server) Delete(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	m := s.now[id]
	m.Deleted, m.Text = true, ""
	s.tell(*m)
}

// Said counts the account's own messages that hold a text.
func (s *Server) Said(text string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for _, m := range s.now {
		if m.Author.ID == s.account && strings.Contains(m.Text, text) {
			n++
		}
	}
	return n
}

// Fail makes the next n requests fail; 0 takes back every failure to come.
func (s *Server) Fail(f Failure, n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if n == 0 {
		s.fails = nil
	}
	for range n {
		s.fails = append(s.fails, f)
	}
}

// SetTrust says whether Vigie's signatures are taken at all.
func (s *Server) SetTrust(alive bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.dead = !alive
}

// Complaints lists what the contract does not allow.
func (s *Server) Complaints() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.blamed)
}

func (s *Server) blame(what string) { s.blamed = append(s.blamed, what) }

func (s *Server) nextFailure(post bool) Failure {
	for i, f := range s.fails {
		if post || f == Busy || f == Broken {
			s.fails = slices.Delete(s.fails, i, i+1)
			return f
		}
	}
	return ""
}

// tell writes a message's state into the journal and hands it to the pushes.
func (s *Server) tell(m Message) {
	body, err := json.Marshal(m)
	if err != nil {
		s.blame(err.Error())
		return
	}
	s.journal = append(s.journal, m.ID)
	s.send(&m, body)
}

// read answers what came after a position, or what became of a key.
func (s *Server) read(w http.ResponseWriter, r *http.Request, _ []byte) {
	q := r.URL.Query()
	if key := q.Get("key"); key != "" {
		got, ok := s.keys[key]
		if !ok {
			http.NotFound(w, r)
			return
		}
		write(w, http.StatusOK, got)
		return
	}
	limit, err := strconv.Atoi(q.Get("limit"))
	if err != nil || limit < 1 || !q.Has("since") {
		s.blame("asked for " + r.URL.RawQuery)
	}
	from := 0
	if since := q.Get("since"); since != "" {
		if from, err = strconv.Atoi(since); err != nil || from < 0 || from > len(s.journal) {
			s.blame("a position that was never given: " + since)
			http.Error(w, "since", http.StatusBadRequest)
			return
		}
	}
	// A tenth of what may be given, so that there are pages.
	to := min(len(s.journal), from+max(1, limit/10))
	messages := []*Message{} // each as it is now
	for _, id := range s.journal[from:to] {
		messages = append(messages, s.now[id])
	}
	write(w, http.StatusOK, map[string]any{"messages": messages, "next": strconv.Itoa(to), "more": to < len(s.journal)})
}

// answer takes an answer, once a key.
func (s *Server) answer(w http.ResponseWriter, r *http.Request, body []byte) {
	key := r.Header.Get("Idempotency-Key")
	var in struct {
		ID      string `json:"id"`
		Account string `json:"account"`
		To      struct {
			ID     string `json:"id"`
			Thread string `json:"thread"`
			Author string `json:"author"`
		} `json:"in_reply_to"`
		Text       string `json:"text"`
		Visibility string `json:"visibility"`
	}
	if err := json.Unmarshal(body, &in); err != nil || key == "" || in.Account != s.account || in.ID == "" {
		s.blame(fmt.Sprintf("an answer as it should not be: key %q, %s (%v)", key, body, err))
		http.Error(w, "no such answer", http.StatusBadRequest)
		return
	}
	if got, ok := s.keys[key]; ok {
		write(w, http.StatusConflict, got)
		return
	}
	to := s.now[in.To.ID]
	if to == nil || to.Deleted {
		http.NotFound(w, r)
		return
	}
	if in.To.Thread != to.Thread || in.To.Author != to.Author.ID {
		s.blame(fmt.Sprintf("an answer to %+v, which is %+v", in.To, to))
	}
	id := s.post(Message{
		InReplyTo: to.ID, Author: Author{s.account, "Care"}, Text: in.Text, Private: in.Visibility == "private",
	})
	got := receipt{id, s.URL + "/m/" + id, s.now[id].CreatedAt}
	s.keys[key] = got
	write(w, http.StatusCreated, got)
}

func write(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}

func parseSeconds(s string) (time.Time, error) {
	n, err := strconv.ParseInt(s, 10, 64)
	return time.Unix(n, 0), err
}

// Sign makes the Vigie-Signature of a payload at a moment.
func Sign(secret string, at time.Time, payload []byte) string {
	seconds := strconv.FormatInt(at.Unix(), 10)
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(seconds + "."))
	mac.Write(payload)
	return "t=" + seconds + ",v1=" + hex.EncodeToString(mac.Sum(nil))
}

package graphtest

import (
	"cmp"
	"slices"
	"strconv"
	"time"
)

// object is a thing of Graph's: a page, a post, a comment, a conversation.
type object struct {
	id, kind string
	page     string // the page it belongs to
	at       time.Time
	seq      int64
	gone     bool
	fields   map[string]any
	lists    map[string][]*object // edges that are kept as they come, oldest first
}

// kind says what a thing has: fields by name (nil: as stored), edges, and what
// can be done to it. Names that are not here do not exist.
type kind struct {
	fields map[string]func(s *Server, c *call, o *object) any
	plain  string // fields given when none are asked for
	edges  map[string]edge
	finds  map[string]find // things that are found by an id in the field's arguments
	post   func(s *Server, c *call, o *object) (any, *failure)
	remove func(s *Server, c *call, o *object) (any, *failure)
	params []string // of post
}

// find is a field that gives one thing, by its id: mentioned_media.media_id(1).
type find struct{ by, of string }

// edge is a list of things on a thing, and what can be written to it.
type edge struct {
	of     string
	most   int // longest page; 0: 100
	params []string
	list   func(s *Server, c *call, o *object, args map[string]string) ([]*object, *failure)
	desc   bool                    // newest first
	key    func(*object) time.Time // what it is ordered by; nil: at
	post   func(s *Server, c *call, o *object) (any, *failure)
	remove func(s *Server, c *call, o *object) (any, *failure)
}

// stored gives fields that are kept as they are.
func stored(names ...string) map[string]func(*Server, *call, *object) any {
	fields := map[string]func(*Server, *call, *object) any{}
	for _, name := range names {
		fields[name] = nil
	}
	return fields
}

// number gives the next id; the steps differ so that nobody can count on them.
func (s *Server) number() string {
	s.next += 1 + s.next%7
	return strconv.FormatInt(s.next, 10)
}

// add makes a thing and puts it into its lists. A zero time is now.
func (s *Server) add(kind, id string, owner *object, at time.Time, fields map[string]any) *object {
	if at.IsZero() {
		at = s.now()
	}
	s.seq++
	o := &object{id: id, kind: kind, at: at.UTC(), seq: s.seq, fields: fields, lists: map[string][]*object{}}
	if owner != nil {
		o.page = cmp.Or(owner.page, owner.id)
	}
	s.objects[id] = o
	return o
}

// list puts a thing on an edge, in the order of its time.
func (o *object) list(name string, item *object) {
	all := o.lists[name]
	at, _ := slices.BinarySearchFunc(all, item, func(a, b *object) int {
		return cmp.Or(a.at.Compare(b.at), cmp.Compare(a.seq, b.seq))
	})
	o.lists[name] = slices.Insert(all, at, item)
}

// alive are the things on an edge that can still be seen.
func (o *object) alive(name string) []*object {
	var all []*object
	for _, item := range o.lists[name] {
		if !item.gone {
			all = append(all, item)
		}
	}
	return all
}

// text is a stored field as text.
func (o *object) text(name string) string {
	s, _ := o.fields[name].(string)
	return s
}

// stamp writes a time as Graph does: to the second.
func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05+0000") }

package sql

import (
	"cmp"
	"context"
	"sync"

	"github.com/vigie-hq/vigie/community"
)

// person is an author as the process remembers him.
type person struct {
	key     string
	num     int64
	seen    int64 // when the network last showed this profile
	written int64 // the same, as far as it is written down
	profile community.Author
}

// remembered is how many authors the process holds, so that somebody who
// writes again with the same profile costs no statement. When it is full the
// elder half is let go.
const remembered = 1 << 14

type profiles struct {
	mu            sync.Mutex
	recent, elder map[string]person
}

func newProfiles() *profiles { return &profiles{recent: map[string]person{}} }

func (p *profiles) get(key string) (person, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	held, ok := p.recent[key]
	if !ok {
		held, ok = p.elder[key]
	}
	return held, ok
}

func (p *profiles) keep(one person) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.recent) >= remembered/2 {
		p.elder, p.recent = p.recent, map[string]person{}
	}
	p.recent[one.key] = one
}

// PutAuthor implements desk.Tx.
func (t *Tx) PutAuthor(_ context.Context, m *community.Message) error {
	key := m.AuthorKey()
	if key == "" {
		return nil
	}
	held, known, err := t.person(key)
	if err != nil {
		return err
	}
	now := person{key: key, num: held.num, seen: max(ms(m.At()), ms(m.EditedAt)), profile: m.Author}
	switch {
	case !known:
		_, err = t.addPerson(now)
		return err
	case now.profile == held.profile && now.seen <= held.seen, now.profile != held.profile && !now.newer(held):
		return nil
	}
	t.people = append(t.people, now)
	if now.profile == held.profile && now.seen-held.written < refresh {
		t.people[len(t.people)-1].written = held.written
		return nil
	}
	a := &now.profile
	t.people[len(t.people)-1].written = now.seen
	return t.exec(`UPDATE author SET handle = $2, name = $3, followers = $4, verified = $5, seen = $6 WHERE num = $1`,
		now.num, a.Handle, a.Name, a.Followers, a.Verified, now.seen)
}

// refresh is how much later an unchanged profile must be seen, in
// milliseconds, before that is written down: memory knows it at once.
const refresh = 24 * 60 * 60 * 1000

// newer tells whether a profile stands after another: by time, then by what it
// says, so that the order of arrival does not matter.
func (p *person) newer(o person) bool {
	a, b := &p.profile, &o.profile
	return cmp.Or(cmp.Compare(p.seen, o.seen), cmp.Compare(a.Handle, b.Handle), cmp.Compare(a.Name, b.Name),
		cmp.Compare(a.Followers, b.Followers)) > 0
}

// person finds an author by key: in this transaction, in memory, in the table.
func (t *Tx) person(key string) (person, bool, error) {
	for i := len(t.people) - 1; i >= 0; i-- {
		if t.people[i].key == key {
			return t.people[i], true, nil
		}
	}
	if held, ok := t.db.authors.get(key); ok {
		return held, true, nil
	}
	if t.stranger == key {
		return person{key: key}, false, nil
	}
	p := person{key: key}
	a := &p.profile
	ok, err := t.one(`SELECT num, id, handle, name, followers, verified, seen FROM author WHERE key = $1`, []any{key},
		&p.num, &a.ID, &a.Handle, &a.Name, &a.Followers, &a.Verified, &p.seen)
	p.written = p.seen
	if ok {
		t.people = append(t.people, p)
	} else {
		t.stranger = key
	}
	return p, ok, err
}

// addPerson writes a new author; without a key he is told apart from everybody.
func (t *Tx) addPerson(p person) (int64, error) {
	p.num = t.numbers.author
	t.numbers.author++
	p.written = p.seen
	var key any
	if p.key != "" {
		key, t.stranger = p.key, ""
		t.people = append(t.people, p)
	}
	a := &p.profile
	return p.num, t.exec(`INSERT INTO author (num, key, id, handle, name, followers, verified, seen)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`, p.num, key, a.ID, a.Handle, a.Name, a.Followers, a.Verified, p.seen)
}

// authorOf is the number of the author with this key, added with this profile
// if nobody wrote him down before; 0 for an unknown author.
func (t *Tx) authorOf(key string, profile community.Author) (int64, error) {
	if key == "" {
		return 0, nil
	}
	held, known, err := t.person(key)
	if err != nil || known {
		return held.num, err
	}
	return t.addPerson(person{key: key, profile: profile})
}

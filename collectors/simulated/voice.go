package simulated

import (
	"strings"

	"github.com/vigie-hq/vigie/community"
)

// Voice is the talk without the network: one sentence after another, by one
// person after another, for whoever has a network of his own to say them on. It
// is not safe for concurrent use.
type Voice struct {
	talk   *talk
	script script
}

// Said is what somebody says to the brand.
type Said struct {
	Author  community.Author
	Text    string
	Lang    string
	Kind    community.Kind
	Private bool
}

// NewVoice returns a voice; the same seed says the same.
func NewVoice(seed uint64) (*Voice, error) {
	t, err := readTalk()
	if err != nil {
		return nil, err
	}
	return &Voice{talk: t, script: newScript(settings{Seed: seed}, t)}, nil
}

// Next is what is said next; it never ends.
func (v *Voice) Next() Said {
	l, _ := v.script.again(v.talk)
	who := v.script.stranger(v.talk, l.Lang)
	return Said{Author: who.author(), Text: l.Text, Lang: l.Lang, Kind: l.Kind, Private: l.Private}
}

// stranger is a new person, or one out of six times somebody new who comes back.
func (s *script) stranger(t *talk, lang string) person {
	if len(s.strangers) > 20 && s.r.IntN(6) == 0 {
		if p := s.strangers[s.r.IntN(len(s.strangers))]; p.Lang == lang {
			return p
		}
	}
	p := t.stranger(s.r, lang)
	if s.strangers = append(s.strangers, p); len(s.strangers) > 400 {
		s.strangers = s.strangers[1:]
	}
	return p
}

// again is a sentence with its gaps filled in a way that was not said lately;
// now and then its author will edit or delete it. One whose ways are used up
// gives way to others: those with an order number have a million. waits tells
// that its author named an order, so wants to hear of it.
func (s *script) again(t *talk) (l line, waits bool) {
	if len(s.said) >= keep {
		clear(s.said)
	}
	for range 100 {
		l = t.again[s.r.IntN(len(t.again))]
		waits = strings.Contains(l.Text, "{order}")
		if l.Text = t.gaps.fill(s.r, l.Text, l.Lang); !s.said[folded(l.Text)] {
			break
		}
	}
	s.said[folded(l.Text)] = true
	switch s.r.IntN(40) {
	case 0:
		l.Edit = &edit{Text: l.Text + " " + t.gaps.word(s.r, "edit", l.Lang), After: 1 + s.r.IntN(6)}
	case 1:
		l.Delete = 1 + s.r.IntN(8)
	}
	return l, waits
}

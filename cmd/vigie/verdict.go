package main

import (
	"context"
	"sync"

	"github.com/vigie-hq/vigie/community"
	"github.com/vigie-hq/vigie/community/rulebook"
	"github.com/vigie-hq/vigie/internal/sql"
)

// judge gives a message its verdict: the model speaks, then the rules of the
// message's brand, then what its agents taught by correcting. It is safe for
// concurrent use.
type judge struct {
	models *models
	rules  *sql.Rules
	taught *taught

	shipped *rulebook.Book // of brands that never changed their rules
	loading sync.Mutex     // one refresh at a time: an older look never overwrites a newer one
	mu      sync.RWMutex
	books   map[string]*rulebook.Book // of the others; never changed, replaced
	left    map[string]int            // how many of their rules were left out; the same
}

func newJudge(models *models, rules *sql.Rules, taught *taught) (*judge, error) {
	shipped, err := rulebook.Compile(rulebook.Shipped(community.Brand{}))
	return &judge{models: models, rules: rules, taught: taught, shipped: shipped}, err
}

// refresh takes over what people changed since: rules of brands whose list has
// another version, models that were put in use, corrections. It is called before
// each batch, so that what is judged after a rule was saved is judged by it.
func (j *judge) refresh(ctx context.Context) error {
	j.models.refresh()
	if err := j.taught.refresh(ctx); err != nil {
		return err
	}
	j.loading.Lock()
	defer j.loading.Unlock()
	versions, err := j.rules.Versions(ctx)
	if err != nil {
		return err
	}
	j.mu.RLock()
	held, out := j.books, j.left
	j.mu.RUnlock()
	books, left := map[string]*rulebook.Book{}, map[string]int{}
	changed := len(versions) != len(held)
	for brand, version := range versions {
		if b := held[brand]; b != nil && b.Version() == version {
			books[brand], left[brand] = b, out[brand]
			continue
		}
		list, err := j.rules.Rules(ctx, brand)
		if err != nil {
			return err
		}
		if books[brand], left[brand], err = j.compile(*list); err != nil {
			return err
		}
		changed = true
	}
	if !changed {
		return nil
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	j.books, j.left = books, left
	return nil
}

// leftOut is how many of a brand's rules do not compile.
func (j *judge) leftOut(brand string) int {
	j.mu.RLock()
	defer j.mu.RUnlock()
	return j.left[brand]
}

// compile makes the book of a brand's own list, and counts what is not in it. A
// rule that does not compile is left out and told in the log, once for each
// version of the list: it stops neither its neighbours nor other brands.
func (j *judge) compile(list community.Rules) (*rulebook.Book, int, error) {
	sound, unsound := rulebook.Sound(list)
	for _, u := range unsound {
		j.models.log.Error("a rule does not compile: it is left out until it is mended", "brand", list.Brand, "rule", u.Rule, "err", sentence(u.Err))
	}
	book, err := rulebook.Compile(sound)
	return book, len(unsound), err
}

// judge is the verdict of one message, with that of the model on trial, if any.
func (j *judge) judge(_ context.Context, m *community.Message) (community.Verdict, error) {
	now := j.models.now.Load()
	v := now.running.Classify(*m)
	if now.shadow != nil {
		trial := now.shadow.Classify(*m)
		v.Shadow = community.Shadowed(&trial)
	}
	j.decide(m, &v)
	return v, nil
}

// explain is the same verdict with the spans that weighed on the model.
func (j *judge) explain(m *community.Message) community.Verdict {
	now := j.models.now.Load()
	v := now.running.Explained(*m)
	if now.shadow != nil {
		trial := now.shadow.Classify(*m)
		v.Shadow = community.Shadowed(&trial)
	}
	j.decide(m, &v)
	return v
}

// decide lets the rules speak after the model, and people after the rules.
func (j *judge) decide(m *community.Message, v *community.Verdict) {
	j.book(m.Brand).Apply(m, v)
	j.taught.of(m.Brand).Apply(m, v)
}

// book is the brand's own rules, else those that came with Vigie.
func (j *judge) book(brand string) *rulebook.Book {
	j.mu.RLock()
	defer j.mu.RUnlock()
	if b, ok := j.books[brand]; ok {
		return b
	}
	return j.shipped
}

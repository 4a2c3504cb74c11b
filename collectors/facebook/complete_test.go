package facebook_test

import (
	"slices"
	"testing"
	"time"

	"github.com/vigie-hq/vigie/collectors/graph/graphtest"
	"github.com/vigie-hq/vigie/community"
)

// whole waits for a poll that began after now.
func (d *desk) whole() {
	d.t.Helper()
	began := time.Now()
	for end := began.Add(10 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		d.mu.Lock()
		complete := d.cursor.Complete
		d.mu.Unlock()
		if complete.After(began) {
			return
		}
		if time.Now().After(end) {
			d.t.Fatal("no poll was completed")
		}
	}
}

func without(scopes ...string) []string {
	return slices.DeleteFunc(graphtest.Permissions(), func(p string) bool { return slices.Contains(scopes, p) })
}

// An edit that was found and could not be kept is found again.
func TestAnEditIsNotLostWithTheLog(t *testing.T) {
	t.Parallel()
	d := newDesk(t, graphtest.Options{})
	d.server.SetPushing(graphtest.PushRefused)
	post := d.server.PagePost(d.page.ID, "news", time.Now().Add(-time.Hour))
	comment := d.server.Comment(post, "Bob", "a comment", time.Now().Add(-time.Minute))
	d.collect(false)
	d.until(comment, "the comment", there)
	d.whole()
	d.mu.Lock()
	d.down = true
	d.mu.Unlock()
	d.server.Edit(comment, "other words")
	time.Sleep(700 * time.Millisecond) // looks at .2 and .5 s
	d.mu.Lock()
	d.down = false
	d.mu.Unlock()
	d.until(comment, "the edit", func(m community.Message) bool { return m.Text == "other words" })
}

// A list that was not for us is read back to when it last was.
func TestMessagesOfATimeWithoutPermission(t *testing.T) {
	t.Parallel()
	d := newDesk(t, graphtest.Options{})
	d.server.SetScopes(d.page.Token, without("pages_messaging")...)
	stop := d.collect(false)
	d.whole()
	letter := d.server.Direct(d.page.ID, "Carla", "hello?", time.Now().Add(-time.Minute))
	d.whole()
	stop()
	d.server.SetScopes(d.page.Token, graphtest.Permissions()...)
	d.collect(false)
	d.until(letter, "the letter", there)
}

// Graph has one answer for what is gone and for what is not for us: a permission
// that is lost deletes nothing, and neither does a wall we cannot look at.
func TestWhatIsNotForUsIsNotGone(t *testing.T) {
	t.Parallel()
	d := newDesk(t, graphtest.Options{})
	d.server.SetPushing(graphtest.PushRefused)
	post := d.server.PagePost(d.page.ID, "news", time.Now().Add(-time.Hour))
	comment := d.server.Comment(post, "Bob", "a comment", time.Time{})
	tag := d.server.Tag(d.page.ID, "Dora", "at La Boutique", time.Time{})
	d.server.Conceal(tag)
	d.collect(false)
	d.until(comment, "the comment", there)
	d.until(tag, "the tag", there)
	d.server.SetScopes(d.page.Token, without("pages_read_user_content")...)
	time.Sleep(1200 * time.Millisecond)
	for _, id := range []string{comment, tag} {
		if m := d.get(id); m.Deleted {
			t.Errorf("thought gone: %+v", m)
		}
	}
	d.server.SetScopes(d.page.Token, graphtest.Permissions()...)
	d.server.Delete(comment)
	d.until(comment, "the deletion", func(m community.Message) bool { return m.Deleted })
}

// A file has another address each time it is told, and the webhook and the list
// name its sort each in its own way: one letter stays one state.
func TestAFileInALetter(t *testing.T) {
	t.Parallel()
	for _, hooked := range []bool{true, false} {
		d := newDesk(t, graphtest.Options{})
		stop := d.collect(hooked)
		d.whole()
		for _, sort := range []string{"image", "audio"} {
			id := d.server.File(d.page.ID, "Carla", sort, time.Time{})
			first := d.until(id, "it", there)
			if len(first.Media) != 1 || first.Media[0].Type != sort {
				t.Errorf("a file is %+v", first.Media)
			}
			time.Sleep(300 * time.Millisecond)
			if m := d.get(id); m.Hash() != first.Hash() || !m.EditedAt.IsZero() {
				t.Errorf("came as %+v\nand as %+v", first, m)
			}
			d.server.Edit(id, "look")
			if m := d.until(id, "the edit", func(m community.Message) bool { return m.Text == "look" }); len(m.Media) != 1 {
				t.Errorf("edited without its file: %+v", m)
			}
		}
		stop()
	}
}

package facebook_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/vigie-hq/vigie/collectors/graph/graphtest"
	"github.com/vigie-hq/vigie/community"
)

// 10,000 comments and answers below 300 posts, with refusals all the way: every
// one comes, and what an interrupted sweep has read is not all read again.
func TestTenThousandCommentsInterrupted(t *testing.T) {
	d := newDesk(t, graphtest.Options{Gaps: true})
	var ids, posts []string
	then := time.Now().Add(-20 * 24 * time.Hour)
	for i := range 300 {
		posts = append(posts, d.server.PagePost(d.page.ID, fmt.Sprint("news ", i), then.Add(time.Duration(i)*time.Minute)))
	}
	ids = append(ids, posts...)
	for i := range 10_000 {
		on := posts[i%7*i%300]
		if i%5 == 0 && len(ids) > 400 {
			on = ids[len(ids)-1-i%90] // an answer to a comment
		}
		ids = append(ids, d.server.Comment(on, "Alice", fmt.Sprint("comment ", i), then.Add(24*time.Hour+time.Duration(i)*time.Second)))
	}
	calls := 0
	d.refuse = func() error {
		if calls++; calls%40 == 0 {
			return errors.New("the log is down")
		}
		return nil
	}
	began := time.Now()
	d.collect(false)
	for _, id := range ids {
		d.until(id, "it", there)
	}
	if d.count() != len(ids) {
		t.Errorf("%d messages of %d", d.count(), len(ids))
	}
	again := 0
	d.mu.Lock()
	stopped := d.stopped
	for _, n := range d.came {
		again += n - 1
	}
	d.mu.Unlock()
	if again > 3000 {
		t.Errorf("%d of %d were read again after interruptions", again, len(ids))
	}
	t.Logf("%d messages in %v with %d calls; stopped %d times, %d came again", len(ids), time.Since(began), d.server.Calls(), stopped, again)
}

// A comment on an old post is found by polling, and so is an answer to it.
func TestCommentsOnOldPosts(t *testing.T) {
	d := newDesk(t, graphtest.Options{})
	old := d.server.PagePost(d.page.ID, "last month's news", time.Now().Add(-25*24*time.Hour))
	d.collect(false)
	d.until(old, "the post", there)
	first := d.server.Comment(old, "Alice", "still on?", time.Time{})
	m := d.until(first, "the comment", there)
	if m.Thread != old || m.InReplyTo != old || m.Kind != community.KindComment || m.Author.Name != "Alice" {
		t.Errorf("a comment is %+v", m)
	}
	second := d.server.Comment(first, "Bob", "me too", time.Time{})
	m = d.until(second, "the answer", there)
	if m.Thread != old || m.InReplyTo != first || m.Kind != community.KindReply {
		t.Errorf("an answer is %+v", m)
	}
}

// What nobody tells us is found by looking again; so are private messages that
// were taken back, of which Messenger tells nobody.
func TestEditsAndDeletionsAreFoundByLooking(t *testing.T) {
	d := newDesk(t, graphtest.Options{})
	d.server.SetPushing(graphtest.PushRefused)
	page := d.page.ID
	post := d.server.VisitorPost(page, "Alice", "a post", time.Time{})
	comment := d.server.Comment(post, "Bob", "a comment", time.Time{})
	letter := d.server.Direct(page, "Carla", "my number is 12", time.Time{})
	tag := d.server.Tag(page, "Dora", "at La Boutique", time.Time{})
	d.collect(false)
	for _, id := range []string{post, comment, letter, tag} {
		d.until(id, "it", there)
		d.server.Edit(id, "other words")
		m := d.until(id, "the edit", func(m community.Message) bool { return m.Text == "other words" })
		if !m.EditedAt.After(m.CreatedAt) || m.Author.ID == "" {
			t.Errorf("edited: %+v", m)
		}
	}
	if m := d.get(tag); m.Kind != community.KindMention || m.Thread != tag {
		t.Errorf("a tag is %+v", m)
	}
	for _, id := range []string{letter, comment, tag, post} {
		d.server.Delete(id)
		m := d.until(id, "the deletion", func(m community.Message) bool { return m.Deleted })
		if (m.Scope == page) != (id == letter) || m.Thread == "" {
			t.Errorf("deleted: %+v", m)
		}
	}
}

// The webhook tells everything at once, in the same words as the lists.
func TestTheWebhookTellsTheSameAsTheLists(t *testing.T) {
	d := newDesk(t, graphtest.Options{})
	stop := d.collect(true)
	ready := d.server.VisitorPost(d.page.ID, "Alice", "ready?", time.Time{})
	d.until(ready, "the first", there)
	stop() // from here on only the webhook tells
	page := d.page.ID
	post := d.server.VisitorPost(page, "Alice", "été 🎉 <b>", time.Time{})
	comment := d.server.Comment(post, "Bob", "a comment", time.Time{})
	answer := d.server.Comment(comment, "", "our answer", time.Time{})
	letter := d.server.Direct(page, "Carla", "hello?", time.Time{})
	echo := d.server.OwnDirect(page, "Carla", "hello!", time.Time{})
	tag := d.server.Tag(page, "Dora", "at La Boutique", time.Time{})
	review := d.server.Review(page, "Emma", "never again", false, time.Time{})
	ids := []string{post, comment, answer, letter, echo, tag, review}
	for _, id := range ids {
		d.until(id, "it", there)
	}
	d.server.Edit(comment, "an edited comment")
	d.server.Edit(letter, "an edited letter")
	d.until(comment, "the edit", func(m community.Message) bool { return m.Text == "an edited comment" })
	d.until(letter, "the edit", func(m community.Message) bool { return m.Text == "an edited letter" })
	pushed := map[string]community.Message{}
	for _, id := range ids {
		pushed[id] = d.get(id)
	}
	if m := pushed[letter]; m.Author.Name != "Carla" || !m.Private || m.Scope != page || m.Thread != d.server.PersonOf(page, "Carla") {
		t.Errorf("a letter is %+v", m)
	}
	if m := pushed[review]; m.Kind != community.KindReview || m.Text != "never again" || m.Author.Name != "Emma" {
		t.Errorf("a review is %+v", m)
	}
	if m := pushed[echo]; m.Author.ID != page || m.Thread != pushed[letter].Thread {
		t.Errorf("our own letter is %+v", m)
	}
	for _, id := range []string{answer, echo} {
		if m := pushed[id]; m.Author.ID != page {
			t.Errorf("not ours: %+v", m)
		}
	}
	d.mu.Lock()
	d.held = map[string]community.Message{}
	d.mu.Unlock()
	d.collect(false)
	for _, id := range ids {
		polled, want := d.until(id, "it", there), pushed[id]
		if !polled.CreatedAt.Equal(want.CreatedAt) || polled.Revision().Hash != want.Revision().Hash ||
			!polled.EditedAt.Equal(want.EditedAt) || polled.Thread != want.Thread || polled.InReplyTo != want.InReplyTo ||
			polled.Kind != want.Kind || polled.Author.ID != want.Author.ID || polled.Scope != want.Scope {
			t.Errorf("pushed %+v\npolled %+v", want, polled)
		}
	}
}

// Who gave no permission is nobody, by poll and by webhook; the rest goes on
// without the lists that are not for us.
func TestUnknownAuthorsAndMissingPermissions(t *testing.T) {
	d := newDesk(t, graphtest.Options{})
	post := d.server.VisitorPost(d.page.ID, "Alice", "who am I?", time.Time{})
	d.server.Forget(post)
	letter := d.server.Direct(d.page.ID, "Carla", "in private", time.Time{})
	d.server.SetScopes(d.page.Token, "pages_read_engagement", "pages_manage_metadata")
	d.collect(false)
	if m := d.until(post, "the post", there); m.Author != (community.Author{}) || m.AuthorKey() != "" {
		t.Errorf("an unknown author is %+v", m.Author)
	}
	second := d.server.VisitorPost(d.page.ID, "Bob", "and I?", time.Time{})
	if m := d.until(second, "the post", there); m.Author.ID != "" {
		t.Errorf("without the permission the author is %+v", m.Author)
	}
	if d.get(letter).ID != "" {
		t.Error("a letter was read without permission")
	}
	health, err := d.network.Check(t.Context(), d.account)
	if err != nil || !strings.Contains(strings.Join(health.Missing, " "), "pages_messaging") || health.Fault != "graph.permission" {
		t.Errorf("health: %+v %v", health, err)
	}
}

package instagram_test

import (
	"context"
	"errors"
	"fmt"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/vigie-hq/vigie/collectors"
	"github.com/vigie-hq/vigie/collectors/graph/graphtest"
	"github.com/vigie-hq/vigie/collectors/instagram"
	"github.com/vigie-hq/vigie/community"
)

// keeper collects with a cursor that outlives stops, as the fleet does.
type keeper struct {
	*gathered
	s      *stand
	cursor community.Cursor
	refuse func(collectors.Batch) error
}

func (s *stand) keeper() *keeper { return &keeper{gathered: newGathered(s.account), s: s} }

func (k *keeper) emit(_ context.Context, b collectors.Batch) error {
	if k.refuse != nil {
		if err := k.refuse(b); err != nil {
			return err
		}
	}
	k.take(b.Messages)
	if b.Cursor != nil {
		k.mu.Lock()
		k.cursor = *b.Cursor
		k.mu.Unlock()
	}
	return nil
}

// at is where the cursor stands.
func (k *keeper) at() community.Cursor {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.cursor
}

// polls collects until it is stopped, or, if once, until the first fault.
func (k *keeper) polls(t *testing.T, once bool) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() {
		for ctx.Err() == nil {
			err := k.s.network.Collect(ctx, k.s.account, k.at(), k.emit)
			if once || community.KindOf(err) == community.Unauthorised {
				return
			}
			time.Sleep(10 * time.Millisecond)
		}
	})
	if once {
		running.Wait()
	}
	stop = sync.OnceFunc(func() { cancel(); running.Wait() })
	t.Cleanup(stop)
	return stop
}

// whole waits for a round that began after now.
func (k *keeper) whole(t *testing.T) {
	t.Helper()
	began := time.Now()
	for end := began.Add(10 * time.Second); !k.at().Complete.After(began); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("no round was completed")
		}
	}
}

// all is every state a message came in.
func (k *keeper) all(id string) []community.Message {
	k.mu.Lock()
	defer k.mu.Unlock()
	return slices.Clone(k.held[id])
}

// manyComments puts comments under a media, older than what any round calls new.
func (s *stand) manyComments(n int) (media string, ids []string) {
	then := time.Now().Add(-24 * time.Hour)
	media = s.Media(s.at.ID, "soldes", then)
	for i := range n {
		ids = append(ids, s.IGComment(media, "lea", fmt.Sprint("comment ", i), then.Add(time.Duration(i+1)*time.Second)))
	}
	return media, ids
}

// TestACommentThatMovesNoCount: one went while another came.
func TestACommentThatMovesNoCount(t *testing.T) {
	t.Parallel()
	s := newStand(t, graphtest.Options{})
	s.as(func(o *instagram.Options) { o.Deep = time.Second })
	media, ids := s.manyComments(3)
	k := s.keeper()
	stop := k.polls(t, false)
	k.last(t, ids[2], seen)
	k.whole(t)
	stop()
	s.Delete(ids[0])
	late := s.IGComment(media, "marc", "et moi ?", time.Now())
	k.polls(t, false)
	k.last(t, late, seen)
}

// TestAnAnswerDeepDown: a new comment on top and an answer to an old comment,
// while another one went, look like one new comment.
func TestAnAnswerDeepDown(t *testing.T) {
	t.Parallel()
	s := newStand(t, graphtest.Options{})
	s.as(func(o *instagram.Options) { o.Deep = 2 * time.Second })
	media, ids := s.manyComments(160)
	k := s.keeper()
	stop := k.polls(t, false)
	k.last(t, ids[0], seen)
	k.whole(t)
	stop()
	s.Delete(ids[80])
	top := s.IGComment(media, "marc", "et moi ?", time.Now())
	below := s.IGComment(ids[0], "zoe", "toujours rien", time.Now())
	k.polls(t, false)
	k.last(t, top, seen)
	k.last(t, below, seen)
}

// TestWhatWasCountedBefore: a comment within the time that stays open was found
// by the round before, and does not stand for the answer that moved the count.
func TestWhatWasCountedBefore(t *testing.T) {
	t.Parallel()
	s := newStand(t, graphtest.Options{})
	s.as(func(o *instagram.Options) { o.Settle, o.Deep = time.Minute, time.Hour })
	media, ids := s.manyComments(160)
	k := s.keeper()
	k.polls(t, false)
	k.last(t, ids[0], seen)
	top := s.IGComment(media, "marc", "et moi ?", time.Now())
	k.last(t, top, seen)
	k.whole(t)
	k.last(t, s.IGComment(ids[0], "zoe", "toujours rien", time.Now()), seen)
}

// TestARoundInterruptedMidway: what came on top while a walk was interrupted is
// counted by nobody until it was read.
func TestARoundInterruptedMidway(t *testing.T) {
	t.Parallel()
	s := newStand(t, graphtest.Options{})
	s.as(func(o *instagram.Options) { o.Deep = time.Hour })
	media, ids := s.manyComments(160)
	k := s.keeper()
	pages := 0
	k.refuse = func(b collectors.Batch) error {
		if len(b.Messages) > 0 {
			if pages++; pages == 2 {
				return errors.New("the log is down")
			}
		}
		return nil
	}
	k.polls(t, true)
	late := s.IGComment(media, "marc", "et moi ?", time.Now())
	k.polls(t, false)
	k.last(t, ids[0], seen)
	k.last(t, late, seen)
}

// TestMentionsAreNotThoughtGone: what stands elsewhere is not to be read by its
// id, which says nothing.
func TestMentionsAreNotThoughtGone(t *testing.T) {
	t.Parallel()
	s := newStand(t, graphtest.Options{})
	k := s.keeper()
	hooks := httptest.NewServer(s.network.Hooks(k))
	t.Cleanup(hooks.Close)
	if err := s.Subscribe(hooks.URL + "/"); err != nil {
		t.Fatal(err)
	}
	k.polls(t, false)
	k.whole(t)
	ids := []string{
		s.TagIn(s.at.ID, "zoe", "my coat from @laboutique", time.Now()),
		s.NameIn(s.at.ID, "zoe", "thank you @laboutique", time.Now()),
		s.NameBelow(s.at.ID, "marc", "no refund @laboutique", time.Now()),
	}
	for _, id := range ids {
		k.last(t, id, seen)
	}
	time.Sleep(1200 * time.Millisecond) // looks at 0, .2, .5 and 1 s
	for _, id := range ids {
		for _, m := range k.all(id) {
			if m.Deleted {
				t.Errorf("thought gone: %+v", m)
			}
		}
	}
}

// TestAMentionWhileTheTokenIsDead: nothing lists it afterwards, so it waits.
func TestAMentionWhileTheTokenIsDead(t *testing.T) {
	t.Parallel()
	s := newStand(t, graphtest.Options{})
	k := s.keeper()
	hooks := httptest.NewServer(s.network.Hooks(k))
	t.Cleanup(hooks.Close)
	if err := s.Subscribe(hooks.URL + "/"); err != nil {
		t.Fatal(err)
	}
	stop := k.polls(t, false)
	k.whole(t)
	stop()
	s.SetToken(s.at.Page.Token, 460)
	id := s.NameBelow(s.at.ID, "marc", "no refund @laboutique", time.Now())
	time.Sleep(300 * time.Millisecond)
	s.SetToken(s.at.Page.Token, 0)
	k.polls(t, false)
	if m := k.last(t, id, seen); m.Text != "no refund @laboutique" || m.Kind != community.KindMention {
		t.Errorf("came as %+v", m)
	}
}

// TestAFileIsNoEdit: Meta signs addresses anew each time, and push and poll name
// the sorts of files in their own ways: one message stays one state.
func TestAFileIsNoEdit(t *testing.T) {
	t.Parallel()
	for _, hooked := range []bool{true, false} {
		s := newStand(t, graphtest.Options{})
		s.as(func(o *instagram.Options) { o.Settle = time.Minute })
		k := s.keeper()
		if hooked {
			hooks := httptest.NewServer(s.network.Hooks(k))
			t.Cleanup(hooks.Close)
			if err := s.Subscribe(hooks.URL + "/"); err != nil {
				t.Fatal(err)
			}
		}
		stop := k.polls(t, false)
		k.whole(t)
		image := s.IGFile(s.at.ID, "lea", "voici", "image", time.Now())
		audio := s.IGFile(s.at.ID, "lea", "", "audio", time.Now())
		k.last(t, image, seen)
		k.last(t, audio, seen)
		time.Sleep(1200 * time.Millisecond)
		for id, sort := range map[string]string{image: "image", audio: "audio"} {
			first := k.all(id)[0]
			if len(first.Media) != 1 || first.Media[0].Type != sort {
				t.Errorf("hooked %v: a file is %+v", hooked, first.Media)
			}
			for _, m := range k.all(id) {
				if m.Hash() != first.Hash() || !m.EditedAt.IsZero() || !m.CreatedAt.Equal(first.CreatedAt) || m.Deleted {
					t.Errorf("hooked %v: came as %+v\nand as %+v", hooked, first, m)
				}
			}
		}
		// An edit keeps the file, and its date, whichever way it comes again.
		s.Edit(image, "voici le ticket")
		edited := k.last(t, image, func(m community.Message) bool { return m.Text == "voici le ticket" })
		if len(edited.Media) != 1 || edited.EditedAt.IsZero() {
			t.Errorf("hooked %v: edited %+v", hooked, edited)
		}
		k.whole(t)
		k.whole(t)
		stop()
		if m := k.last(t, image, seen); !m.EditedAt.Equal(edited.EditedAt) || m.Hash() != edited.Hash() {
			t.Errorf("hooked %v: edited %+v\nand then %+v", hooked, edited, m)
		}
		k.polls(t, false) // after a restart too
		k.whole(t)
		if m := k.last(t, image, seen); !m.EditedAt.Equal(edited.EditedAt) || m.Hash() != edited.Hash() {
			t.Errorf("hooked %v: edited %+v\nafter a restart %+v", hooked, edited, m)
		}
	}
}

// TestWithoutLeaveForMessages: comments go on without them, and once they may be
// read, those that were written meanwhile come too.
func TestWithoutLeaveForMessages(t *testing.T) {
	t.Parallel()
	s := newStand(t, graphtest.Options{})
	media := s.Media(s.at.ID, "soldes", time.Now().Add(-time.Hour))
	s.SetScopes(s.at.Page.Token, slices.DeleteFunc(graphtest.Permissions(), func(p string) bool { return p == "instagram_manage_messages" })...)
	k := s.keeper()
	stop := k.polls(t, false)
	k.last(t, s.IGComment(media, "lea", "bonjour", time.Now()), seen)
	k.whole(t)
	private := s.IGDirect(s.at.ID, "lea", "vous êtes là ?", time.Now().Add(-time.Minute))
	k.whole(t)
	stop()
	s.SetScopes(s.at.Page.Token, graphtest.Permissions()...)
	k.polls(t, false)
	k.last(t, private, seen)
}

// TestLosingAPermissionDeletesNothing: Graph has one answer for what is gone and
// for what is not for us.
func TestLosingAPermissionDeletesNothing(t *testing.T) {
	t.Parallel()
	s := newStand(t, graphtest.Options{})
	_, ids := s.manyComments(3)
	private := s.IGDirect(s.at.ID, "lea", "vous êtes là ?", time.Now())
	k := s.keeper()
	k.polls(t, false)
	k.last(t, private, seen)
	s.SetScopes(s.at.Page.Token, "instagram_basic", "pages_show_list", "pages_manage_metadata")
	time.Sleep(1200 * time.Millisecond)
	for _, id := range append(ids, private) {
		if m := k.last(t, id, seen); m.Deleted {
			t.Errorf("thought gone: %+v", m)
		}
	}
	s.SetScopes(s.at.Page.Token, graphtest.Permissions()...)
	s.Delete(ids[1])
	k.last(t, ids[1], func(m community.Message) bool { return m.Deleted })
}

// TestACursorOfOtherLooks: one that was written with more looks than there are.
func TestACursorOfOtherLooks(t *testing.T) {
	t.Parallel()
	s := newStand(t, graphtest.Options{})
	media := s.Media(s.at.ID, "soldes", time.Now().Add(-time.Hour))
	k := s.keeper()
	k.cursor = community.Cursor{Since: `{"at":1,"w":[{"i":"5","s":1,"l":99},{"i":"6","s":1,"l":-1}]}`}
	k.polls(t, false)
	k.last(t, s.IGComment(media, "lea", "bonjour", time.Now()), seen)
}

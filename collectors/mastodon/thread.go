package mastodon

import (
	"context"
	"sync"

	client "github.com/mattn/go-mastodon"

	"github.com/vigie-hq/vigie/community"
)

// How many statuses of an account are remembered with their thread.
const threadMemory = 10_000

// threads remembers which thread a status stands in. It is safe for concurrent
// use.
type threads struct {
	mu    sync.Mutex
	root  map[string]string
	order []string
	next  int
}

func (t *threads) get(id string) string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.root[id]
}

func (t *threads) put(id, root string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.root == nil {
		t.root = map[string]string{}
	}
	if _, known := t.root[id]; !known {
		if len(t.order) < threadMemory {
			t.order = append(t.order, id)
		} else {
			delete(t.root, t.order[t.next])
			t.order[t.next] = id
			t.next = (t.next + 1) % threadMemory
		}
	}
	t.root[id] = root
}

// threadOf names the thread of a status: itself when it answers nothing, else
// its parent's thread when that is remembered, else the oldest ancestor the
// server shows (one call), else its parent. See the package's comment.
func (s *session) threadOf(ctx context.Context, status *client.Status) (string, error) {
	id, parent := string(status.ID), parentOf(status)
	if known := s.threads.get(id); known != "" {
		return known, nil
	}
	root := id
	if parent != "" {
		root = s.threads.get(parent)
	}
	if root == "" {
		found, err := s.rest.GetStatusContext(ctx, status.ID)
		switch {
		case err == nil && len(found.Ancestors) > 0 && found.Ancestors[0] != nil:
			root = string(found.Ancestors[0].ID)
			for _, a := range found.Ancestors {
				if a != nil {
					s.threads.put(string(a.ID), root)
				}
			}
		case err == nil || community.KindOf(err) == community.NotFound:
			root = parent
		default:
			return "", err
		}
	}
	s.threads.put(id, root)
	return root, nil
}

package mail

import "context"

// How far a letter without References is followed up.
const maxParents = 5

// thread is the Message-ID of the thread's first letter, as far as that is
// known: the oldest of the References, or the thread of one of them that was seen
// before. A letter that names only its parent is followed up through the
// mailbox.
func (f *filing) thread(ctx context.Context, l *letter, id string) (string, error) {
	current := l
	for range maxParents {
		for _, ref := range append(current.references[:len(current.references):len(current.references)], current.inReplyTo) {
			if root := f.box.threads.get(ref); root != "" {
				return root, nil
			}
		}
		switch {
		case len(current.references) > 0:
			return current.references[0], nil
		case current.inReplyTo == "" && current == l:
			return id, nil
		case current.inReplyTo == "":
			return current.id, nil
		}
		parent, err := f.elsewhere(ctx, current.inReplyTo, f.folders...)
		if err != nil {
			return "", err
		}
		if parent == nil {
			return current.inReplyTo, nil
		}
		next := decode(parent)
		next.id = current.inReplyTo
		current = &next
	}
	return current.id, nil
}

// elsewhere finds a letter in some folders and comes back to the one that is
// being read.
func (f *filing) elsewhere(ctx context.Context, id string, folders ...string) (*raw, error) {
	here := ""
	if selected := f.reader.Mailbox(); selected != nil {
		here = selected.Name
	}
	l, err := f.reader.find(ctx, id, folders, func(*raw) bool { return true })
	if err == nil && here != "" {
		_, err = f.reader.examine(here)
	}
	return l, err
}

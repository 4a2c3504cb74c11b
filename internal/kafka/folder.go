package kafka

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/gofrs/flock"

	"github.com/vigie-hq/vigie/community"
)

// lockFolder makes the folder, for its owner only, and locks it: kfake opens a
// folder twice without complaint. The lock ends with the process.
func lockFolder(dir string) (*flock.Flock, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, unavailable("log.open", err)
	}
	lock := flock.New(filepath.Join(dir, "lock"), flock.SetPermissions(0o600))
	mine, err := lock.TryLock()
	if err != nil {
		return nil, unavailable("log.open", err)
	}
	if !mine {
		return nil, community.Faultf(community.Conflict, "log.locked", dir)
	}
	return lock, nil
}

// forget removes what the broker must not find again: group members of a former
// start, for whom it would wait 30 s, and secrets, which it keeps in clear and
// prefers to the new one.
func forget(dir string) error {
	for _, name := range []string{"session_state.json", "sasl.json"} {
		if err := os.Remove(filepath.Join(dir, name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

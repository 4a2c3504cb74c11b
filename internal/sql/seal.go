package sql

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/vigie-hq/vigie/community"
)

// A sealed secret is the id of its key, a nonce, and the secret in AES-256-GCM.
// What was sealed before keys had ids lacks the first part.

// keyLength is how many bytes a key has, idLength how many of its hash name it.
const (
	keyLength = 32
	idLength  = 4
)

// sealKey is one key of the installation.
type sealKey struct {
	id   []byte
	text string // as the file holds it
	aead cipher.AEAD
}

// seal encrypts a secret under the installation's first key. Where it is kept is
// authenticated with it, so that rows cannot be swapped.
func (db *DB) seal(owner, name string, secret []byte) ([]byte, error) {
	keys, err := db.keysOrNew()
	if err != nil {
		return nil, err
	}
	return keys[0].seal(owner, name, secret)
}

func (k *sealKey) seal(owner, name string, secret []byte) ([]byte, error) {
	n := k.aead.NonceSize()
	out := make([]byte, idLength+n, idLength+n+len(secret)+k.aead.Overhead())
	copy(out, k.id)
	if _, err := rand.Read(out[idLength:]); err != nil {
		return nil, err
	}
	return k.aead.Seal(out, out[idLength:], secret, boundTo(owner, name)), nil
}

// unseal opens what one of the installation's keys sealed. What none of them
// opens is a Fault Unavailable "store.key"; a key's file that is not there or
// cannot be read, Unavailable "store.key_file".
func (db *DB) unseal(owner, name string, sealed []byte) ([]byte, error) {
	keys, err := db.keys()
	if err != nil {
		return nil, err
	}
	return open(keys, owner, name, sealed)
}

func open(keys []sealKey, owner, name string, sealed []byte) ([]byte, error) {
	for i := range keys {
		k := &keys[i]
		if rest, named := bytes.CutPrefix(sealed, k.id); named {
			if secret, err := k.open(owner, name, rest); err == nil {
				return secret, nil
			}
		}
	}
	for i := range keys { // sealed before keys had ids
		if secret, err := keys[i].open(owner, name, sealed); err == nil {
			return secret, nil
		}
	}
	return nil, community.Faultf(community.Unavailable, "store.key")
}

func (k *sealKey) open(owner, name string, sealed []byte) ([]byte, error) {
	n := k.aead.NonceSize()
	if len(sealed) < n {
		return nil, errors.New("a sealed secret is cut short")
	}
	return k.aead.Open(nil, sealed[:n], sealed[n:], boundTo(owner, name))
}

func boundTo(owner, name string) []byte { return []byte(owner + "\x00" + name) }

// keys reads the installation's keys, the one to seal with first: those that it
// was given, else those of its file. The file is read each time: secrets are
// asked for seldom, and the key is then nowhere in idle memory. Reading makes no
// key: where the file is missing (a disk that is not mounted, a wrong path), a
// new one would open nothing.
func (db *DB) keys() ([]sealKey, error) {
	if db.givenKeys != "" {
		return parseKeys(db.givenKeys)
	}
	text, err := os.ReadFile(db.keyFile)
	if err != nil {
		return nil, community.Faultf(community.Unavailable, "store.key_file").Because(err)
	}
	return parseKeys(string(text))
}

// keysOrNew is keys for who has something to seal: the first one makes the file,
// readable by its owner only.
func (db *DB) keysOrNew() ([]sealKey, error) {
	db.sealing.Lock()
	defer db.sealing.Unlock()
	keys, err := db.keys()
	if !errors.Is(err, fs.ErrNotExist) {
		return keys, err
	}
	if err := db.makeKey(); err != nil {
		return nil, community.Faultf(community.Unavailable, "store.key_file").Because(err)
	}
	return db.keys()
}

// parseKeys reads keys of 64 hexadecimal figures, between them white space or
// commas. Text that is none, or holds no key, is a Fault Invalid
// "store.key_form"; the text is not repeated.
func parseKeys(text string) ([]sealKey, error) {
	var out []sealKey
	for one := range strings.FieldsFuncSeq(text, func(r rune) bool { return r == ',' || r == ' ' || r == '\n' || r == '\r' || r == '\t' }) {
		key, err := hex.DecodeString(one)
		if err != nil || len(key) != keyLength {
			return nil, community.Faultf(community.Invalid, "store.key_form")
		}
		block, err := aes.NewCipher(key)
		if err != nil {
			return nil, err
		}
		aead, err := cipher.NewGCM(block)
		if err != nil {
			return nil, err
		}
		sum := sha256.Sum256(append([]byte("vigie key "), key...))
		out = append(out, sealKey{id: sum[:idLength], text: one, aead: aead})
	}
	if len(out) == 0 {
		return nil, community.Faultf(community.Invalid, "store.key_form")
	}
	return out, nil
}

func newKey() (string, error) {
	key := make([]byte, keyLength)
	_, err := rand.Read(key)
	return hex.EncodeToString(key), err
}

// makeKey writes the first key, whole or not at all: it is linked into place, so
// that of two processes one wins and both read the same.
func (db *DB) makeKey() error {
	key, err := newKey()
	if err != nil {
		return err
	}
	part, err := writeAside(db.keyFile, key+"\n")
	if err != nil {
		return err
	}
	if err = os.Link(part, db.keyFile); errors.Is(err, fs.ErrExist) {
		err = nil
	}
	return errors.Join(err, os.Remove(part), syncFolder(db.keyFile))
}

// replaceKeys puts other keys into the file, whole or not at all.
func (db *DB) replaceKeys(keys ...string) error {
	part, err := writeAside(db.keyFile, strings.Join(keys, "\n")+"\n")
	if err != nil {
		return err
	}
	if err := os.Rename(part, db.keyFile); err != nil {
		return errors.Join(err, os.Remove(part))
	}
	return syncFolder(db.keyFile)
}

// asideMark is what the name of a key's file goes on with in the file that is to
// replace it.
const asideMark = ".new-"

// writeAside writes a file that only its owner reads beside another one, down
// to the disk, and returns its name.
func writeAside(file, text string) (string, error) {
	f, err := os.CreateTemp(filepath.Dir(file), filepath.Base(file)+asideMark+"*") // 0600
	if err != nil {
		return "", err
	}
	_, err = f.WriteString(text)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return "", errors.Join(err, os.Remove(f.Name()))
	}
	return f.Name(), nil
}

// sweepAside removes what writers that were killed left beside a file: a key
// that is thrown away must not lie about.
func sweepAside(file string) error {
	entries, err := os.ReadDir(filepath.Dir(file))
	if err != nil {
		return err
	}
	var errs []error
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), filepath.Base(file)+asideMark) {
			errs = append(errs, os.Remove(filepath.Join(filepath.Dir(file), e.Name())))
		}
	}
	return errors.Join(errs...)
}

// syncFolder makes what was renamed or linked in a file's folder last.
func syncFolder(file string) error {
	d, err := os.Open(filepath.Dir(file))
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

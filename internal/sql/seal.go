package sql

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// seal encrypts a secret with AES-256-GCM under the installation's key. Where
// it is kept is authenticated with it, so that rows cannot be swapped.
func (db *DB) seal(account, name string, secret []byte) ([]byte, error) {
	aead, err := db.aead()
	if err != nil {
		return nil, err
	}
	nonce := make([]byte, aead.NonceSize())
	if _, err := rand.Read(nonce); err != nil {
		return nil, err
	}
	return aead.Seal(nonce, nonce, secret, []byte(account+"\x00"+name)), nil
}

func (db *DB) unseal(account, name string, sealed []byte) ([]byte, error) {
	aead, err := db.aead()
	if err != nil {
		return nil, err
	}
	n := aead.NonceSize()
	if len(sealed) < n {
		return nil, errors.New("a sealed secret is cut short")
	}
	return aead.Open(nil, sealed[:n], sealed[n:], []byte(account+"\x00"+name))
}

// aead reads the key, which is made at the first use and readable by its owner
// only. The file is read each time: secrets are asked for seldom, and the key is
// then nowhere in idle memory.
func (db *DB) aead() (cipher.AEAD, error) {
	db.sealing.Lock()
	defer db.sealing.Unlock()
	text, err := os.ReadFile(db.keyFile)
	if errors.Is(err, fs.ErrNotExist) {
		text, err = db.makeKey()
	}
	if err != nil {
		return nil, err
	}
	key, err := hex.DecodeString(strings.TrimSpace(string(text)))
	if err != nil || len(key) != 32 {
		return nil, fmt.Errorf("%s does not hold a key", db.keyFile)
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}

// makeKey writes a new key, whole or not at all: it is linked into place, so
// that of two processes one wins and both read the same.
func (db *DB) makeKey() ([]byte, error) {
	key := make([]byte, 32)
	if _, err := rand.Read(key); err != nil {
		return nil, err
	}
	f, err := os.CreateTemp(filepath.Dir(db.keyFile), "key-*") // 0600
	if err != nil {
		return nil, err
	}
	_, err = f.WriteString(hex.EncodeToString(key) + "\n")
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = os.Link(f.Name(), db.keyFile)
	}
	if errors.Is(err, fs.ErrExist) {
		err = nil
	}
	if err := errors.Join(err, os.Remove(f.Name())); err != nil {
		return nil, err
	}
	return os.ReadFile(db.keyFile)
}

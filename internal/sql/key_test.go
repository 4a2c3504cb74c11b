package sql

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/vigie-hq/vigie/community"
)

// isKeyFault asks for a fault of the key, by its name.
func isKeyFault(t *testing.T, what string, err error, key string) {
	t.Helper()
	var f *community.Fault
	if !errors.As(err, &f) || f.Kind != community.Unavailable || f.Key != key {
		t.Errorf("%s: %v, want %s", what, err, key)
	}
}

// TestAMissingKeyIsNotMadeUp: where the key's file is not there (its disk is not
// mounted, its path is misspelt), nothing that only reads makes another one, and
// the old one opens everything as soon as it is back.
func TestAMissingKeyIsNotMadeUp(t *testing.T) {
	dir, ctx := t.TempDir(), t.Context()
	file, away := filepath.Join(dir, "secret.key"), filepath.Join(dir, "away")
	vaultOf(t, dir, Options{}, func(v *Vault) {
		if all, shut, err := v.Sealed(ctx); all != 0 || shut != 0 || err != nil {
			t.Errorf("nothing sealed yet: %d %d %v", all, shut, err)
		}
		if n, err := v.Rotate(ctx); n != 0 || err != nil {
			t.Errorf("nothing to rotate: %d %v", n, err)
		}
		if _, err := os.Stat(file); err == nil {
			t.Error("a key was made although nothing is sealed")
		}
		sealSome(t, v)
		if err := os.Rename(file, away); err != nil {
			t.Fatal(err)
		}
		isKeyFault(t, "opening", opens(t, v), "store.key_file")
		_, err := v.Rotate(ctx)
		isKeyFault(t, "rotating", err, "store.key_file")
		if all, shut, err := v.Sealed(ctx); all != 4 || shut != 4 || err != nil {
			t.Errorf("%d secrets, %d shut, %v", all, shut, err)
		}
		if _, err := os.Stat(file); err == nil {
			t.Error("another key was made up")
		}
		if err := os.Rename(away, file); err != nil {
			t.Fatal(err)
		}
		if err := opens(t, v); err != nil {
			t.Error(err)
		}
	})
}

// TestAnUnreadableKey: neither reading nor writing goes on without it, and
// nothing is put in its place.
func TestAnUnreadableKey(t *testing.T) {
	dir, ctx := t.TempDir(), t.Context()
	file := filepath.Join(dir, "secret.key")
	vaultOf(t, dir, Options{}, func(v *Vault) {
		sealSome(t, v)
		if err := errors.Join(os.Rename(file, file+".kept"), os.Mkdir(file, 0o700)); err != nil { // a folder: even root cannot read it
			t.Fatal(err)
		}
		isKeyFault(t, "opening", opens(t, v), "store.key_file")
		isKeyFault(t, "sealing", v.PutSecrets(ctx, "k1", map[string][]byte{"token": []byte("b")}), "store.key_file")
		_, err := v.Rotate(ctx)
		isKeyFault(t, "rotating", err, "store.key_file")
		_, _, err = v.Sealed(ctx)
		isKeyFault(t, "counting", err, "store.key_file")
		if err := errors.Join(os.Remove(file), os.Rename(file+".kept", file)); err != nil {
			t.Fatal(err)
		}
		if err := opens(t, v); err != nil {
			t.Error(err)
		}
		// An empty or cut file is no key either, and is left as it is.
		for _, text := range []string{"", "\n", aKey(3)[:40]} {
			if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			if err := v.PutSecrets(ctx, "k1", map[string][]byte{"token": []byte("b")}); community.KindOf(err) != community.Invalid {
				t.Errorf("%q: %v", text, err)
			}
			if got, err := os.ReadFile(file); err != nil || string(got) != text {
				t.Errorf("%q became %q, %v", text, got, err)
			}
		}
	})
}

// TestNoKeyIsLeftLying: what a writer that was killed left beside the key's file
// holds keys; the next rotation removes it, and nothing else.
func TestNoKeyIsLeftLying(t *testing.T) {
	dir := t.TempDir()
	vaultOf(t, dir, Options{}, func(v *Vault) {
		sealSome(t, v)
		left, err := writeAside(v.db.keyFile, aKey(5))
		if err != nil {
			t.Fatal(err)
		}
		other := filepath.Join(dir, "key-of-somebody.pem")
		if err := os.WriteFile(other, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := v.Rotate(t.Context()); err != nil {
			t.Fatal(err)
		}
		if _, err := os.Stat(left); err == nil {
			t.Errorf("%s is still there", left)
		}
		if _, err := os.Stat(other); err != nil {
			t.Error(err)
		}
		if !strings.HasPrefix(filepath.Base(left), "secret.key") {
			t.Errorf("nobody sees what %s is of", left)
		}
	})
}

// TestForgettingWhatNoKeyOpens: who has lost a key begins anew, and keeps what
// another key opens.
func TestForgettingWhatNoKeyOpens(t *testing.T) {
	dir, ctx := t.TempDir(), t.Context()
	vaultOf(t, dir, Options{Keys: aKey(1)}, func(v *Vault) { sealSome(t, v) })
	vaultOf(t, dir, Options{Keys: aKey(2)}, func(v *Vault) {
		if err := v.PutSecrets(ctx, "k2", map[string][]byte{"token": []byte("mine")}); err != nil {
			t.Fatal(err)
		}
	})
	vaultOf(t, dir, Options{Keys: aKey(3) + "," + aKey(2)}, func(v *Vault) {
		_, err := v.Rotate(ctx)
		isKeyFault(t, "rotating", err, "store.key")
		for _, want := range []int{4, 0} {
			if n, err := v.Forget(ctx); n != want || err != nil {
				t.Errorf("forgot %d of %d, %v", n, want, err)
			}
		}
		if got, err := v.Secret(ctx, "k2", "token"); err != nil || string(got) != "mine" {
			t.Errorf("%q, %v", got, err)
		}
		if _, err := v.Secret(ctx, "k1", "token"); community.KindOf(err) != community.NotFound {
			t.Errorf("%v", err)
		}
		if n, err := v.Rotate(ctx); n != 1 || err != nil {
			t.Errorf("rotated %d, %v", n, err)
		}
	})
}

package sql

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/vigie-hq/vigie/community"
)

// aKey is a key of one repeated byte, as text.
func aKey(b byte) string { return hex.EncodeToString(bytes.Repeat([]byte{b}, keyLength)) }

// vaultOf opens the vault of a folder and closes it again after f.
func vaultOf(t *testing.T, dir string, o Options, f func(*Vault)) {
	t.Helper()
	db, err := Open(t.Context(), filepath.Join(dir, "vigie.db"), o)
	if err != nil {
		t.Fatal(err)
	}
	f(NewVault(db))
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}

// sealSome puts secrets of two owners into the vault.
func sealSome(t *testing.T, v *Vault) {
	t.Helper()
	for _, owner := range []string{"k1", "app/x"} {
		if err := v.PutSecrets(t.Context(), owner, map[string][]byte{"token": []byte("of " + owner), "refresh": []byte("again")}); err != nil {
			t.Fatal(err)
		}
	}
}

func opens(t *testing.T, v *Vault) error {
	t.Helper()
	for _, owner := range []string{"k1", "app/x"} {
		got, err := v.Secret(t.Context(), owner, "token")
		if err != nil {
			return err
		}
		if string(got) != "of "+owner {
			t.Fatalf("opened as %q", got)
		}
	}
	return nil
}

func keyLines(t *testing.T, dir string) []string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, "secret.key"))
	if err != nil {
		t.Fatal(err)
	}
	return strings.Fields(string(text))
}

func TestRotate(t *testing.T) {
	dir, ctx := t.TempDir(), t.Context()
	vaultOf(t, dir, Options{}, func(v *Vault) {
		sealSome(t, v)
		before := keyLines(t, dir)
		// Two that were sealed before keys had ids.
		for _, owner := range []string{"k1", "app/x"} {
			if _, err := v.db.writer.ExecContext(ctx, `UPDATE secret SET sealed = substr(sealed, $1) WHERE account = $2 AND name = 'token'`, idLength+1, owner); err != nil {
				t.Fatal(err)
			}
		}
		if err := opens(t, v); err != nil {
			t.Fatalf("sealed by an older version: %v", err)
		}
		if n, err := v.Rotate(ctx); err != nil || n != 4 {
			t.Fatalf("rotated %d, %v", n, err)
		}
		after := keyLines(t, dir)
		if len(after) != 1 || after[0] == before[0] {
			t.Errorf("the file held %d keys, holds %d", len(before), len(after))
		}
		if err := opens(t, v); err != nil {
			t.Fatal(err)
		}
		if all, shut, err := v.Sealed(ctx); all != 4 || shut != 0 || err != nil {
			t.Errorf("%d secrets, %d shut, %v", all, shut, err)
		}
	})
	if info, err := os.Stat(filepath.Join(dir, "secret.key")); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the key may be read by others: %v %v", info.Mode(), err)
	}
	left, err := filepath.Glob(filepath.Join(dir, "secret.key?*"))
	if err != nil || len(left) > 0 {
		t.Errorf("left lying about: %v %v", left, err)
	}
}

// TestRotationIsStopped stops a rotation at each of its steps. The secrets can
// be opened at once, by whoever starts next, and the next rotation ends it.
func TestRotationIsStopped(t *testing.T) {
	for _, stop := range []string{"before the new key", "before sealing", "while sealing", "before the old key goes"} {
		t.Run(stop, func(t *testing.T) {
			dir, ctx := t.TempDir(), t.Context()
			vaultOf(t, dir, Options{}, func(v *Vault) {
				sealSome(t, v)
				old := keyLines(t, dir)[0]
				if stop == "before the new key" {
					return
				}
				if err := v.db.replaceKeys(aKey(1), old); err != nil {
					t.Fatal(err)
				}
				keys, err := v.db.keys()
				if err != nil {
					t.Fatal(err)
				}
				switch stop {
				case "while sealing":
					if err := v.db.write(ctx, true, func(tx *Tx) error {
						if err := tx.exec(`UPDATE secret SET sealed = $1`, []byte("half")); err != nil {
							return err
						}
						return fmt.Errorf("killed")
					}); err == nil {
						t.Fatal("it was not stopped")
					}
				case "before the old key goes":
					if _, err := v.reseal(ctx, keys); err != nil {
						t.Fatal(err)
					}
				}
			})
			vaultOf(t, dir, Options{}, func(v *Vault) {
				if err := opens(t, v); err != nil {
					t.Fatalf("after the stop: %v", err)
				}
				if err := v.PutSecrets(ctx, "late", map[string][]byte{"token": []byte("new")}); err != nil {
					t.Fatal(err)
				}
				if n, err := v.Rotate(ctx); err != nil || n != 5 {
					t.Fatalf("the next rotation: %d, %v", n, err)
				}
				if keys := keyLines(t, dir); len(keys) != 1 {
					t.Errorf("%d keys are left", len(keys))
				}
				if err := opens(t, v); err != nil {
					t.Fatal(err)
				}
			})
		})
	}
}

// TestGivenKeys is a key that comes from the environment.
func TestGivenKeys(t *testing.T) {
	dir, ctx := t.TempDir(), t.Context()
	vaultOf(t, dir, Options{Keys: aKey(7)}, func(v *Vault) {
		sealSome(t, v)
		if _, err := v.Rotate(ctx); community.KindOf(err) != community.Invalid {
			t.Errorf("rotated one given key: %v", err)
		}
	})
	if _, err := os.Stat(filepath.Join(dir, "secret.key")); err == nil {
		t.Error("a key was made beside the given one")
	}
	vaultOf(t, dir, Options{Keys: aKey(8)}, func(v *Vault) {
		err := opens(t, v)
		if community.KindOf(err) != community.Unavailable || !strings.Contains(err.Error(), "store.key") {
			t.Errorf("another key: %v", err)
		}
		if all, shut, err := v.Sealed(ctx); all != 4 || shut != 4 || err != nil {
			t.Errorf("%d secrets, %d shut, %v", all, shut, err)
		}
	})
	vaultOf(t, dir, Options{Keys: aKey(8) + ", " + aKey(7)}, func(v *Vault) {
		if err := opens(t, v); err != nil {
			t.Fatal(err)
		}
		if n, err := v.Rotate(ctx); n != 4 || err != nil {
			t.Fatalf("rotated %d, %v", n, err)
		}
	})
	vaultOf(t, dir, Options{Keys: aKey(8)}, func(v *Vault) {
		if err := opens(t, v); err != nil {
			t.Error(err)
		}
	})
	for _, wrong := range []string{"secret", aKey(1)[:62], aKey(1) + "00", ",", "zz" + aKey(1)[2:]} {
		vaultOf(t, t.TempDir(), Options{Keys: wrong}, func(v *Vault) {
			err := v.PutSecrets(ctx, "k", map[string][]byte{"token": []byte("a")})
			if community.KindOf(err) != community.Invalid || strings.Contains(err.Error(), wrong) && wrong != "," {
				t.Errorf("%q: %v", wrong, err)
			}
		})
	}
}

// TestNothingIsLostWithAKey refuses to drop the old key while a secret needs it.
func TestNothingIsLostWithAKey(t *testing.T) {
	dir, ctx := t.TempDir(), t.Context()
	vaultOf(t, dir, Options{}, func(v *Vault) {
		sealSome(t, v)
		if _, err := v.db.writer.ExecContext(ctx, `UPDATE secret SET sealed = $1 WHERE account = 'k1' AND name = 'refresh'`, bytes.Repeat([]byte{9}, 60)); err != nil {
			t.Fatal(err)
		}
		old := keyLines(t, dir)[0]
		if _, err := v.Rotate(ctx); community.KindOf(err) != community.Unavailable {
			t.Errorf("rotated over a secret nobody can open: %v", err)
		}
		if keys := keyLines(t, dir); len(keys) != 2 || keys[1] != old {
			t.Errorf("the old key is gone: %d keys", len(keys))
		}
		if err := opens(t, v); err != nil {
			t.Error(err)
		}
	})
}

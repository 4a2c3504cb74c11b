package sql

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// rotatingIn names, in the environment of a child of the test, the folder whose
// key it rotates until it is killed.
const rotatingIn = "VIGIE_TEST_ROTATE"

// TestRotatesUntilKilled is that child.
func TestRotatesUntilKilled(t *testing.T) {
	dir := os.Getenv(rotatingIn)
	if dir == "" {
		t.Skip("only as a child of TestRotationIsKilled")
	}
	vaultOf(t, dir, Options{}, func(v *Vault) {
		for {
			fmt.Println("rotating")
			if _, err := v.Rotate(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// TestRotationIsKilled kills, at random moments, a process that rotates the key.
// After each kill every secret opens, new ones can be sealed, at most two keys
// are in the file, and once a rotation has ended only its key is anywhere.
func TestRotationIsKilled(t *testing.T) {
	const kills, secrets = 25, 120
	dir, ctx := t.TempDir(), t.Context()
	owner := func(i int) string { return fmt.Sprint("k", i) }
	vaultOf(t, dir, Options{}, func(v *Vault) {
		for i := range secrets {
			if err := v.PutSecrets(ctx, owner(i), map[string][]byte{"token": []byte("of " + owner(i))}); err != nil {
				t.Fatal(err)
			}
		}
	})
	rng := rand.New(rand.NewPCG(11, 7))
	two, all := 0, secrets
	for range kills {
		rotateFor(ctx, t, dir, time.Duration(rng.IntN(25_000))*time.Microsecond)
		if n := len(keyLines(t, dir)); n == 2 {
			two++
		} else if n != 1 {
			t.Fatalf("%d keys are in the file", n)
		}
		vaultOf(t, dir, Options{}, func(v *Vault) {
			for i := range all {
				if got, err := v.Secret(ctx, owner(i), "token"); err != nil || string(got) != "of "+owner(i) {
					t.Fatalf("%s: %q, %v", owner(i), got, err)
				}
			}
			if err := v.PutSecrets(ctx, owner(all), map[string][]byte{"token": []byte("of " + owner(all))}); err != nil {
				t.Fatal(err)
			}
			all++
		})
	}
	t.Logf("%d of %d kills left two keys", two, kills)
	vaultOf(t, dir, Options{}, func(v *Vault) {
		if n, err := v.Rotate(ctx); n != all || err != nil {
			t.Fatalf("the last rotation: %d of %d, %v", n, all, err)
		}
		if total, shut, err := v.Sealed(ctx); total != all || shut != 0 || err != nil {
			t.Errorf("%d secrets, %d shut, %v", total, shut, err)
		}
	})
	left, err := filepath.Glob(filepath.Join(dir, "secret.key*"))
	if err != nil || len(left) != 1 || len(keyLines(t, dir)) != 1 {
		t.Errorf("what holds keys: %v, %v", left, err)
	}
}

// rotateFor runs the child, and kills it so long after its first rotation began.
func rotateFor(ctx context.Context, t *testing.T, dir string, d time.Duration) {
	t.Helper()
	child := exec.CommandContext(ctx, os.Args[0], "-test.run", "^TestRotatesUntilKilled$")
	child.Env = append(os.Environ(), rotatingIn+"="+dir)
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := bufio.NewReader(out).ReadString('\n'); err != nil {
		t.Fatalf("it did not begin: %v", err)
	}
	time.Sleep(d)
	if err := child.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = child.Wait() // it was killed
}

// TestAFullDisk: a rotation that finds no room keeps both keys, everything opens,
// and the next one ends it.
func TestAFullDisk(t *testing.T) {
	dir, ctx := t.TempDir(), t.Context()
	vaultOf(t, dir, Options{KeyFile: filepath.Join(dir, "keys", "secret.key")}, func(v *Vault) {
		if err := os.Mkdir(filepath.Join(dir, "keys"), 0o700); err != nil {
			t.Fatal(err)
		}
		sealSome(t, v)
		text, err := os.ReadFile(v.db.keyFile)
		if err != nil {
			t.Fatal(err)
		}
		// The store is full while the secrets are sealed anew.
		if _, err := v.db.writer.ExecContext(ctx, `CREATE TRIGGER full BEFORE UPDATE ON secret WHEN OLD.account = 'k1' BEGIN SELECT RAISE(ABORT, 'disk full'); END`); err != nil {
			t.Fatal(err)
		}
		if _, err := v.Rotate(ctx); err == nil {
			t.Fatal("rotated on a full disk")
		}
		if err := opens(t, v); err != nil {
			t.Error(err)
		}
		if now, err := os.ReadFile(v.db.keyFile); err != nil || len(now) != 2*len(text) {
			t.Errorf("the file holds %d bytes, %v", len(now), err)
		}
		if _, err := v.db.writer.ExecContext(ctx, `DROP TRIGGER full`); err != nil {
			t.Fatal(err)
		}
		if n, err := v.Rotate(ctx); n != 4 || err != nil {
			t.Errorf("once there is room: %d, %v", n, err)
		}
		if err := opens(t, v); err != nil {
			t.Error(err)
		}
	})
}

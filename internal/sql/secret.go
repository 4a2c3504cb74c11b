package sql

import (
	"context"
	"database/sql"
	"errors"
	"io/fs"
	"maps"
	"slices"

	"github.com/vigie-hq/vigie/community"
)

// Vault keeps secrets, sealed under the installation's key (collectors.Vault).
type Vault struct{ db *DB }

// NewVault returns the vault.
func NewVault(db *DB) *Vault { return &Vault{db} }

// Secret opens what PutSecrets sealed; one that is not there is a Fault NotFound
// "secret.unknown", one that the key does not open Unavailable "store.key".
func (v *Vault) Secret(ctx context.Context, owner, name string) ([]byte, error) {
	var sealed []byte
	err := v.db.read(ctx, func(s *snapshot) error {
		ok, err := one(ctx, s, `SELECT sealed FROM secret WHERE account = $1 AND name = $2`, []any{owner, name}, &sealed)
		if err == nil && !ok {
			err = missing("secret", name)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return v.db.unseal(owner, name, sealed)
}

// PutSecrets seals several secrets and keeps all of them or none; a nil one is
// forgotten.
func (v *Vault) PutSecrets(ctx context.Context, owner string, secrets map[string][]byte) error {
	return v.db.write(ctx, true, func(t *Tx) error { return t.PutSecrets(ctx, owner, secrets) })
}

// PutSecrets implements desk.Tx.
func (t *Tx) PutSecrets(_ context.Context, owner string, secrets map[string][]byte) error {
	for _, name := range slices.Sorted(maps.Keys(secrets)) {
		if secrets[name] == nil {
			if err := t.exec(`DELETE FROM secret WHERE account = $1 AND name = $2`, owner, name); err != nil {
				return err
			}
			continue
		}
		sealed, err := t.db.seal(owner, name, secrets[name])
		if err != nil {
			return err
		}
		if err := t.exec(`INSERT INTO secret (account, name, sealed) VALUES ($1, $2, $3)
			ON CONFLICT (account, name) DO UPDATE SET sealed = excluded.sealed`, owner, name, sealed); err != nil {
			return err
		}
	}
	return nil
}

// Known lists the names of an owner's secrets, sorted. It opens none.
func (v *Vault) Known(ctx context.Context, owner string) (out []string, err error) {
	err = v.db.read(ctx, func(s *snapshot) (err error) {
		out, err = s.words(ctx, `SELECT name FROM secret WHERE account = $1 ORDER BY name`, owner)
		return err
	})
	return out, err
}

// Sealed counts the secrets, and those of them that no key opens.
func (v *Vault) Sealed(ctx context.Context) (all, shut int, err error) {
	err = v.db.read(ctx, func(s *snapshot) error {
		var lost []sealedSecret
		all, lost, err = v.shut(ctx, s)
		shut = len(lost)
		return err
	})
	return all, shut, err
}

// Forget drops the secrets that no key opens, for who has lost their key: until
// they are gone their accounts and apps cannot be connected again, nor the key be
// rotated. It returns how many there were.
func (v *Vault) Forget(ctx context.Context) (n int, err error) {
	err = v.db.write(ctx, true, func(t *Tx) error {
		_, lost, err := v.shut(ctx, t)
		if err != nil {
			return err
		}
		for _, one := range lost {
			if err := t.exec(`DELETE FROM secret WHERE account = $1 AND name = $2`, one.owner, one.name); err != nil {
				return err
			}
		}
		n = len(lost)
		return nil
	})
	return n, err
}

// shut counts the secrets and lists those that no key opens: all of them where
// there is no key.
func (v *Vault) shut(ctx context.Context, q querier) (all int, lost []sealedSecret, err error) {
	keys, err := v.db.keys()
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return 0, nil, err
	}
	err = each(ctx, q, `SELECT account, name, sealed FROM secret`, nil, func(rows *sql.Rows) error {
		one, err := scanSecret(rows)
		if err != nil {
			return err
		}
		all++
		if _, err := open(keys, one.owner, one.name, one.sealed); err != nil {
			lost = append(lost, one)
		}
		return nil
	})
	return all, lost, err
}

type sealedSecret struct {
	owner, name string
	sealed      []byte
}

func scanSecret(rows *sql.Rows) (s sealedSecret, err error) {
	err = rows.Scan(&s.owner, &s.name, &s.sealed)
	return s, err
}

// Rotate gives the installation a new key and seals every secret under it. It
// can be stopped at any moment and called again: until the last secret is sealed
// anew the file holds the new key and the old one, and every secret can be
// opened; what a stopped rotation began, the next one ends. Keys that were given
// (Options.Keys) are whoever gave them to change: the first seals, the others
// open, so the new key must stand before the old one; else it is a Fault Invalid
// "store.key_given". It returns how many secrets were sealed anew.
func (v *Vault) Rotate(ctx context.Context) (int, error) {
	keys, err := v.db.keys()
	if errors.Is(err, fs.ErrNotExist) {
		if all, _, failed := v.Sealed(ctx); failed != nil || all == 0 {
			return 0, failed // nothing is sealed yet: there is no key to replace
		}
	}
	if err != nil {
		return 0, err
	}
	given := v.db.givenKeys != ""
	switch {
	case given && len(keys) == 1:
		return 0, community.Faultf(community.Invalid, "store.key_given")
	case !given && len(keys) == 1:
		fresh, err := newKey()
		if err != nil {
			return 0, err
		}
		if err := v.db.replaceKeys(fresh, keys[0].text); err != nil {
			return 0, err
		}
		if keys, err = v.db.keys(); err != nil {
			return 0, err
		}
	}
	n, err := v.reseal(ctx, keys)
	if err != nil || given {
		return n, err
	}
	return n, errors.Join(v.db.replaceKeys(keys[0].text), sweepAside(v.db.keyFile))
}

// reseal seals every secret under the first key, in one transaction. One that
// no key opens undoes it: nothing may be lost with the old key. Connections
// under way are forgotten; their people begin again.
func (v *Vault) reseal(ctx context.Context, keys []sealKey) (n int, err error) {
	err = v.db.write(ctx, true, func(t *Tx) error {
		var all []sealedSecret
		if err := each(ctx, t, `SELECT account, name, sealed FROM secret`, nil, func(rows *sql.Rows) error {
			one, err := scanSecret(rows)
			all = append(all, one)
			return err
		}); err != nil {
			return err
		}
		for _, one := range all {
			secret, err := open(keys, one.owner, one.name, one.sealed)
			if err != nil {
				return err
			}
			sealed, err := keys[0].seal(one.owner, one.name, secret)
			if err != nil {
				return err
			}
			if err := t.exec(`UPDATE secret SET sealed = $3 WHERE account = $1 AND name = $2`, one.owner, one.name, sealed); err != nil {
				return err
			}
		}
		n = len(all)
		return t.exec(`DELETE FROM connecting`)
	})
	return n, err
}

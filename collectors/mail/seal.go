package mail

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/hex"
	"strings"

	"github.com/emersion/go-message"

	"github.com/vigie-hq/vigie/community"
)

// The header that proves a letter to be ours, and the secret it is made with:
// the copy of an answer that travelled back to our own mailbox must be told from
// what others send under our address.
const (
	sealHeader = "X-Vigie-Seal"
	secretSeal = "seal"
)

// Our Message-IDs begin with this.
const idPrefix = "vigie."

// messageIDOf is the Message-ID of a reply: always the same for the same reply,
// so that it is found again and shown once wherever copies of it lie.
func messageIDOf(b *box, reply *community.Reply) string {
	sum := sha256.Sum256([]byte(b.account.Key() + "\x00" + reply.ID))
	name := base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(sum[:16])
	return idPrefix + strings.ToLower(name) + "@" + domainOf(b.address)
}

// isOurs tells whether an id has the form of ours.
func isOurs(id string) bool { return strings.HasPrefix(id, idPrefix) }

// sealOf binds an id to the words that were sent under it.
func sealOf(key []byte, id, words string) string {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(id + "\x00" + strings.Join(strings.Fields(words), " ")))
	return hex.EncodeToString(mac.Sum(nil))
}

// sealed tells whether a letter bears our seal.
func sealed(key []byte, l *raw, m *community.Message) bool {
	if len(key) == 0 || !isOurs(m.ID) {
		return false
	}
	h := message.Header{Header: split(l.head).header}
	given := strings.TrimSpace(h.Get(sealHeader))
	return given != "" && hmac.Equal([]byte(given), []byte(sealOf(key, m.ID, m.Text)))
}

// sealKey reads the account's key, and makes one the first time it is needed.
func (n *Network) sealKey(ctx context.Context, b *box, make bool) ([]byte, error) {
	owner := b.account.Key()
	key, err := n.secret(ctx, owner, secretSeal)
	if err != nil || key != "" || !make {
		return []byte(key), err
	}
	key = rand.Text()
	return []byte(key), n.o.Vault.PutSecrets(ctx, owner, map[string][]byte{secretSeal: []byte(key)})
}

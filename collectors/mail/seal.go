package mail

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/hex"
	"strconv"
	"strings"
	"unicode"

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

// sealOf binds an id to the words that were sent under it. It says how many they
// are: below them stand the letter that is answered, and what servers add.
func sealOf(key []byte, id, text string) string {
	words := strings.Fields(clean(text))
	count := strconv.Itoa(len(words))
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(id + "\x00" + count + "\x00" + strings.Join(words, " ")))
	return count + "." + hex.EncodeToString(mac.Sum(nil))
}

// bears tells whether a letter bears the seal of these words. Whatever became of
// the letter on its way: only who sent it and who got it know that seal.
func bears(key []byte, l *raw, id, text string) bool {
	given := given(l)
	return len(key) > 0 && given != "" && hmac.Equal([]byte(given), []byte(sealOf(key, id, text)))
}

// unsealed is the text of a letter that bears our seal, as it was sent.
func unsealed(key []byte, l *raw, id, whole string) (text string, ok bool) {
	if len(key) == 0 || !isOurs(id) {
		return "", false
	}
	count, _, _ := strings.Cut(given(l), ".")
	n, err := strconv.Atoi(count)
	if err != nil {
		return "", false
	}
	text = firstWords(whole, n)
	return text, bears(key, l, id, text)
}

func given(l *raw) string {
	h := message.Header{Header: split(l.head).header}
	return strings.TrimSpace(h.Get(sealHeader))
}

// firstWords is the beginning of a text that holds so many words.
func firstWords(s string, n int) string {
	inWord := false
	for i, r := range s {
		switch space := unicode.IsSpace(r); {
		case space && inWord && n <= 0:
			return s[:i]
		case space:
			inWord = false
		case !inWord:
			inWord = true
			n--
		}
		if n < 0 {
			return s[:i]
		}
	}
	return s
}

// sealKey reads the account's key, and makes one the first time it is needed.
func (n *Network) sealKey(ctx context.Context, b *box, make bool) ([]byte, error) {
	// Two that make a key at the same time would seal with one that is lost.
	b.sealing.Lock()
	defer b.sealing.Unlock()
	owner := b.account.Key()
	key, err := n.secret(ctx, owner, secretSeal)
	if err != nil || key != "" || !make {
		return []byte(key), err
	}
	key = rand.Text()
	return []byte(key), n.o.Vault.PutSecrets(ctx, owner, map[string][]byte{secretSeal: []byte(key)})
}

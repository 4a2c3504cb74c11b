package classifier

// role is what a small word does in a sentence.
type role uint8

const (
	roleNone   role = iota
	roleDenial      // turns what follows into its opposite
	roleAuthor      // the one who writes
	roleReader      // the one written to
)

// roleOf knows the small words of French and English, folded. Longer and other
// words do nothing here; the table learns them.
func roleOf(runes []rune) role {
	var buf [8]byte
	if len(runes) > len(buf) {
		return roleNone
	}
	for i, r := range runes {
		if r >= 0x80 {
			return roleNone
		}
		buf[i] = byte(r)
	}
	switch string(buf[:len(runes)]) {
	case "pas", "jamais", "aucun", "aucune", "rien", "sans",
		"not", "no", "never", "without", "cannot", "cant", "wont", "dont", "t":
		return roleDenial
	case "je", "j", "moi", "mon", "ma", "mes", "me", "m", "nous", "notre", "nos",
		"i", "my", "im", "ive", "we", "our", "us":
		return roleAuthor
	case "vous", "votre", "vos", "tu", "ton", "ta", "tes", "you", "your", "u", "ur":
		return roleReader
	}
	return roleNone
}

package community

// Brand is a company or banner that is listened to. One installation serves several and
// nothing crosses from one to another.
type Brand struct {
	ID       string   `json:"id"` // [a-z0-9-]{1,32}
	Name     string   `json:"name"`
	Lang     string   `json:"lang"` // language of its automatic sentences: fr or en
	Calendar Calendar `json:"calendar"`
}

// DefaultBrand is where messages go that name no brand.
const DefaultBrand = "default"

// ValidName tells whether s is a name in addresses: [a-z0-9-]{1,32}.
func ValidName(s string) bool {
	if s == "" || len(s) > 32 {
		return false
	}
	for i := range len(s) {
		c := s[i]
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' {
			return false
		}
	}
	return true
}

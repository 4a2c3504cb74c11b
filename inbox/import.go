package inbox

import (
	"github.com/gofiber/fiber/v2"

	"github.com/vigie-hq/vigie/community"
)

// imported tells what became of the messages of an import, from the store
// itself; the import is applied when done is the number it sent.
func (a api) imported(c *fiber.Ctx) error {
	batch := c.Params("batch")
	if !validBatch(batch) {
		return community.Faultf(community.NotFound, "batch.unknown")
	}
	t, err := a.s.Reader.Import(c.UserContext(), viewerOf(c), batch)
	if err != nil {
		return err
	}
	return answer(c, fiber.StatusOK, struct {
		community.ImportTally
		Done int `json:"done"`
	}{t, t.Done()})
}

// validBatch tells whether s can name an import: 1 to 64 of [A-Za-z0-9._-].
func validBatch(s string) bool {
	if s == "" || len(s) > 64 {
		return false
	}
	for i := range len(s) {
		switch c := s[i]; {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c == '.', c == '_', c == '-':
		default:
			return false
		}
	}
	return true
}

package inbox

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"html/template"
	"io/fs"
	"path"
	"strings"

	"github.com/gofiber/fiber/v2"
)

//go:embed asset
var assetFiles embed.FS

// assets are the files a page loads, each under an address that names the
// content of the whole folder: browsers keep them for ever and never mix two
// versions.
type assets struct {
	mark   string
	sprite string // the address of icons.svg, up to the glyph's name
	files  map[string][]byte
}

func newAssets(files fs.FS) (*assets, error) {
	a := &assets{files: make(map[string][]byte)}
	sum := sha256.New()
	err := fs.WalkDir(files, "asset", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := fs.ReadFile(files, name)
		if err != nil {
			return err
		}
		a.files[strings.TrimPrefix(name, "asset/")] = b
		sum.Write([]byte(name))
		sum.Write(b)
		return nil
	})
	a.mark = hex.EncodeToString(sum.Sum(nil))[:10]
	a.sprite = a.path("icons.svg") + "#"
	return a, err
}

// path is a file's address.
func (a *assets) path(name string) string { return "/asset/" + a.mark + "/" + name }

// icon draws a glyph of icons.svg; with a name it says it, else it is
// decoration.
func (a *assets) icon(glyph string, name ...string) template.HTML {
	p := pen{assets: a}
	if len(name) == 0 {
		name = []string{""}
	}
	p.icon(glyph, name[0])
	return template.HTML(p.String()) //nolint:gosec // the pen escapes
}

// types are the media types we serve.
var types = map[string]string{
	".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml",
	".woff2": "font/woff2", ".txt": "text/plain; charset=utf-8", ".md": "text/plain; charset=utf-8",
}

// serve answers a file. An address of another version gets the file as it is
// now, and is told not to keep it.
func (a *assets) serve(c *fiber.Ctx) error {
	name := c.Params("*")
	b, ok := a.files[name]
	if !ok {
		return fiber.ErrNotFound
	}
	c.Set(fiber.HeaderContentType, types[path.Ext(name)])
	if c.Params("mark") == a.mark {
		c.Set(fiber.HeaderCacheControl, "public, max-age=31536000, immutable")
	}
	return c.Send(b)
}

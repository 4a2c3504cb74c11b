package inbox

import (
	"net/url"
	"strings"

	"github.com/vigie-hq/vigie/community"
)

// mediaView is a picture, film or file beside a message: a link where it leads to
// the web, else what it is called.
type mediaView struct{ Type, Name, URL string }

// mediaOf is how media stand on a page. An attachment of a mail is a name
// ("attachment:" and the name, escaped as in a path): its bytes are in the
// mailbox. Any other address is a stranger's word and leads nowhere.
func mediaOf(media []community.Media) []mediaView {
	views := make([]mediaView, 0, len(media))
	for _, m := range media {
		v := mediaView{Type: m.Type, URL: webAddress(m.URL)}
		if escaped, ok := strings.CutPrefix(m.URL, "attachment:"); ok {
			v.Name = escaped
			if name, err := url.PathUnescape(escaped); err == nil {
				v.Name = strings.ToValidUTF8(name, "�")
			}
		}
		views = append(views, v)
	}
	return views
}

package inbox

import (
	"context"
	"errors"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/vigie-hq/vigie/community"
)

func TestNewNeedsItsParts(t *testing.T) {
	if _, err := New(Options{}); err == nil {
		t.Error("made of nothing")
	}
}

func TestService(t *testing.T) {
	w := newWorld(t)
	var why error
	s := w.server(t, func(o *Options) { o.Ready = func() error { return why } })
	for path, want := range map[string]string{"/healthz": "ok\n", "/readyz": "ready\n", "/metrics": "vigie_up 1\n"} {
		if status, _, out := asking(t, s).do("GET", path, nil); status != 200 || out != want {
			t.Errorf("%s: %d %q", path, status, out)
		}
	}
	why = errors.New("the log is behind")
	if status, _, out := asking(t, s).do("GET", "/readyz", nil); status != 503 || out != "the log is behind\n" {
		t.Errorf("%d %q", status, out)
	}
	bare := w.server(t, func(o *Options) { o.Metrics = nil })
	if status, _, _ := asking(t, bare).do("GET", "/metrics", nil); status == 200 {
		t.Error("metrics of nothing")
	}
}

func TestHeaders(t *testing.T) {
	w := newWorld(t)
	for _, secure := range []bool{false, true} {
		s := w.server(t, func(o *Options) { o.Secure = secure })
		for _, path := range []string{"/sign-in", "/api/v1/brands", "/healthz", "/nowhere"} {
			_, h, _ := asking(t, s).do("GET", path, nil)
			csp := h.Get("Content-Security-Policy")
			for _, want := range []string{"default-src 'none'", "script-src 'self'", "form-action 'self'", "frame-ancestors 'none'", "base-uri 'none'"} {
				if !strings.Contains(csp, want) {
					t.Errorf("%s: policy %q", path, csp)
				}
			}
			if strings.Contains(csp, "unsafe") || h.Get("X-Content-Type-Options") != "nosniff" || h.Get("Referrer-Policy") == "" || h.Get("Cache-Control") != "no-store" {
				t.Errorf("%s: %v", path, h)
			}
			if (h.Get("Strict-Transport-Security") != "") != secure {
				t.Errorf("%s, https %v: %v", path, secure, h)
			}
		}
	}
}

func TestPanicIsOneRequestsTrouble(t *testing.T) {
	w := newWorld(t)
	s := w.server(t)
	broken := fiber.New(fiber.Config{ErrorHandler: s.fail})
	broken.Use(s.recovered)
	broken.Get("/api/boom", func(*fiber.Ctx) error { panic("boom") })
	a := asker{t: t, send: broken.Test}
	if status, h, out := a.do("GET", "/api/boom", nil); status != 500 || h.Get("Content-Type") != problemType || strings.Contains(out, "boom") {
		t.Errorf("%d %s", status, out)
	}
}

// TestCauseIsNotTold keeps what only the log should say from readers.
func TestCauseIsNotTold(t *testing.T) {
	s := newWorld(t).server(t)
	app := fiber.New(fiber.Config{ErrorHandler: s.fail})
	app.Get("/api/:x", func(c *fiber.Ctx) error {
		if c.Params("x") == "fault" {
			return community.Faultf(community.Unavailable, "store").Because(errors.New("secret path"))
		}
		return errors.New("secret path")
	})
	for _, path := range []string{"/api/fault", "/api/error"} {
		status, h, out := asker{t: t, send: app.Test}.do("GET", path, nil)
		if status != 503 || h.Get("Retry-After") == "" || strings.Contains(out, "secret") {
			t.Errorf("%s: %d %s", path, status, out)
		}
	}
}

func TestStatuses(t *testing.T) {
	for kind, want := range map[community.FaultKind]int{
		community.Invalid: 400, community.NotFound: 404, community.Forbidden: 403, community.Unauthorised: 401, community.Conflict: 409,
		community.Limited: 429, community.Unavailable: 503, community.Refused: 502, community.Uncertain: 502, "": 503,
	} {
		if _, got := fault(community.Faultf(kind, "k")); got != want {
			t.Errorf("%s: %d", kind, got)
		}
	}
}

func TestLanguage(t *testing.T) {
	s := newWorld(t).server(t)
	for accept, want := range map[string]string{
		"": "en", "fr": "fr", "fr-FR,fr;q=0.9,en;q=0.8": "fr", "en-GB,fr;q=0.5": "en", "de": "en", "de,fr;q=0.3": "fr", "en;q=0.2,fr;q=0.8": "fr", "*": "en",
	} {
		if _, h, _ := asking(t, s, "Accept-Language", accept).do("GET", "/api/v1/brands", nil); h.Get("Content-Language") != want {
			t.Errorf("%q: %s", accept, h.Get("Content-Language"))
		}
	}
}

// TestServeStops ends a server with open streams and a request under way.
func TestServeStops(t *testing.T) {
	w := newWorld(t)
	s := w.server(t)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- s.Serve(ctx, l) }()
	url := "http://" + l.Addr().String()
	cookie, _ := w.session("u-acme")
	pages := listen(t, url+"/live", "Cookie", cookie)
	events := listen(t, url+"/api/v1/events", "Authorization", "Bearer token-acme")
	start := time.Now()
	cancel()
	if err := <-done; err != nil {
		t.Errorf("serve: %v", err)
	}
	if took := time.Since(start); took > 2*time.Second {
		t.Errorf("took %v", took)
	}
	for _, stream := range []<-chan told{pages, events} {
		if _, ok := <-stream; ok {
			t.Error("a stream goes on")
		}
	}
	if _, err := http.Get(url + "/healthz"); err == nil {
		t.Error("still listens")
	}
	s.Hub.Publish(community.Event{ID: 1}) // harmless afterwards
}

// TestHeaderLimits takes a cookie of 8 KB, and refuses one of 40 with a problem.
func TestHeaderLimits(t *testing.T) {
	s := newWorld(t).server(t)
	url := serve(t, s)
	for size, want := range map[int]int{8 << 10: 200, 40 << 10: 431} {
		r, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, url+"/healthz", nil)
		r.Header.Set("Cookie", "a="+strings.Repeat("x", size))
		resp, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != want {
			t.Errorf("%d: %d", size, resp.StatusCode)
		}
	}
}

func TestAddress(t *testing.T) {
	w := newWorld(t)
	s := w.server(t, func(o *Options) { o.Proxies = []string{"0.0.0.0", "10.0.0.0/8"} })
	app := fiber.New()
	app.Get("/", func(c *fiber.Ctx) error { return c.SendString(s.address(c)) })
	a := asker{t: t, send: app.Test} // its requests come from 0.0.0.0
	for forwarded, want := range map[string]string{
		"":                                    "0.0.0.0",
		"192.0.2.1":                           "192.0.2.1",
		"198.51.100.9, 192.0.2.1":             "192.0.2.1", // the first is the client's own word
		"198.51.100.9, 192.0.2.1, 10.1.2.3":   "192.0.2.1",
		"192.0.2.1, nonsense":                 "0.0.0.0",
		"2001:db8::1":                         "2001:db8::1",
		"10.1.1.1, 10.1.2.3":                  "10.1.1.1",
		"::ffff:192.0.2.1 ,  ::ffff:10.0.0.1": "192.0.2.1",
	} {
		if _, _, out := a.do("GET", "/", nil, "X-Forwarded-For", forwarded); out != want {
			t.Errorf("%q: %s, want %s", forwarded, out, want)
		}
	}
	s = w.server(t)
	if _, _, out := a.do("GET", "/", nil, "X-Forwarded-For", "192.0.2.1"); out != "0.0.0.0" {
		t.Errorf("without a proxy of ours: %s", out)
	}
	if _, err := prefixes([]string{"proxy.test"}); err == nil {
		t.Error("a name is no address")
	}
}

package inbox

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/middleware/adaptor"

	"github.com/vigie-hq/vigie/community"
	"github.com/vigie-hq/vigie/community/desk"
)

// What a request may weigh and how long it may take. There is no write
// timeout: it would cut every live stream.
const (
	bodyLimit    = 32 << 20         // bytes of an import in one request
	hookLimit    = 1 << 20          // bytes of what a network pushes
	headerLimit  = 16 << 10         // bytes of a request's headers
	readTimeout  = 60 * time.Second // for a whole request to arrive
	idleTimeout  = 2 * time.Minute  // of a kept connection
	closeTimeout = 10 * time.Second // for requests under way when we stop
)

// Options is what a server stands on. Reader, Desk, Door, Accounts, Intake,
// Explainer, Models, Now and Log are required.
type Options struct {
	Reader    Reader
	Desk      *desk.Desk
	Door      Door
	Accounts  Accounts
	Intake    Intake
	Explainer Explainer
	Models    Models
	Now       func() time.Time
	Log       *slog.Logger

	// Secure is true when browsers reach us by https: cookies get the __Host-
	// prefix and Secure, answers get Strict-Transport-Security.
	Secure bool
	// BaseURL is the address people use: what our own pages say they come from
	// (Origin), whatever Host a proxy passes on.
	BaseURL string
	// Proxies are the addresses (or CIDR ranges) of our own proxies: only their
	// X-Forwarded-For is believed. Empty: nobody's.
	Proxies []string
	// Ready tells why we should not be sent work; nil when we should.
	Ready func() error
	// Health and Metrics answer /healthz and /metrics; without one, /healthz
	// says that the process runs and /metrics does not exist.
	Health, Metrics http.Handler
	// Hooks answers /hooks/, where networks call us. It stands before sessions and
	// proves by itself who calls. Without it there is no such path.
	Hooks http.Handler
}

// Server is the inbox over HTTP: pages for people, an API for programs, live
// streams for both. It is made once, by New, and does not change.
type Server struct {
	Reader    Reader
	Desk      *desk.Desk
	Door      Door
	Accounts  Accounts
	Intake    Intake
	Explainer Explainer
	Models    Models
	Hub       *Hub
	Now       func() time.Time

	options Options
	log     *slog.Logger
	keeper  *keeper
	face    *face
	proxies []netip.Prefix
}

// New makes a server. Events are given to its Hub (Publish); it listens once
// Serve is called.
func New(o Options) (*Server, error) {
	if o.Reader == nil || o.Desk == nil || o.Door == nil || o.Accounts == nil || o.Intake == nil || o.Explainer == nil || o.Models == nil || o.Now == nil || o.Log == nil {
		return nil, errors.New("inbox: Reader, Desk, Door, Accounts, Intake, Explainer, Models, Now and Log are required")
	}
	o.BaseURL = strings.TrimSuffix(o.BaseURL, "/")
	keeper, err := newKeeper(o.Door, o.Reader, o.Now)
	if err != nil {
		return nil, err
	}
	face, err := newFace()
	if err != nil {
		return nil, err
	}
	proxies, err := prefixes(o.Proxies)
	if err != nil {
		return nil, err
	}
	s := &Server{
		Reader: o.Reader, Desk: o.Desk, Door: o.Door, Accounts: o.Accounts, Intake: o.Intake, Explainer: o.Explainer, Models: o.Models, Now: o.Now,
		options: o, log: o.Log, keeper: keeper, face: face, proxies: proxies,
	}
	s.Hub = newHub(s.Reader, s.renderRow, s.Now, s.log)
	return s, nil
}

// Serve answers on the listener until ctx ends. It then closes the live
// streams, lets requests under way finish (ten seconds at most) and returns
// nil; any other end is an error. It can be called once.
func (s *Server) Serve(ctx context.Context, l net.Listener) error {
	// Requests outlive ctx by the time they are given to finish.
	base, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	app := s.app(base)
	failed := make(chan error, 1)
	go func() { failed <- app.Listener(l) }()
	hub := make(chan struct{})
	go func() { defer close(hub); s.Hub.run(ctx) }()
	select {
	case err := <-failed:
		s.Hub.close()
		return err
	case <-ctx.Done():
	}
	<-hub
	switch err := app.ShutdownWithTimeout(closeTimeout); {
	case errors.Is(err, context.DeadlineExceeded):
		s.log.Warn("stopped before every request was answered", "waited", closeTimeout)
		return nil
	case err != nil:
		return err
	}
	// Asked to stop before it had begun to listen, it did not know its listener.
	if err := l.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
		return err
	}
	if err := <-failed; err != nil && !errors.Is(err, net.ErrClosed) {
		return err
	}
	return nil
}

// app builds the routes. Handlers find ctx as c.UserContext(): it lives until
// the server has stopped.
func (s *Server) app(ctx context.Context) *fiber.App {
	app := fiber.New(fiber.Config{
		AppName: "Vigie", ServerHeader: "", DisableStartupMessage: true,
		Immutable:      true, // what a handler keeps must not change under it
		CaseSensitive:  true,
		StrictRouting:  false,
		BodyLimit:      bodyLimit,
		ReadBufferSize: headerLimit,
		ReadTimeout:    readTimeout, IdleTimeout: idleTimeout, WriteTimeout: 0,
		ErrorHandler: s.fail,
	})
	app.Use(func(c *fiber.Ctx) error { c.SetUserContext(ctx); return c.Next() }, s.recovered, s.secured)
	app.Get("/healthz", s.health())
	app.Get("/readyz", s.ready)
	if s.options.Metrics != nil {
		app.Get("/metrics", outside(s.options.Metrics))
	}
	if s.options.Hooks != nil {
		app.All("/hooks/*", hooked, outside(s.options.Hooks))
	}
	app.Get("/openapi.yaml", openAPI)
	s.apiRoutes(app)
	app.Use(s.visitor)
	app.Get("/live", s.live)
	s.pages(app)
	app.Use(func(c *fiber.Ctx) error {
		return community.Faultf(community.NotFound, "page.unknown")
	})
	return app
}

// hooked turns away what no network would send.
func hooked(c *fiber.Ctx) error {
	if len(c.Request().Body()) > hookLimit {
		return c.SendStatus(fiber.StatusRequestEntityTooLarge)
	}
	return c.Next()
}

// outside mounts a net/http handler. Its requests live as long as the server: the
// context that fasthttp would give them is used again for others once the answer
// is sent.
func outside(h http.Handler) fiber.Handler {
	return func(c *fiber.Ctx) error {
		ctx := c.UserContext()
		return adaptor.HTTPHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			h.ServeHTTP(w, r.WithContext(ctx))
		}))(c)
	}
}

func (s *Server) health() fiber.Handler {
	if s.options.Health != nil {
		return outside(s.options.Health)
	}
	return func(c *fiber.Ctx) error { return c.SendString("ok\n") }
}

func (s *Server) ready(c *fiber.Ctx) error {
	if s.options.Ready != nil {
		if err := s.options.Ready(); err != nil {
			return c.Status(fiber.StatusServiceUnavailable).SendString(err.Error() + "\n")
		}
	}
	return c.SendString("ready\n")
}

package inbox

import (
	"runtime/debug"

	"github.com/gofiber/fiber/v2"
)

// policy is the content security policy: everything comes from ourselves, but
// the pictures of networks. There is no inline script or style to allow.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: https:; " +
	"connect-src 'self'; font-src 'self'; manifest-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"

// secured sets the headers that tell browsers what we never do. Answers are
// personal, so nothing is stored unless a handler says otherwise.
func (s *Server) secured(c *fiber.Ctx) error {
	for _, h := range [...][2]string{
		{fiber.HeaderContentSecurityPolicy, policy},
		{fiber.HeaderXContentTypeOptions, "nosniff"},
		{fiber.HeaderReferrerPolicy, "same-origin"},
		{fiber.HeaderXFrameOptions, "DENY"},
		{"Cross-Origin-Opener-Policy", "same-origin"},
		{"Cross-Origin-Resource-Policy", "same-origin"},
		{fiber.HeaderPermissionsPolicy, "camera=(), microphone=(), geolocation=(), payment=()"},
		{fiber.HeaderCacheControl, "no-store"},
	} {
		c.Set(h[0], h[1])
	}
	if s.options.Secure {
		c.Set(fiber.HeaderStrictTransportSecurity, "max-age=31536000; includeSubDomains")
	}
	return c.Next()
}

// recovered turns a panic of a handler into an error of that request alone.
func (s *Server) recovered(c *fiber.Ctx) (err error) {
	defer func() {
		if cause := recover(); cause != nil {
			s.log.Error("handler panicked", "method", c.Method(), "path", c.Path(), "panic", cause, "stack", string(debug.Stack()))
			err = fiber.ErrInternalServerError
		}
	}()
	return c.Next()
}

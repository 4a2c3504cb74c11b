package inbox

import (
	"bufio"
	"runtime/debug"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/vigie-hq/vigie/community"
)

// live is the stream of a signed-in browser (text/event-stream), one for all
// its tabs. Its events, with JSON as data and the id of the newest change:
//
//	row     a conversation changed: liveRow, with its row drawn in the reader's
//	        language; compare version, an older one is no news
//	gone    {"id"}: this conversation is no longer the reader's, or was merged
//	stale   {}: much changed at once; read lists and numbers again
//	resync  {}: something was missed; read again everything that is shown
//
// After a break the browser sends Last-Event-ID and is told to resync unless
// nothing has happened. The stream ends when the session does, or when the
// agent's rights change; the browser comes back by itself.
func (s *Server) live(c *fiber.Ctx) error {
	if !signedIn(c) {
		return community.Faultf(community.Unauthorised, "signin.needed")
	}
	v := visitOf(c)
	w := &watch{screen: true, viewer: v.viewer, lang: langOf(c), hash: v.hash}
	if err := s.Hub.watch(w); err != nil {
		return err
	}
	last := s.Hub.Last()
	if seen := c.Get("Last-Event-ID"); seen != "" && seen != strconv.FormatInt(last, 10) {
		w.push(frame(last, "resync", []byte("{}")))
	}
	ctx := c.UserContext()
	alive := func() bool {
		session, agent, err := s.Door.Session(ctx, w.hash, s.Now())
		return err == nil && session.Agent == agent.ID && classOf(agent.Viewer()) == w.class
	}
	s.stream(c, w, alive, func(out *bufio.Writer) error {
		for _, f := range w.take(s.Hub.Last()) {
			if _, err := out.Write(f); err != nil {
				return err
			}
		}
		return nil
	})
	return nil
}

// stream answers with server-sent events until the client goes, alive says no,
// or the server stops. news writes what there is to say; it is called when the
// watch is woken and at each heartbeat. A client that went, or takes nothing any
// more, is noticed by a heartbeat that cannot be written in time.
func (s *Server) stream(c *fiber.Ctx, w *watch, alive func() bool, news func(*bufio.Writer) error) {
	c.Set(fiber.HeaderContentType, "text/event-stream; charset=utf-8")
	c.Set(fiber.HeaderCacheControl, "no-store, no-transform")
	c.Set("X-Accel-Buffering", "no") // nginx would keep events back
	ctx, conn := c.UserContext(), c.Context().Conn()
	c.Context().SetBodyStreamWriter(func(out *bufio.Writer) {
		defer s.Hub.leave(w)
		defer func() { _ = conn.SetWriteDeadline(time.Time{}) }()
		defer func() {
			if cause := recover(); cause != nil {
				s.log.Error("stream panicked", "panic", cause, "stack", string(debug.Stack()))
			}
		}()
		beat := time.NewTicker(s.Hub.beat)
		defer beat.Stop()
		_, _ = out.WriteString("retry: 2000\n: hello\n\n")
		for {
			_ = conn.SetWriteDeadline(time.Now().Add(s.Hub.patience + s.Hub.beat))
			if err := news(out); err != nil {
				s.log.Debug("stream ended", "error", err)
				return
			}
			if out.Flush() != nil {
				return
			}
			select {
			case <-ctx.Done():
				return
			case <-w.done:
				return
			case <-w.wake:
			case <-beat.C:
				if !alive() {
					return
				}
				_, _ = out.WriteString(": beat\n\n")
			}
		}
	})
}

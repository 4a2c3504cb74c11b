package inbox

import (
	"context"
	"net"
	"testing"
	"time"
)

// TestAStopBeforeTheStart ends a server that was asked to stop before it had
// begun to listen.
func TestAStopBeforeTheStart(t *testing.T) {
	for range 20 {
		s := newWorld(t).server(t)
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		done := make(chan error, 1)
		go func() { done <- s.Serve(ctx, l) }()
		select {
		case err := <-done:
			if err != nil {
				t.Fatal(err)
			}
		case <-time.After(20 * time.Second):
			t.Fatal("it never ended")
		}
	}
}

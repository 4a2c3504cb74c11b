package main

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"
)

// loop is one part of the journey that runs until the house closes.
type loop struct {
	name string
	run  func(context.Context) error
}

// together runs all loops until ctx ends or one of them gives up; then it stops
// the others and waits for every one. It returns the first error.
func together(ctx context.Context, loops ...loop) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var wg sync.WaitGroup
	var once sync.Once
	var first error
	for _, l := range loops {
		wg.Go(func() {
			if err := l.run(ctx); err != nil && ctx.Err() == nil {
				once.Do(func() { first = fmt.Errorf("%s: %w", l.name, err) })
				cancel(err)
			}
		})
	}
	wg.Wait()
	return first
}

// every calls f at each tick until ctx ends; wake, which may be nil, blocks until
// there is a reason to call it sooner. What f returns is logged, once for a row
// of the same failures, and f is called again.
func every(log *slog.Logger, name string, tick time.Duration, wake func(context.Context) error, f func(context.Context) error) loop {
	return loop{name, func(ctx context.Context) error {
		failing := ""
		for {
			err := f(ctx)
			switch {
			case ctx.Err() != nil:
				return nil
			case err == nil:
				failing = ""
			case err.Error() != failing:
				failing = err.Error()
				log.Error("a loop fails and tries again", "loop", name, "err", err)
			}
			pause(ctx, tick, wake, err != nil)
		}
	}}
}

// pause waits for the tick or, unless something just failed, for wake.
func pause(ctx context.Context, tick time.Duration, wake func(context.Context) error, failed bool) {
	ctx, cancel := context.WithTimeout(ctx, tick)
	defer cancel()
	if wake != nil && !failed && wake(ctx) == nil {
		return
	}
	<-ctx.Done()
}

package main

import (
	"slices"
	"sync"
	"testing"
	"time"
)

// pushCallers is how many calls are under way at most.
const pushCallers = 64

// BenchmarkPush has a network call two thousand times a second, for a hundred
// accounts, over HTTP, while everything else of Vigie runs: each call is answered
// once its message is durable. Latency counts from when a call was due, so that
// a slow answer cannot hide those behind it.
func BenchmarkPush(b *testing.B) {
	const accounts, rate, seconds = 100, 2000, 10
	m := openCalled(b, accounts)
	eventually(b, 20*time.Second, "the fleet to run", func() bool { return m.call(0, 0) == nil })
	next := 1
	for b.Loop() {
		due := make(chan int, rate*seconds)
		began := time.Now()
		at := func(i int) time.Time { return began.Add(time.Duration(i) * time.Second / rate) }
		took := make([]time.Duration, rate*seconds)
		var work sync.WaitGroup
		for range pushCallers {
			work.Go(func() {
				for i := range due {
					if err := m.call(i%accounts, next+i); err != nil {
						b.Error(err)
					}
					took[i] = time.Since(at(i))
				}
			})
		}
		for i := range rate * seconds {
			if wait := time.Until(at(i)); wait > time.Millisecond {
				time.Sleep(wait)
			}
			due <- i
		}
		close(due)
		work.Wait()
		all := time.Since(began)
		next += rate * seconds
		slices.Sort(took)
		b.ReportMetric(float64(rate*seconds)/all.Seconds(), "pushes/s")
		b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "p50-ms")
		b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
		b.ReportMetric(float64(took[len(took)-1].Microseconds())/1000, "max-ms")
	}
}

package collectors_test

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vigie-hq/vigie/collectors"
	"github.com/vigie-hq/vigie/collectors/collectortest"
	"github.com/vigie-hq/vigie/community"
)

// hooked is a network that is called: {"to":"native id","ids":["1","2"]}.
type hooked struct{ script }

func (hooked) Hooks(port collectors.Port) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var call struct {
			To  string
			IDs []string
		}
		if err := json.NewDecoder(r.Body).Decode(&call); err != nil || r.URL.Path != "/in" {
			http.Error(w, "not understood", http.StatusBadRequest)
			return
		}
		accounts, err := port.Accounts(r.Context(), call.To)
		for _, a := range accounts {
			var messages []community.Message
			for _, id := range call.IDs {
				messages = append(messages, message(id, time.Now()))
			}
			err = errors.Join(err, port.Push(r.Context(), a, messages))
		}
		if err != nil {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	})
}

// call delivers ids to the hooks and returns the status.
func call(t testing.TB, h http.Handler, to string, ids ...string) int {
	t.Helper()
	body, err := json.Marshal(map[string]any{"to": to, "ids": ids})
	if err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), "POST", "/hooks/script/in", strings.NewReader(string(body))))
	return w.Code
}

// called starts a fleet over a network that is called.
func called(t *testing.T, house *collectortest.House, log collectors.Log, s script) (*collectors.Fleet, func()) {
	fleet := collectors.NewFleet(collectors.FleetOptions{
		Networks: map[string]collectors.Network{"script": hooked{s}}, Log: log, Memory: house,
		Random: func() float64 { return 0 }, Logger: slog.New(slog.DiscardHandler),
	})
	ctx, cancel := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() {
		if err := fleet.Run(ctx); err != nil {
			t.Error(err)
		}
	})
	return fleet, func() { cancel(); running.Wait() }
}

func waits(ctx context.Context, _ community.Account, _ community.Cursor, _ collectors.Emit) error {
	<-ctx.Done()
	return ctx.Err()
}

func native(name, id string) community.Account {
	a := account(name)
	a.NativeID = id
	return a
}

func TestHooksReachTheirAccounts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		other := native("b", "7")
		other.Brand = "another"
		dead := native("dead", "8")
		dead.State = community.AccountReconnect
		off := native("off", "9")
		off.State = community.AccountDeactivated
		house := collectortest.NewHouse(native("a", "7"), other, dead, off)
		if err := house.SaveCursor(t.Context(), dead.Key(), community.Cursor{Connected: time.Now()}); err != nil {
			t.Fatal(err)
		}
		fleet, stop := called(t, house, house, waits)
		idle := collectors.NewFleet(collectors.FleetOptions{Networks: map[string]collectors.Network{"script": hooked{waits}}, Log: house, Memory: house})
		if status := call(t, idle.Hooks(), "7", "1"); status != http.StatusServiceUnavailable {
			t.Errorf("before a fleet runs: %d", status)
		}
		hooks := fleet.Hooks()
		synctest.Wait()
		for _, c := range []struct {
			to   string
			ids  []string
			held int
		}{
			{"7", []string{"1", "2"}, 4}, // for two brands
			{"7", []string{"2", "3"}, 6},
			{"8", []string{"4"}, 7}, // its token is dead, it is heard all the same
			{"9", []string{"5"}, 7},
			{"nobody", []string{"6"}, 7},
		} {
			if status := call(t, hooks, c.to, c.ids...); status != http.StatusOK || house.Len() != c.held {
				t.Errorf("to %s: %d, %d held, want %d", c.to, status, house.Len(), c.held)
			}
		}
		w := httptest.NewRecorder()
		hooks.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), "POST", "/hooks/unknown/in", nil))
		if w.Code != http.StatusNotFound {
			t.Errorf("an unknown network: %d", w.Code)
		}
		stop()
		if status := call(t, hooks, "7", "9"); status != http.StatusServiceUnavailable {
			t.Errorf("after the fleet stopped: %d", status)
		}
		if l := house.Ledger(); l.Pushed != 7 || l.Duplicates != 2 || l.Recovered != 0 {
			t.Errorf("ledger %+v", l)
		}
	})
}

// slowLog takes a second for each publication.
type slowLog struct {
	collectors.Log
	calls atomic.Int64
}

func (l *slowLog) Publish(ctx context.Context, messages []community.Message) error {
	l.calls.Add(1)
	if err := collectors.Wait(ctx, time.Second); err != nil {
		return err
	}
	return l.Log.Publish(ctx, messages)
}

func TestPushesAtTheSameTimeShareOnePublication(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		house := collectortest.NewHouse(native("a", "7"))
		log := &slowLog{Log: house}
		fleet, stop := called(t, house, log, waits)
		defer stop()
		synctest.Wait()
		hooks, began := fleet.Hooks(), time.Now()
		var callers sync.WaitGroup
		for i := range 100 {
			callers.Go(func() {
				if status := call(t, hooks, "7", string(rune('a'+i))); status != http.StatusOK {
					t.Errorf("%d", status)
				}
			})
		}
		callers.Wait()
		// The first leaves alone, or with whoever came as soon.
		took, calls := time.Since(began), log.calls.Load()
		if calls > 2 || took != time.Duration(calls)*time.Second || house.Len() != 100 {
			t.Errorf("%d messages in %d publications, %v", house.Len(), calls, took)
		}
	})
}

func TestAPushIsRefusedRatherThanKeptWaiting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		house := collectortest.NewHouse(native("a", "7"))
		house.Refuse(func(int) error { return community.Faultf(community.Limited, "log.behind") })
		fleet, stop := called(t, house, house, func(ctx context.Context, _ community.Account, _ community.Cursor, emit collectors.Emit) error {
			err := emit(ctx, collectors.Batch{Messages: []community.Message{message("polled", time.Now())}}) // holds on until the log takes it
			<-ctx.Done()
			return err
		})
		defer stop()
		synctest.Wait()
		began := time.Now()
		if status := call(t, fleet.Hooks(), "7", "1"); status != http.StatusServiceUnavailable || time.Since(began) > 5*time.Second {
			t.Errorf("%d after %v", status, time.Since(began))
		}
		house.Refuse(nil)
		time.Sleep(time.Minute)
		if status := call(t, fleet.Hooks(), "7", "1"); status != http.StatusOK || house.Len() != 2 {
			t.Errorf("%d, %d held", status, house.Len())
		}
	})
}

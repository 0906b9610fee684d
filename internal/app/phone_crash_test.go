package app_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/netip"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"sentral/internal/config"
	"sentral/internal/store"
	"sentral/internal/telephony/testphone"
)

// childSIP is where a child takes calls; without it the child takes none.
const childSIP = "SENTRAL_TEST_SIP"

// promising lets a centre offer every caller a callback at once.
func promising(d *config.Document) {
	d.Phone.Wait.CallbackAboveS, d.Phone.Wait.EveryS = 0, 1
	d.Phone.Survey.By = "off"
	for i := range d.Queues {
		d.Queues[i].Callback = config.Callback{Attempts: 3, RetryS: 60, Cap: -1, DialS: 40}
	}
}

// promises are what callers were told.
type promises struct {
	mu    sync.Mutex
	known map[string]bool
}

func (p *promises) note(number string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.known[number] = true
}

func (p *promises) count() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.known)
}

// askBack calls, asks to be called back, and notes the promise once the centre has said goodbye. A program that is killed says none.
func askBack(ctx context.Context, p *testphone.Phone, number string, made *promises) {
	late, cancel := context.WithTimeout(ctx, 8*time.Second)
	defer cancel()
	c, err := p.Dial(late, testphone.Invite{To: "+4700000101", From: number, Voice: testphone.Tone(440), Hear: []float64{1000}})
	if err != nil {
		return
	}
	defer c.Vanish()
	for {
		_ = c.Press(late, "1")
		select {
		case <-c.Ended():
			if c.EndedBy() == testphone.Them {
				made.note(number)
			}
			return
		case <-late.Done():
			return
		case <-time.After(400 * time.Millisecond):
		}
	}
}

// The program is killed while callers wait, are promised callbacks and leave, again and again. What was promised stands; who waited is out of the queue, and no
// call is left without its outcome.
func TestCrashPromises(t *testing.T) {
	if testing.Short() {
		t.Skip("short")
	}
	free, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	sip := free.LocalAddr().String()
	free.Close()
	t.Setenv(childSIP, sip)
	folder := t.TempDir()
	database := "sqlite:" + filepath.Join(folder, "sentral.db")
	n := startNode(t, folder, database, "only")
	phone, err := testphone.Open(testphone.Options{Server: sip, Listen: netip.MustParseAddrPort("127.0.0.1:0"), Many: true})
	if err != nil {
		t.Fatal(err)
	}
	defer phone.Close()
	made := &promises{known: map[string]bool{}}
	number := 0
	for range crashes(2, 1) {
		run, stop := context.WithCancel(ctx)
		before := made.count()
		var wg sync.WaitGroup
		for range 8 {
			number++
			from := fmt.Sprintf("+4799%06d", number)
			wg.Go(func() { askBack(run, phone, from, made) })
			time.Sleep(time.Duration(rand.IntN(300)) * time.Millisecond)
		}
		for end := time.Now().Add(8 * time.Second); made.count() == before && time.Now().Before(end); {
			time.Sleep(5 * time.Millisecond)
		}
		time.Sleep(time.Duration(rand.IntN(1500)) * time.Millisecond) // somewhere in the middle of the others
		n.kill()
		stop()
		wg.Wait()
		n = startNode(t, folder, database, "only")
	}
	db, err := store.Open(ctx, store.Options{URL: database, ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	calls := store.Phone{DB: db, Domain: 1}
	for end := time.Now().Add(20 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		open, err := calls.OpenCalls(ctx)
		if err == nil && len(open) == 0 {
			break
		}
		if time.Now().After(end) {
			t.Fatalf("%d calls have no outcome (%v)", len(open), err)
		}
	}
	lost := 0
	for n := range made.known {
		if !stands(t, db, n) {
			lost++
			t.Errorf("the promise to %s is lost", n)
		}
	}
	var waiting int
	err = db.Read(ctx, func(ctx context.Context, tx *store.Tx) error {
		return tx.QueryRow(ctx, `SELECT count(*) FROM contact WHERE domain=1 AND channel='phone' AND state NOT IN ('closed','turned_away') AND promises=0`).Scan(&waiting)
	})
	if err != nil || waiting != 0 {
		t.Errorf("%d contacts wait for calls that are gone (%v)", waiting, err)
	}
	t.Logf("%d kills, %d promises made, %d lost", crashes(2, 1), len(made.known), lost)
	if len(made.known) == 0 {
		t.Error("nothing was promised: the test tells nothing")
	}
}

// stands tells whether a number is still to be called.
func stands(t *testing.T, db *store.DB, number string) bool {
	t.Helper()
	var contact int64
	err := db.Read(ctx, func(ctx context.Context, tx *store.Tx) error {
		return tx.QueryRow(ctx, `SELECT p.contact FROM call_promise p JOIN contact c ON c.domain=p.domain AND c.id=p.contact
			WHERE p.domain=1 AND p.number=$1 AND c.state<>'closed'`, number).Scan(&contact)
	})
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		t.Fatal(err)
	}
	return contact != 0
}

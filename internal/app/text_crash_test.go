package app_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"net/netip"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"sentral/internal/store"
	"sentral/internal/telephony/testphone"
)

// childTexts is where a child sends text messages; without it it sends none.
const childTexts = "SENTRAL_TEST_TEXTS"

// The program is killed while callers are promised links, again and again. Every link that was promised arrives, and what the provider has acknowledged to the
// program's knowledge is never sent again: no number gets two messages, whatever the provider was asked in between.
func TestCrashTexts(t *testing.T) {
	if testing.Short() {
		t.Skip("short")
	}
	p := newProvider(t)
	p.answer = func(n int) (int, string) { // slow, and now and then away, so that there is something to be killed in
		time.Sleep(time.Duration(rand.IntN(40)) * time.Millisecond)
		if n%5 == 0 {
			return 503, "0"
		}
		return 202, ""
	}
	free, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	sip := free.LocalAddr().String()
	free.Close()
	t.Setenv(childSIP, sip)
	t.Setenv(childTexts, p.URL)
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
	for range crashes(3, 1) {
		run, stop := context.WithCancel(ctx)
		before := made.count()
		var wg sync.WaitGroup
		for range 8 {
			number++
			from := fmt.Sprintf("+4799%06d", number)
			wg.Go(func() { askLink(run, phone, from, made) })
			time.Sleep(time.Duration(rand.IntN(150)) * time.Millisecond)
		}
		for end := time.Now().Add(8 * time.Second); made.count() == before && time.Now().Before(end); {
			time.Sleep(5 * time.Millisecond)
		}
		time.Sleep(time.Duration(rand.IntN(300)) * time.Millisecond) // somewhere in the middle of the others
		n.kill()
		stop()
		wg.Wait()
		n = startNode(t, folder, database, "only")
	}
	arrived := func() map[string]int {
		out := map[string]int{}
		for _, m := range p.got() {
			out[m.To]++
		}
		return out
	}
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		got, missing := arrived(), 0
		for to := range made.known {
			if got[to] == 0 {
				missing++
			}
		}
		if missing == 0 {
			break
		}
	}
	got := arrived()
	for to := range made.known {
		if got[to] == 0 {
			t.Errorf("the link promised to %s never came", to)
		}
	}
	ids := map[string]string{}
	for _, m := range p.asked {
		if other, known := ids[m.To]; known && other != m.ID {
			t.Errorf("%s was sent two messages, %s and %s", m.To, other, m.ID)
		}
		ids[m.To] = m.ID
	}
	n.kill()
	settledOnce(t, database, p)
	t.Logf("%d kills, %d links promised, %d requests, %d numbers reached", crashes(3, 1), len(made.known), p.requests(), len(got))
	if len(made.known) == 0 {
		t.Error("nothing was promised: the test tells nothing")
	}
}

// settledOnce holds what the database says to what the provider saw: what is kept as sent was taken, and taken in one accepted request.
func settledOnce(t *testing.T, database string, p *provider) {
	t.Helper()
	db, err := store.Open(ctx, store.Options{URL: database, ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	rows, err := store.Text{DB: db, Domain: 1}.Since(ctx, 0)
	if err != nil {
		t.Fatal(err)
	}
	taken := map[string]bool{}
	for _, m := range p.got() {
		taken[m.To] = true
	}
	for _, r := range rows {
		if r.State == store.TextSent && (!taken[r.Recipient] || r.Words != "") {
			t.Errorf("message %d is kept as sent, but the provider has not taken it, or its words are still there", r.ID)
		}
	}
}

// askLink calls, and notes the promise once the centre has said goodbye. A program that is killed says none.
func askLink(ctx context.Context, p *testphone.Phone, number string, made *promises) {
	late, cancel := context.WithTimeout(ctx, 8*time.Second)
	defer cancel()
	c, err := p.Dial(late, testphone.Invite{To: "+4700000101", From: number, Voice: testphone.Tone(440), Hear: []float64{1000}})
	if err != nil {
		return
	}
	defer c.Vanish()
	select {
	case <-c.Ended():
		if c.EndedBy() == testphone.Them {
			made.note(number)
		}
	case <-late.Done():
	}
}

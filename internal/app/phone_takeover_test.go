package app_test

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"sentral/internal/app"
	"sentral/internal/centre"
	"sentral/internal/desk/access"
	"sentral/internal/store"
	"sentral/internal/store/storetest"
	"sentral/internal/telephony/headset"
	"sentral/internal/telephony/testphone"
)

// allCalls are the rows of every call there has been, by number.
func (w *world) allCalls() map[string][]store.CallRow {
	w.t.Helper()
	out := map[string][]store.CallRow{}
	var ids []int64
	err := w.app.DB.Read(ctx, func(ctx context.Context, tx *store.Tx) error {
		ids = nil
		rows, err := tx.Query(ctx, `SELECT id FROM call WHERE domain=1 ORDER BY id`)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var id int64
			if err := rows.Scan(&id); err != nil {
				return err
			}
			ids = append(ids, id)
		}
		return rows.Err()
	})
	if err != nil {
		w.t.Fatal(err)
	}
	for _, id := range ids {
		row, err := w.calls().Call(ctx, id)
		if err != nil {
			w.t.Fatal(err)
		}
		out[row.Number] = append(out[row.Number], row)
	}
	return out
}

// A node dies by kill -9 with calls on it, and another on the same database and disk takes the centre over: every call has one row and one outcome, the agent is
// out of the conversation, the recording that was open can be heard, and who waited finds the place again at the other node.
func TestPhoneTakeover(t *testing.T) {
	url := storetest.PostgreSQL(t)
	t.Setenv("SENTRAL_MASTER_KEY", strings.Repeat("ab", 32))
	free, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	sip := free.LocalAddr().String()
	free.Close()
	t.Setenv(childSIP, sip)
	folder := t.TempDir()
	dies := startNode(t, folder, url, "dies")
	for end := time.Now().Add(20 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		if _, owner := dies.epoch(); owner {
			break
		}
		if time.Now().After(end) {
			t.Fatal("the first node does not own the centre")
		}
	}
	w := begin(t, opening{options: func(o *app.Options) {
		o.Demo, o.Data, o.Database, o.Node, o.TTL = true, folder, url, "lives", time.Second
		o.Phone = app.Phone{SIP: "127.0.0.1:0", Ports: "28000-28999", Silent: true}
	}})
	a := w.ready("birger-brattvik")
	booth := testphone.NewBooth()
	defer booth.Close()
	set, err := headset.Connect(ctx, headset.Options{Address: dies.address, Origin: dies.address, Cookie: access.CookieName + "=" + a.cookie, Client: http.DefaultClient, Booth: booth, Hear: []float64{440}})
	if err != nil {
		t.Fatal(err)
	}
	defer set.Close()
	set.Say(testphone.Tone(1000))
	out, err := testphone.Open(testphone.Options{Server: sip, Listen: netip.MustParseAddrPort("127.0.0.1:0")})
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	late, cancel := context.WithTimeout(ctx, 40*time.Second)
	defer cancel()
	talks := w.dialAt(late, out, "99900080")
	var contact centre.ContactID
	if err := set.Await(late, func(calls []headset.Call) bool {
		i := slices.IndexFunc(calls, func(c headset.Call) bool { return c.State == "ringing" })
		if i >= 0 {
			contact = calls[i].Contact
		}
		return i >= 0
	}); err != nil {
		t.Fatal("it does not ring: ", err)
	}
	a.take(contact)
	if err := set.Await(late, func(calls []headset.Call) bool {
		return slices.ContainsFunc(calls, func(c headset.Call) bool { return c.State == "talking" && c.Recording.State == "on" })
	}); err != nil {
		t.Fatal("it is not talked and recorded: ", err)
	}
	w.eventually(func() bool { return talks.Hears(1000) }, "the customer hears the agent")
	time.Sleep(1500 * time.Millisecond) // sound for the recording, written each half second
	numbers := []string{"99900081", "99900082"}
	for _, number := range numbers {
		w.dialAt(late, out, number)
	}
	w.eventually(func() bool {
		n := 0
		for _, rows := range w.allCalls() {
			if len(rows) == 1 && rows[0].Contact != 0 {
				n++
			}
		}
		return n == 3
	}, "one talks and two wait")
	before := map[string]centre.Instant{}
	for number, rows := range w.allCalls() {
		before[number] = rows[0].Began
	}
	dies.kill()
	w.eventually(func() bool { return w.app.Centre.Status().Owner && w.app.Phone.Ready() && w.isOpen("strom") }, "the other node takes over")
	for number, rows := range w.allCalls() {
		want := "lost"
		if strings.HasSuffix(number, "80") {
			want = "answered"
		}
		if len(rows) != 1 || rows[0].Outcome != want || rows[0].Ended == 0 {
			t.Errorf("calls from %s: %+v, want one that is %s", number, rows, want)
		}
	}
	if n := len(w.waiting("strom")); n != 0 {
		t.Errorf("%d wait for nobody", n)
	}
	records, err := w.calls().RecordingsOf(ctx, contact)
	if err != nil || len(records) != 1 || records[0].State != "done" || records[0].Bytes == 0 {
		t.Errorf("recordings %+v (%v)", records, err)
	} else if r := w.person("ingrid-solvang").do("GET", fmt.Sprintf("/api/phone/recordings/%d", records[0].ID), nil); r.status != http.StatusOK || !strings.HasPrefix(string(r.body), "RIFF") || len(r.body) < 16000 {
		t.Errorf("the recording that was cut off cannot be heard: %d, %d octets", r.status, len(r.body))
	}
	a.must("POST", on(contact, "/wrap-up"), map[string]any{"reason_id": w.app.Rules.Book().ID("reasons", "annet"), "outcome": "solved"}, nil)
	here := w.telephone(nil)
	w.dial(here, "+4700000101", "99900083") // somebody who has waited for nothing yet
	w.eventually(func() bool { return len(w.waiting("strom")) == 1 }, "a newcomer waits")
	newcomer := w.waiting("strom")[0].ID
	for i, number := range numbers {
		c := w.dial(here, "+4700000101", number)
		w.eventually(func() bool { // what they had answered died with the node: they are asked whether the place is theirs
			if err := c.Press(ctx, "1"); err != nil {
				t.Fatal(err)
			}
			return len(w.waiting("strom")) == i+2
		}, "%s waits again", number)
	}
	line := w.waiting("strom")
	if last := line[len(line)-1]; last.ID != newcomer {
		t.Errorf("who waited before is not in front: %+v", line)
	}
	for i, number := range numbers {
		if place := line[i].Place; place.Sub(before["+47"+number]) > 5*time.Second {
			t.Errorf("%s has the place of %v, called first at %v", number, place, before["+47"+number])
		}
	}
	w.eventually(func() bool { return w.free(a.id) }, "the agent is free")
}

// free tells whether an agent has nothing in hand.
func (w *world) free(id centre.AgentID) bool {
	for _, g := range w.agents() {
		if g.ID == id {
			return g.InHand == 0
		}
	}
	return false
}

// dialAt calls the demo's number that leads straight to a person.
func (w *world) dialAt(ctx context.Context, p *testphone.Phone, from string) *testphone.Call {
	w.t.Helper()
	c, err := p.Dial(ctx, testphone.Invite{To: "+4700000101", From: from, Voice: testphone.Tone(440), Hear: []float64{1000}})
	if err != nil {
		w.t.Fatal(fmt.Errorf("from %s: %w", from, err))
	}
	w.t.Cleanup(c.Vanish)
	return c
}

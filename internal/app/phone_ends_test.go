package app_test

import (
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"sentral/internal/app"
	"sentral/internal/channel/phone"
	"sentral/internal/config"
	"sentral/internal/store/storetest"
)

// ended is how many calls have ended at this node.
func (w *world) ended() (sum int64) {
	for _, n := range w.app.Phone.Figures().Outcomes {
		sum += n
	}
	return sum
}

// rawInvite is an INVITE and the CANCEL that goes with it, as bytes, so that both can leave at once.
func rawInvite(at net.Addr, n int, number string) (invite, cancel, id string) {
	id = fmt.Sprintf("raw-%d-%s", n, at)
	head := func(method string) string {
		return fmt.Sprintf("%s sip:%s@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP %s;branch=z9hG4bKraw%d;rport\r\nMax-Forwards: 70\r\nFrom: <sip:+4799911%03d@example>;tag=f%d\r\n"+
			"To: <sip:%s@127.0.0.1>\r\nCall-ID: %s\r\nCSeq: 1 %s\r\nContact: <sip:raw@%s>\r\n", method, number, at, n, n, n, number, id, method, at)
	}
	sdp := "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 40000 RTP/AVP 8\r\n"
	return head("INVITE") + fmt.Sprintf("Content-Type: application/sdp\r\nContent-Length: %d\r\n\r\n%s", len(sdp), sdp), head("CANCEL") + "Content-Length: 0\r\n\r\n", id
}

// rawLine is what stands in a header of a message.
func rawLine(text, name string) string {
	_, rest, _ := strings.Cut(text, "\r\n"+name+": ")
	line, _, _ := strings.Cut(rest, "\r\n")
	return line
}

// rawEnd is a request within the dialog that an answer made: "1 ACK" or "2 BYE".
func rawEnd(answer, cseq string) string {
	_, method, _ := strings.Cut(cseq, " ")
	via, _, _ := strings.Cut(rawLine(answer, "Via"), ";branch")
	return fmt.Sprintf("%s sip:555@127.0.0.1 SIP/2.0\r\nVia: %s;branch=z9hG4bKend%s%s;rport\r\nMax-Forwards: 70\r\nFrom: %s\r\nTo: %s\r\nCall-ID: %s\r\nCSeq: %s\r\nContent-Length: 0\r\n\r\n",
		method, via, method, rawLine(answer, "Call-ID"), rawLine(answer, "From"), rawLine(answer, "To"), rawLine(answer, "Call-ID"), cseq)
}

// Calls that are given up in the instant that they begin, and calls to nobody's number, have each one outcome like any other: whatever overtakes what.
func TestPhoneEveryCallHasOneOutcome(t *testing.T) {
	w := phones(t)
	p := w.telephone(nil)
	proven := w.dial(p, "555", "99900001") // the source has completed a call: it may begin as many as it likes
	if err := proven.HangUp(ctx); err != nil {
		t.Fatal(err)
	}
	w.eventually(func() bool { return w.ended() == 1 }, "the first call ends")
	conn, err := net.Dial("udp", w.app.Phone.SIPAddrs().UDP.String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	const calls = 120
	finals := make(chan string, 10*calls)
	go func() {
		b := make([]byte, 65536)
		for {
			n, err := conn.Read(b)
			if err != nil {
				return
			}
			text := string(b[:n])
			var code int
			if _, err := fmt.Sscanf(text, "SIP/2.0 %d", &code); err == nil && code >= 200 && strings.Contains(text, "1 INVITE") {
				if code < 300 { // the answer was quicker than the CANCEL: hang up
					_, _ = conn.Write([]byte(rawEnd(text, "1 ACK")))
					_, _ = conn.Write([]byte(rawEnd(text, "2 BYE")))
				}
				finals <- rawLine(text, "Call-ID")
			}
		}
	}()
	ours := map[string]bool{}
	for n := range calls {
		number := "555"
		if n%10 == 9 {
			number = "+4700009999"
		}
		invite, cancel, id := rawInvite(conn.LocalAddr(), n, number)
		ours[id] = true
		for _, text := range []string{invite, cancel, cancel} {
			if _, err := conn.Write([]byte(text)); err != nil {
				t.Fatal(err)
			}
		}
		// One after the other. A datagram may be lost, and a CANCEL that comes before its INVITE is nothing: both are sent again until there is an end.
		late := time.After(20 * time.Second)
		for over := false; !over; {
			select {
			case got := <-finals:
				over = got == id
			case <-time.After(20 * time.Millisecond):
				_, _ = conn.Write([]byte(invite))
				_, _ = conn.Write([]byte(cancel))
			case <-late:
				t.Fatalf("call %d has no answer", n)
			}
		}
	}
	w.eventually(func() bool { return w.ended() == calls+1 }, "%d calls have each one outcome; %v", calls+1, w.app.Phone.Figures().Outcomes)
	open, err := w.calls().OpenCalls(ctx)
	if err != nil || len(open) != 0 {
		t.Errorf("%d calls are open (%v)", len(open), err)
	}
}

// Who vanishes in the queue is missed within seconds, since the machine out there refuses our sound and knows of no call; and whoever is still there is not.
func TestPhoneVanishedInTheQueue(t *testing.T) {
	w := phones(t)
	p := w.telephone(nil)
	stays, goes := w.dial(p, "555", "99900002"), w.dial(p, "555", "99900003")
	w.eventually(func() bool { return len(w.waiting("strom")) == 2 }, "both wait")
	began := time.Now()
	goes.Vanish()
	w.eventually(func() bool { return len(w.waiting("strom")) == 1 }, "one is missed")
	if took := time.Since(began); took > 8*time.Second {
		t.Errorf("missed after %v", took)
	}
	stays.Freeze() // no sound comes any more, yet somebody is there: asked before an agent is given, and kept
	a := w.line("birger-brattvik", 1000)
	k := a.take()
	if k.Number != "+4799900002" {
		t.Errorf("the agent is given %s", k.Number)
	}
	select {
	case <-stays.Ended():
		t.Error("who answers was missed")
	case <-time.After(500 * time.Millisecond):
	}
}

// The database is away for longer than a change is sent again when calls end: how they ended is kept, and written when it is back.
func TestPhoneOutcomeOutlastsTheDatabase(t *testing.T) {
	t.Parallel()
	server, err := storetest.StartServer()
	if err != nil {
		t.Skipf("no PostgreSQL here: %v", err)
	}
	defer server.Stop()
	if err := server.Create("away"); err != nil {
		t.Fatal(err)
	}
	w := begin(t, opening{
		options: func(o *app.Options) {
			o.Demo, o.Database, o.TTL = true, server.URL("away"), time.Second
			o.Phone = app.Phone{SIP: "127.0.0.1:0", Ports: "28000-28999", Silent: true, Patience: 300 * time.Millisecond}
		},
		doc: func(d *config.Document) { d.Rules.LostAfterS, d.Phone.Whisper.When = 600, config.WhisperOff },
	})
	w.eventually(func() bool { return w.isOpen("strom") && w.app.Phone.Ready() }, "calls are taken")
	p := w.telephone(nil)
	a := w.line("birger-brattvik", 1000)
	talks := w.dial(p, "555", "99900004")
	k := a.take()
	w.eventually(func() bool { return talks.Hears(1000) }, "they talk")
	waits := w.dial(p, "555", "99900005")
	w.eventually(func() bool { return len(w.waiting("strom")) == 1 }, "another waits")
	server.Kill()
	if err := talks.HangUp(ctx); err != nil {
		t.Fatal(err)
	}
	if err := waits.HangUp(ctx); err != nil {
		t.Fatal(err)
	}
	told := a.call("ended")
	if told.Trouble != phone.Unwritten {
		t.Errorf("the agent is told %+v", told)
	}
	time.Sleep(time.Second) // longer than Patience: a change in the middle of a call is given up by now
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	if out := w.outcome(k); out != "answered" {
		t.Errorf("outcome %q", out)
	}
	w.eventually(func() bool {
		open, err := w.calls().OpenCalls(ctx)
		return err == nil && len(open) == 0 && w.app.Phone.Figures().Calls == 0
	}, "every call has its outcome")
	if f := w.app.Phone.Figures().Outcomes; f[phone.Answered] != 1 || f[phone.AbandonedQueue] != 1 || w.ended() != 2 {
		t.Errorf("outcomes %v", f)
	}
	w.eventually(func() bool { return len(w.waiting("strom")) == 0 }, "nobody waits")
}

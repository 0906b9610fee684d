package app_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"

	"sentral/internal/app"
	"sentral/internal/centre"
	"sentral/internal/channel/phone"
	"sentral/internal/config"
	"sentral/internal/desk/access"
	"sentral/internal/telephony/media"
	"sentral/internal/telephony/testphone"
	"sentral/internal/telephony/webleg"
)

// phones opens a centre that takes calls on loopback.
func phones(t testing.TB, change ...func(*config.Document)) *world {
	t.Helper()
	w := begin(t, opening{
		options: func(o *app.Options) {
			o.Demo = true
			o.Phone = app.Phone{SIP: "127.0.0.1:0", Ports: "21000-24999", Silent: true}
		},
		doc: func(d *config.Document) {
			d.Rules.LostAfterS = 600
			d.Phone.Whisper.When = config.WhisperOff
			for _, fn := range change {
				fn(d)
			}
		},
	})
	w.eventually(func() bool { return w.isOpen("strom") && w.app.Phone.Ready() }, "the queue opens, and calls are taken")
	return w
}

// telephone is a phone out there.
func (w *world) telephone(incoming func(*testphone.Ring)) *testphone.Phone {
	w.t.Helper()
	p, err := testphone.Open(testphone.Options{Server: w.app.Phone.SIPAddrs().UDP.String(), Listen: netip.MustParseAddrPort("127.0.0.1:0"), Incoming: incoming})
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(p.Close)
	return p
}

// softphone is an agent's browser with its line: it says a tone, and hears.
type softphone struct {
	*browser
	hz   float64
	conn *websocket.Conn
	peer *webleg.Peer
	room *media.Room
	ear  *ear

	mu     sync.Mutex
	calls  []phone.Call
	taken  bool
	answer chan string
}

// ear is what stands at the agent's mouth and ear: a tone, and the last second heard.
type ear struct {
	tone media.Source
	mu   sync.Mutex
	last []int16
}

func (e *ear) Pull(f *media.Frame) bool { return e.tone.Read(f) }
func (e *ear) Push(f *media.Frame) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.last = append(e.last, f[:]...)
	if over := len(e.last) - media.Rate/4; over > 0 {
		e.last = e.last[over:]
	}
}

// hears tells whether most of what was heard in the last quarter of a second is a tone.
func (e *ear) hears(hz float64) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return len(e.last) >= media.Rate/4 && media.Heard(e.last, hz) > 0.4
}

var soundClock = sync.OnceValue(func() *media.Clock { return media.NewClock(1) })

// line opens somebody's line and waits until it can ring.
func (w *world) line(key string, hz float64) *softphone {
	w.t.Helper()
	s := &softphone{browser: w.ready(key), hz: hz}
	s.connect(false)
	return s
}

func (s *softphone) connect(takeOver bool) {
	t := s.w.t
	t.Helper()
	s.answer = make(chan string, 1)
	header := http.Header{"Cookie": {access.CookieName + "=" + s.cookie}, "Origin": {s.w.url}}
	conn, _, err := websocket.Dial(ctx, strings.Replace(s.w.url, "http", "ws", 1)+"/api/phone/line", &websocket.DialOptions{HTTPHeader: header})
	if err != nil {
		t.Fatal(err)
	}
	conn.SetReadLimit(1 << 20)
	s.conn = conn
	t.Cleanup(func() { conn.CloseNow() })
	answer := s.answer
	go func() {
		for {
			_, b, err := conn.Read(ctx)
			if err != nil {
				return
			}
			var told phone.LineTold
			if json.Unmarshal(b, &told) != nil {
				return
			}
			switch told.Type {
			case "answer":
				answer <- told.SDP
			case "calls":
				s.mu.Lock()
				s.calls = told.Calls
				s.mu.Unlock()
			case "taken":
				s.mu.Lock()
				s.taken = true
				s.mu.Unlock()
			}
		}
	}()
	peer, offer, err := webleg.NewPeer(webleg.PeerOptions{Bind: "127.0.0.1"})
	if err != nil {
		t.Fatal(err)
	}
	s.say(phone.LineSaid{Type: "offer", SDP: offer, TakeOver: takeOver})
	select {
	case sdp := <-answer:
		if err := peer.Answer(sdp); err != nil {
			t.Fatal(err)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("no answer to the line's offer")
	}
	select {
	case <-peer.Connected():
	case <-time.After(10 * time.Second):
		t.Fatal("the line does not connect")
	}
	s.peer, s.room, s.ear = peer, soundClock().NewRoom(), &ear{tone: media.Tone(s.hz, -9)}
	s.room.Add(peer, media.Role{})
	s.room.Add(s.ear, media.Role{})
	t.Cleanup(func() { s.room.Close(); peer.Close() })
	s.w.eventually(func() bool { return s.reachable() }, "%s can be reached by phone", s.name)
}

func (s *softphone) reachable() bool {
	for _, a := range s.w.agents() {
		if a.ID == s.id {
			return a.Reach&(1<<centre.Phone) != 0
		}
	}
	return false
}

func (s *softphone) say(m phone.LineSaid) {
	s.w.t.Helper()
	b, _ := json.Marshal(m)
	if err := s.conn.Write(ctx, websocket.MessageText, b); err != nil {
		s.w.t.Fatal(err)
	}
}

// call waits until the softphone shows a call in one of the states.
func (s *softphone) call(states ...string) (c phone.Call) {
	s.w.t.Helper()
	s.w.eventually(func() bool {
		s.mu.Lock()
		defer s.mu.Unlock()
		for _, c = range s.calls {
			if slices.Contains(states, c.State) {
				return true
			}
		}
		return false
	}, "%s sees a call that is %v", s.name, states)
	return c
}

// take accepts the call that rings.
func (s *softphone) take() phone.Call {
	s.w.t.Helper()
	c := s.call("ringing")
	s.browser.take(c.Contact)
	return s.call("talking", "connecting")
}

func (s *softphone) wish(c phone.Call, what string, body any) {
	s.w.t.Helper()
	s.must("POST", fmt.Sprintf("/api/phone/calls/%d/%s", c.Contact, what), body, nil)
}

// outcome waits until a contact's call has ended and gives how.
func (w *world) outcome(c phone.Call) (out string) {
	w.t.Helper()
	w.eventually(func() bool {
		row, err := w.calls().Call(context.Background(), c.ID)
		out = row.Outcome
		return err == nil && out != ""
	}, "call %d ends", c.ID)
	return out
}

// dial calls with a tone and listens for others.
func (w *world) dial(p *testphone.Phone, to, from string, hear ...float64) *testphone.Call {
	w.t.Helper()
	late, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	c, err := p.Dial(late, testphone.Invite{To: to, From: from, Voice: testphone.Tone(440), Hear: append(hear, 1000)})
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(c.Vanish)
	return c
}

// caller is a visitor's browser that calls from a brand's page.
type caller struct {
	w      *world
	conn   *websocket.Conn
	ear    *ear
	states chan string
}

func (w *world) visit(key string) *caller { return w.visitAs(key, "") }

// visitAs calls as somebody whom a brand's site has signed for.
func (w *world) visitAs(key, identity string) *caller {
	w.t.Helper()
	conn, _, err := websocket.Dial(ctx, strings.Replace(w.url, "http", "ws", 1)+"/api/call/line?language=nb&key="+key, &websocket.DialOptions{HTTPHeader: http.Header{"Origin": {w.url}}})
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { conn.CloseNow() })
	v := &caller{w: w, conn: conn, ear: &ear{tone: media.Tone(440, -9)}, states: make(chan string, 64)}
	peer, offer, err := webleg.NewPeer(webleg.PeerOptions{Bind: "127.0.0.1"})
	if err != nil {
		w.t.Fatal(err)
	}
	room := soundClock().NewRoom()
	w.t.Cleanup(func() { room.Close(); peer.Close() })
	go func() {
		defer close(v.states)
		for {
			_, b, err := conn.Read(ctx)
			var told phone.LineTold
			if err != nil || json.Unmarshal(b, &told) != nil {
				return
			}
			switch told.Type {
			case "answer":
				if peer.Answer(told.SDP) == nil {
					room.Add(peer, media.Role{})
					room.Add(v.ear, media.Role{})
				}
			case "state":
				v.states <- told.State
			case "problem":
				v.states <- fmt.Sprintf("refused: %s at %s", told.Text, told.Where)
			}
		}
	}()
	v.say(phone.LineSaid{Type: "offer", SDP: offer, Identity: identity})
	return v
}

func (v *caller) say(m phone.LineSaid) {
	v.w.t.Helper()
	b, _ := json.Marshal(m)
	if err := v.conn.Write(ctx, websocket.MessageText, b); err != nil {
		v.w.t.Fatal(err)
	}
}

// until waits until the visitor is told one of the states.
func (v *caller) until(states ...string) string {
	v.w.t.Helper()
	late := time.After(20 * time.Second)
	for {
		select {
		case s, ok := <-v.states:
			if slices.Contains(states, s) {
				return s
			}
			if !ok {
				v.w.t.Fatalf("the call ended before it was %v", states)
			}
		case <-late:
			v.w.t.Fatalf("the call never was %v", states)
		}
	}
}

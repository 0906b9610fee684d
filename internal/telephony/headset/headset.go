// Package headset is an agent's softphone without a browser: it opens the line that a desk opens (the WebSocket /api/phone/line with a session's cookie),
// connects its leg over WebRTC and follows the calls it is told of. Simulated agents of the demo, load and end-to-end tests wear one.
//
// It refuses the rest of the desk: offers are accepted, calls are held, transferred and ended through the API by whoever wears it. Begin reading with Connect.
package headset

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/coder/websocket"

	"sentral/internal/centre"
	"sentral/internal/telephony/testphone"
	"sentral/internal/telephony/webleg"
)

// Options says whose headset it is.
type Options struct {
	Address string // of the centre: http://127.0.0.1:8080
	Origin  string // that the centre expects
	Cookie  string // name=value of the session
	Client  *http.Client
	Booth   *testphone.Booth
	Hear    []float64    // tones to listen for
	Calls   func([]Call) // hears of every change, one at a time; it must not wait. May be nil
}

// Call is one call as the line tells it. The names are the line's.
type Call struct {
	Contact   centre.ContactID `json:"contact_id"`
	ID        int64            `json:"call_id"`
	Direction string           `json:"direction"`
	State     string           `json:"state"` // ringing, connecting, talking, held, ended
	Number    string           `json:"number"`
	Name      string           `json:"name"`
	OnHold    bool             `json:"on_hold"`
	Muted     bool             `json:"muted"`
	Role      string           `json:"role"`
	Recording struct {
		State string `json:"state"`
		ID    int64  `json:"id"`
	} `json:"recording"`
	Parties []struct {
		ID     int64  `json:"id"`
		Kind   string `json:"kind"`
		Number string `json:"number"`
		State  string `json:"state"`
	} `json:"parties"`
	Watchers []struct {
		Name string `json:"name"`
		Mode string `json:"mode"`
	} `json:"watchers"`
	Trouble string `json:"trouble"`
}

// Headset is a line that is open.
type Headset struct {
	*testphone.Talker
	Peer *webleg.Peer

	conn  *websocket.Conn
	stop  context.CancelFunc
	done  chan struct{}
	taken bool
	told  func([]Call)

	mu      sync.Mutex
	calls   []Call
	changed chan struct{} // closed and renewed at every change
}

// said and told are the line's messages, as far as a headset needs them.
type said struct {
	Type     string `json:"type"`
	SDP      string `json:"sdp,omitempty"`
	TakeOver bool   `json:"take_over,omitempty"`
}

type told struct {
	Type  string `json:"type"`
	SDP   string `json:"sdp"`
	Calls []Call `json:"calls"`
	Text  string `json:"text"`
}

// connectWait is how long a line may take to carry sound.
const connectWait = 15 * time.Second

// Connect opens the line, taking it from any other window, and returns when sound can flow.
func Connect(ctx context.Context, o Options) (*Headset, error) {
	life, stop := context.WithCancel(ctx)
	h := &Headset{stop: stop, done: make(chan struct{}), told: o.Calls, changed: make(chan struct{})}
	opening, cancel := context.WithTimeout(ctx, connectWait)
	defer cancel()
	if err := h.open(opening, o); err != nil {
		h.drop()
		close(h.done)
		return nil, err
	}
	go h.read(life)
	go h.beat(life)
	select {
	case <-h.Peer.Connected():
	case <-h.done:
		h.Close()
		return nil, centre.Errorf(centre.Unavailable, "the line was closed before sound could flow")
	case <-opening.Done():
		h.Close()
		return nil, centre.Errorf(centre.Unavailable, "no sound on the line within %v", connectWait)
	}
	return h, nil
}

// open goes as far as the answer.
func (h *Headset) open(ctx context.Context, o Options) error {
	peer, offer, err := webleg.NewPeer(webleg.PeerOptions{Bind: "127.0.0.1"})
	if err != nil {
		return err
	}
	h.Peer = peer
	head := http.Header{"Origin": {o.Origin}, "Cookie": {o.Cookie}}
	url := "ws" + strings.TrimPrefix(o.Address, "http") + "/api/phone/line"
	conn, answer, err := websocket.Dial(ctx, url, &websocket.DialOptions{HTTPClient: o.Client, HTTPHeader: head})
	if err != nil {
		if answer != nil {
			answer.Body.Close()
			return centre.Errorf(centre.Unavailable, "the line: %s: %w", answer.Status, err)
		}
		return centre.Errorf(centre.Unavailable, "the line: %w", err)
	}
	conn.SetReadLimit(1 << 20)
	h.conn = conn
	if err := h.say(ctx, said{Type: "offer", SDP: offer, TakeOver: true}); err != nil {
		return err
	}
	for {
		t, err := h.hear(ctx)
		if err != nil {
			return centre.Errorf(centre.Unavailable, "the line: %w", err)
		}
		switch t.Type {
		case "answer":
			if err := peer.Answer(t.SDP); err != nil {
				return err
			}
			h.Talker = o.Booth.Sit(peer, o.Hear...)
			return nil
		case "calls":
			h.now(t.Calls)
		case "problem":
			return centre.Errorf(centre.Unavailable, "the line: %s", t.Text)
		case "taken":
			return centre.Errorf(centre.Conflict, "another window has the line")
		}
	}
}

func (h *Headset) say(ctx context.Context, s said) error {
	text, err := json.Marshal(s)
	if err != nil {
		return err
	}
	return h.conn.Write(ctx, websocket.MessageText, text)
}

func (h *Headset) hear(ctx context.Context) (t told, err error) {
	_, text, err := h.conn.Read(ctx)
	if err == nil {
		err = json.Unmarshal(text, &t)
	}
	return t, err
}

// read follows the line until it ends.
func (h *Headset) read(ctx context.Context) {
	defer close(h.done)
	for {
		t, err := h.hear(ctx)
		if err != nil {
			return
		}
		switch t.Type {
		case "calls":
			h.now(t.Calls)
		case "taken":
			h.mu.Lock()
			h.taken = true
			h.mu.Unlock()
			return
		}
	}
}

// beat says now and then that the window is there, as the desk does.
func (h *Headset) beat(ctx context.Context) {
	for t := time.NewTicker(10 * time.Second); ; {
		select {
		case <-t.C:
			_ = h.say(ctx, said{Type: "ping"})
		case <-h.done:
			t.Stop()
			return
		case <-ctx.Done():
			t.Stop()
			return
		}
	}
}

func (h *Headset) now(calls []Call) {
	h.mu.Lock()
	h.calls = calls
	close(h.changed)
	h.changed = make(chan struct{})
	h.mu.Unlock()
	if h.told != nil {
		h.told(calls)
	}
}

// Calls are the calls as they are now.
func (h *Headset) Calls() []Call {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.calls
}

// Taken tells whether another window has taken the line.
func (h *Headset) Taken() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.taken
}

// Await waits until the calls are as wanted.
func (h *Headset) Await(ctx context.Context, wanted func([]Call) bool) error {
	for {
		h.mu.Lock()
		now, changed := h.calls, h.changed
		h.mu.Unlock()
		if wanted(now) {
			return nil
		}
		select {
		case <-changed:
		case <-h.done:
			return centre.Errorf(centre.Conflict, "the line has ended")
		case <-ctx.Done():
			return centre.Errorf(centre.Missing, "the calls did not become as wanted: %w; they are %+v", ctx.Err(), now)
		}
	}
}

// Done is closed when the line has ended.
func (h *Headset) Done() <-chan struct{} { return h.done }

// Close hangs the headset up: the WebSocket ends without a goodbye and the leg falls silent, as when a page is closed.
func (h *Headset) Close() {
	h.drop()
	<-h.done
}

func (h *Headset) drop() {
	h.stop()
	if h.Talker != nil {
		h.Leave()
	}
	if h.conn != nil {
		_ = h.conn.CloseNow()
	}
	if h.Peer != nil {
		h.Peer.Close()
	}
}

package webleg

import (
	"crypto/tls"
	"net"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pion/interceptor"
	"github.com/pion/turn/v5"
	"github.com/pion/webrtc/v4"

	"sentral/internal/telephony/media"
)

func without(sdp, line string) string {
	var out strings.Builder
	for l := range strings.Lines(sdp) {
		if !strings.HasPrefix(l, line) {
			out.WriteString(l)
		}
	}
	return out.String()
}

func replaced(sdp, old, with string) string { return strings.ReplaceAll(sdp, old, with) }

// browser is somebody else's WebRTC: pion's, which follows the standards as browsers do and knows nothing of our shortcuts.
type browser struct {
	pc    *webrtc.PeerConnection
	track *webrtc.TrackLocalStaticSample
	heard atomic.Uint64
	up    chan struct{}
}

func open(t *testing.T, relay []ICEServer) *browser {
	t.Helper()
	var engine webrtc.MediaEngine
	if err := engine.RegisterDefaultCodecs(); err != nil { // Opus first, as browsers offer
		t.Fatal(err)
	}
	var set webrtc.SettingEngine
	set.SetIncludeLoopbackCandidate(true)
	set.LoggerFactory = silent
	conf := webrtc.Configuration{}
	if relay != nil {
		conf.ICETransportPolicy = webrtc.ICETransportPolicyRelay
		set.SetNetworkTypes([]webrtc.NetworkType{webrtc.NetworkTypeUDP4, webrtc.NetworkTypeTCP4})
	}
	for _, r := range relay {
		conf.ICEServers = append(conf.ICEServers, webrtc.ICEServer{URLs: r.URLs, Username: r.Username, Credential: r.Credential})
	}
	api := webrtc.NewAPI(webrtc.WithMediaEngine(&engine), webrtc.WithInterceptorRegistry(&interceptor.Registry{}), webrtc.WithSettingEngine(set))
	pc, err := api.NewPeerConnection(conf)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = pc.Close() })
	b := &browser{pc: pc, up: make(chan struct{})}
	b.track, err = webrtc.NewTrackLocalStaticSample(webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypePCMU, ClockRate: 8000}, "a", "b")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := pc.AddTrack(b.track); err != nil {
		t.Fatal(err)
	}
	pc.OnTrack(func(r *webrtc.TrackRemote, _ *webrtc.RTPReceiver) {
		for {
			if _, _, err := r.ReadRTP(); err != nil {
				return
			}
			b.heard.Add(1)
		}
	})
	pc.OnConnectionStateChange(func(s webrtc.PeerConnectionState) {
		if s == webrtc.PeerConnectionStateConnected {
			close(b.up)
		}
	})
	return b
}

// call makes the offer with all candidates, has it accepted, and waits for the connection.
func (b *browser) call(t *testing.T, s *Server) *Leg {
	t.Helper()
	offer, err := b.pc.CreateOffer(nil)
	if err != nil {
		t.Fatal(err)
	}
	gathered := webrtc.GatheringCompletePromise(b.pc)
	if err := b.pc.SetLocalDescription(offer); err != nil {
		t.Fatal(err)
	}
	<-gathered
	l, answer, err := s.Accept(b.pc.LocalDescription().SDP)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.Close)
	if err := b.pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: answer}); err != nil {
		t.Fatalf("the answer is refused: %v\n%s", err, answer)
	}
	select {
	case <-b.up:
	case <-time.After(10 * time.Second):
		t.Fatal("not connected within 10 s")
	}
	return l
}

// flow sends a tone both ways until each side has had half a second.
func (b *browser) flow(t *testing.T, l *Leg) {
	t.Helper()
	m := &microphone{leg: l, source: media.Tone(440, -10)}
	say := media.Tone(1000, -10)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for end := time.Now().Add(4 * time.Second); time.Now().Before(end) && (len(m.heard) < media.Rate || b.heard.Load() < 30); <-tick.C {
		var f media.Frame
		say.Read(&f)
		payload := make([]byte, len(f))
		media.PCMU.Encode(payload, f[:])
		if err := b.track.WriteSample(sample(payload)); err != nil {
			t.Fatal(err)
		}
		m.source.Read(&f)
		l.Push(&f)
		if l.Pull(&f) {
			m.heard = append(m.heard, f[:]...)
		}
	}
	if m.share(1000) < 0.9 || b.heard.Load() < 30 {
		t.Errorf("the server hears 1000 Hz with a share of %.2f, the browser has had %d packets", m.share(1000), b.heard.Load())
	}
}

func TestAnotherWebRTC(t *testing.T) {
	t.Parallel()
	s := serve(t, Options{})
	b := open(t, nil)
	l := b.call(t, s)
	b.flow(t, l)
	c := states(l)
	_ = b.pc.Close() // says goodbye by DTLS, to keys that we have let go of or not
	wait(t, c, Lost, 2500*time.Millisecond)
}

func TestThroughTheRelay(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"udp", "tcp"} {
		t.Run(kind, func(t *testing.T) {
			o := TURN{UDP: "127.0.0.1:0"}
			if kind == "tcp" {
				o = TURN{TCP: "127.0.0.1:0"}
			}
			s := serve(t, Options{TURN: o})
			b := open(t, s.ICEServers("agent 7"))
			l := b.call(t, s)
			if got := l.remote.Load().Addr(); got != relayed {
				t.Fatalf("the browser comes from %s, want the relay's %s", got, relayed)
			}
			b.flow(t, l)
		})
	}
}

func TestRelayCredentialsEnd(t *testing.T) {
	s := serve(t, Options{TURN: TURN{TCP: "127.0.0.1:0", Lifetime: time.Nanosecond}})
	got := s.ICEServers("agent 7")
	if len(got) != 1 || len(got[0].URLs) != 1 || !strings.HasSuffix(got[0].URLs[0], "?transport=tcp") {
		t.Fatalf("servers %+v", got)
	}
	for after, want := range map[time.Duration]bool{-2 * time.Second: false, time.Hour: true} {
		name := strconv.FormatInt(time.Now().Add(after).Unix(), 10) + ":agent 7"
		if _, _, ok := s.relay.authenticate(&turn.RequestAttributes{Username: name, Realm: realm}); ok != want {
			t.Errorf("credentials that end after %s: let in is %v", after, ok)
		}
	}
	if s.relay.permitted(nil, net.IPv4(127, 0, 0, 2)) || !s.relay.permitted(nil, net.IPv4(127, 0, 0, 1)) {
		t.Error("the relay must lead to our own sound and nowhere else")
	}
}

func TestRelayTLSNeedsACertificate(t *testing.T) {
	if s, err := New(Options{UDP: "127.0.0.1:0", TURN: TURN{TLS: "127.0.0.1:0"}}); err == nil {
		s.Close()
		t.Fatal("opened without a certificate")
	}
	c, _, err := certified()
	if err != nil {
		t.Fatal(err)
	}
	s := serve(t, Options{TURN: TURN{TLS: "127.0.0.1:0", Certificate: func() (*tls.Certificate, error) { return &c, nil }}})
	if got := s.ICEServers("x"); !strings.HasPrefix(got[0].URLs[0], "turns:") {
		t.Fatalf("servers %+v", got)
	}
}

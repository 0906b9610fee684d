package demo_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"sentral/internal/app"
	"sentral/internal/demo"
	"sentral/internal/desk/access"
	"sentral/internal/store"
	"sentral/internal/telephony/media"
	"sentral/internal/telephony/testphone"
)

// centreWithPhone is the demo centre whose agents answer with a tone of 1000 Hz.
func centreWithPhone(t *testing.T) *app.App {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	d, err := demo.Document()
	if err != nil {
		t.Fatal(err)
	}
	d.Phone.Trunks = d.Phone.Trunks[:1]
	d.Phone.Trunks[0].Host, d.Phone.Trunks[0].KeepAliveS = "", 0
	a, err := app.Open(ctx, app.Options{
		Listen: "127.0.0.1:0", Data: t.TempDir(), Document: d, Demo: true, Phone: app.Phone{SIP: "127.0.0.1:0", TLS: "127.0.0.1:0", Ports: "25000-27999", Silent: true},
	})
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- a.Serve(ctx) }()
	for began := time.Now(); !a.Phone.Ready(); time.Sleep(10 * time.Millisecond) {
		if time.Since(began) > 20*time.Second {
			t.Fatal("the centre takes no calls")
		}
	}
	leave, err := demo.Start(ctx, demo.Options{
		Address: "http://" + a.Listen, Origin: a.Address, Speed: 1, Seed: 1, SIP: a.Phone.SIPAddrs().UDP.String(), AgentTone: 1000, Access: a.Access, Rules: a.Rules, Log: a.Log,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		leave()
		stop()
		if err := <-served; err != nil {
			t.Error(err)
		}
		a.Close()
	})
	return a
}

// TestWhoeverCallsIsAnswered: clients of several makes call the demo by several ways, and each hears an agent who hears them: the recording has the
// customer's 440 Hz on the left and the agent's 1000 Hz on the right.
func TestWhoeverCallsIsAnswered(t *testing.T) {
	if testing.Short() {
		t.Skip("opens a whole centre")
	}
	a := centreWithPhone(t)
	at := a.Phone.SIPAddrs()
	seen := map[int64]bool{}
	for _, x := range []struct {
		name, to, keys, server string
		testphone.Options
	}{
		{"udp", "+4700000101", "", at.UDP.String(), testphone.Options{}},
		{"udp, alaw, any number", "12345", "", at.UDP.String(), testphone.Options{Codecs: []media.Codec{media.PCMA}}},
		{"tcp, by 0 in the menu", "+4700000100", "0", at.TCP.String(), testphone.Options{Transport: testphone.TCP}},
		{"tls and srtp", "+4700000101", "", at.TLS.String(), testphone.Options{Transport: testphone.TLS, SRTP: true}},
	} {
		t.Run(x.name, func(t *testing.T) {
			x.Server = x.server
			p, err := testphone.Open(x.Options)
			if err != nil {
				t.Fatal(err)
			}
			defer p.Close()
			keys, err := testphone.ParseKeys(x.keys)
			if err != nil {
				t.Fatal(err)
			}
			r := p.Run(t.Context(), testphone.Script{Invite: testphone.Invite{To: x.to, From: "+4700000201", Voice: testphone.Tone(440), Hear: []float64{1000}}, Keys: keys, Talk: time.Second, Patience: 30 * time.Second})
			if r.Outcome != testphone.WasAnswered || r.HeardHz == nil || *r.HeardHz != 1000 || r.Lost != 0 || r.EndedBy != testphone.Us {
				t.Fatalf("%+v", r)
			}
			if x.keys == "" { // whoever goes past the notice is not recorded
				recorded(t, a, seen)
			}
		})
	}
	t.Run("sipp", func(t *testing.T) {
		sipp(t, at.UDP.String())
		recorded(t, a, seen)
	})
	t.Run("baresip", func(t *testing.T) {
		baresip(t, at.UDP.String())
		recorded(t, a, seen)
	})
}

// recorded waits for the recording of the call that was just made, and listens to both sides of it.
func recorded(t *testing.T, a *app.App, seen map[int64]bool) {
	t.Helper()
	who, ok := a.Rules.ByEmail("ingrid.solvang@fjordglimt.example")
	if !ok {
		t.Fatal("the leader is not there")
	}
	s, err := a.Access.SessionFor(t.Context(), who.ID)
	if err != nil {
		t.Fatal(err)
	}
	get := func(path string) (int, []byte) {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+a.Listen+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.AddCookie(&http.Cookie{Name: access.CookieName, Value: s.Token})
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		b, _ := io.ReadAll(answer.Body)
		return answer.StatusCode, b
	}
	var left, right float64
	code, problem := 0, ""
	files := store.Phone{DB: a.DB, Domain: 1}
	for began := time.Now(); time.Since(began) < 20*time.Second; time.Sleep(50 * time.Millisecond) {
		all, err := files.RecordingsToDelete(t.Context(), 1<<60, 100)
		if err != nil {
			t.Fatal(err)
		}
		for _, one := range all {
			if seen[one.ID] {
				continue
			}
			var wav []byte
			if code, wav = get(fmt.Sprintf("/api/phone/recordings/%d", one.ID)); code != http.StatusOK {
				problem = string(wav)
				continue
			}
			if left, right = sides(t, wav); left > .5 && right > .5 {
				seen[one.ID] = true
				return
			}
		}
	}
	t.Fatalf("no recording has 440 Hz on the left (%.2f) and 1000 Hz on the right (%.2f); the last answer was %d %.200s", left, right, code, problem)
}

// sides is the greatest share of a second of each channel at the tone that belongs there.
func sides(t *testing.T, wav []byte) (left, right float64) {
	t.Helper()
	i := bytes.Index(wav, []byte("data"))
	if i < 0 || len(wav) < i+8 {
		return 0, 0
	}
	if channels := wav[22]; channels != 2 {
		t.Fatalf("%d channels", channels)
	}
	var l, r []int16
	if wav[34] == 16 {
		for b := wav[i+8:]; len(b) >= 4; b = b[4:] {
			l, r = append(l, int16(uint16(b[0])|uint16(b[1])<<8)), append(r, int16(uint16(b[2])|uint16(b[3])<<8))
		}
	} else {
		codec, octets := media.PCMU, wav[i+8:]
		if wav[20] == 6 {
			codec = media.PCMA
		}
		pcm := make([]int16, len(octets))
		codec.Decode(pcm, octets)
		for ; len(pcm) >= 2; pcm = pcm[2:] {
			l, r = append(l, pcm[0]), append(r, pcm[1])
		}
	}
	for k := 0; k+2000 <= len(l); k += 1000 {
		left, right = max(left, media.Heard(l[k:k+2000], 440)), max(right, media.Heard(r[k:k+2000], 1000))
	}
	return left, right
}

func freePort(t *testing.T) int {
	t.Helper()
	c, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	return c.LocalAddr().(*net.UDPAddr).Port
}

const sippScene = `<?xml version="1.0" encoding="ISO-8859-1" ?>
<scenario name="call">
<send retrans="500"><![CDATA[
INVITE sip:[service]@[remote_ip]:[remote_port] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
From: <sip:+4700000301@[local_ip]:[local_port]>;tag=[pid]T[call_number]
To: <sip:[service]@[remote_ip]:[remote_port]>
Call-ID: [call_id]
CSeq: 1 INVITE
Contact: <sip:caller@[local_ip]:[local_port]>
Max-Forwards: 70
Content-Type: application/sdp
Content-Length: [len]

v=0
o=u 1 1 IN IP4 [local_ip]
s=-
c=IN IP4 [media_ip]
t=0 0
m=audio [rtpstream_audio_port] RTP/AVP 0 96
a=rtpmap:0 PCMU/8000
a=rtpmap:96 telephone-event/8000
]]></send>
<recv response="100" optional="true"/>
<recv response="180" optional="true"/>
<recv response="183" optional="true"/>
<recv response="200" rrs="true"/>
<send><![CDATA[
ACK [next_url] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
From: <sip:+4700000301@[local_ip]:[local_port]>;tag=[pid]T[call_number]
[last_To:]
Call-ID: [call_id]
CSeq: 1 ACK
Max-Forwards: 70
Content-Length: 0

]]></send>
<nop><action><exec rtp_stream="TONE,-1,0"/></action></nop>
<pause milliseconds="7000"/>
<send retrans="500"><![CDATA[
BYE [next_url] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
From: <sip:+4700000301@[local_ip]:[local_port]>;tag=[pid]T[call_number]
[last_To:]
Call-ID: [call_id]
CSeq: 2 BYE
Max-Forwards: 70
Content-Length: 0

]]></send>
<recv response="200"/>
</scenario>
`

// sipp calls for seven seconds with a tone.
func sipp(t *testing.T, server string) {
	path, err := exec.LookPath("sipp")
	if err != nil {
		t.Skip("sipp is not installed (Debian: sip-tester): run .ci/tools")
	}
	dir := t.TempDir()
	pcm := testphone.Tone(440).PCM()
	octets := make([]byte, len(pcm))
	media.PCMU.Encode(octets, pcm)
	tone, scene := filepath.Join(dir, "tone.ul"), filepath.Join(dir, "call.xml")
	if err := os.WriteFile(tone, bytes.Repeat(octets, 10), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(scene, []byte(strings.ReplaceAll(sippScene, "TONE", tone)), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithTimeout(t.Context(), 40*time.Second)
	defer stop()
	c := exec.CommandContext(ctx, path, server, "-sf", scene, "-s", "4700000101", "-i", "127.0.0.1", "-mi", "127.0.0.1", "-mp", fmt.Sprint(freePort(t)&^1), "-p", fmt.Sprint(freePort(t)), "-m", "1", "-nostdin")
	c.Dir = dir
	if out, err := c.CombinedOutput(); err != nil {
		t.Fatalf("sipp: %v\n%s", err, out[max(0, len(out)-1500):])
	}
}

// baresip calls for seven seconds with a tone.
func baresip(t *testing.T, server string) {
	path, err := exec.LookPath("baresip")
	if err != nil {
		t.Skip("baresip is not installed (Debian: baresip-core): run .ci/tools")
	}
	modules, _ := filepath.Glob("/usr/lib/*/baresip/modules")
	modules = append(modules, "/usr/lib/baresip/modules")
	i := slices.IndexFunc(modules, func(d string) bool { _, err := os.Stat(filepath.Join(d, "g711.so")); return err == nil })
	if i < 0 {
		t.Skip("baresip's modules were not found")
	}
	dir, port := t.TempDir(), freePort(t)
	pcm := testphone.Tone(440).PCM()
	for name, text := range map[string][]byte{
		"tone.wav": testphone.WAV(slices.Concat(pcm, pcm, pcm, pcm, pcm, pcm, pcm, pcm, pcm, pcm, pcm, pcm)),
		"accounts": fmt.Appendf(nil, "<sip:caller@127.0.0.1:%d>;regint=0;audio_codecs=PCMU/8000/1\n", port),
		"contacts": nil,
		"config": fmt.Appendf(nil, "module_path %s\nmodule stdio.so\nmodule g711.so\nmodule aufile.so\nmodule_tmp account.so\nmodule_app menu.so\nnet_interface 127.0.0.1\nsip_listen 127.0.0.1:%d\n"+
			"audio_source aufile,%s\naudio_player aufile,%s\nausrc_srate 8000\nauplay_srate 8000\nausrc_channels 1\nauplay_channels 1\n", modules[i], port, filepath.Join(dir, "tone.wav"), filepath.Join(dir, "play.wav")),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	ctx, stop := context.WithTimeout(t.Context(), 30*time.Second)
	defer stop()
	c := exec.CommandContext(ctx, path, "-f", dir, "-t", "7", "-e", "/dial sip:+4700000101@"+server)
	in, err := c.StdinPipe() // it ends when its input does
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	out, err := c.CombinedOutput()
	if !strings.Contains(string(out), "established") {
		t.Fatalf("baresip: %v\n%s", err, out[max(0, len(out)-2500):])
	}
}

package signal

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sentral/internal/telephony/media"
)

// soft is a baresip that sounds 440 Hz, driven over its control port.
type soft struct {
	t    *testing.T
	ctrl net.Conn
	port int
}

// newSoft starts baresip with one account line (which names its own address as PORT), auto-answering.
func newSoft(t *testing.T, account string, cert *tls.Certificate) *soft {
	t.Helper()
	path, err := exec.LookPath("baresip")
	if err != nil {
		t.Skip("baresip is not installed (Debian: baresip-core): run .ci/tools")
	}
	dir := t.TempDir()
	port := freePort(t)
	write := func(name string, data []byte) {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	key, err := x509.MarshalPKCS8PrivateKey(cert.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	write("cert.pem", append(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key}), pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert.Certificate[0]})...))
	write("tone.wav", toneWAV(440, 20))
	write("accounts", []byte(strings.ReplaceAll(account, "PORT", fmt.Sprint(port))+"\n"))
	write("contacts", nil)
	write("config", fmt.Appendf(nil, "module_path %s\nmodule stdio.so\nmodule g711.so\nmodule aufile.so\nmodule srtp.so\nmodule_tmp account.so\nmodule_app menu.so\nmodule_app ctrl_tcp.so\n"+
		"net_interface 127.0.0.1\nsip_listen 127.0.0.1:%d\nsip_certificate %s\nctrl_tcp_listen 127.0.0.1:%d\naudio_source aufile,%s\naudio_player aufile,%s\n"+
		"ausrc_srate 8000\nauplay_srate 8000\nausrc_channels 1\nauplay_channels 1\nrtp_ports %d-%d\n",
		modules(), port, filepath.Join(dir, "cert.pem"), port+2, filepath.Join(dir, "tone.wav"), filepath.Join(dir, "play.wav"), port+4, port+5))
	ctx, cancel := context.WithCancel(context.Background())
	cmd := exec.CommandContext(ctx, path, "-f", dir, "-v")
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		stdin.Close()
		cancel()
		_ = cmd.Wait()
		if t.Failed() {
			t.Logf("baresip:\n%s", out.Bytes()[max(0, out.Len()-4000):])
		}
	})
	s := &soft{t: t, port: port}
	waitFor(t, "baresip listens", func() bool {
		s.ctrl, err = net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", port+2))
		return err == nil
	})
	go func() { _, _ = io.Copy(io.Discard, s.ctrl) }()
	t.Cleanup(func() { s.ctrl.Close() })
	return s
}

func modules() string {
	for _, p := range []string{"/usr/lib/baresip/modules", "/usr/lib/x86_64-linux-gnu/baresip/modules", "/usr/local/lib/baresip/modules"} {
		if _, err := os.Stat(p); err == nil {
			return p
		}
	}
	return "/usr/lib/baresip/modules"
}

func (s *soft) do(command, params string) {
	s.t.Helper()
	b, _ := json.Marshal(map[string]string{"command": command, "params": params})
	if _, err := fmt.Fprintf(s.ctrl, "%d:%s,", len(b), b); err != nil {
		s.t.Fatal(err)
	}
}

// toneWAV is so many seconds of a tone as 8 kHz PCM16.
func toneWAV(hz float64, seconds int) []byte {
	var pcm bytes.Buffer
	src := media.Tone(hz, -10)
	var f media.Frame
	for range seconds * 50 {
		src.Read(&f)
		for _, v := range f {
			pcm.Write([]byte{byte(v), byte(uint16(v) >> 8)})
		}
	}
	le := func(n, v int) []byte {
		b := make([]byte, n)
		for i := range b {
			b[i] = byte(v >> (8 * i))
		}
		return b
	}
	n := pcm.Len()
	return bytes.Join([][]byte{[]byte("RIFF"), le(4, 36+n), []byte("WAVEfmt "), le(4, 16), le(2, 1), le(2, 1), le(4, 8000), le(4, 16000), le(2, 2), le(2, 16), []byte("data"), le(4, n), pcm.Bytes()}, nil)
}

// baresip calls over TLS with SRTP demanded, holds, resumes and hangs up; then it is called and hung up on. Its tone is heard each time.
func TestBaresipOverTLSWithSRTP(t *testing.T) {
	t.Parallel()
	cert, _ := certificate(t)
	clock := media.NewClock(1)
	t.Cleanup(clock.Close)
	x := newExchangeAt(t, realT1, func(o *Options) {
		o.TLS, o.Certificate = "127.0.0.1:0", func() (*tls.Certificate, error) { return cert, nil }
		o.Trunks[0].SRTP = SRTPRequired
	})
	s := newSoft(t, "<sip:caller@127.0.0.1:PORT;transport=tls>;regint=0;answermode=auto;audio_codecs=PCMA/8000/1;mediaenc=srtp-mand", cert)
	s.do("dial", fmt.Sprintf("sip:200@%s;transport=tls", x.Addrs().TLS))
	c := x.answered()
	if c.talk.session.SRTP == nil {
		t.Fatal("not encrypted")
	}
	heard := hears(t, clock, c, 1000)
	heard(440)
	held := make(chan bool, 4)
	c.OnHold(func(h bool) { held <- h })
	s.do("hold", "")
	want := func(w bool) {
		t.Helper()
		select {
		case h := <-held:
			if h != w {
				t.Errorf("held %v, want %v", h, w)
			}
		case <-time.After(patience):
			t.Fatalf("not told held=%v", w)
		}
	}
	want(true)
	s.do("resume", "")
	want(false)
	heard(440)
	s.do("hangup", "")
	x.ends(c, CallerHungUp)

	if err := x.SetTrunks([]Trunk{{Key: "soft", Host: fmt.Sprintf("127.0.0.1:%d", s.port+1), Transport: "tls", SRTP: SRTPRequired, Unverified: true, KeepAlive: -1}}); err != nil {
		t.Fatal(err)
	}
	out := x.up(x.dial(context.Background(), Dial{To: "caller"}))
	hears(t, clock, out, 1000)(440)
	out.Hangup()
	x.ends(out, WeHungUp)
}

// baresip registers as a desk phone, is called by its account, and transfers.
func TestBaresipAsADeskPhone(t *testing.T) {
	t.Parallel()
	cert, _ := certificate(t)
	x := newExchangeAt(t, realT1, func(o *Options) {
		o.Trunks = nil
		o.Accounts = func(user string) (string, bool) { return "pass", user == "desk1" }
	})
	s := newSoft(t, fmt.Sprintf("<sip:desk1@%s>;auth_user=desk1;auth_pass=pass;regint=120;answermode=auto;audio_codecs=PCMA/8000/1", x.Addrs().UDP), cert)
	waitFor(t, "baresip is registered", func() bool { return len(x.Phones()) == 1 })
	c := x.up(x.dial(context.Background(), Dial{Contact: "desk1", From: "+4700000100", Name: "Kari"}))
	asked := make(chan ReferTo, 1)
	c.OnRefer(func(to ReferTo) error {
		asked <- to
		return nil
	})
	s.do("transfer", "sip:+4700000400@sentral.example")
	select {
	case to := <-asked:
		if to.Number != "+4700000400" {
			t.Errorf("%+v", to)
		}
	case <-time.After(patience):
		t.Error("no transfer was asked for")
	}
	c.Hangup()
	x.ends(c, WeHungUp)
}

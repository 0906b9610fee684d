package signal

import (
	"bytes"
	"context"
	"net"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// sipp runs a scenario of testdata/sipp; it ends when every call of it has gone as written, or fails.
func sipp(t *testing.T, x *exchange, scenario string, port int, args ...string) <-chan error {
	t.Helper()
	path, err := exec.LookPath("sipp")
	if err != nil {
		t.Skip("sipp is not installed (Debian: sip-tester): run .ci/tools")
	}
	file, err := filepath.Abs(filepath.Join("testdata", "sipp", scenario+".xml"))
	if err != nil {
		t.Fatal(err)
	}
	remote := x.Addrs().UDP
	for _, a := range args {
		if a == "t1" {
			remote = x.Addrs().TCP
		}
	}
	ctx, cancel := context.WithTimeout(context.Background(), 2*patience)
	cmd := exec.CommandContext(ctx, path, append([]string{remote.String(), "-sf", file, "-s", "200", "-i", "127.0.0.1", "-mi", "127.0.0.1", "-mp", strconv.Itoa(port + 2),
		"-p", strconv.Itoa(port), "-nostdin", "-timeout", "15s", "-timeout_error", "-trace_err", "-error_file", "/dev/stderr"}, args...)...)
	cmd.Dir = t.TempDir()
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() {
		defer cancel()
		err := cmd.Wait()
		if err != nil {
			text := out.String()
			if i := strings.Index(text, "Aborting"); i >= 0 {
				text = text[max(0, i-1000):]
			}
			t.Logf("sipp %s: %v\n%s", scenario, err, text[max(0, len(text)-3000):])
		}
		done <- err
	}()
	return done
}

// freePort is the first of six ports, below those that the system gives away, that nobody has.
func freePort(t *testing.T) int {
	t.Helper()
	portsMu.Lock()
	defer portsMu.Unlock()
next:
	for {
		portsSipp += 6
		for i := range 6 {
			c, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1), Port: portsSipp + i})
			if err != nil {
				continue next
			}
			c.Close()
		}
		return portsSipp
	}
}

var portsSipp = 28000

func finished(t *testing.T, done <-chan error) {
	t.Helper()
	select {
	case err := <-done:
		if err != nil {
			t.Errorf("sipp: %v", err)
		}
	case <-time.After(3 * patience):
		t.Error("sipp did not end")
	}
}

// sipp calls us: what a real counterpart says, repeats and expects.
func TestSippCallsIn(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		scenario string
		take     func(*Call)
		args     []string
		calls    int
		ends     EndKind
	}{
		{"call", take, []string{"-r", "50", "-m", "25"}, 25, CallerHungUp},
		{"call", take, []string{"-t", "t1"}, 1, CallerHungUp},
		{"hold", take, nil, 1, CallerHungUp},
		{"offerless", take, nil, 1, CallerHungUp},
		{"prack", func(c *Call) { _ = c.Progress(); take(c) }, nil, 1, CallerHungUp},
		{"timer", take, nil, 1, CallerHungUp},
		{"cancel", func(c *Call) { _ = c.Ring() }, nil, 1, Cancelled},
		{"info", take, nil, 1, CallerHungUp},
		{"auth", take, nil, 1, CallerHungUp},
	} {
		t.Run(row.scenario+strings.Join(row.args, " "), func(t *testing.T) {
			t.Parallel()
			x := newExchangeAt(t, realT1, func(o *Options) {
				if row.scenario == "auth" {
					o.Trunks[0].Challenge, o.Trunks[0].User, o.Trunks[0].Secret = true, "carrier", "s3cret"
				}
			})
			args := row.args
			if row.calls == 1 {
				args = append(args, "-m", "1")
			}
			done := sipp(t, x, row.scenario, freePort(t), args...)
			keys := make(chan rune, 4)
			for range row.calls {
				c := x.next()
				c.OnDigit(func(r rune) { keys <- r })
				go row.take(c)
				if row.calls == 1 {
					x.ends(c, row.ends)
				}
			}
			finished(t, done)
			if row.scenario == "info" && (<-keys != '5' || <-keys != '#') {
				t.Error("other keys than were pressed")
			}
		})
	}
}

func take(c *Call) { _ = c.Answer(context.Background()) }

// We call sipp, and register with it.
func TestSippIsCalled(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		scenario string
		talk     func(*testing.T, *Call)
	}{
		{"uas", func(*testing.T, *Call) {}},
		{"glare", func(t *testing.T, c *Call) {
			if err := c.Hold(context.Background()); err != nil {
				t.Error(err)
			}
		}},
	} {
		t.Run(row.scenario, func(t *testing.T) {
			t.Parallel()
			x := newExchangeAt(t, realT1, func(o *Options) { o.Trunks = nil })
			port := freePort(t)
			done := sipp(t, x, row.scenario, port, "-m", "1")
			if err := x.SetTrunks([]Trunk{{Key: "sipp", Host: hostAndPort("127.0.0.1", port), KeepAlive: -1}}); err != nil {
				t.Fatal(err)
			}
			c := x.up(x.dial(context.Background(), Dial{To: number1}))
			row.talk(t, c)
			c.Hangup()
			finished(t, done)
		})
	}
	t.Run("registrar", func(t *testing.T) {
		t.Parallel()
		x := newExchangeAt(t, realT1, func(o *Options) { o.Trunks = nil })
		port := freePort(t)
		done := sipp(t, x, "registrar", port, "-m", "1")
		if err := x.SetTrunks([]Trunk{{Key: "sipp", Host: hostAndPort("127.0.0.1", port), User: "centre", Secret: "s3cret", Register: true, KeepAlive: -1}}); err != nil {
			t.Fatal(err)
		}
		finished(t, done)
		waitFor(t, "registered", func() bool { return x.Status()[0].Registered })
	})
}

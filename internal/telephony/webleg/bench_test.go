package webleg

import (
	"runtime"
	"syscall"
	"testing"
	"time"

	"sentral/internal/telephony/media"
)

// BenchmarkConnect is the whole of joining, both sides in one process: offer, answer, check, handshake, keys.
func BenchmarkConnect(b *testing.B) {
	s := serve(b, Options{})
	for b.Loop() {
		l, p := ring(b, s, PeerOptions{})
		p.Close()
		l.Close()
	}
}

// BenchmarkFrame is 20 ms of one leg: a frame sealed and sent, a packet opened and heard.
func BenchmarkFrame(b *testing.B) {
	s := serve(b, Options{})
	l, p := ring(b, s, PeerOptions{})
	tone := media.Tone(440, -10)
	var f media.Frame
	tone.Read(&f)
	b.ReportAllocs()
	for b.Loop() {
		l.Push(&f)
		l.Pull(&f)
		p.Push(&f)
		p.Pull(&f)
	}
}

// BenchmarkHeld says what a connected leg keeps, in bytes and goroutines, the peer's share in the same process included.
func BenchmarkHeld(b *testing.B) {
	s := serve(b, Options{})
	var before, after runtime.MemStats
	ring(b, s, PeerOptions{})
	time.Sleep(handshakeLinger + time.Second) // measured at rest, not a test's wait
	runtime.GC()
	runtime.ReadMemStats(&before)
	routines := runtime.NumGoroutine()
	const legs = 200
	for range legs {
		ring(b, s, PeerOptions{})
	}
	time.Sleep(handshakeLinger + time.Second)
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&after)
	b.ReportMetric(float64(after.HeapAlloc+after.StackInuse-before.HeapAlloc-before.StackInuse)/legs, "B/pair")
	b.ReportMetric(float64(runtime.NumGoroutine()-routines)/legs, "goroutines/pair")
}

// BenchmarkIdle is what a connected pair costs while nobody speaks, both sides in one process, in thousandths of a per cent of a core.
func BenchmarkIdle(b *testing.B) {
	s := serve(b, Options{})
	const pairs, within = 200, 10 * time.Second
	for range pairs {
		ring(b, s, PeerOptions{})
	}
	time.Sleep(handshakeLinger + time.Second) // measured at rest, not a test's wait
	before := processor(b)
	time.Sleep(within)
	b.ReportMetric(float64(processor(b)-before)/float64(within)/pairs*100_000, "m%/pair")
}

// processor is the time that this process has had of the processors.
func processor(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Skip(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

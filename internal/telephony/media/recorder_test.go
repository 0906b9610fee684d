package media

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"testing/iotest"
	"time"

	"sentral/internal/centre"
)

// memory is a destination of a recording.
type memory struct {
	mu     sync.Mutex
	b      bytes.Buffer
	closed bool
}

func (m *memory) Write(b []byte) (int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.b.Write(b)
}

func (m *memory) Close() error { m.closed = true; return nil }

// sides are the two channels, read as a WAV whose lengths nobody has put right.
func (m *memory) sides(t *testing.T) (left, right []int16) {
	t.Helper()
	m.mu.Lock()
	defer m.mu.Unlock()
	if !m.closed {
		t.Error("the destination was not closed")
	}
	return channels(t, bytes.NewReader(m.b.Bytes()))
}

func channels(t *testing.T, r io.ReadSeeker) (left, right []int16) {
	t.Helper()
	whole, length, err := WholeWAV(r)
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(whole)
	if err != nil {
		t.Fatal(err)
	}
	if n := binary.LittleEndian.Uint32(b[40:]); int(n) != len(b)-44 || binary.LittleEndian.Uint32(b[4:]) != n+36 {
		t.Fatalf("the header says %d octets of sound, there are %d", n, len(b)-44)
	}
	for s := b[44:]; len(s) >= 4; s = s[4:] {
		left = append(left, int16(binary.LittleEndian.Uint16(s)))
		right = append(right, int16(binary.LittleEndian.Uint16(s[2:])))
	}
	if length != samples(len(left)) {
		t.Errorf("the recording says %v, it has %v", length, samples(len(left)))
	}
	return left, right
}

func TestAPauseKeepsTheTime(t *testing.T) {
	dst := &memory{}
	rec := NewRecorder(dst, RecorderOptions{})
	var loud Frame
	for i := range loud {
		loud[i] = 5000
	}
	for n := range 60 {
		switch n {
		case 20:
			rec.Pause()
		case 40:
			rec.Resume()
		}
		rec.take(&loud, &loud)
	}
	if err := rec.Close(); err != nil {
		t.Fatal(err)
	}
	left, _ := dst.sides(t)
	for n := range 60 {
		if paused := n >= 20 && n < 40; (left[n*FrameSamples+80] == 0) != paused {
			t.Errorf("frame %d: %d", n, left[n*FrameSamples+80])
		}
	}
	if rec.Duration() != 1200*time.Millisecond {
		t.Error(rec.Duration())
	}
}

// stuck is a disk that stands still until it is let go.
type stuck struct {
	memory
	let chan struct{}
}

func (s *stuck) Write(b []byte) (int, error) {
	<-s.let
	return s.memory.Write(b)
}

func TestASlowDiskCostsFramesNotTheCall(t *testing.T) {
	dst := &stuck{let: make(chan struct{})}
	rec := NewRecorder(dst, RecorderOptions{Queue: 2})
	for range 10 * chunkFrames {
		rec.take(&silence, &silence) // does not wait
	}
	if d := rec.Dropped(); d < 7*chunkFrames || d > 8*chunkFrames {
		t.Errorf("%d frames were dropped; the queue holds 2 chunks and the disk at most one", d)
	}
	close(dst.let)
	if err := rec.Close(); err != nil {
		t.Fatal(err)
	}
	left, _ := dst.sides(t)
	if len(left) != int(10*chunkFrames-rec.Dropped())*FrameSamples {
		t.Errorf("%d samples were kept, %d frames dropped", len(left), rec.Dropped())
	}
}

type full struct{ memory }

var errFull = errors.New("no room")

func (*full) Write([]byte) (int, error) { return 0, errFull }

func TestAFullDiskIsSaid(t *testing.T) {
	rec := NewRecorder(&full{}, RecorderOptions{})
	for range 100 {
		rec.take(&silence, &silence)
	}
	if err := rec.Close(); !errors.Is(err, errFull) || centre.KindOf(err) != centre.Unavailable {
		t.Error(err)
	}
	rec.take(&silence, &silence)
	if err := rec.Close(); err == nil {
		t.Error("a second Close forgot the error")
	}
}

func TestARecordingInAFileHasItsLengths(t *testing.T) {
	for _, o := range []RecorderOptions{{}, {ALaw: true}} {
		path := filepath.Join(t.TempDir(), "call.wav")
		f, err := os.Create(path)
		if err != nil {
			t.Fatal(err)
		}
		rec := NewRecorder(f, o)
		left, right := Tone(440, -10), Tone(1000, -10)
		for range 130 {
			var l, r Frame
			left.Read(&l)
			right.Read(&r)
			rec.take(&l, &r)
		}
		if err := rec.Close(); err != nil {
			t.Fatal(err)
		}
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		width := 4
		if o.ALaw {
			width = 2
		}
		if want := 44 + 130*FrameSamples*width; len(b) != want || int(binary.LittleEndian.Uint32(b[40:])) != want-44 {
			t.Errorf("%+v: %d octets, the header says %d, want %d", o, len(b), binary.LittleEndian.Uint32(b[40:]), want)
		}
		clip, err := ReadWAV(bytes.NewReader(b))
		if err != nil {
			t.Fatal(err)
		}
		if Heard(clip.samples, 440) < 0.45 || Heard(clip.samples, 1000) < 0.45 {
			t.Errorf("%+v: both sides averaged hold %.2f and %.2f", o, Heard(clip.samples, 440), Heard(clip.samples, 1000))
		}
	}
}

func TestALawIsHeardAsPCM(t *testing.T) {
	var plain, law memory
	for dst, o := range map[*memory]RecorderOptions{&plain: {}, &law: {ALaw: true}} {
		rec := NewRecorder(dst, o)
		left, right := Tone(440, -10), Tone(1000, -10)
		for range 60 {
			var l, r Frame
			left.Read(&l)
			right.Read(&r)
			rec.take(&l, &r)
		}
		if err := rec.Close(); err != nil {
			t.Fatal(err)
		}
	}
	whole, length, err := WholeWAV(bytes.NewReader(law.b.Bytes()))
	if err != nil || length != 1200*time.Millisecond {
		t.Fatal(length, err)
	}
	all, err := io.ReadAll(whole)
	if err != nil || len(all) != plain.b.Len() || !bytes.Equal(all[8:40], plain.b.Bytes()[8:40]) {
		t.Fatalf("%d octets, %v; PCM has %d", len(all), err, plain.b.Len())
	}
	left, right := channels(t, bytes.NewReader(law.b.Bytes()))
	if tones(left) != "customer" || tones(right) != "agent" {
		t.Errorf("left %q, right %q", tones(left), tones(right))
	}
	for _, at := range []int64{0, 3, 44, 45, 1001, int64(len(all)) - 1} { // from any place, in pieces of any size
		if _, err := whole.Seek(at, io.SeekStart); err != nil {
			t.Fatal(err)
		}
		if rest, err := io.ReadAll(iotest.OneByteReader(whole)); err != nil || !bytes.Equal(rest, all[at:]) {
			t.Errorf("from %d: %d octets, %v", at, len(rest), err)
		}
	}
}

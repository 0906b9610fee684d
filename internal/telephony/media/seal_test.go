package media

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"testing"

	"sentral/internal/centre"
)

func sealed(t *testing.T, key [32]byte, content []byte, piece int) []byte {
	t.Helper()
	var b bytes.Buffer
	w := Seal(&b, key)
	for len(content) > 0 {
		n := min(piece, len(content))
		if _, err := w.Write(content[:n]); err != nil {
			t.Fatal(err)
		}
		content = content[n:]
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func content(n int) []byte {
	b := make([]byte, n)
	r := rand.New(rand.NewPCG(1, 2))
	for i := range b {
		b[i] = byte(r.Uint32())
	}
	return b
}

func TestWhatWasSealedIsRead(t *testing.T) {
	key := [32]byte{1, 2, 3}
	for _, n := range []int{0, 1, 44, sealedChunk - 1, sealedChunk, sealedChunk + 1, 3 * sealedChunk, 3*sealedChunk + 777} {
		want := content(n)
		for _, piece := range []int{1000, 16000, 100000} {
			file := sealed(t, key, want, piece)
			s, err := Open(bytes.NewReader(file), int64(len(file)), key)
			if err != nil {
				t.Fatalf("%d octets: %v", n, err)
			}
			got, err := io.ReadAll(s)
			if err != nil || !bytes.Equal(got, want) || s.Truncated() || s.Size() != int64(n) {
				t.Errorf("%d octets in pieces of %d: %d came back, cut %v, %v", n, piece, len(got), s.Truncated(), err)
			}
			for _, at := range []int{0, n / 2, n} {
				if _, err := s.Seek(int64(at), io.SeekStart); err != nil {
					t.Fatal(err)
				}
				if rest, err := io.ReadAll(s); err != nil || !bytes.Equal(rest, want[at:]) {
					t.Errorf("%d octets from %d: %v", n, at, err)
				}
			}
		}
	}
}

func TestAFileThatWasCutIsReadToItsLastWholeChunk(t *testing.T) {
	key := [32]byte{9}
	want := content(4*sealedChunk + 100)
	file := sealed(t, key, want, 5000)
	for cut := sealHeader; cut < len(file); cut += 501 {
		s, err := Open(bytes.NewReader(file), int64(cut), key)
		if err != nil {
			t.Fatalf("cut at %d: %v", cut, err)
		}
		got, err := io.ReadAll(s)
		whole := (cut - sealHeader) / (sealedChunk + tagOctets) * sealedChunk
		if err != nil || !bytes.Equal(got, want[:whole]) || !s.Truncated() {
			t.Fatalf("cut at %d: %d octets of %d, said to be cut: %v, %v", cut, len(got), whole, s.Truncated(), err)
		}
	}
}

func TestAChangedFileIsRefused(t *testing.T) {
	key := [32]byte{9}
	const chunkOctets = sealedChunk + tagOctets
	file := sealed(t, key, content(3*sealedChunk+50), 5000)
	read := func(b []byte, k [32]byte) error {
		s, err := Open(bytes.NewReader(b), int64(len(b)), k)
		if err != nil {
			return err
		}
		_, err = io.ReadAll(s)
		return err
	}
	if err := read(file, [32]byte{8}); centre.KindOf(err) != centre.Forbidden {
		t.Errorf("another key: %v", err)
	}
	for _, at := range []int{10, sealHeader + 5, sealHeader + chunkOctets + 1, len(file) - chunkOctets} {
		b := bytes.Clone(file)
		b[at] ^= 1
		if err := read(b, key); centre.KindOf(err) != centre.Forbidden {
			t.Errorf("octet %d changed: %v", at, err)
		}
	}
	swapped := bytes.Clone(file)
	copy(swapped[sealHeader:], file[sealHeader+chunkOctets:sealHeader+2*chunkOctets])
	copy(swapped[sealHeader+chunkOctets:], file[sealHeader:sealHeader+chunkOctets])
	if err := read(swapped, key); centre.KindOf(err) != centre.Forbidden {
		t.Errorf("two chunks changed places: %v", err)
	}
	if err := read([]byte("RIFF, and not sealed at all, but long enough to be"), key); centre.KindOf(err) != centre.Invalid {
		t.Errorf("no sealed file: %v", err)
	}
	if err := read(nil, key); centre.KindOf(err) != centre.Invalid {
		t.Errorf("an empty file: %v", err)
	}
	if other := sealed(t, key, content(3*sealedChunk+50), 5000); bytes.Equal(other[sealHeader:], file[sealHeader:]) {
		t.Error("two files of the same content are alike")
	}
}

func TestARecordingThatACrashCutIsHeard(t *testing.T) {
	key := [32]byte{4}
	var disk bytes.Buffer
	rec := NewRecorder(Seal(&disk, key), RecorderOptions{})
	left, right := Tone(440, -10), Tone(1000, -10)
	for range 200 {
		var l, r Frame
		left.Read(&l)
		right.Read(&r)
		rec.take(&l, &r)
	}
	if err := rec.Close(); err != nil {
		t.Fatal(err)
	}
	s, err := Open(bytes.NewReader(disk.Bytes()), int64(disk.Len())*2/3, key)
	if err != nil {
		t.Fatal(err)
	}
	l, r := channels(t, s)
	if len(l) < 2*Rate || tones(l) != "customer" || tones(r) != "agent" {
		t.Errorf("%d samples, left %q, right %q", len(l), tones(l), tones(r))
	}
}

type failing struct{ after int }

func (f *failing) Write(b []byte) (int, error) {
	if f.after -= len(b); f.after < 0 {
		return 0, errFull
	}
	return len(b), nil
}

func TestASealSaysWhenTheDiskIsFull(t *testing.T) {
	for _, after := range []int{0, 100, sealedChunk * 2} {
		w := Seal(&failing{after: after}, [32]byte{})
		_, err := w.Write(content(5 * sealedChunk))
		if !errors.Is(err, errFull) || !errors.Is(w.Close(), errFull) {
			t.Errorf("full after %d: %v", after, err)
		}
	}
}

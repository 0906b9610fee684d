package media

import (
	"encoding/binary"
	"errors"
	"io"
	"time"

	"sentral/internal/centre"
)

// WholeWAV reads a recording as a WAV of 16 bits whose lengths are right, though its writer did not come to the end or could not go back: the header is
// made from what is there, and A-law becomes what every program reads. It gives the recording's length in time.
func WholeWAV(r io.ReadSeeker) (io.ReadSeeker, time.Duration, error) {
	size, err := r.Seek(0, io.SeekEnd)
	if err != nil {
		return nil, 0, centre.Errorf(centre.Unavailable, "recording: %w", err)
	}
	if _, err := r.Seek(0, io.SeekStart); err != nil {
		return nil, 0, centre.Errorf(centre.Unavailable, "recording: %w", err)
	}
	var head [wavHeaderOctets]byte
	if _, err := io.ReadFull(r, head[:]); err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, 0, err
	}
	w := wavFormat{tag: binary.LittleEndian.Uint16(head[20:]), channels: binary.LittleEndian.Uint16(head[22:]),
		rate: binary.LittleEndian.Uint32(head[24:]), bits: binary.LittleEndian.Uint16(head[34:])}
	if string(head[:4]) != "RIFF" || string(head[36:40]) != "data" || w.block() == 0 || w.rate == 0 {
		return nil, 0, badWAV("it is not one of our recordings")
	}
	frames := max(size-wavHeaderOctets, 0) / int64(w.block())
	length := time.Duration(frames * int64(time.Second) / int64(w.rate))
	out := &wholeWAV{src: r, law: w.tag == wavALaw && w.bits == 8}
	if out.law {
		w.tag, w.bits = wavPCM, 16
	}
	sound := frames * int64(w.block())
	out.head, out.size = w.header(sound), wavHeaderOctets+sound
	return out, length, nil
}

type wholeWAV struct {
	src  io.ReadSeeker
	head []byte
	size int64
	at   int64
	law  bool // src has A-law
	buf  [4096]byte
}

// Read implements io.Reader.
func (w *wholeWAV) Read(b []byte) (int, error) {
	if w.at >= w.size {
		return 0, io.EOF
	}
	b = b[:min(int64(len(b)), w.size-w.at)]
	if w.at < wavHeaderOctets {
		n := copy(b, w.head[w.at:])
		w.at += int64(n)
		return n, nil
	}
	if w.law {
		return w.readLaw(b)
	}
	if _, err := w.src.Seek(w.at, io.SeekStart); err != nil {
		return 0, err
	}
	n, err := w.src.Read(b)
	w.at += int64(n)
	return n, err
}

// readLaw reads octets of A-law as two octets each.
func (w *wholeWAV) readLaw(b []byte) (int, error) {
	sample, half := (w.at-wavHeaderOctets)/2, int((w.at-wavHeaderOctets)%2)
	if _, err := w.src.Seek(wavHeaderOctets+sample, io.SeekStart); err != nil {
		return 0, err
	}
	n, err := w.src.Read(w.buf[:min(len(w.buf), (len(b)+half+1)/2)])
	done := 0
	for _, o := range w.buf[:n] {
		var two [2]byte
		binary.LittleEndian.PutUint16(two[:], uint16(aDecoded[o]))
		done += copy(b[done:], two[half:])
		half = 0
	}
	w.at += int64(done)
	if done > 0 {
		err = nil // the rest of an error comes with the next read
	}
	return done, err
}

// Seek implements io.Seeker.
func (w *wholeWAV) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekCurrent:
		offset += w.at
	case io.SeekEnd:
		offset += w.size
	}
	if offset < 0 {
		return w.at, centre.Errorf(centre.Invalid, "recording: a place before its beginning")
	}
	w.at = offset
	return offset, nil
}

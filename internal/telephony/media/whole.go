package media

import (
	"encoding/binary"
	"errors"
	"io"
	"time"

	"sentral/internal/centre"
)

// WholeWAV reads a recording as a WAV whose lengths are right, though its writer did not come to the end or could not go back: the header is made from
// what is there. It gives the recording's length in time.
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
	sound := (size - wavHeaderOctets) / int64(w.block()) * int64(w.block())
	length := time.Duration(sound / int64(w.block()) * int64(time.Second) / int64(w.rate))
	if _, err := r.Seek(0, io.SeekStart); err != nil {
		return nil, 0, centre.Errorf(centre.Unavailable, "recording: %w", err)
	}
	return &wholeWAV{src: r, head: w.header(sound), size: wavHeaderOctets + sound}, length, nil
}

type wholeWAV struct {
	src  io.ReadSeeker
	head []byte
	size int64
	at   int64
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
	if _, err := w.src.Seek(w.at, io.SeekStart); err != nil {
		return 0, err
	}
	n, err := w.src.Read(b)
	w.at += int64(n)
	return n, err
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

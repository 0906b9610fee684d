package media

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"io"

	"sentral/internal/centre"
)

// A sealed file is a header of 40 octets (a mark, a version, a salt) and chunks of 8 kB, each encrypted and authenticated for itself with AES-256-GCM under
// a key that is derived for this file alone. A chunk's nonce is its number, and whether it is the last: chunks can be neither moved nor left out, and a file
// that was cut by a crash is read to its last whole chunk and known to be cut.
const (
	sealMark    = "SNTLSEAL"
	saltOctets  = 32
	sealHeader  = len(sealMark) + saltOctets
	sealedChunk = 8192 // octets of content in a chunk
	tagOctets   = 16
	lastChunk   = 1 << 63 // in the nonce's number
)

// Seal encrypts what is written to it into dst. A chunk is written as soon as it is full, so that a crash costs 8 kB at most; Close writes the last, and
// closes dst when it can be closed.
func Seal(dst io.Writer, key [32]byte) io.WriteCloser {
	return &sealer{dst: dst, key: key}
}

type sealer struct {
	dst    io.Writer
	key    [32]byte
	aead   cipher.AEAD
	number uint64
	filled int
	buf    [sealedChunk + tagOctets]byte
	failed error
	closed bool
}

func sealing(key [32]byte, salt []byte) (cipher.AEAD, error) {
	k, err := hkdf.Key(sha256.New, key[:], salt, "sentral recording 1", 32)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(k)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}

func sealNonce(number uint64) (n [12]byte) {
	binary.BigEndian.PutUint64(n[4:], number)
	return n
}

// begin writes the header.
func (s *sealer) begin() error {
	if s.aead != nil {
		return nil
	}
	var head [sealHeader]byte
	copy(head[:], sealMark)
	_, _ = rand.Read(head[len(sealMark):]) // never fails
	aead, err := sealing(s.key, head[len(sealMark):])
	if err != nil {
		return err
	}
	s.aead, s.key = aead, [32]byte{}
	_, err = s.dst.Write(head[:])
	return err
}

// Write implements io.Writer.
func (s *sealer) Write(b []byte) (int, error) {
	if s.closed {
		return 0, centre.Errorf(centre.Internal, "sealing: written to after its end")
	}
	if s.failed == nil {
		s.failed = s.begin()
	}
	n := 0
	for n < len(b) && s.failed == nil {
		if s.filled == sealedChunk { // only now is it known not to be the last
			s.flush(s.number)
			continue
		}
		k := copy(s.buf[s.filled:sealedChunk], b[n:])
		s.filled += k
		n += k
	}
	return n, s.failed
}

func (s *sealer) flush(number uint64) {
	nonce := sealNonce(number)
	out := s.aead.Seal(s.buf[:0], nonce[:], s.buf[:s.filled], nil)
	_, s.failed = s.dst.Write(out)
	s.filled = 0
	s.number++
}

// Close implements io.Closer.
func (s *sealer) Close() error {
	if s.closed {
		return nil
	}
	s.closed = true
	if s.failed == nil {
		s.failed = s.begin()
	}
	if s.failed == nil {
		s.flush(s.number | lastChunk)
	}
	if c, ok := s.dst.(io.Closer); ok {
		s.failed = errors.Join(s.failed, c.Close())
	}
	return s.failed
}

// Sealed is a sealed file that is read.
type Sealed struct {
	src       io.ReaderAt
	aead      cipher.AEAD
	whole     int64 // chunks that are whole and true
	size      int64 // octets of content
	at        int64
	truncated bool
	held      int64 // the number of the chunk in buf, -1 for none
	n         int   // its octets
	buf       [sealedChunk + tagOctets]byte
}

// Open reads a sealed file of a size. It checks the beginning and the end: a wrong key is centre.Forbidden, what is no sealed file centre.Invalid. A file
// that was cut is read to its last whole chunk, and Truncated says so. Later chunks are checked as they are read.
func Open(src io.ReaderAt, size int64, key [32]byte) (*Sealed, error) {
	var head [sealHeader]byte
	if n, err := src.ReadAt(head[:], 0); n < len(head) || string(head[:len(sealMark)]) != sealMark {
		if err != nil && !errors.Is(err, io.EOF) {
			return nil, centre.Errorf(centre.Unavailable, "sealed file: %w", err)
		}
		return nil, centre.Errorf(centre.Invalid, "sealed file: it does not begin as one")
	}
	aead, err := sealing(key, head[len(sealMark):])
	if err != nil {
		return nil, centre.Errorf(centre.Internal, "sealed file: %w", err)
	}
	s := &Sealed{src: src, aead: aead, held: -1}
	const chunkOctets = sealedChunk + tagOctets
	full := (size - int64(sealHeader)) / chunkOctets
	rest := (size - int64(sealHeader)) % chunkOctets
	s.whole, s.truncated = full, true
	if rest >= tagOctets && s.load(full, int(rest), true) == nil {
		s.whole, s.truncated = full+1, false
		s.size = full*sealedChunk + rest - tagOctets
		return s, nil
	}
	if rest == 0 && full > 0 && s.load(full-1, chunkOctets, true) == nil {
		s.truncated = false
		s.size = full * sealedChunk
		return s, nil
	}
	if full == 0 {
		return s, nil // cut before the first chunk was whole
	}
	if err := s.load(full-1, chunkOctets, false); err != nil {
		return nil, err
	}
	s.size = full * sealedChunk
	return s, nil
}

// Truncated says that the file was cut: its writer did not come to the end.
func (s *Sealed) Truncated() bool { return s.truncated }

// Size is the octets of content.
func (s *Sealed) Size() int64 { return s.size }

// load decrypts a chunk of so many octets into the buffer.
func (s *Sealed) load(number int64, octets int, last bool) error {
	s.held = -1
	if n, err := s.src.ReadAt(s.buf[:octets], int64(sealHeader)+number*(sealedChunk+tagOctets)); n < octets {
		return centre.Errorf(centre.Unavailable, "sealed file: chunk %d: %w", number, err)
	}
	as := uint64(number)
	if last {
		as |= lastChunk
	}
	nonce := sealNonce(as)
	if _, err := s.aead.Open(s.buf[:0], nonce[:], s.buf[:octets], nil); err != nil {
		return centre.Errorf(centre.Forbidden, "sealed file: chunk %d is not what was written, or the key is another", number)
	}
	s.held, s.n = number, octets-tagOctets
	return nil
}

// Read implements io.Reader.
func (s *Sealed) Read(b []byte) (int, error) {
	if s.at >= s.size {
		return 0, io.EOF
	}
	number := s.at / sealedChunk
	if number != s.held {
		octets := int(min(s.size-number*sealedChunk, sealedChunk)) + tagOctets
		if err := s.load(number, octets, !s.truncated && number == s.whole-1); err != nil {
			return 0, err
		}
	}
	n := copy(b, s.buf[s.at-number*sealedChunk:s.n])
	s.at += int64(n)
	return n, nil
}

// Seek implements io.Seeker.
func (s *Sealed) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekCurrent:
		offset += s.at
	case io.SeekEnd:
		offset += s.size
	}
	if offset < 0 {
		return s.at, centre.Errorf(centre.Invalid, "sealed file: a place before its beginning")
	}
	s.at = offset
	return offset, nil
}

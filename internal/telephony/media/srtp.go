package media

import (
	"bytes"
	"crypto/rand"

	"github.com/pion/rtp"
	"github.com/pion/srtp/v3"

	"sentral/internal/centre"
)

// SRTPSuite names how SRTP encrypts and authenticates, as the a=crypto line of SDP does (RFC 4568 section 6.2, RFC 7714 section 14.2).
type SRTPSuite string

// The suites, the strongest first.
const (
	AEADAES256GCM       SRTPSuite = "AEAD_AES_256_GCM"
	AEADAES128GCM       SRTPSuite = "AEAD_AES_128_GCM"
	AESCM128HMACSHA1_80 SRTPSuite = "AES_CM_128_HMAC_SHA1_80"
	AESCM128HMACSHA1_32 SRTPSuite = "AES_CM_128_HMAC_SHA1_32"
)

// SRTPSuites are the suites in the order in which they are offered: what every phone knows comes first.
var SRTPSuites = []SRTPSuite{AESCM128HMACSHA1_80, AEADAES256GCM, AEADAES128GCM, AESCM128HMACSHA1_32}

func (s SRTPSuite) profile() (p srtp.ProtectionProfile, known bool) {
	switch s {
	case AEADAES256GCM:
		return srtp.ProtectionProfileAeadAes256Gcm, true
	case AEADAES128GCM:
		return srtp.ProtectionProfileAeadAes128Gcm, true
	case AESCM128HMACSHA1_80:
		return srtp.ProtectionProfileAes128CmHmacSha1_80, true
	case AESCM128HMACSHA1_32:
		return srtp.ProtectionProfileAes128CmHmacSha1_32, true
	}
	return 0, false
}

// KeyOctets is the length of the suite's key with its salt, which a=crypto's inline parameter holds in base64; 0 when the suite is not known.
func (s SRTPSuite) KeyOctets() int {
	p, known := s.profile()
	if !known {
		return 0
	}
	key, _ := p.KeyLen()
	salt, _ := p.SaltLen()
	return key + salt
}

// NewKey is a chance key with its salt.
func (s SRTPSuite) NewKey() []byte {
	k := make([]byte, s.KeyOctets())
	_, _ = rand.Read(k) // never fails
	return k
}

// SRTPKeys are the keys of both directions: what we send is under Local, what we receive under Remote; each is a key followed by its salt.
type SRTPKeys struct {
	Suite         SRTPSuite
	Local, Remote []byte
}

func (k *SRTPKeys) equal(o *SRTPKeys) bool {
	return k.Suite == o.Suite && bytes.Equal(k.Local, o.Local) && bytes.Equal(k.Remote, o.Remote)
}

// cryption encrypts and decrypts a leg's packets.
type cryption struct {
	keys    SRTPKeys
	out, in *srtp.Context
	header  rtp.Header
}

func newCryption(k SRTPKeys) (*cryption, error) {
	profile, known := k.Suite.profile()
	if !known {
		return nil, centre.Errorf(centre.Invalid, "SRTP: the suite %q is not known", k.Suite)
	}
	n, _ := profile.KeyLen()
	if want := k.Suite.KeyOctets(); len(k.Local) != want || len(k.Remote) != want {
		return nil, centre.Errorf(centre.Invalid, "SRTP: %s wants keys of %d octets; ours has %d, theirs %d", k.Suite, want, len(k.Local), len(k.Remote))
	}
	c := &cryption{keys: SRTPKeys{k.Suite, bytes.Clone(k.Local), bytes.Clone(k.Remote)}}
	var err error
	if c.out, err = srtp.CreateContext(k.Local[:n], k.Local[n:], profile); err == nil {
		c.in, err = srtp.CreateContext(k.Remote[:n], k.Remote[n:], profile, srtp.SRTPReplayProtection(128), srtp.SRTCPReplayProtection(64))
	}
	if err != nil {
		return nil, centre.Errorf(centre.Invalid, "SRTP: %w", err)
	}
	return c, nil
}

// seal gives the packet as it is to be sent, where it lies when it has room after it; nil when it cannot be.
func (c *cryption) seal(b []byte, report bool) (out []byte) {
	var err error
	if report {
		out, err = c.out.EncryptRTCP(nil, b, nil)
	} else {
		out, err = c.out.EncryptRTP(b[:0], b, &c.header)
	}
	if err != nil {
		return nil
	}
	return out
}

// open gives what the packet says, where it lies; nil when it is not from whom it should be, or was seen before.
func (c *cryption) open(b []byte, report bool) (out []byte) {
	var err error
	if report {
		out, err = c.in.DecryptRTCP(nil, b, nil)
	} else {
		out, err = c.in.DecryptRTP(b[:0], b, &c.header)
	}
	if err != nil {
		return nil
	}
	return out
}

package webleg

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"io"
	"math/big"
	"net"
	"strings"
	"sync/atomic"
	"time"

	"github.com/pion/dtls/v3"
	"github.com/pion/logging"
	"github.com/pion/srtp/v3"
	"github.com/pion/transport/v4/packetio"

	"sentral/internal/centre"
)

const (
	handshakeWithin = 10 * time.Second
	// handshakeLinger is how long the handshake's state is kept after success, to repeat its last flight should it have been lost; then it is let go
	// without a word, and the keys live on.
	handshakeLinger = 3 * time.Second
	flightInterval  = 100 * time.Millisecond // first repetition of a lost flight; doubles
	certificateLife = 400 * 24 * time.Hour
	replayWindow    = 512 // packets: 10 s of sound
)

// certified makes a self-signed certificate: browsers trust its fingerprint, which they got over HTTPS, not its name.
func certified() (tls.Certificate, string, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, "", centre.Errorf(centre.Internal, "webleg: a key for DTLS: %w", err)
	}
	serial, err := rand.Int(rand.Reader, big.NewInt(1<<62))
	if err != nil {
		return tls.Certificate{}, "", centre.Errorf(centre.Internal, "webleg: a serial number: %w", err)
	}
	t := x509.Certificate{SerialNumber: serial, Subject: pkix.Name{CommonName: "line"}, NotBefore: time.Now().Add(-24 * time.Hour), NotAfter: time.Now().Add(certificateLife)}
	der, err := x509.CreateCertificate(rand.Reader, &t, &t, &key.PublicKey, key)
	if err != nil {
		return tls.Certificate{}, "", centre.Errorf(centre.Internal, "webleg: a certificate for DTLS: %w", err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, fingerprint(der), nil
}

// fingerprint writes a certificate's digest as SDP does (RFC 8122 section 5).
func fingerprint(der []byte) string {
	sum := sha256.Sum256(der)
	return strings.ReplaceAll(fmt.Sprintf("% X", sum[:]), " ", ":")
}

// silent keeps the DTLS library's log off the program's: what matters of it comes back as an error.
var silent = &logging.DefaultLoggerFactory{Writer: io.Discard, DefaultLogLevel: logging.LogLevelDisabled}

// common are the settings of DTLS for both sides. AES-GCM comes first: it costs a third of the counter mode with SHA-1.
func common(c tls.Certificate) []dtls.Option {
	return []dtls.Option{
		dtls.WithCertificates(c),
		dtls.WithSRTPProtectionProfiles(dtls.SRTP_AEAD_AES_128_GCM, dtls.SRTP_AES128_CM_HMAC_SHA1_80),
		dtls.WithExtendedMasterSecret(dtls.RequireExtendedMasterSecret),
		dtls.WithInsecureSkipVerify(true), // the fingerprint is verified instead
		dtls.WithFlightInterval(flightInterval),
		dtls.WithLoggerFactory(silent),
		dtls.WithMTU(1200),
	}
}

func (s *Server) certify() (err error) {
	if s.cert, s.print, err = certified(); err != nil {
		return err
	}
	for _, o := range common(s.cert) {
		s.secured = append(s.secured, o)
	}
	// No cookie round: DTLS is taken only from addresses that have proved themselves by ICE.
	s.secured = append(s.secured, dtls.WithClientAuth(dtls.RequireAnyClientCert), dtls.WithInsecureSkipVerifyHello(true))
	return nil
}

// proven checks that the other side's certificate is the one its description promised.
func proven(want string) func([][]byte, [][]*x509.Certificate) error {
	return func(raw [][]byte, _ [][]*x509.Certificate) error {
		if len(raw) == 0 || fingerprint(raw[0]) != want {
			return centre.Errorf(centre.Forbidden, "webleg: the certificate is not the one that the description promised")
		}
		return nil
	}
}

// tunnel lets DTLS run over datagrams that somebody else reads and writes.
type tunnel struct {
	in    *packetio.Buffer
	send  func([]byte)
	quiet atomic.Bool // nothing more is sent
}

func newTunnel(send func([]byte)) *tunnel {
	t := &tunnel{in: packetio.NewBuffer(), send: send}
	t.in.SetLimitCount(32)
	return t
}

var nowhere net.Addr = &net.UDPAddr{IP: net.IPv4zero}

func (t *tunnel) ReadFrom(p []byte) (int, net.Addr, error) {
	n, err := t.in.Read(p)
	return n, nowhere, err
}
func (t *tunnel) WriteTo(p []byte, _ net.Addr) (int, error) {
	if !t.quiet.Load() {
		t.send(p)
	}
	return len(p), nil
}
func (t *tunnel) Close() error                       { return t.in.Close() }
func (t *tunnel) LocalAddr() net.Addr                { return nowhere }
func (t *tunnel) SetDeadline(at time.Time) error     { return t.in.SetReadDeadline(at) }
func (t *tunnel) SetReadDeadline(at time.Time) error { return t.in.SetReadDeadline(at) }
func (t *tunnel) SetWriteDeadline(time.Time) error   { return nil }

// agree runs the handshake and gives the keys of both directions. The connection is closed in silence when its last flight can no longer be asked for.
func agree(t *tunnel, c *dtls.Conn, client bool, settled func()) (in, out *srtp.Context, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), handshakeWithin)
	defer cancel()
	if err := c.HandshakeContext(ctx); err != nil {
		_ = t.Close()
		return nil, nil, err
	}
	in, out, err = keys(c, client)
	if err != nil {
		_ = t.Close()
		_ = c.Close()
		return nil, nil, err
	}
	time.AfterFunc(handshakeLinger, func() {
		settled()
		hush(t, c)
	})
	return in, out, nil
}

// hush ends the DTLS state without telling the other side: a close_notify would end the sound.
func hush(t *tunnel, c *dtls.Conn) {
	t.quiet.Store(true)
	_ = t.Close()
	_ = c.Close()
}

func keys(c *dtls.Conn, client bool) (in, out *srtp.Context, err error) {
	chosen, ok := c.SelectedSRTPProtectionProfile()
	if !ok {
		return nil, nil, centre.Errorf(centre.Invalid, "webleg: the browser agreed to no SRTP profile")
	}
	conf := srtp.Config{Profile: srtp.ProtectionProfile(chosen)}
	state, ok := c.ConnectionState()
	if !ok {
		return nil, nil, centre.Errorf(centre.Internal, "webleg: DTLS gives no keys")
	}
	if err := conf.ExtractSessionKeysFromDTLS(&state, client); err != nil {
		return nil, nil, centre.Errorf(centre.Internal, "webleg: keys from DTLS: %w", err)
	}
	in, err = srtp.CreateContext(conf.Keys.RemoteMasterKey, conf.Keys.RemoteMasterSalt, conf.Profile, srtp.SRTPReplayProtection(replayWindow), srtp.SRTCPReplayProtection(replayWindow))
	if err == nil {
		out, err = srtp.CreateContext(conf.Keys.LocalMasterKey, conf.Keys.LocalMasterSalt, conf.Profile)
	}
	if err != nil {
		return nil, nil, centre.Errorf(centre.Internal, "webleg: SRTP keys: %w", err)
	}
	return in, out, nil
}

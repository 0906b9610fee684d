package app_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/pion/stun/v4"
	"github.com/pion/turn/v5"

	"sentral/internal/app"
	"sentral/internal/channel/phone"
	"sentral/internal/telephony/webleg"
)

// certified writes a node's certificate and key for this machine in one file, and gives who trusts it.
func certified(t *testing.T) (file string, trust *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	made := x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "node"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}}
	der, err := x509.CreateCertificate(rand.Reader, &made, &made, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	shown := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	file = filepath.Join(t.TempDir(), "node.pem")
	if err := os.WriteFile(file, append(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private}), shown...), 0o600); err != nil {
		t.Fatal(err)
	}
	trust = x509.NewCertPool()
	trust.AppendCertsFromPEM(shown)
	return file, trust
}

// named is what a session description says after a name.
func named(t *testing.T, sdp, pattern string) string {
	t.Helper()
	found := regexp.MustCompile(pattern).FindStringSubmatch(sdp)
	if found == nil {
		t.Fatalf("no %s in\n%s", pattern, sdp)
	}
	return found[1]
}

// A visitor whose network lets nothing out but TLS reaches the leg through the relay: with the node's certificate, the credentials that the line's hello
// gives, and to our own sound alone. Other credentials get no place in it.
func TestPhoneRelayOverTLS(t *testing.T) {
	file, trust := certified(t)
	w := begin(t, opening{options: func(o *app.Options) {
		o.Demo = true
		o.Phone = app.Phone{SIP: "127.0.0.1:0", Ports: "21000-24999", Silent: true, TURNTLS: "127.0.0.1:0", CertFile: file, KeyFile: file}
	}})
	w.eventually(func() bool { return w.app.Phone.Ready() }, "calls are taken")
	conn, _, err := websocket.Dial(ctx, strings.Replace(w.url, "http", "ws", 1)+"/api/call/line?language=nb&key="+norway, &websocket.DialOptions{HTTPHeader: http.Header{"Origin": {w.url}}})
	if err != nil {
		t.Fatal(err)
	}
	defer conn.CloseNow()
	hear := func(kind string) (told phone.LineTold) {
		t.Helper()
		if _, b, err := conn.Read(ctx); err != nil || json.Unmarshal(b, &told) != nil || told.Type != kind {
			t.Fatalf("heard %s, %v instead of %s", b, err, kind)
		}
		return told
	}
	hello := hear("hello")
	if len(hello.ICEServers) != 1 || len(hello.ICEServers[0].URLs) != 1 {
		t.Fatalf("relays %+v", hello.ICEServers)
	}
	relay := hello.ICEServers[0]
	at := named(t, relay.URLs[0], `^turns:(.*)\?transport=tcp$`)
	join := func(name, password string) (net.PacketConn, error) {
		c, err := tls.Dial("tcp", at, &tls.Config{RootCAs: trust, MinVersion: tls.VersionTLS12})
		if err != nil {
			t.Fatalf("the relay shows another certificate: %v", err)
		}
		client, err := turn.NewClient(&turn.ClientConfig{TURNServerAddr: at, Conn: turn.NewSTUNConn(c), Username: name, Password: password})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { client.Close(); c.Close() })
		if err := client.Listen(); err != nil {
			t.Fatal(err)
		}
		return client.Allocate()
	}
	until, who, _ := strings.Cut(relay.Username, ":")
	for name, wrong := range map[string][2]string{"another password": {relay.Username, "secret"}, "a longer life": {until + "0:" + who, relay.Credential}, "nobody": {"", ""}} {
		if _, err := join(wrong[0], wrong[1]); err == nil {
			t.Errorf("%s has a place in the relay", name)
		}
	}
	through, err := join(relay.Username, relay.Credential)
	if err != nil {
		t.Fatalf("the credentials of the hello: %v", err)
	}

	peer, offer, err := webleg.NewPeer(webleg.PeerOptions{Bind: "127.0.0.1"})
	if err != nil {
		t.Fatal(err)
	}
	defer peer.Close()
	b, _ := json.Marshal(phone.LineSaid{Type: "offer", SDP: offer})
	if err := conn.Write(ctx, websocket.MessageText, b); err != nil {
		t.Fatal(err)
	}
	answer := hear("answer").SDP
	checkThrough(t, through, offer, answer)
}

// checkThrough sends the leg an ICE check from behind the relay, which it answers to the relay's address with its own password.
func checkThrough(t *testing.T, through net.PacketConn, offer, answer string) {
	t.Helper()
	leg := named(t, answer, `a=candidate:\S+ 1 (?i:udp) \d+ ([\d.]+ \d+) typ host`)
	to, err := net.ResolveUDPAddr("udp", strings.Replace(leg, " ", ":", 1))
	if err != nil {
		t.Fatal(err)
	}
	ufrag := `a=ice-ufrag:(\S+)`
	key := stun.NewShortTermIntegrity(named(t, answer, `a=ice-pwd:(\S+)`))
	check, err := stun.Build(stun.TransactionID, stun.BindingRequest, stun.NewUsername(named(t, answer, ufrag)+":"+named(t, offer, ufrag)),
		stun.RawAttribute{Type: stun.AttrPriority, Value: []byte{110, 0, 30, 255}}, stun.RawAttribute{Type: stun.AttrICEControlling, Value: make([]byte, 8)}, key, stun.Fingerprint)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := through.WriteTo(check.Raw, to); err != nil {
		t.Fatal(err)
	}
	_ = through.SetReadDeadline(time.Now().Add(10 * time.Second))
	b := make([]byte, 1500)
	n, from, err := through.ReadFrom(b)
	if err != nil {
		t.Fatalf("no answer of the leg came through the relay: %v", err)
	}
	m := stun.Message{Raw: b[:n]}
	var seen stun.XORMappedAddress
	if m.Decode() != nil || m.Type != stun.BindingSuccess || m.TransactionID != check.TransactionID || key.Check(&m) != nil || seen.GetFrom(&m) != nil {
		t.Fatalf("from %s: %s", from, &m)
	}
	if mine := through.LocalAddr().String(); seen.String() != mine || from.String() != to.String() {
		t.Errorf("the leg at %s saw %s, want %s", from, seen, mine)
	}
	if _, err := through.WriteTo(check.Raw, &net.UDPAddr{IP: net.IPv4(127, 0, 0, 9), Port: to.Port}); err == nil {
		t.Error("the relay leads elsewhere than to our own sound")
	}
}

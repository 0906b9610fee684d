package webhook

import (
	"context"
	"encoding/binary"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"sentral/internal/centre"
	"sentral/internal/store"
)

// TestWhichAddressesMayBeTold walks through the ways in which people have made servers call what they should not.
func TestWhichAddressesMayBeTold(t *testing.T) {
	const public, home, private, never = 0, 1, 2, 3 // who may: everybody; a centre on a loopback address; with the operator's leave; nobody
	cases := []struct {
		url string
		may int
	}{
		{"https://mottak.kunde.example/sentral", public},
		{"https://mottak.kunde.example", public},
		{"HTTPS://Mottak.Kunde.EXAMPLE:8443/a?b=c&d", public},
		{"https://mottak.kunde.example./in", public},
		{"https://xn--lvljus-bua.example/in", public},
		{"https://a_b.kunde.example/in", public},
		{"https://93.184.215.14/in", public},
		{"https://[2606:2800:21f:cb07:6820:80da:af6b:8b2c]/in", public},
		{"https://[::ffff:93.184.215.14]/in", public},

		{"http://127.0.0.1:9000/in", home},
		{"http://localhost:9000/in", home},
		{"https://localhost/in", home},
		{"http://app.localhost:9000/", home},
		{"http://[::1]:9000/in", home},
		{"http://[::ffff:127.0.0.1]/in", home},
		{"http://127.8.9.10/in", home},
		{"https://LOCALHOST./in", home},
		{"https://[::ffff:7f00:1]/", home},

		{"https://10.0.0.5/in", private},
		{"https://10.255.255.255/in", private},
		{"https://172.16.0.1/in", private},
		{"https://172.31.255.254/in", private},
		{"https://192.168.1.10/in", private},
		{"https://100.64.0.1/in", private},
		{"https://[fd00::5]/in", private},
		{"https://[::ffff:192.168.0.1]/in", private},
		{"https://[64:ff9b::10.0.0.1]/in", private},
		{"https://[2002:0a00:0001::]/in", private},
		{"https://intranett/in", private},
		{"https://crm.internal/in", private},
		{"https://crm.corp/in", private},
		{"https://skriver.local/in", private},
		{"https://ruter.lan/in", private},

		{"http://mottak.kunde.example/in", never}, // readable on its way
		{"http://10.0.0.5/in", never},
		{"https://169.254.169.254/latest/meta-data/", never},
		{"https://[::ffff:169.254.169.254]/", never},
		{"https://[64:ff9b::169.254.169.254]/", never},
		{"https://[2002:a9fe:a9fe::]/", never},
		{"https://[fe80::1]/", never},
		{"https://[fe80::1%25eth0]/", never},
		{"https://[fec0::1]/", never},
		{"https://0.0.0.0/", never},
		{"https://[::]/", never},
		{"https://0.1.2.3/", never},
		{"https://224.0.0.1/", never},
		{"https://[ff02::1]/", never},
		{"https://255.255.255.255/", never},
		{"https://240.0.0.1/", never},
		{"https://192.0.2.7/", never},
		{"https://198.51.100.7/", never},
		{"https://203.0.113.7/", never},
		{"https://198.18.0.1/", never},
		{"https://192.0.0.8/", never},
		{"https://[2001:db8::1]/", never},
		{"https://[2001:0:4136:e378:8000:63bf:3fff:fdd2]/", never}, // Teredo
		{"https://[100::1]/", never},
		{"https://[::7f00:1]/", never},
		{"https://[4000::1]/", never},
		{"https://2130706433/", never}, // 127.0.0.1 in disguise
		{"https://017700000001/", never},
		{"https://0x7f000001/", never},
		{"https://0x7f.0.0.1/", never},
		{"https://0177.0.0.1/", never},
		{"https://127.1/", never},
		{"https://127.0.0.1.0x0/", never},
		{"https://10.1.2/", never},
		{"https://kunde.example:0/", never},
		{"https://kunde.example:65536/", never},
		{"https://kunde.example:/", never},
		{"https://kunde.example:https/", never},
		{"https://ola:hemmelig@kunde.example/", never},
		{"https://kunde.example@10.0.0.5/", never},
		{"https://kunde.example#@10.0.0.5/", never},
		{"https://kunde.example\\@10.0.0.5/", never},
		{"https://kunde.example/in#del", never},
		{"https://kunde.example/a b", never},
		{"https://kunde.example/\r\nHost: 10.0.0.5", never},
		{"https://①②⑦.⓪.⓪.①/", never},
		{"https://älvljus.example/", never}, // its xn-- form is fine
		{"https://-a.example/", never},
		{"https://a..example/", never},
		{"https:///in", never},
		{"https:kunde.example", never},
		{"//kunde.example/in", never},
		{"kunde.example/in", never},
		{"", never},
		{"ftp://kunde.example/", never},
		{"file:///etc/passwd", never},
		{"gopher://127.0.0.1:25/", never},
		{"javascript:alert(1)", never},
		{"unix:///run/x.sock", never},
		{"https://kunde.example/" + strings.Repeat("a", 500), never},
	}
	if len(cases) < 60 {
		t.Fatalf("only %d addresses", len(cases))
	}
	for level, r := range []rules{{}, {loopback: true}, {loopback: true, private: true}} {
		for _, c := range cases {
			_, err := r.checkURL(c.url)
			if ok := err == nil; ok != (c.may <= level) {
				t.Errorf("%+v: %q: %v", r, c.url, err)
			}
			if err != nil && centre.KindOf(err) != centre.Invalid {
				t.Errorf("%q: kind of %v", c.url, err)
			}
		}
	}
}

func TestTheDialerIsAskedAboutEachAddress(t *testing.T) {
	var r rules
	for address, want := range map[string]bool{
		"93.184.215.14:443": true, "[2606:2800:21f:cb07:6820:80da:af6b:8b2c]:443": true, "127.0.0.1:80": false, "10.2.3.4:443": false, "[::1]:443": false,
		"[::ffff:10.0.0.1]:443": false, "169.254.169.254:80": false, "[fe80::1%lo]:443": false, "example:443": false, "nonsense": false,
	} {
		if err := r.control("tcp", address, nil); (err == nil) != want {
			t.Errorf("%s: %v", address, err)
		}
	}
	for i := range 256 { // no first byte of an IPv4 address makes it panic or slip through as another
		ip := netip.AddrFrom4([4]byte{byte(i), 0, 0, 1})
		if (rules{}).allows(ip) && (i == 0 || i == 10 || i == 127 || i >= 224) {
			t.Errorf("%v is let through", ip)
		}
	}
	if (rules{private: true, loopback: true}).allows(netip.Addr{}) {
		t.Error("no address at all is let through")
	}
}

func TestTheCentresOwnAddressSaysWhetherThisMachineMayBeTold(t *testing.T) {
	for address, want := range map[string]rules{
		"": {}, "https://kundeservice.fjord.example": {}, "http://127.0.0.1:8080": {loopback: true}, "http://localhost:8080": {loopback: true}, "http://[::1]:1": {loopback: true},
	} {
		if got := New(Options{Address: address}).rules(); got != want {
			t.Errorf("%q: %+v", address, got)
		}
	}
	if got := New(Options{Private: true}).rules(); got != (rules{loopback: true, private: true}) {
		t.Errorf("with the operator's leave: %+v", got)
	}
}

// nameServer answers every question for an IPv4 address with one address, as the owner of a hostile name would.
func nameServer(t *testing.T, answer [4]byte) *net.Resolver {
	t.Helper()
	conn, err := (&net.ListenConfig{}).ListenPacket(context.Background(), "udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	go func() {
		q := make([]byte, 512)
		for {
			n, from, err := conn.ReadFrom(q)
			if err != nil {
				return
			}
			end := 12
			for q[end] != 0 {
				end += int(q[end]) + 1
			}
			end += 5
			out := append([]byte(nil), q[:min(n, end)]...)
			out[2], out[3] = 0x81, 0x80
			binary.BigEndian.PutUint16(out[10:], 0) // nothing further
			if binary.BigEndian.Uint16(q[end-4:]) == 1 {
				binary.BigEndian.PutUint16(out[6:], 1)
				out = append(out, 0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4)
				out = append(out, answer[:]...)
			}
			_, _ = conn.WriteTo(out, from)
		}
	}()
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "udp", conn.LocalAddr().String())
	}}
}

func TestANameThatLeadsInsideIsNotFollowed(t *testing.T) {
	inside := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("what is inside was reached") }))
	defer inside.Close()
	_, port, _ := net.SplitHostPort(inside.Listener.Addr().String())
	for _, answer := range [][4]byte{{127, 0, 0, 1}, {10, 0, 0, 1}, {169, 254, 169, 254}} {
		r := New(Options{Resolver: nameServer(t, answer), Now: time.Now, Timeout: 2 * time.Second})
		d := store.WebhookDelivery{Kind: contactArrived, Body: []byte(`{"id":"1-0"}`)}
		status, err := r.post(context.Background(), "https://snill.kunde.example:"+port+"/in", &secrets{now: []byte("k")}, &d)
		if status != 0 || err == nil || !strings.Contains(err.Error(), "not a public one") {
			t.Errorf("%v: %d, %v", answer, status, err)
		}
	}
}

package app

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"math/big"
	"net"
	"net/netip"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"sentral/internal/centre"
	"sentral/internal/channel/phone"
	"sentral/internal/rulebook"
	"sentral/internal/store"
	"sentral/internal/telephony/ivr"
	"sentral/internal/telephony/signal"
	"sentral/internal/telephony/speech"
	"sentral/internal/telephony/webleg"
)

// Phone says how calls reach a node. The zero value takes browsers' sound on a port of the machine's choice, and no trunks.
type Phone struct {
	SIP       string // where trunks and desk phones reach it over UDP and TCP, such as 0.0.0.0:5060; empty for none
	TLS       string // and over TLS; empty for none
	CertFile  string // PEM; empty makes a certificate of the node's own for as long as it runs
	KeyFile   string
	Advertise string   // this node's IP address as trunks see it; default that of SIP
	Ports     string   // UDP ports of the trunks' sound, such as 20000-29999
	Web       string   // where browsers send their sound (UDP); default a free port of the address of Listen
	WebNames  []string // addresses that browsers reach it by; default its own
	TURNUDP   string   // the relay for browsers behind firewalls; empty for none
	TURNTCP   string
	TURNTLS   string         // with the certificate of CertFile
	Patience  time.Duration  // how long a change in the middle of a call is sent again while the database is away; default 30 s
	Silent    bool           // no program is looked for that speaks texts
	Speaker   speech.Speaker // reads texts; default espeak-ng where it is installed
}

// openPhone opens the phone's room and its sockets.
func (a *App) openPhone(words store.Conversation, customers store.Customer) (err error) {
	files := store.Phone{DB: a.DB, Domain: domain}
	o := phone.Options{
		Centre: a.Centre, Rules: a.Rules, Access: a.Access, Phone: files, Customers: customers, Words: words, Surveys: store.Survey{DB: a.DB, Domain: domain}, Recent: a.recent, Desk: a.Desk,
		Texts: a.Texts, Asks: a.Asks, Address: a.Address, NodeAddr: a.NodeAddr, Folder: filepath.Join(a.Data, "recordings"), Now: a.Now, Log: a.Log,
		Patience: a.Options.Phone.Patience, Vouched: a.Chat.Vouched,
	}
	a.voice = speech.New(speech.Options{Speaker: a.Options.Phone.Speaker, Silent: a.Options.Phone.Silent, Log: a.Log, File: func(ctx context.Context, key string) ([]byte, error) {
		p, err := files.Prompt(ctx, key)
		return p.Body, err
	}})
	o.Voice = a.voice
	p := a.Options.Phone
	if o.PortLow, o.PortTop, err = portRange(p.Ports); err != nil {
		return err
	}
	if o.Web, err = a.webSound(); err != nil {
		return err
	}
	o.SIP = signal.Options{UDP: p.SIP, TCP: p.SIP, TLS: p.TLS, Now: a.Now}
	if o.Media, err = sipAddress(p); err != nil {
		return err
	}
	if p.Advertise != "" {
		o.SIP.Advertise = o.Media
	}
	if p.TLS != "" {
		if o.SIP.Certificate, err = certificate(p); err != nil {
			return err
		}
	}
	a.Phone = phone.New(o)
	return a.Phone.Open()
}

// speakAhead speaks what callers are sure to hear before anybody waits for it, now and whenever the configuration changes, until the context ends. A node
// without trunks speaks when it is asked.
func (a *App) speakAhead(ctx context.Context) {
	if p := a.Options.Phone; p.SIP == "" && p.TLS == "" {
		return
	}
	changed := make(chan struct{}, 1)
	a.Rules.OnChange(func(*rulebook.Book) {
		select {
		case changed <- struct{}{}:
		default:
		}
	})
	for {
		select {
		case <-ctx.Done():
			return
		case <-changed:
		}
		for _, s := range ahead(a.Rules.Book()) {
			a.voice.Warm(ctx, []speech.Words{{Text: s.Text, Language: s.Language}})
			select { // calls come first
			case <-ctx.Done():
				return
			case <-time.After(aheadPause):
			}
		}
	}
}

// aheadPause is how long the machine is left alone between two texts.
const aheadPause = 300 * time.Millisecond

// ahead lists what callers of every line are sure to hear.
func ahead(book *rulebook.Book) (all []ivr.Said) {
	if !book.Phone.On {
		return nil
	}
	for i := range book.Phone.Lines {
		line, _ := book.LineByKey(book.Phone.Lines[i].Key)
		brand := ""
		if b := book.Brand(line.Brand); b != nil {
			brand = b.Name
		}
		all = append(all, ivr.Ahead(line.Script, []string{line.Language}, brand)...)
	}
	return all
}

// webSound is where browsers send their sound. A centre on this machine alone takes it on this machine alone.
func (a *App) webSound() (webleg.Options, error) {
	p := a.Options.Phone
	o := webleg.Options{UDP: p.Web, Advertise: p.WebNames, Log: a.Log, TURN: webleg.TURN{UDP: p.TURNUDP, TCP: p.TURNTCP, TLS: p.TURNTLS}}
	if p.TURNTLS != "" {
		var err error
		if o.TURN.Certificate, err = certificate(p); err != nil {
			return o, err
		}
	}
	host, _, err := net.SplitHostPort(a.Listen)
	if err != nil {
		return o, centre.Errorf(centre.Invalid, "listen address %q: %w", a.Listen, err)
	}
	if o.UDP == "" {
		o.UDP = net.JoinHostPort(host, "0")
	}
	if where, _, err := net.SplitHostPort(o.UDP); err == nil {
		ip, err := netip.ParseAddr(where)
		o.Loopback = err == nil && ip.IsLoopback() || a.Demo
	}
	return o, nil
}

func portRange(text string) (low, high uint16, err error) {
	if text == "" {
		return 0, 0, nil
	}
	from, to, ok := strings.Cut(text, "-")
	l, err1 := strconv.ParseUint(from, 10, 16)
	h, err2 := strconv.ParseUint(to, 10, 16)
	if !ok || err1 != nil || err2 != nil || l < 1024 || h < l+1 {
		return 0, 0, centre.Errorf(centre.Invalid, "ports of sound %q: must be such as 20000-29999", text)
	}
	return uint16(l), uint16(h), nil
}

// sipAddress is the address that trunks' sound comes to.
func sipAddress(p Phone) (netip.Addr, error) {
	text := p.Advertise
	if text == "" {
		where := p.SIP
		if where == "" {
			where = p.TLS
		}
		if where == "" {
			return netip.Addr{}, nil
		}
		host, _, err := net.SplitHostPort(where)
		if err != nil {
			return netip.Addr{}, centre.Errorf(centre.Invalid, "SIP address: %w", err)
		}
		text = host
	}
	ip, err := netip.ParseAddr(text)
	if err != nil || ip.IsUnspecified() {
		return netip.Addr{}, centre.Errorf(centre.Invalid, "SIP address %q: give an IP address of this machine, or say which one trunks see", text)
	}
	return ip, nil
}

// certificate reads the files at every handshake, so that a renewed one is used at once; without files one is made for as long as the node runs.
func certificate(p Phone) (func() (*tls.Certificate, error), error) {
	if p.CertFile != "" {
		return func() (*tls.Certificate, error) {
			c, err := tls.LoadX509KeyPair(p.CertFile, p.KeyFile)
			return &c, err
		}, nil
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, centre.Errorf(centre.Internal, "certificate: %w", err)
	}
	made := x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: "sentral"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().AddDate(1, 0, 0),
		DNSNames: []string{"localhost"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
	}
	der, err := x509.CreateCertificate(rand.Reader, &made, &made, &key.PublicKey, key)
	if err != nil {
		return nil, centre.Errorf(centre.Internal, "certificate: %w", err)
	}
	c := &tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
	return func() (*tls.Certificate, error) { return c, nil }, nil
}

var (
	callsDesc    = desc("sentral_calls", "Calls that go on now.")
	linesDesc    = desc("sentral_lines", "Agents' lines that are open.")
	outcomesDesc = desc("sentral_call_outcomes_total", "Calls that have ended, by outcome.", "outcome")
	tickDesc     = desc("sentral_sound_tick_worst_seconds", "The latest that a frame of sound has been since the start.")
	faultsDesc   = desc("sentral_sound_faults_total", "Faults of ours in sound and its handlers that were caught: rooms that were closed, and handlers of keys and silence.")
	lateDesc     = desc("sentral_sound_ticks_late_total", "Rounds of the sound's clock that ended too late.")
)

// phoneMeter reads the phone's figures when they are asked for.
type phoneMeter struct{ app *App }

// Describe implements prometheus.Collector.
func (p *phoneMeter) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{callsDesc, linesDesc, outcomesDesc, tickDesc, lateDesc, faultsDesc} {
		ch <- d
	}
}

// Collect implements prometheus.Collector.
func (p *phoneMeter) Collect(ch chan<- prometheus.Metric) {
	f := p.app.Phone.Figures()
	ch <- prometheus.MustNewConstMetric(callsDesc, prometheus.GaugeValue, float64(f.Calls))
	ch <- prometheus.MustNewConstMetric(linesDesc, prometheus.GaugeValue, float64(f.Lines))
	ch <- prometheus.MustNewConstMetric(tickDesc, prometheus.GaugeValue, f.Clock.WorstTick.Seconds())
	ch <- prometheus.MustNewConstMetric(lateDesc, prometheus.CounterValue, float64(f.Clock.LateTicks))
	ch <- prometheus.MustNewConstMetric(faultsDesc, prometheus.CounterValue, float64(f.Faults))
	for o, n := range f.Outcomes {
		ch <- prometheus.MustNewConstMetric(outcomesDesc, prometheus.CounterValue, float64(n), fmt.Sprint(o))
	}
}

package cli

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/netip"
	"os"
	"slices"
	"strings"
	"time"

	"sentral/internal/centre"
	"sentral/internal/stat"
	"sentral/internal/telephony/media"
	"sentral/internal/telephony/testphone"
)

// TestphoneCommand is a telephone for tests: it calls a centre, or is called.
type TestphoneCommand struct {
	Call   TestphoneCallCommand   `cmd:"" help:"Call a number, say and press what the flags tell, and report what came of it."`
	Listen TestphoneListenCommand `cmd:"" help:"Be called: answer, say and press what the flags tell, and report each call."`
	Flood  TestphoneFloodCommand  `cmd:"" help:"Send calls that nobody means, from many addresses of 127/8, at a rate."`
}

// VoiceFlags are what both ends of a call have in common.
type VoiceFlags struct {
	Tone   float64   `help:"Say a tone of so many hertz." placeholder:"HZ"`
	WAV    string    `name:"wav" type:"existingfile" help:"Say what is in this file." placeholder:"FILE"`
	Speak  string    `help:"Say this text: by espeak-ng, or as babble of its length on a machine without it." placeholder:"TEXT"`
	Hear   []float64 `help:"Wait until these tones are heard; the exit code is 1 when one was not." placeholder:"HZ"`
	Keys   string    `help:"Press keys, such as 1,wait,4471#,wait=3s,2. wait: until what is being said has ended; wait=agent: until a wanted tone is heard; wait=gone: until it no longer is." placeholder:"LIST"`
	SRTP   bool      `name:"srtp" help:"Encrypt the sound (SDES)."`
	Codec  string    `enum:"pcmu,pcma,both" default:"both" help:"pcmu, pcma or both."`
	User   string    `help:"User of digest authentication, and of --register."`
	Secret string    `env:"SENTRAL_TESTPHONE_SECRET" help:"Its password."`
	Record string    `type:"path" help:"Write what the first call hears to this WAV file." placeholder:"FILE"`
	Seed   uint64    `default:"1" help:"The same seed makes the same calls."`
	JSON   bool      `name:"json" help:"Print one object: calls (one each) and sum. With a single call its fields stand at the top too."`
}

func (f VoiceFlags) voice(ctx context.Context) (*testphone.Voice, error) {
	switch {
	case f.Tone < 0 || f.Tone >= media.Rate/2:
		return nil, fmt.Errorf("--tone %g: must be from 0 to 4000", f.Tone)
	case f.Tone > 0:
		return testphone.Tone(f.Tone), nil
	case f.WAV != "":
		file, err := os.Open(f.WAV)
		if err != nil {
			return nil, err
		}
		defer file.Close()
		clip, err := media.ReadWAV(file)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", f.WAV, err)
		}
		return testphone.FromSource(clip.Source(), false), nil
	case f.Speak != "":
		return testphone.Spoken(ctx, f.Speak, "en", f.Seed), nil
	}
	return nil, nil
}

func (f VoiceFlags) codecs() []media.Codec {
	switch f.Codec {
	case "pcmu":
		return []media.Codec{media.PCMU}
	case "pcma":
		return []media.Codec{media.PCMA}
	}
	return nil
}

// check refuses what cannot be heard.
func (f VoiceFlags) check() error {
	for _, hz := range f.Hear {
		if hz <= 0 || hz >= media.Rate/2 {
			return fmt.Errorf("--hear %g: must be between 0 and 4000", hz)
		}
	}
	return nil
}

// TestphoneCallCommand calls.
type TestphoneCallCommand struct {
	Server   string        `default:"127.0.0.1:5060" help:"Host and port of the centre's SIP." placeholder:"HOST:PORT"`
	To       string        `required:"" help:"Number to call." placeholder:"NUMBER"`
	From     string        `help:"Number that is shown; default an invented one, another for each call." placeholder:"NUMBER"`
	Name     string        `help:"Name that is shown."`
	Talk     time.Duration `default:"5s" help:"How long to go on once everything wanted is heard; from the last key when nothing is wanted."`
	Ring     time.Duration `default:"60s" help:"How long to wait for the answer."`
	Patience time.Duration `default:"60s" help:"How long to wait, from the answer, for what is wanted."`
	Calls    int           `default:"1" help:"How many calls."`
	Rate     float64       `default:"10" help:"How many begin each second; 0: all at once."`
	TCP      bool          `name:"tcp" xor:"transport" help:"SIP over TCP."`
	TLS      bool          `name:"tls" xor:"transport" help:"SIP over TLS; any certificate will do unless --roots is given."`
	Roots    string        `type:"existingfile" help:"Certificates (PEM) that the server's must come from." placeholder:"FILE"`
	Bind     string        `help:"Own address, host:port; default 127.0.0.1 and any port." placeholder:"HOST:PORT"`
	Sources  int           `help:"Call from so many addresses of 127/8 in turn (Linux, UDP)."`
	HangUp   string        `name:"hang-up" default:"end" enum:"end,random,invite,ringing,answer,no_ack,keys,queue,agent,hold,talk" help:"When to hang up: end, random or one of invite, ringing, answer, no_ack, keys, queue, agent, hold, talk."`
	Within   time.Duration `default:"2s" help:"With --hang-up: how long at most to stay in that moment."`
	Rel100   bool          `name:"rel100" help:"Support reliable provisional responses."`
	Late     bool          `help:"Offer the sound in the ACK instead of the INVITE."`
	VoiceFlags
}

// Run calls and reports.
func (c TestphoneCallCommand) Run(ctx context.Context, s Streams) error {
	if c.Calls < 1 || c.Rate < 0 {
		return fmt.Errorf("--calls %d --rate %g: one call at least, and no rate below zero", c.Calls, c.Rate)
	}
	if err := c.check(); err != nil {
		return err
	}
	keys, err := testphone.ParseKeys(c.Keys)
	if err != nil {
		return err
	}
	voice, err := c.voice(ctx)
	if err != nil {
		return err
	}
	o, err := c.options()
	if err != nil {
		return err
	}
	p, err := testphone.Open(o)
	if err != nil {
		return err
	}
	defer p.Close()
	script := testphone.Script{
		Invite: testphone.Invite{To: c.To, From: c.From, Name: c.Name, Voice: voice, Hear: c.Hear, Late: c.Late},
		Keys:   keys, Talk: c.Talk, Ring: c.Ring, Patience: c.Patience,
	}
	before := takeMachine()
	results, sum := p.RunMany(ctx, testphone.Crowd{Calls: c.Calls, Rate: c.Rate, Script: func(n int) testphone.Script { return c.one(script, n) }, Result: c.progress(s.Err)})
	return report(s.Out, c.VoiceFlags, results, sum, takeMachine().since(before))
}

func (c TestphoneCallCommand) options() (testphone.Options, error) {
	o := testphone.Options{Server: c.Server, SRTP: c.SRTP, Codecs: c.codecs(), User: c.User, Secret: c.Secret, Rel100: c.Rel100, Many: c.Sources > 0, Transport: testphone.UDP}
	if _, _, err := net.SplitHostPort(c.Server); err != nil {
		o.Server = c.Server + ":5060"
		if c.TLS {
			o.Server = c.Server + ":5061"
		}
	}
	switch {
	case c.TCP:
		o.Transport = testphone.TCP
	case c.TLS:
		o.Transport = testphone.TLS
	}
	if c.Bind != "" {
		at, err := netip.ParseAddrPort(c.Bind)
		if err != nil {
			return o, fmt.Errorf("--bind %s: give address and port, such as 127.0.0.1:5090", c.Bind)
		}
		o.Listen = at
	} else if a, err := ownAddress(o.Server); err == nil {
		o.Listen = netip.AddrPortFrom(a, 0)
	}
	if c.Roots != "" {
		pem, err := os.ReadFile(c.Roots)
		if err != nil {
			return o, err
		}
		o.Roots = x509.NewCertPool()
		if !o.Roots.AppendCertsFromPEM(pem) {
			return o, fmt.Errorf("%s: no certificate in PEM", c.Roots)
		}
	}
	return o, nil
}

// ownAddress is the address of this machine that reaches the server.
func ownAddress(server string) (netip.Addr, error) {
	conn, err := net.Dial("udp", server)
	if err != nil {
		return netip.Addr{}, err
	}
	defer conn.Close()
	return conn.LocalAddr().(*net.UDPAddr).AddrPort().Addr().Unmap(), nil
}

// one is the n-th call's script. Each call has a stream of chance of its own, so that more calls do not change the first ones.
func (c TestphoneCallCommand) one(s testphone.Script, n int) testphone.Script {
	rng := stat.Stream(c.Seed, "test phone", uint64(n))
	if s.From == "" {
		s.From = fmt.Sprintf("+4700%06d", 200000+n%700000)
	}
	s.Record = c.Record != "" && n == 1
	if c.Sources > 0 {
		k := n % c.Sources
		s.Source = netip.AddrFrom4([4]byte{127, byte(16 + k>>16), byte(k >> 8), byte(1 + k%254)})
	}
	switch c.HangUp {
	case "end":
	case "random":
		s.At(rng, c.Within)
	default:
		s.Moment = testphone.Moment(c.HangUp)
		s.Linger = time.Duration(rng.Float64() * float64(c.Within))
		s.NoACK = s.Moment == testphone.NotAcked
		s.Vanish = s.NoACK
	}
	return s
}

// progress writes a line now and then during a long run.
func (c TestphoneCallCommand) progress(out io.Writer) func(testphone.Result) {
	if c.Calls < 100 {
		return nil
	}
	done, last := 0, time.Now()
	return func(testphone.Result) {
		if done++; time.Since(last) > 5*time.Second {
			last = time.Now()
			fmt.Fprintf(out, "%d of %d calls are over\n", done, c.Calls)
		}
	}
}

// TestphoneListenCommand is called.
type TestphoneListenCommand struct {
	Listen   string        `default:"127.0.0.1:5070" help:"Where it is called, over UDP and TCP; over TLS on the next port." placeholder:"HOST:PORT"`
	Register string        `help:"Register --user at this server, and be called there." placeholder:"HOST:PORT"`
	Ring     time.Duration `default:"1s" help:"How long it rings before it answers."`
	Code     int           `help:"Refuse calls with this SIP code, such as 486." placeholder:"CODE"`
	Talk     time.Duration `help:"Hang up so long after everything wanted is heard; default: the other side hangs up."`
	Calls    int           `help:"Stop after so many calls; default: when told to."`
	For      time.Duration `help:"Stop after this time; calls that stand are hung up."`
	VoiceFlags
}

// Run answers until it has had enough.
func (c TestphoneListenCommand) Run(ctx context.Context, s Streams) error {
	if err := c.check(); err != nil {
		return err
	}
	keys, err := testphone.ParseKeys(c.Keys)
	if err != nil {
		return err
	}
	at, err := netip.ParseAddrPort(c.Listen)
	if err != nil {
		return fmt.Errorf("--listen %s: give address and port, such as 127.0.0.1:5070", c.Listen)
	}
	voice, err := c.voice(ctx)
	if err != nil {
		return err
	}
	certificate, err := ownCertificate()
	if err != nil {
		return err
	}
	if c.For > 0 {
		var stop context.CancelFunc
		ctx, stop = context.WithTimeout(ctx, c.For)
		defer stop()
	}
	taken := make(chan testphone.Result)
	answer := testphone.Answering{Code: c.Code, Ring: c.Ring, Voice: voice, Hear: c.Hear, Keys: keys, Talk: c.Talk}
	p, err := testphone.Open(testphone.Options{
		Server: c.Register, Listen: at, Answers: true, Certificate: certificate, SRTP: c.SRTP, Codecs: c.codecs(), User: c.User, Secret: c.Secret,
		Incoming: func(r *testphone.Ring) {
			x := answer.Take(ctx, r)
			select {
			case taken <- x:
			case <-time.After(5 * time.Second): // nobody counts any more
			}
		},
	})
	if err != nil {
		return err
	}
	defer p.Close()
	fmt.Fprintf(s.Err, "listening at sip:%s\n", p.Addr())
	if c.Register != "" {
		if err := c.register(ctx, p); err != nil {
			return err
		}
	}
	before := takeMachine()
	results := c.collect(ctx, s.Err, p, taken)
	return report(s.Out, c.VoiceFlags, results, testphone.Add(results), takeMachine().since(before))
}

// collect waits for the calls that are to come.
func (c TestphoneListenCommand) collect(ctx context.Context, log io.Writer, p *testphone.Phone, taken <-chan testphone.Result) []testphone.Result {
	var results []testphone.Result
	over := ctx.Done()
	ending := (<-chan time.Time)(nil)
	for c.Calls == 0 || len(results) < c.Calls {
		select {
		case r := <-taken:
			r.Call = len(results) + 1
			results = append(results, r)
			fmt.Fprintf(log, "call %d from %s: %s\n", r.Call, r.From, r.Outcome)
			if over == nil && p.Calls() == 0 {
				return results
			}
		case <-over:
			if p.Calls() == 0 {
				return results
			}
			over, ending = nil, time.After(8*time.Second)
		case <-ending:
			return results
		}
	}
	return results
}

// register says where the phone is, now and before it is forgotten.
func (c TestphoneListenCommand) register(ctx context.Context, p *testphone.Phone) error {
	const seconds = 120
	if err := p.Register(ctx, seconds); err != nil {
		return fmt.Errorf("register %s at %s: %w", c.User, c.Register, err)
	}
	go func() {
		for t := time.NewTicker(seconds * time.Second / 2); ; {
			select {
			case <-t.C:
				_ = p.Register(ctx, seconds)
			case <-ctx.Done():
				t.Stop()
				return
			}
		}
	}()
	return nil
}

// ownCertificate is made for this run: who calls a test phone over TLS does not ask who it is.
func ownCertificate() (*tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	plan := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}}
	der, err := x509.CreateCertificate(rand.Reader, plan, plan, &key.PublicKey, key)
	if err != nil {
		return nil, err
	}
	return &tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, nil
}

// phoneReport is what --json prints.
type phoneReport struct {
	*testphone.Result
	Calls   []testphone.Result `json:"calls"`
	Sum     testphone.Sum      `json:"sum"`
	Machine machineUse         `json:"machine"`
}

// report prints what came of the calls; the error says which tone was missed.
func report(out io.Writer, f VoiceFlags, results []testphone.Result, sum testphone.Sum, m machineUse) error {
	if f.JSON {
		r := phoneReport{Calls: results, Sum: sum, Machine: m}
		if r.Calls == nil {
			r.Calls = []testphone.Result{}
		}
		if len(results) == 1 {
			r.Result = &results[0]
		}
		if err := printJSON(out, r); err != nil {
			return err
		}
	} else {
		printCalls(out, results, sum, m)
	}
	if f.Record != "" {
		if err := writeRecording(f.Record, results); err != nil {
			return err
		}
	}
	missed := 0
	for _, r := range results {
		if len(f.Hear) > 0 && (!r.Answered || !r.HeardAll()) && r.MomentGiven == "" {
			missed++
		}
	}
	if missed > 0 || len(f.Hear) > 0 && len(results) == 0 {
		return centre.Errorf(centre.Missing, "%d of %d calls did not hear %s", missed, len(results), hertz(f.Hear))
	}
	if n := sum.Outcomes[testphone.Failed]; n > 0 && n == len(results) {
		return centre.Errorf(centre.Unavailable, "every call failed: %s", results[0].Reason)
	}
	return nil
}

func hertz(tones []float64) string {
	words := make([]string, len(tones))
	for i, hz := range tones {
		words[i] = fmt.Sprintf("%g Hz", hz)
	}
	return strings.Join(words, " and ")
}

func printCalls(out io.Writer, results []testphone.Result, sum testphone.Sum, m machineUse) {
	for _, r := range results[:min(len(results), 20)] {
		heard := "-"
		if r.HeardHz != nil {
			heard = fmt.Sprintf("%g Hz", *r.HeardHz)
		}
		fmt.Fprintf(out, "call %-4d %-10s code %3d  set-up %8s ms  queued %8s ms  heard %-8s %6.1f s, %d packets lost, ended by %s %s\n", r.Call, r.Outcome, r.Code,
			orDash(r.SetupMS, 1), orDash(r.QueuedMS, 1), heard, r.DurationMS/1000, r.Lost, whoEnded(r.EndedBy), r.Reason)
	}
	if len(results) > 20 {
		fmt.Fprintf(out, "... and %d more\n", len(results)-20)
	}
	fmt.Fprintf(out, "\n%d calls, %d at once at most:", sum.Calls, max(sum.MostAtOnce, min(1, sum.Calls)))
	for _, o := range []testphone.Outcome{testphone.WasAnswered, testphone.Busy, testphone.Rejected, testphone.Cancelled, testphone.NoAnswer, testphone.Failed, testphone.Dropped} {
		if n := sum.Outcomes[o]; n > 0 {
			fmt.Fprintf(out, " %d %s", n, o)
		}
	}
	fmt.Fprintf(out, "\n\n%-22s %8s %9s %9s %9s %9s\n", "milliseconds", "n", "p50", "p90", "p99", "max")
	for _, t := range []struct {
		name string
		testphone.Spread
	}{{"set-up", sum.SetupMS}, {"queued", sum.QueuedMS}, {"duration", sum.DurationMS}, {"longest silent line", sum.WorstGapMS}} {
		fmt.Fprintf(out, "%-22s %8d %9.1f %9.1f %9.1f %9.1f\n", t.name, t.N, t.P50, t.P90, t.P99, t.Max)
	}
	fmt.Fprintf(out, "\npackets: %d sent, %d received, %d lost (%d in the worst call); the test phone's own latest packet was %.1f ms late\n", sum.Sent, sum.Received, sum.Lost, sum.LostMost, sum.LateMS)
	fmt.Fprintf(out, "machine: %s\n", m)
}

func whoEnded(p testphone.Party) string {
	if p == testphone.Nobody {
		return "nobody"
	}
	return string(p)
}

// writeRecording writes what the first call heard.
func writeRecording(path string, results []testphone.Result) error {
	i := slices.IndexFunc(results, func(r testphone.Result) bool { return r.Call == 1 })
	if i < 0 {
		return nil
	}
	return os.WriteFile(path, testphone.WAV(results[i].Recording), 0o600)
}

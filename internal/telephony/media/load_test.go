//go:build linux

package media

import (
	"bytes"
	"encoding/json"
	"flag"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// The load of a centre: -calls bridged calls, mixed, recorded and sealed on one processor, while another process plays the parties. Run it as
//
//	go test -exec 'taskset -c 0' -run TestRoomsUnderLoad -calls 450 -v ./internal/telephony/media
//
// so that this process has one processor, and the parties, who are put on the second, have the other.
var (
	loadCalls = flag.Int("calls", 0, "bridged calls under load; 0 leaves the load out")
	loadTime  = flag.Duration("load-time", 20*time.Second, "how long the calls last")
	loadAhead = flag.Bool("ahead", false, "both processes are scheduled before all others (chrt -r 5): who else is busy does not make the run noisy")
)

// loadPlan is what the parties are told, and loadResult what they say in the end.
type loadPlan struct {
	Plain, Secret []netip.AddrPort
	Local, Remote []byte // keys as the parties have them
	Time          time.Duration
}

type loadResult struct {
	Sent, Received, Lost, Malformed uint64
	Deaf                            int // parties who did not hear the tone of the other
	WorstTick                       time.Duration
}

// listener is a leg that remembers the last second that it heard.
type listener struct {
	*RTP
	last [Rate]int16
	at   int
}

// Pull hands on what was heard, and remembers it.
func (l *listener) Pull(f *Frame) bool {
	ok := l.RTP.Pull(f)
	if ok {
		l.at += copy(l.last[l.at%Rate:], f[:])
	}
	return ok
}

func TestLoadParties(t *testing.T) {
	if os.Getenv("SENTRAL_PARTIES") == "" {
		t.Skip("is run by TestRoomsUnderLoad")
	}
	var plan loadPlan
	if err := json.NewDecoder(os.Stdin).Decode(&plan); err != nil {
		t.Fatal(err)
	}
	clock, ports := NewClock(1), NewPorts(loopback, 46000, 49998)
	var parties []*listener
	join := func(to netip.AddrPort, keys *SRTPKeys, hz float64) {
		l, err := ports.Open()
		if err != nil {
			t.Fatal(err)
		}
		if err := l.Apply(Session{Codec: PCMA, Remote: to, Send: true, Receive: true, SRTP: keys}); err != nil {
			t.Fatal(err)
		}
		p := &listener{RTP: l}
		r := clock.NewRoom()
		r.Add(p, Role{})
		r.Play(Tone(hz, -12), Play{})
		parties = append(parties, p)
	}
	for i := range plan.Plain {
		join(plan.Plain[i], nil, 440)
		join(plan.Secret[i], &SRTPKeys{AESCM128HMACSHA1_80, plan.Local, plan.Remote}, 1000)
	}
	time.Sleep(2 * time.Second)
	clock.ResetWorst()
	time.Sleep(plan.Time)
	res := loadResult{WorstTick: clock.Stats().WorstTick}
	clock.Close()
	for i, p := range parties {
		s := p.Stats()
		res.Sent, res.Received, res.Lost, res.Malformed = res.Sent+s.Sent, res.Received+s.Received, res.Lost+s.Lost, res.Malformed+s.Malformed
		if hz := []float64{1000, 440}[i%2]; Heard(p.last[:], hz) < 0.9 {
			res.Deaf++
		}
	}
	if err := json.NewEncoder(os.Stdout).Encode(res); err != nil {
		t.Fatal(err)
	}
	for _, p := range parties {
		p.Close()
	}
}

// usage is the time that this process has used, and that the whole machine has been busy.
func usage() (ours, machine time.Duration) {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	ours = time.Duration(u.Utime.Nano() + u.Stime.Nano())
	b, _ := os.ReadFile("/proc/stat")
	line, _, _ := strings.Cut(string(b), "\n")
	for i, f := range strings.Fields(line)[1:] {
		if v, _ := strconv.ParseInt(f, 10, 64); i != 3 && i != 4 && i < 8 { // neither idle nor waiting for a disk
			machine += time.Duration(v) * 10 * time.Millisecond
		}
	}
	return ours, machine
}

// resident is the process's memory, in kB.
func resident() int {
	b, _ := os.ReadFile("/proc/self/status")
	for line := range strings.Lines(string(b)) {
		if rest, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			n, _ := strconv.Atoi(strings.Fields(rest)[0])
			return n
		}
	}
	return 0
}

// hall is the centre under load.
type hall struct {
	clock     *Clock
	legs      []*RTP
	recorders []*Recorder
}

func (h *hall) fill(t *testing.T, calls int) loadPlan {
	plan := loadPlan{Local: AESCM128HMACSHA1_80.NewKey(), Remote: AESCM128HMACSHA1_80.NewKey(), Time: *loadTime}
	ports := NewPorts(loopback, 42000, 45998)
	dir := t.TempDir()
	open := func(keys *SRTPKeys) *RTP {
		l, err := ports.Open()
		if err != nil {
			t.Fatal(err)
		}
		if err := l.Apply(Session{Codec: PCMA, Send: true, Receive: true, DTMFType: 101, SRTP: keys}); err != nil {
			t.Fatal(err)
		}
		h.legs = append(h.legs, l)
		return l
	}
	for i := range calls {
		plain, secret := open(nil), open(&SRTPKeys{AESCM128HMACSHA1_80, plan.Remote, plan.Local})
		plan.Plain, plan.Secret = append(plan.Plain, plain.Local()), append(plan.Secret, secret.Local())
		r := h.clock.NewRoom()
		r.Add(plain, Role{Side: Customer})
		r.Add(secret, Role{Side: Agent})
		f, err := os.Create(filepath.Join(dir, strconv.Itoa(i)))
		if err != nil {
			t.Fatal(err)
		}
		rec := NewRecorder(Seal(f, [32]byte{byte(i)}), RecorderOptions{})
		h.recorders = append(h.recorders, rec)
		r.Record(rec)
	}
	return plan
}

func TestRoomsUnderLoad(t *testing.T) {
	if *loadCalls == 0 {
		t.Skip("-calls is 0")
	}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	runtime.GC()
	empty := resident()
	h := &hall{clock: NewClock(1)}
	plan := h.fill(t, *loadCalls)
	var told, said bytes.Buffer
	if err := json.NewEncoder(&told).Encode(plan); err != nil {
		t.Fatal(err)
	}
	parties := exec.Command("taskset", "-c", "1", os.Args[0], "-test.run=^TestLoadParties$")
	parties.Env, parties.Stdin, parties.Stdout, parties.Stderr = append(os.Environ(), "SENTRAL_PARTIES=1"), &told, &said, os.Stderr
	if err := parties.Start(); err != nil {
		t.Fatal(err)
	}
	time.Sleep(3 * time.Second)
	h.clock.ResetWorst()
	ours, machine := usage()
	began, before := time.Now(), h.clock.Stats()
	time.Sleep(*loadTime - 2*time.Second)
	took := time.Since(began)
	oursNow, machineNow := usage()
	after, memory := h.clock.Stats(), resident()
	err := parties.Wait()
	h.clock.Close()
	if err != nil {
		t.Fatalf("the parties: %v\n%s", err, said.String())
	}
	var res loadResult
	if err := json.NewDecoder(&said).Decode(&res); err != nil {
		t.Fatal(err)
	}
	var lost, dropped, concealed, sendDrops uint64
	for _, l := range h.legs {
		s := l.Stats()
		lost, concealed, sendDrops = lost+s.Lost, concealed+s.Concealed, sendDrops+s.SendDrops
		l.Close()
	}
	for _, r := range h.recorders {
		if err := r.Close(); err != nil {
			t.Error(err)
		}
		dropped += r.Dropped()
	}
	core := float64(oursNow-ours) / float64(took)
	theirs := parties.ProcessState.UserTime() + parties.ProcessState.SystemTime()
	others := (float64(machineNow-machine-(oursNow-ours)) - float64(theirs)*float64(took)/float64(plan.Time+2*time.Second)) / float64(took) / float64(runtime.NumCPU())
	t.Logf("%d calls for %v: %.1f %% of a core, %.3f %% a call; in ticks %.1f %%; worst tick %v, late %d, skipped %d; %.0f kB a call; others used %.0f %% of the machine",
		*loadCalls, took.Round(time.Second), 100*core, 100*core/float64(*loadCalls), 100*float64(after.Busy-before.Busy)/float64(took),
		after.WorstTick, after.LateTicks-before.LateTicks, after.Skipped-before.Skipped, float64(memory-empty)/float64(*loadCalls), 100*min(others, 1))
	t.Logf("here: %d lost, %d frames made up, %d not sent, %d frames not recorded; the parties: %+v", lost, concealed, sendDrops, dropped, res)
	if others > 0.25 && !*loadAhead {
		t.Logf("NOISY: others used more than a quarter of the machine; the figures are no result")
	} else if lost+res.Lost+sendDrops+dropped > 0 || res.Deaf > 0 || after.WorstTick > frameTime {
		t.Error("the load is too much")
	}
}

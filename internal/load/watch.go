package load

import (
	"bufio"
	"context"
	"fmt"
	"net/http"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// Server is what the node's own metrics said during the counted time.
type Server struct {
	MaxMemoryMB  float64 `json:"max_memory_mb"` // resident
	Cores        float64 `json:"cores"`         // processor time for each second
	Commits      float64 `json:"commits"`
	CommitMeanMS float64 `json:"commit_mean_ms"`
	Commands     float64 `json:"commands"`
}

// Machine is how busy the machine was: what is neither the server's nor the generator's is noise, the database's server, and the kernel's.
type Machine struct {
	GeneratorCores float64 `json:"generator_cores"`
	BusyCores      float64 `json:"busy_cores"`
	LoadBefore     string  `json:"load_average_before"`
	LoadAfter      string  `json:"load_average_after"`
}

// watcher reads the node's metrics every half second.
type watcher struct {
	*crowd
	memory float64
	first  sample
	stop   func()
	done   chan struct{}
	load   string
}

type sample struct {
	metrics   map[string]float64
	generator time.Duration
	busy      float64
	at        time.Time
}

type watched struct {
	server  Server
	machine Machine
}

func (c *crowd) watch(ctx context.Context) (*watcher, error) {
	ctx, stop := context.WithCancel(ctx)
	w := &watcher{crowd: c, stop: stop, done: make(chan struct{}), load: loadAverage()}
	s, err := w.take(ctx)
	if err != nil {
		stop()
		return nil, fmt.Errorf("the node's metrics: %w", err)
	}
	w.first = s
	go func() {
		defer close(w.done)
		began := time.Now()
		counted := false
		for pause(ctx, 500*time.Millisecond) {
			s, err := w.take(ctx)
			if err != nil {
				continue
			}
			if !counted && time.Since(began) >= c.WarmUp {
				counted, w.first = true, s
			}
			w.memory = max(w.memory, s.metrics["process_resident_memory_bytes"])
		}
	}()
	return w, nil
}

// end gives what was seen.
func (w *watcher) end() watched {
	w.stop()
	<-w.done
	last, err := w.take(context.Background())
	if err != nil {
		w.figures.failed("metrics", err)
		return watched{}
	}
	diff := func(name string) float64 { return last.metrics[name] - w.first.metrics[name] }
	took := last.at.Sub(w.first.at).Seconds()
	out := watched{
		server: Server{
			MaxMemoryMB: max(w.memory, last.metrics["process_resident_memory_bytes"]) / (1 << 20), Cores: diff("process_cpu_seconds_total") / took,
			Commits: diff(`sentral_commits_total{ok="true"}`), Commands: diff(`sentral_commands_total{how="done"}`),
		},
		machine: Machine{GeneratorCores: (last.generator - w.first.generator).Seconds() / took, BusyCores: (last.busy - w.first.busy) / took, LoadBefore: w.load, LoadAfter: loadAverage()},
	}
	if n := diff("sentral_commit_seconds_count"); n > 0 {
		out.server.CommitMeanMS = 1000 * diff("sentral_commit_seconds_sum") / n
	}
	return out
}

func (w *watcher) take(ctx context.Context) (sample, error) {
	s := sample{metrics: map[string]float64{}, at: time.Now(), busy: BusySeconds(), generator: ProcessorTime()}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, w.Node.Address+"/metrics", nil)
	if err != nil {
		return s, err
	}
	answer, err := w.client.Do(r)
	if err != nil {
		return s, err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return s, fmt.Errorf("%s", answer.Status)
	}
	lines := bufio.NewScanner(answer.Body)
	for lines.Scan() {
		name, value, ok := strings.Cut(lines.Text(), " ")
		if v, err := strconv.ParseFloat(value, 64); ok && err == nil {
			s.metrics[name] = v
		}
	}
	return s, lines.Err()
}

// ProcessorTime is what this process has used.
func ProcessorTime() time.Duration {
	var r syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &r); err != nil {
		return 0
	}
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}

// BusySeconds is the processor time of the whole machine that was not idle; zero where the system does not tell.
func BusySeconds() float64 {
	text, err := os.ReadFile("/proc/stat")
	if err != nil {
		return 0
	}
	line, _, _ := strings.Cut(string(text), "\n")
	var busy float64
	for i, word := range strings.Fields(line) {
		if v, err := strconv.ParseFloat(word, 64); err == nil && i != 4 && i != 5 && i < 9 { // idle and waiting for disks
			busy += v / 100
		}
	}
	return busy
}

func loadAverage() string {
	text, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return ""
	}
	return strings.Join(strings.Fields(string(text))[:3], " ")
}

package app

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"sentral/internal/engine/live"
	"sentral/internal/engine/routing"
)

// meters are the node's metrics. Names follow Prometheus: base units, a unit as suffix.
type meters struct {
	registry *prometheus.Registry
	requests *prometheus.HistogramVec
}

func newMeters() *meters {
	m := &meters{registry: prometheus.NewRegistry()}
	m.requests = prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name: "sentral_http_request_seconds", Help: "Time to answer requests, by method, route group and status class. Streams are left out.",
		Buckets: []float64{.001, .002, .005, .01, .02, .05, .1, .2, .5, 1, 5},
	}, []string{"method", "group", "status"})
	m.registry.MustRegister(m.requests, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// count notes one answer. The group is the path's first words, never an id or anything a stranger chose.
func (a *App) count(r *http.Request, status int, took time.Duration) {
	if strings.HasSuffix(r.URL.Path, "/live") || strings.HasSuffix(r.URL.Path, "/line") {
		return
	}
	group := "pages"
	if parts := strings.SplitN(strings.TrimPrefix(r.URL.Path, "/"), "/", 3); parts[0] == "api" && len(parts) > 1 && status != http.StatusNotFound {
		group = parts[1]
	}
	a.meters.requests.WithLabelValues(method(r.Method), group, strconv.Itoa(status/100)+"xx").Observe(took.Seconds())
}

func method(m string) string {
	switch m {
	case http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodHead, http.MethodOptions:
		return m
	}
	return "other"
}

// operations registers health, readiness and metrics.
func (a *App) operations(mux *http.ServeMux) {
	a.meters.registry.MustRegister(&centreMeter{app: a}, &phoneMeter{app: a}, &textMeter{app: a})
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { reply(w, http.StatusOK, map[string]any{"alive": true}) })
	mux.HandleFunc("GET /readyz", a.readiness)
	metrics := promhttp.HandlerFor(a.meters.registry, promhttp.HandlerOpts{})
	mux.HandleFunc("GET /metrics", func(w http.ResponseWriter, r *http.Request) {
		if !fromLoopback(r) && !a.Options.OpenMetrics {
			http.Error(w, "metrics are for this machine only", http.StatusForbidden)
			return
		}
		metrics.ServeHTTP(w, r)
	})
}

func fromLoopback(r *http.Request) bool {
	return r.Header.Get("X-Forwarded-For") == "" && (strings.HasPrefix(r.RemoteAddr, "127.") || strings.HasPrefix(r.RemoteAddr, "[::1]"))
}

// readiness says whether this node can answer: it owns the centre, or knows who does; and the database answers.
func (a *App) readiness(w http.ResponseWriter, r *http.Request) {
	s := a.Centre.Status()
	out := map[string]any{"owner": s.Owner, "epoch": s.Epoch, "owner_node": s.Node}
	ctx, cancel := context.WithTimeout(r.Context(), 2*time.Second)
	defer cancel()
	err := a.DB.Ping(ctx)
	ready := err == nil && (s.Owner || (s.Addr != "" && s.Addr != a.NodeAddr))
	out["ready"], out["database"] = ready, err == nil
	if s.Trouble != "" {
		out["trouble"] = s.Trouble
	}
	status := http.StatusOK
	if !ready {
		status = http.StatusServiceUnavailable
	}
	reply(w, status, out)
}

func reply(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}

// centreMeter reads the centre's figures when they are asked for.
type centreMeter struct{ app *App }

var (
	headDesc      = desc("sentral_log_entries", "Sequence number of the last entry on disk.")
	ownerDesc     = desc("sentral_owner", "1 when this node owns the centre.")
	commandsDesc  = desc("sentral_commands_total", "Commands answered, by how.", "how")
	commitsDesc   = desc("sentral_commits_total", "Transactions, by whether they succeeded.", "ok")
	commitDesc    = desc("sentral_commit_seconds", "Time of a transaction.")
	answerDesc    = desc("sentral_command_seconds", "Time from a command to its answer.")
	rebuildsDesc  = desc("sentral_rebuilds_total", "Times the state was thrown away and rebuilt.")
	waitingDesc   = desc("sentral_contacts_waiting", "Contacts that wait, by queue.", "queue")
	longestDesc   = desc("sentral_longest_wait_seconds", "The longest wait, by queue.", "queue")
	agentsDesc    = desc("sentral_agents", "Agents by state.", "state")
	readersDesc   = desc("sentral_feed_readers", "Readers of the feed.")
	divergedDesc  = desc("sentral_diverged_entries_total", "Entries whose decisions came out otherwise when replayed.")
	clockLeadDesc = desc("sentral_clock_ahead_seconds", "How far the centre's time is ahead of the wall clock: more than 0 when that was set back.")
)

func desc(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc(name, help, labels, nil)
}

// Describe implements prometheus.Collector.
func (c *centreMeter) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{
		headDesc, ownerDesc, commandsDesc, commitsDesc, commitDesc, answerDesc, rebuildsDesc, waitingDesc, longestDesc, agentsDesc, readersDesc, divergedDesc, clockLeadDesc,
	} {
		ch <- d
	}
}

// Collect implements prometheus.Collector.
func (c *centreMeter) Collect(ch chan<- prometheus.Metric) {
	f := c.app.Centre.Figures()
	gauge := func(d *prometheus.Desc, v float64, labels ...string) {
		ch <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}
	counter := func(d *prometheus.Desc, v int64, labels ...string) {
		ch <- prometheus.MustNewConstMetric(d, prometheus.CounterValue, float64(v), labels...)
	}
	gauge(headDesc, float64(f.Head))
	gauge(ownerDesc, map[bool]float64{true: 1}[f.Owner])
	counter(commandsDesc, f.Commands, "done")
	counter(commandsDesc, f.Refused, "refused")
	counter(commandsDesc, f.Repeated, "repeated")
	counter(commandsDesc, f.Exhausted, "exhausted")
	counter(commitsDesc, f.Commits, "true")
	counter(commitsDesc, f.CommitsFailed, "false")
	counter(rebuildsDesc, f.Rebuilds)
	counter(divergedDesc, f.Diverged)
	gauge(clockLeadDesc, f.ClockAhead.Seconds())
	gauge(readersDesc, float64(c.app.Centre.Hub().Figures().Readers))
	ch <- histogram(commitDesc, f.CommitTime)
	ch <- histogram(answerDesc, f.AnswerTime)
	c.present(gauge)
}

func histogram(d *prometheus.Desc, h live.Histogram) prometheus.Metric {
	buckets := map[float64]uint64{}
	var total uint64
	for i, b := range live.CommitBounds {
		total += uint64(h.Counts[i])
		buckets[b.Seconds()] = total
	}
	total += uint64(h.Counts[len(live.CommitBounds)])
	return prometheus.MustNewConstHistogram(d, total, h.Sum.Seconds(), buckets)
}

// present reads the queues and agents when this node owns the centre.
func (c *centreMeter) present(gauge func(*prometheus.Desc, float64, ...string)) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	states := map[string]int{}
	book := c.app.Rules.Book()
	_ = c.app.Centre.View(ctx, func(v *live.View) error {
		v.Engine().EachAgent(func(a *routing.AgentView) bool {
			states[a.State.String()]++
			return true
		})
		v.Engine().EachQueue(func(q *routing.QueueView) bool {
			if s := book.Queue(q.ID); s != nil {
				gauge(waitingDesc, float64(q.Counts[routing.InQueue]), s.Key)
				gauge(longestDesc, float64(q.LongestMS)/1000, s.Key)
			}
			return true
		})
		return nil
	})
	for state, n := range states {
		gauge(agentsDesc, float64(n), state)
	}
}

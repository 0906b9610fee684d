package load

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"sentral/internal/centre"
	"sentral/internal/stat"
)

// visit is one customer's visit as the seed has it.
type visit struct {
	at     time.Duration // after the run began
	queue  centre.QueueID
	turns  int             // answers of the agent; the customer writes once more than that, less one
	think  []time.Duration // before each message, agent's and customer's in turn
	survey bool            // answers the two questions afterwards
	oks    int
}

// plan draws the visits: a Poisson process, evenly over the queues, with thinking times around the mean.
func plan(o Options) []visit {
	arrivals, doings := stat.Stream(o.Seed, "load arrivals"), stat.Stream(o.Seed, "load visits")
	var out []visit
	end := o.WarmUp + o.Duration
	for at := time.Duration(0); ; {
		at += time.Duration(arrivals.Exponential(1/o.Rate) * float64(time.Second))
		if at >= end {
			return out
		}
		own := doings.Split(uint64(len(out)))
		v := visit{at: at, queue: o.Node.Queues[own.IntN(len(o.Node.Queues))], turns: o.Turns, survey: own.Bool(.4), oks: 1 + own.IntN(6)}
		for range 2 * o.Turns {
			v.think = append(v.think, time.Duration((.5+own.Float64())*float64(o.Think)))
		}
		out = append(out, v)
	}
}

func runName() string { return strconv.FormatInt(time.Now().UnixNano(), 36) }

// key names one message of the run, so that the other side knows it again.
func (c *crowd) key(side string, visit, turn int) string {
	return fmt.Sprintf("load-%s-%s-%d-%d", c.run, side, visit, turn)
}

// keyed reads a key of this run.
func (c *crowd) keyed(key string) (visit, turn int, ok bool) {
	parts := strings.Split(key, "-")
	if len(parts) != 5 || parts[0] != "load" || parts[1] != c.run {
		return 0, 0, false
	}
	visit, err := strconv.Atoi(parts[3])
	if err != nil || visit < 0 || visit >= len(c.visits) {
		return 0, 0, false
	}
	turn, err = strconv.Atoi(parts[4])
	return visit, turn, err == nil
}

// customerName carries the visit to the desk, where the offer shows it.
const customerName = "Kunde "

func (c *crowd) named(name string) (visit int, ok bool) {
	visit, err := strconv.Atoi(strings.TrimPrefix(name, customerName))
	return visit, err == nil && visit >= 0 && visit < len(c.visits)
}

var words = [...]string{
	"Hei! Fakturaen for oktober er nesten dobbelt så høy som vanlig. Kan det stemme?",
	"Hei! Det forstår jeg at du stusser på. Jeg ser at forbruket er stipulert. Kan du lese av måleren for meg?",
	"Ja, den står på 48 213.",
	"Takk! Da regner jeg om. Du får en kreditnota på 612 kroner og en ny faktura i morgen.",
	"Så bra, tusen takk!",
}

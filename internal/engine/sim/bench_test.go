package sim

import (
	"fmt"
	"testing"
	"time"
)

// BenchmarkDay plays one day after another on one core, auditor and faults off. events/s is the figure of the goal.
func BenchmarkDay(b *testing.B) {
	for _, c := range []*Centre{Textbook(50, 48, time.Minute, time.Minute, 2*time.Minute), Demo(), Large(700)} {
		b.Run(fmt.Sprintf("%d agents %s", len(c.Agents), c.Name), func(b *testing.B) {
			p := newPlayer(c, Options{Days: 1})
			p.play(1)
			events := int64(0)
			b.ReportAllocs()
			for seed := uint64(2); b.Loop(); seed++ {
				events += p.play(seed).Events
			}
			b.ReportMetric(float64(events)/b.Elapsed().Seconds(), "events/s")
			b.ReportMetric(float64(events)/float64(b.N), "events/day")
		})
	}
}

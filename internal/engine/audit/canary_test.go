package audit_test

import (
	"context"
	"testing"

	"sentral/internal/engine/audit"
	"sentral/internal/engine/sim"
)

// TestEveryCanaryIsHeard breaks each law once, in what the auditor is shown of a real day, and wants that very law named first.
func TestEveryCanaryIsHeard(t *testing.T) {
	for _, name := range audit.Canaries() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			centre := sim.Large(60)
			if name == audit.DoorsHold.String() {
				// Customers who come before the doors open are turned away.
				for i := range centre.Hours {
					centre.Hours[i].From += centre.Traffic[0].Interval
				}
			}
			report, err := sim.Study{Centre: centre, Seed: 11, Runs: 1, Workers: 1, Options: sim.Options{Days: 1, Audit: true, Canary: name}}.Do(context.Background())
			if err != nil {
				t.Fatal(err)
			}
			breaches := report.Runs[0].Breaches
			if len(breaches) == 0 {
				t.Fatalf("law %s was broken on purpose and nobody noticed", name)
			}
			// A contact that is kept in the book is missed by other laws too, and perhaps sooner; the rest must be the first thing said.
			for _, b := range breaches {
				if b.Law.String() == name && (b.Event == breaches[0].Event || name == audit.Conservation.String()) {
					return
				}
			}
			t.Errorf("law %s was broken, the auditor says %v", name, breaches[0])
		})
	}
}

// TestWithoutACanaryAllIsQuiet is the other half of the alarm: the same day undoctored breaks no law.
func TestWithoutACanaryAllIsQuiet(t *testing.T) {
	report, err := sim.Study{Centre: sim.Large(60), Seed: 11, Runs: 2, Workers: 2, Options: sim.Options{Days: 1, Audit: true}}.Do(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range report.Runs {
		for _, b := range r.Breaches {
			t.Error(b)
		}
	}
}

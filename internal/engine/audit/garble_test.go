package audit_test

import (
	"slices"
	"testing"

	"sentral/internal/centre"
	"sentral/internal/engine/audit"
	"sentral/internal/engine/routing"
	"sentral/internal/engine/sim"
	"sentral/internal/stat"
)

// garble spoils one decision of a step in one of many ways.
func garble(r *stat.Rand, ds []routing.Decision) []routing.Decision {
	if len(ds) == 0 {
		return append(ds, routing.Decision{Kind: routing.DecisionKind(r.IntN(30)), Contact: centre.ContactID(r.IntN(50)), Agent: centre.AgentID(r.IntN(60))})
	}
	i := r.IntN(len(ds))
	d := &ds[i]
	switch r.IntN(9) {
	case 0:
		return slices.Delete(ds, i, i+1)
	case 1:
		return slices.Insert(ds, i, *d)
	case 2:
		d.Kind = routing.DecisionKind(r.IntN(30))
	case 3:
		d.Contact = centre.ContactID(r.IntN(3000) - 5)
	case 4:
		d.Agent = centre.AgentID(r.IntN(60) - 5)
	case 5:
		d.Offer = centre.OfferID(r.IntN(3000))
	case 6:
		d.Queue = centre.QueueID(r.IntN(60) - 5)
	case 7:
		d.Consult = !d.Consult
	default:
		d.End, d.How = routing.OfferEnd(r.IntN(8)), routing.Ending(r.IntN(9))
		d.Until += centre.Instant(r.IntN(100_000) - 50_000)
	}
	return ds
}

// Goal: an auditor that is shown nonsense complains of it and stays upright.
func TestAuditorSurvivesNonsense(t *testing.T) {
	for seed := uint64(1); seed <= 8; seed++ {
		r := stat.Stream(seed, "garble")
		auditor, engine, spoilt := audit.New(seed), routing.New(), 0
		show := func(e *routing.Event, ds []routing.Decision) {
			engine.Step(*e)
			ds = slices.Clone(ds)
			if r.Bool(0.01) {
				ds = garble(r, ds)
				spoilt++
			}
			auditor.Step(e, ds, engine)
		}
		if _, err := sim.Record(sim.Large(30), seed, sim.Options{Days: 1, Faults: sim.UsualFaults()}, show); err != nil {
			t.Fatal(err)
		}
		auditor.Finish(engine)
		if broken, breaches := auditor.Broken(); broken < spoilt/4 || len(breaches) == 0 {
			t.Errorf("seed %d: %d decisions were spoilt, %d breaches found", seed, spoilt, broken)
		}
	}
}

package sim

import (
	"fmt"
	"testing"

	"sentral/internal/engine/routing"
)

// Goal: what the simulated people do reaches every kind of event, decision, rule, ending, end of an offer, state and reason for overtaking.
func TestSimulationReachesEverything(t *testing.T) {
	seen := map[string]int{}
	o := Options{Days: 1, Faults: UsualFaults(), trace: func(_ int64, e *routing.Event, ds []routing.Decision) {
		refused := false
		for i := range ds {
			d := &ds[i]
			seen["decision "+d.Kind.String()]++
			switch d.Kind {
			case routing.Refused:
				refused = true
				seen["refused "+d.Code.String()]++
			case routing.Offered:
				seen["rule "+d.Why.Rule.String()]++
				seen["overtaken by "+d.Why.OvertakenBy.String()]++
				seen[fmt.Sprintf("step %d", d.Why.Step)]++
			case routing.OfferEnded:
				seen["end "+d.End.String()]++
			case routing.Closed:
				seen["ending "+d.How.String()]++
			case routing.AgentChanged:
				seen["state "+d.State.String()]++
				seen["status "+d.Status.String()]++
			}
		}
		if !refused {
			seen["event "+e.Kind.String()]++
		}
	}}
	p := newPlayer(Large(80), o)
	for seed := range uint64(6) {
		p.play(seed + 1)
	}
	var want []string
	for k := routing.SettingsChanged; k <= routing.Placed; k++ {
		want = append(want, "event "+k.String())
	}
	for k := routing.Queued; k <= routing.PromiseMoved; k++ {
		want = append(want, "decision "+k.String())
	}
	for r := routing.BestFit; r <= routing.HeldRule; r++ {
		want = append(want, "rule "+r.String())
	}
	for e := routing.OfferAccepted; e <= routing.OfferWithdrawn; e++ {
		want = append(want, "end "+e.String())
	}
	for e := routing.Done; e <= routing.ClosedUnanswered; e++ {
		want = append(want, "ending "+e.String())
	}
	for s := routing.Gone; s <= routing.Lost; s++ {
		want = append(want, "state "+s.String())
	}
	for s := routing.Offline; s <= routing.Away; s++ {
		want = append(want, "status "+s.String())
	}
	for _, c := range []routing.Code{routing.NotQualified, routing.ExcludedAgent, routing.ReservedFor, routing.NotYetDue, routing.NoRoom, routing.NotReachable} {
		want = append(want, "overtaken by "+c.String())
	}
	for _, c := range []routing.Code{
		routing.UnknownContact, routing.UnknownAgent, routing.UnknownQueue, routing.UnknownTeam, routing.OfferOver, routing.NotYours, routing.WrongState,
		routing.AlreadyThere, routing.InConversation, routing.BadTarget, routing.NotDeferred, routing.TooLong, routing.ContactOver, routing.StaleSettings,
		routing.NoRoom, routing.NotReachable,
	} {
		want = append(want, "refused "+c.String())
	}
	for _, w := range append(want, "step 0", "step 1", "step 2", "step 3") {
		if seen[w] == 0 {
			t.Errorf("never seen: %s", w)
		}
	}
}

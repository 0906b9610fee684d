package sim

import "sentral/internal/centre"

// compiled holds a centre's distributions ready to draw from.
type compiled struct {
	patience         []patience // of each stream of arrivals
	handling, wrapUp []law

	answer, notice, late, pauseEvery, pause, lostEvery, lostFor       law
	lineEvery, lineFor, placeEvery                                    law
	profileEvery, leverEvery, ruleEvery                               law
	consultIn, snoozeFor, selfAfter, askAfter, window, ring, redialIn law

	conclusions bool     // some conversation may end otherwise than by Ended
	calls       []uint16 // the streams of calls, for those that agents place
}

func compile(c *Centre) compiled {
	b := &c.Behaviour
	out := compiled{
		answer: lawOf(b.Answer), notice: lawOf(b.Notice), late: lawOf(b.Late), pauseEvery: lawOf(b.PauseEvery), pause: lawOf(b.Pause),
		lineEvery: lawOf(b.LineEvery), lineFor: lawOf(b.LineFor), placeEvery: lawOf(b.PlaceEvery),
		lostEvery: lawOf(b.LostEvery), lostFor: lawOf(b.LostFor), profileEvery: lawOf(b.ProfileEvery), leverEvery: lawOf(b.LeverEvery),
		ruleEvery: lawOf(b.RuleEvery), consultIn: lawOf(b.ConsultIn), snoozeFor: lawOf(b.SnoozeFor), selfAfter: lawOf(b.SelfAfter),
		askAfter: lawOf(b.AskAfter), window: lawOf(b.Window), ring: lawOf(b.Ring), redialIn: lawOf(b.RedialIn),
		conclusions: b.Transfer+b.Requeue+b.HangUp+b.Snooze+b.Consult > 0,
	}
	for i := range c.Traffic {
		t := &c.Traffic[i]
		if t.Channel == centre.Phone {
			out.calls = append(out.calls, uint16(i))
		}
		out.patience = append(out.patience, patienceOf(t.Patience))
		out.handling = append(out.handling, lawOf(t.Handling))
		out.wrapUp = append(out.wrapUp, lawOf(t.WrapUp))
	}
	return out
}

package routing

import (
	"encoding/json"
	"math/bits"
)

// mix folds two words into one; every bit of both matters to every bit of the result.
func mix(a, b uint64) uint64 {
	hi, lo := bits.Mul64(a^0xa0761d6478bd642f, b^0xe7037ed1a0b428db)
	return hi ^ lo
}

func (e *Engine) fold(a, b uint64) { e.digest = mix(e.digest^a, b) + a }

// The odd numbers that keep the fields of one event or decision apart when they are summed into a word.
const (
	odd1 = 0x9fb21c651e98df25
	odd2 = 0xd6e8feb86659fd93
	odd3 = 0xff51afd7ed558ccd
	odd4 = 0xc4ceb9fe1a85ec53
	odd5 = 0x2545f4914f6cdd1d
	odd6 = 0x9e3779b97f4a7c15
)

func pair(a, b int32) uint64 { return uint64(uint32(a)) | uint64(uint32(b))<<32 }

func bit(b bool) uint64 {
	if b {
		return 1
	}
	return 0
}

// digestEvent folds an event into the rolling digest: every field, or for the commonest kinds those that they read.
func (e *Engine) digestEvent(ev *Event) {
	switch ev.Kind {
	case Woke, Accepted, Declined, Ended, Abandoned:
		e.fold(uint64(ev.Kind)+uint64(ev.Agent)<<8, uint64(ev.Contact)*odd5+uint64(ev.Offer)*odd6+uint64(ev.At))
		return
	}
	small := uint64(ev.Kind) | uint64(ev.Channel)<<8 | uint64(ev.Status)<<16 | uint64(ev.Priority)<<24 | uint64(ev.NeedCount)<<32 |
		uint64(ev.Target)<<40 | uint64(ev.Outcome)<<48 | bit(ev.Force)<<56 | bit(ev.Reached)<<57
	who := pair(int32(ev.Agent), int32(ev.Queue))*odd1 + pair(int32(ev.ToAgent), int32(ev.LastAgent))*odd2 +
		pair(int32(ev.Team), int32(ev.Pause))*odd3 + pair(int32(ev.Reason), ev.Count)*odd4
	what := uint64(ev.Contact)*odd5 + uint64(ev.Offer)*odd6 + uint64(ev.Until)*odd1 + uint64(ev.Credit)*odd2 + uint64(ev.At)
	e.fold(small+who, what)
	for i := range min(int(ev.NeedCount), MaxNeeds) {
		e.fold(uint64(uint32(ev.Needs[i].Skill)), uint64(ev.Needs[i].Level))
	}
	if ev.Settings != nil {
		book, err := json.Marshal(ev.Settings)
		must(err == nil, "L21: rules are plain data")
		e.told, e.digest = book, sum(e.digest, book)
	}
	if ev.Profile != nil {
		c := &codec{b: e.hashed[:0]}
		ev.Profile.state(c)
		e.hashed = c.b[:0]
		e.digest = sum(e.digest, c.b)
	}
}

// sum folds bytes into a digest.
func sum(h uint64, b []byte) uint64 {
	h = mix(h, uint64(len(b)))
	for len(b) >= 8 {
		h = mix(h^le64(b), 0x9e3779b97f4a7c15) + 1
		b = b[8:]
	}
	var last [8]byte
	copy(last[:], b)
	return mix(h^le64(last[:]), 0x9e3779b97f4a7c15)
}

func le64(b []byte) uint64 {
	return uint64(b[0]) | uint64(b[1])<<8 | uint64(b[2])<<16 | uint64(b[3])<<24 | uint64(b[4])<<32 | uint64(b[5])<<40 | uint64(b[6])<<48 | uint64(b[7])<<56
}

// digestDecisions folds every field of the step's decisions into the rolling digest.
func (e *Engine) digestDecisions() {
	for i := range e.out {
		d := &e.out[i]
		if d.Kind == AgentChanged {
			e.fold(uint64(d.Kind)+uint64(d.Agent)<<8, uint64(d.Status)|uint64(d.State)<<8|uint64(d.Pause)<<16)
			continue
		}
		small := uint64(d.Kind) | uint64(d.Code)<<8 | uint64(d.End)<<16 | uint64(d.How)<<24 | uint64(d.Channel)<<32 | uint64(d.Status)<<40 |
			uint64(d.State)<<48 | uint64(d.Outcome)<<56
		who := pair(int32(d.Agent), int32(d.Queue))*odd1 + pair(int32(d.Team), int32(d.Pause))*odd2 + pair(int32(d.Reason), d.Count)*odd3
		what := uint64(d.Contact)*odd4 + (uint64(d.Offer)^bit(d.Consult)<<63)*odd5 + uint64(d.At)*odd6 + uint64(d.Until)
		e.fold(small+who, what)
		if d.Why.Rule != NoRule {
			w := &d.Why
			how := uint64(w.Rule) | uint64(w.Step)<<8 | uint64(w.OvertakenBy)<<16 | uint64(uint32(w.Fit))<<32
			e.fold(how+pair(w.Load, w.Candidates)*odd1, uint64(w.WaitedMS)*odd2+uint64(w.FreeMS)*odd3+uint64(w.Score)*odd4+uint64(w.Overtaken)*odd5)
		}
	}
}

package board

import (
	"encoding/json"

	"sentral/internal/centre"
	"sentral/internal/engine/journal"
	"sentral/internal/quality/index"
	"sentral/internal/stat"
)

// factAnswered is the log's word for a survey answer.
const factAnswered = "survey_answer"

// answered is what the board reads of such an entry.
type answered struct {
	Queue   centre.QueueID   `json:"queue"`
	Team    centre.TeamID    `json:"team"`
	Partner centre.PartnerID `json:"partner"`
	OKS     int              `json:"oks"`
	Solved  string           `json:"solved"`
}

// voice is one customer's latest answer.
type voice struct {
	place  place
	oks    int
	solved string
}

// opinion is the answers of one place, today.
type opinion struct {
	oks    [7]int // by answer, 1-6
	solved int
	asked  int // answered the second question, with whatever
}

func (o *opinion) add(v voice, n int) {
	if v.oks >= 1 && v.oks <= 6 {
		o.oks[v.oks] += n
	}
	switch v.solved {
	case "yes":
		o.solved += n
		o.asked += n
	case "no", "dont_know":
		o.asked += n
	}
}

func (o *opinion) merge(p *opinion) {
	for i := range o.oks {
		o.oks[i] += p.oks[i]
	}
	o.solved += p.solved
	o.asked += p.asked
}

// hear takes a survey answer from the log.
func (s *sheet) hear(e *journal.Entry) error {
	var a answered
	if err := json.Unmarshal(e.Payload, &a); err != nil {
		return centre.Errorf(centre.Internal, "board: entry %d: %w", e.Seq, err)
	}
	s.say(e.Contact, voice{place{a.Queue, a.Team, a.Partner}, a.OKS, a.Solved})
	return nil
}

// say enters an answer; a later one about the same contact takes its place.
func (s *sheet) say(id centre.ContactID, v voice) {
	if old, ok := s.voices[id]; ok {
		s.heard[old.place].add(old, -1)
	}
	s.voices[id] = v
	if s.heard[v.place] == nil {
		s.heard[v.place] = &opinion{}
	}
	s.heard[v.place].add(v, 1)
	s.version++
}

// Fewer answers than these show no mean, and no interval.
const (
	fewForMean     = 3
	fewForInterval = 5
	surveyLevel    = 0.95
)

// perceived is OKS on 0 to 100 with Student's t interval. Answers that are all alike do not tell how far they may be off, and get none.
func (o *opinion) perceived() Answered {
	var values []float64
	kinds := 0
	for x, n := range o.oks {
		if n > 0 {
			kinds++
		}
		for range n {
			values = append(values, index.OKSScale.Rescale(float64(x)))
		}
	}
	out := Answered{N: len(values)}
	if out.N < fewForMean {
		return out
	}
	e, err := stat.MeanT(values, surveyLevel)
	if err != nil {
		return out
	}
	out.Mean = new(e.Value)
	if out.N >= fewForInterval && kinds > 1 {
		ci := e.CI.Clamp(0, 100)
		out.Low, out.High = new(ci.Low), new(ci.High)
	}
	return out
}

// solution is the share whose matter was solved, in hundredths, of everybody who answered the question: "don't know" is not a yes.
func (o *opinion) solution() Answered {
	out := Answered{N: o.asked}
	if out.N < fewForMean {
		return out
	}
	out.Mean = new(100 * float64(o.solved) / float64(o.asked))
	if ci, err := stat.Wilson(float64(o.solved), float64(o.asked), surveyLevel); err == nil && out.N >= fewForInterval {
		out.Low, out.High = new(100*ci.Low), new(100*ci.High)
	}
	return out
}

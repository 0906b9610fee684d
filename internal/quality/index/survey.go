package index

import (
	"math"
	"time"

	"sentral/internal/centre"
	"sentral/internal/stat"
)

// fewAnswers is the number under which a mean's interval comes from the bootstrap, not from Student's t.
const fewAnswers = 30

// MeanFigure is a mean with its interval. CI is nil, with the reason, where the answers cannot give one.
type MeanFigure struct {
	Value  float64        `json:"value"`
	SE     float64        `json:"se"`
	CI     *stat.Interval `json:"ci,omitempty"`
	Method string         `json:"method,omitempty"` // t, bca, cluster
	Reason string         `json:"reason,omitempty"`
}

// OKSScale is the scale of the OKS item and its driver items.
var OKSScale = Scale{Low: 1, High: 6}

// SurveyOptions settle a survey measure; the zero value gives 95 % intervals and counts every answer once.
type SurveyOptions struct {
	Level   float64   // 0 means 0.95
	Weights []float64 // a survey weight an answer, such as 1/(eligible contacts of the person) for a figure per person; nil: all alike
	Cluster []int     // a label an answer, such as the customer or the agent, whose answers resemble one another; nil: none
	Seed    uint64    // of the bootstrap that few answers need
}

func (o SurveyOptions) level() float64 {
	if o.Level == 0 {
		return 0.95
	}
	return o.Level
}

// OKS is perceived customer service by our own definition: the mean of s over the answers to "how satisfied are you, all in all, with
// the service you got?", with the shares of the two best and the two worst answers. Unweighted it is per contact; with weights
// 1/(eligible contacts of the person) it is per person. The two must not be compared without saying so.
type OKS struct {
	N       int         `json:"n"`
	EffN    float64     `json:"effective_n"` // Kish: (sum w)^2 / sum w^2; n without weights
	Mean    MeanFigure  `json:"oks"`         // 0-100
	Top2    ShareFigure `json:"top2"`
	Bottom2 ShareFigure `json:"bottom2"`
}

// PerceivedService reckons OKS of answers on the scale, which is OKSScale unless a question version says otherwise.
func PerceivedService(answers []float64, s Scale, o SurveyOptions) (OKS, error) {
	if err := s.checkAnswers(answers); err != nil {
		return OKS{}, centre.Errorf(centre.Invalid, "OKS: %w", err)
	}
	scaled := make([]float64, len(answers))
	for i, x := range answers {
		scaled[i] = s.Rescale(x)
	}
	out := OKS{N: len(answers), EffN: effective(o.Weights, len(answers))}
	var err error
	if out.Mean, err = meanFigure(scaled, Scale{0, 100}, o); err != nil {
		return OKS{}, centre.Errorf(centre.Invalid, "OKS: %w", err)
	}
	if out.Top2, err = shareFigure("top2", answers, func(x float64) bool { return x >= s.High-1 }, o); err != nil {
		return OKS{}, err
	}
	out.Bottom2, err = shareFigure("bottom2", answers, func(x float64) bool { return x <= s.Low+1 }, o)
	return out, err
}

// PersonWeights makes the weights of a figure per person: 1/(eligible contacts of that person in the window), one an answer.
func PersonWeights(eligible []int) ([]float64, error) {
	out := make([]float64, len(eligible))
	for i, n := range eligible {
		if n < 1 {
			return nil, centre.Errorf(centre.Invalid, "answer %d comes from a person with %d eligible contacts: want at least 1", i+1, n)
		}
		out[i] = 1 / float64(n)
	}
	return out, nil
}

// Provisional tells whether a day's figure may still change: late answerers differ, so it is provisional until the answer window that
// opened at the day's end has closed. A window of 0 means 7 days.
func Provisional(dayEnd, now centre.Instant, window time.Duration) bool {
	if window == 0 {
		window = 7 * 24 * time.Hour
	}
	return now < dayEnd.Add(window)
}

// Satisfied is CSAT: the share of answers from topFrom up (4 on 1-5). The mean of the scale is another number: see MeanScore.
func Satisfied(answers []float64, s Scale, topFrom float64, o SurveyOptions) (ShareFigure, error) {
	if err := s.checkAnswers(answers); err != nil {
		return ShareFigure{}, centre.Errorf(centre.Invalid, "CSAT: %w", err)
	}
	if !(topFrom > s.Low && topFrom <= s.High) {
		return ShareFigure{}, centre.Errorf(centre.Invalid, "CSAT: the top answers begin at %v: want more than %v and at most %v", topFrom, s.Low, s.High)
	}
	return shareFigure("CSAT", answers, func(x float64) bool { return x >= topFrom }, o)
}

// MeanScore is the mean of s, 0-100, over answers on any scale: the form in which different questions can be set side by side.
func MeanScore(answers []float64, s Scale, o SurveyOptions) (MeanFigure, error) {
	if err := s.checkAnswers(answers); err != nil {
		return MeanFigure{}, err
	}
	scaled := make([]float64, len(answers))
	for i, x := range answers {
		scaled[i] = s.Rescale(x)
	}
	return meanFigure(scaled, Scale{0, 100}, o)
}

// CESScale is the scale of CES 2.0, on which high is easy. CES 1.0 (1-5, low is easy) is another measure and must not be mixed in.
var CESScale = Scale{Low: 1, High: 7}

// CES is CES 2.0, "it was easy to get help with my matter", 1-7.
type CES struct {
	N    int         `json:"n"`
	Mean MeanFigure  `json:"ces"`   // 1-7
	S    float64     `json:"s"`     // the same mean on 0-100
	Easy ShareFigure `json:"share"` // answers 5-7
}

// Effort reckons CES 2.0.
func Effort(answers []float64, o SurveyOptions) (CES, error) {
	if err := CESScale.checkAnswers(answers); err != nil {
		return CES{}, centre.Errorf(centre.Invalid, "CES: %w", err)
	}
	mean, err := meanFigure(answers, CESScale, o)
	if err != nil {
		return CES{}, centre.Errorf(centre.Invalid, "CES: %w", err)
	}
	easy, err := shareFigure("easy", answers, func(x float64) bool { return x >= 5 }, o)
	return CES{N: len(answers), Mean: mean, S: CESScale.Rescale(mean.Value), Easy: easy}, err
}

// NPS is the net promoter score, 100 times the share of promoters (9-10) less that of detractors (0-6); eNPS is the same asked of
// the staff.
type NPS struct {
	N          int           `json:"n"`
	Promoters  int           `json:"promoters"`
	Passives   int           `json:"passives"`
	Detractors int           `json:"detractors"`
	Value      float64       `json:"value"`
	SE         float64       `json:"se"` // of 100(P-D), divisor n
	CI         stat.Interval `json:"ci"`
	Method     string        `json:"method"` // normal, or adjusted: 3/4 promoter, 3/2 passive and 3/4 detractor added first (Rocks 2016)
}

// NetPromoter reckons NPS of answers 0-10. Under 30 answers, or with fewer than 5 promoters or detractors, the interval is the
// adjusted one.
func NetPromoter(answers []float64, o SurveyOptions) (NPS, error) {
	if err := (Scale{0, 10}).checkAnswers(answers); err != nil {
		return NPS{}, centre.Errorf(centre.Invalid, "NPS: %w", err)
	}
	var out NPS
	for _, x := range answers {
		switch {
		case x >= 9:
			out.Promoters++
		case x > 6:
			out.Passives++
		default:
			out.Detractors++
		}
	}
	return NetPromoterOf(out.Promoters, out.Passives, out.Detractors, o.level())
}

// NetPromoterOf is NetPromoter of counts.
func NetPromoterOf(promoters, passives, detractors int, level float64) (NPS, error) {
	out := NPS{N: promoters + passives + detractors, Promoters: promoters, Passives: passives, Detractors: detractors, Method: "normal"}
	if promoters < 0 || passives < 0 || detractors < 0 || out.N == 0 {
		return NPS{}, centre.Errorf(centre.Invalid, "NPS of %d promoters, %d passives, %d detractors: want at least one answer and no negative count", promoters, passives, detractors)
	}
	if !(level > 0 && level < 1) {
		return NPS{}, centre.Errorf(centre.Invalid, "NPS: confidence level %v: want a number between 0 and 1", level)
	}
	net := func(p, d, n float64) (value, se float64) {
		p, d = p/n, d/n
		return 100 * (p - d), 100 * math.Sqrt((p+d-(p-d)*(p-d))/n)
	}
	p, d, n := float64(promoters), float64(detractors), float64(out.N)
	out.Value, out.SE = net(p, d, n)
	middle, se := out.Value, out.SE
	if out.N < fewAnswers || min(promoters, detractors) < 5 {
		out.Method = "adjusted"
		middle, se = net(p+0.75, d+0.75, n+3)
	}
	half := stat.Z(level) * se
	out.CI = stat.Interval{Low: middle - half, High: middle + half}.Clamp(-100, 100)
	return out, nil
}

// NPSDifference is a - b with its normal interval: the root of the summed variances.
func NPSDifference(a, b NPS, level float64) (difference float64, ci stat.Interval) {
	half := stat.Z(level) * math.Hypot(a.SE, b.SE)
	d := a.Value - b.Value
	return d, stat.Interval{Low: d - half, High: d + half}
}

// Response counts what became of invitations.
type Response struct {
	Complete int // I
	Partial  int // P
	Refused  int // R: opted out
	Silent   int // NC: delivered, no answer
	Other    int // O: could not answer
	Unknown  int // U: not known to have been delivered
}

// ResponseRates are AAPOR's RR1, RR2, RR5 and RR6: complete answers, and complete with partial, over everybody invited or over those
// known to be reached.
type ResponseRates struct {
	RR1, RR2, RR5, RR6 ShareFigure
}

// Rates reckons the response rates.
func (r Response) Rates(level float64) (out ResponseRates, err error) {
	reached := r.Complete + r.Partial + r.Refused + r.Silent + r.Other
	for _, f := range []struct {
		to        *ShareFigure
		name      string
		count, of int
	}{
		{&out.RR1, "RR1", r.Complete, reached + r.Unknown}, {&out.RR2, "RR2", r.Complete + r.Partial, reached + r.Unknown},
		{&out.RR5, "RR5", r.Complete, reached}, {&out.RR6, "RR6", r.Complete + r.Partial, reached},
	} {
		if *f.to, err = newShare(f.name, f.count, f.of, level); err != nil {
			return out, err
		}
	}
	return out, nil
}

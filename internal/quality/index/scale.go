package index

import (
	"math"

	"sentral/internal/centre"
)

// Scale is an answer scale by its two ends, such as 1 and 6. The ends belong to the question's version, never to the answers seen.
type Scale struct {
	Low, High float64
}

// Check refuses ends that are not rising.
func (s Scale) Check() error {
	if !(s.Low < s.High) || math.IsInf(s.High-s.Low, 0) {
		return centre.Errorf(centre.Invalid, "scale %v to %v: the low end must lie under the high end", s.Low, s.High)
	}
	return nil
}

// Contains tells whether x lies on the scale, ends included.
func (s Scale) Contains(x float64) bool { return x >= s.Low && x <= s.High }

// Rescale gives s = (x-a)/(b-a)*100: the answer x on 0 to 100.
func (s Scale) Rescale(x float64) float64 { return (x - s.Low) / (s.High - s.Low) * 100 }

// checkAnswers refuses answers off the scale, and none at all.
func (s Scale) checkAnswers(answers []float64) error {
	if err := s.Check(); err != nil {
		return err
	}
	if len(answers) == 0 {
		return centre.Errorf(centre.Invalid, "nobody answered")
	}
	for i, x := range answers {
		if !s.Contains(x) {
			return centre.Errorf(centre.Invalid, "answer %d is %v: want %v to %v", i+1, x, s.Low, s.High)
		}
	}
	return nil
}

package stat

import (
	"math"

	"sentral/internal/centre"
)

// CusumPoint is one step of a two-sided cumulative sum.
type CusumPoint struct {
	Value float64 `json:"value"`
	High  float64 `json:"high"`  // S+ = max(0, S+ + value - target - k)
	Low   float64 `json:"low"`   // S- = max(0, S- + target - k - value)
	Fired []Rule  `json:"fired"` // CusumHigh or CusumLow while the sum exceeds h
}

// CusumChart is a cumulative-sum chart with its first alarm.
type CusumChart struct {
	Points []CusumPoint `json:"points"`
	Signal int          `json:"signal"` // index of the first alarm, -1 without
	Since  int          `json:"since"`  // index of the point after which the sum that alarmed was last zero: when the shift likely began
	Shift  float64      `json:"shift"`  // estimated size of the shift at the alarm: k + S/(points since); signed
}

// Cusum finds lasting shifts too small for single points (Page 1954; NIST/SEMATECH e-Handbook 6.3.2.3). k is the allowance and h the
// alarm, both in the unit of the values: half a sigma and five sigma find a shift of one sigma in about ten points, at a false alarm
// in about 465. The sums are not reset at an alarm.
func Cusum(values []float64, target, k, h float64) (CusumChart, error) {
	if err := finite("value", values); err != nil {
		return CusumChart{}, err
	}
	if !(math.Abs(target) <= largest) || !atLeastZero(k) || !positive(h) {
		return CusumChart{}, centre.Errorf(centre.Invalid, "cusum with target %v, k %v, h %v: want finite numbers, k >= 0 and h > 0", target, k, h)
	}
	c := CusumChart{Signal: -1, Since: -1}
	high, low, highFrom, lowFrom := 0.0, 0.0, 0, 0
	for i, v := range values {
		if high == 0 {
			highFrom = i
		}
		if low == 0 {
			lowFrom = i
		}
		high, low = max(0, high+v-target-k), max(0, low+target-k-v)
		p := CusumPoint{Value: v, High: high, Low: low, Fired: []Rule{}}
		if high > h {
			p.Fired = append(p.Fired, CusumHigh)
		}
		if low > h {
			p.Fired = append(p.Fired, CusumLow)
		}
		if len(p.Fired) > 0 && c.Signal < 0 {
			c.Signal, c.Since, c.Shift = i, highFrom, k+high/float64(i-highFrom+1)
			if low > h {
				c.Since, c.Shift = lowFrom, -k-low/float64(i-lowFrom+1)
			}
		}
		c.Points = append(c.Points, p)
	}
	return c, nil
}

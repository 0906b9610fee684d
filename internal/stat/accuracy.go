package stat

import (
	"math"

	"sentral/internal/centre"
)

// WAPE is the weighted absolute percentage error sum|actual - forecast| / sum|actual|, as a share. It refuses a series that is zero
// throughout.
func WAPE(actual, forecast []float64) (float64, error) {
	if err := checkPairs(actual, forecast); err != nil {
		return 0, err
	}
	off, size := 0.0, 0.0
	for i, a := range actual {
		off += math.Abs(a - forecast[i])
		size += math.Abs(a)
	}
	if size < smallest {
		return 0, centre.Errorf(centre.Invalid, "WAPE of %d values that are all 0", len(actual))
	}
	return off / size, nil
}

// RMSE is the root of the mean squared error, in the unit of the values.
func RMSE(actual, forecast []float64) (float64, error) {
	if err := checkPairs(actual, forecast); err != nil {
		return 0, err
	}
	sum := 0.0
	for i, a := range actual {
		sum += (a - forecast[i]) * (a - forecast[i])
	}
	return math.Sqrt(sum / float64(len(actual))), nil
}

// Bias is the mean of forecast minus actual, in the unit of the values: positive where the forecast is too high.
func Bias(actual, forecast []float64) (float64, error) {
	if err := checkPairs(actual, forecast); err != nil {
		return 0, err
	}
	sum := 0.0
	for i, a := range actual {
		sum += forecast[i] - a
	}
	return sum / float64(len(actual)), nil
}

// PinballLoss is the loss of one quantile forecast at level tau (Koenker and Bassett 1978): tau*(actual-forecast) above it,
// (1-tau)*(forecast-actual) below.
func PinballLoss(actual, forecast, tau float64) float64 {
	if d := actual - forecast; d >= 0 {
		return tau * d
	} else {
		return (tau - 1) * d
	}
}

// Pinball is the mean loss over all values and quantile levels: forecast[q][i] is the quantile at taus[q] of actual[i]. Divided by
// the mean of the actual values it is the share of volume that error tables show.
func Pinball(actual []float64, forecast [][]float64, taus []float64) (float64, error) {
	if len(forecast) != len(taus) || len(taus) == 0 {
		return 0, centre.Errorf(centre.Invalid, "%d quantile forecasts for %d levels", len(forecast), len(taus))
	}
	total := 0.0
	for q, tau := range taus {
		if !(tau > 0 && tau < 1) {
			return 0, centre.Errorf(centre.Invalid, "quantile level %v: want between 0 and 1", tau)
		}
		if err := checkPairs(actual, forecast[q]); err != nil {
			return 0, err
		}
		for i, a := range actual {
			total += PinballLoss(a, forecast[q][i], tau)
		}
	}
	return total / float64(len(actual)*len(taus)), nil
}

// Coverage is the share of actual values that lie in low..high, ends included.
func Coverage(actual, low, high []float64) (float64, error) {
	if err := checkPairs(actual, low); err != nil {
		return 0, err
	}
	if err := checkPairs(actual, high); err != nil {
		return 0, err
	}
	inside := 0
	for i, a := range actual {
		if a >= low[i] && a <= high[i] {
			inside++
		}
	}
	return float64(inside) / float64(len(actual)), nil
}

// ReliabilityBin holds the forecasts of one stretch of probability.
type ReliabilityBin struct {
	Low      float64  `json:"low"`  // stretch Low..High of the forecast probability
	High     float64  `json:"high"` //
	N        int      `json:"n"`
	Forecast float64  `json:"forecast"` // mean forecast
	Observed float64  `json:"observed"` // share that happened
	CI       Interval `json:"ci"`       // Wilson interval of Observed
}

// BrierScore is how well probabilities foretold events.
type BrierScore struct {
	Score       float64          `json:"score"`       // mean (probability - event)^2: 0 is perfect
	Climatology float64          `json:"climatology"` // the score of always saying the overall share
	Skill       float64          `json:"skill"`       // 1 - Score/Climatology; 0 where all or none happened
	Reliability float64          `json:"reliability"` // Murphy (1973) over the bins: lower is better
	Resolution  float64          `json:"resolution"`  // higher is better
	Within      float64          `json:"within"`      // scatter of forecasts inside their bins: Score = Reliability - Resolution + Climatology + Within
	WorstGap    float64          `json:"worst_gap"`   // largest |forecast - observed| over the bins
	Bins        []ReliabilityBin `json:"bins"`        // those that hold a forecast
}

// Brier scores probabilities of events (Brier 1950) and sorts them into equal bins, ten when bins is 0, for the reliability table.
func Brier(probability []float64, event []bool, bins int, level float64) (BrierScore, error) {
	if bins == 0 {
		bins = 10
	}
	if bins < 1 || len(probability) == 0 || len(probability) != len(event) {
		return BrierScore{}, centre.Errorf(centre.Invalid, "Brier score of %d probabilities and %d events in %d bins: want as many of each, and a bin", len(probability), len(event), bins)
	}
	sums := make([]struct{ n, p, hit, square float64 }, bins)
	hits := 0.0
	var out BrierScore
	for i, p := range probability {
		if !(p >= 0 && p <= 1) {
			return BrierScore{}, centre.Errorf(centre.Invalid, "probability %d is %v: want 0 to 1", i+1, p)
		}
		b := &sums[min(int(p*float64(bins)), bins-1)]
		x := 0.0
		if event[i] {
			x = 1
		}
		b.n, b.p, b.hit, b.square = b.n+1, b.p+p, b.hit+x, b.square+(p-x)*(p-x)
		hits += x
		out.Score += (p - x) * (p - x)
	}
	n := float64(len(probability))
	overall := hits / n
	out.Score /= n
	out.Climatology = overall * (1 - overall)
	if out.Climatology > 0 {
		out.Skill = 1 - out.Score/out.Climatology
	}
	for i, b := range sums {
		if b.n == 0 {
			continue
		}
		forecast, observed := b.p/b.n, b.hit/b.n
		ci, err := Wilson(b.hit, b.n, level)
		if err != nil {
			return BrierScore{}, err
		}
		out.Reliability += b.n / n * (forecast - observed) * (forecast - observed)
		out.Resolution += b.n / n * (observed - overall) * (observed - overall)
		out.Within += (b.square - b.n*(forecast-observed)*(forecast-observed) - b.n*observed*(1-observed)) / n
		out.WorstGap = max(out.WorstGap, math.Abs(forecast-observed))
		out.Bins = append(out.Bins, ReliabilityBin{
			Low: float64(i) / float64(bins), High: float64(i+1) / float64(bins), N: int(b.n), Forecast: forecast, Observed: observed, CI: ci,
		})
	}
	return out, nil
}

func checkPairs(actual, forecast []float64) error {
	if len(actual) == 0 || len(actual) != len(forecast) {
		return centre.Errorf(centre.Invalid, "%d actual values with %d forecasts: want as many, and at least one", len(actual), len(forecast))
	}
	if err := finite("actual value", actual); err != nil {
		return err
	}
	return finite("forecast", forecast)
}

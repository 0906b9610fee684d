package stat_test

import (
	"math"
	"testing"

	"sentral/internal/stat"
)

func TestBenjaminiHochbergOf1995(t *testing.T) {
	p := []float64{.0001, .0004, .0019, .0095, .0201, .0278, .0298, .0344, .0459, .3240, .4262, .5719, .6528, .7590, 1}
	adjusted, err := stat.BenjaminiHochberg(p)
	must(t, adjusted, err)
	for i, want := range []float64{.0015, .003, .0095, .035625, .0603} {
		near(t, "adjusted", adjusted[i], want, 1e-12)
	}
	rejected := 0
	for _, a := range adjusted {
		if a <= .05 {
			rejected++
		}
	}
	if rejected != 4 {
		t.Errorf("%d rejected at .05, want 4", rejected)
	}
	shuffled, err := stat.BenjaminiHochberg([]float64{1, .0095, .0001, .5})
	must(t, shuffled, err)
	for i, want := range []float64{1, .019, .0004, 2.0 / 3} {
		near(t, "in the order given", shuffled[i], want, 1e-12)
	}
	_, err = stat.BenjaminiHochberg([]float64{.1, math.NaN()})
	refused(t, "a p-value that is no number", err)
}

func TestShrinkageOfTheEightSchools(t *testing.T) {
	s, err := stat.Shrink([]float64{28, 8, -3, 7, -1, 1, 18, 12}, []float64{15, 10, 16, 11, 9, 11, 10, 18})
	must(t, s, err)
	near(t, "mu", s.Mean, 7.6856, 5e-5)
	near(t, "se", s.SE, 4.0719, 5e-5)
	near(t, "Q", s.Q, 4.7071, 5e-5)
	near(t, "tau2", s.Tau2, 0, 0)
	ranks, err := s.Ranks(stat.Stream(1, "schools"), 0, 0.95)
	must(t, ranks, err)
	for i, r := range ranks {
		if r.CI[0] > 1 || r.CI[1] < 7 {
			t.Errorf("school %d has ranks %v: the eight schools cannot be told apart", i+1, r.CI)
		}
	}
	if ranks[0].Best < .15 || ranks[0].Best > .35 { // Gelman et al.: school A is best with probability about .25
		t.Errorf("school A is best with probability %v", ranks[0].Best)
	}
}

func TestShrinkageOfSixTeams(t *testing.T) {
	sd, n := []float64{20, 21, 22, 20, 23, 24}, []float64{420, 300, 95, 60, 240, 35}
	se := make([]float64, 6)
	for i := range se {
		se[i] = sd[i] / math.Sqrt(n[i])
	}
	s, err := stat.Shrink([]float64{78.2, 74.5, 71.0, 69.4, 66.1, 62.3}, se)
	must(t, s, err)
	near(t, "tau2", s.Tau2, 29.2187, 5e-5)
	near(t, "mu", s.Mean, 70.7829, 5e-5)
	for i, want := range []float64{77.966, 74.322, 70.968, 69.657, 66.428, 65.356} {
		near(t, "theta", s.Theta[i], want, 5e-4)
	}
	ranks, err := s.Ranks(stat.Stream(1, "teams"), 0, 0.95)
	must(t, ranks, err)
	if ranks[0].Rank != 1 || ranks[0].CI != [2]int{1, 1} || ranks[5].Rank != 6 || ranks[5].CI[1] != 6 || ranks[5].CI[0] < 3 {
		t.Errorf("first %+v, last %+v", ranks[0], ranks[5])
	}
	_, err = stat.Shrink([]float64{1, 2}, []float64{1, 0})
	refused(t, "standard error 0", err)
	_, err = stat.Shrink([]float64{1}, []float64{1})
	refused(t, "one group", err)
}

// The intervals of ranks must hold the true rank about as often as they say, whatever the groups' true spread.
func TestRankIntervalsCoverTheTruth(t *testing.T) {
	r := stat.Stream(77, "ranks")
	covered, total := 0, 0
	for trial := range 120 {
		const groups = 8
		spread := []float64{1, 4}[trial%2]
		truth, y, se := make([]float64, groups), make([]float64, groups), make([]float64, groups)
		for i := range truth {
			se[i] = 1 + 2*r.Float64()
			truth[i] = 70 + spread*r.Normal()
			y[i] = truth[i] + se[i]*r.Normal()
		}
		s, err := stat.Shrink(y, se)
		must(t, s, err)
		ranks, err := s.Ranks(r.Split(uint64(trial)), 400, 0.9)
		must(t, ranks, err)
		for i := range truth {
			rank := 1
			for j := range truth {
				if truth[j] > truth[i] {
					rank++
				}
			}
			total++
			if rank >= ranks[i].CI[0] && rank <= ranks[i].CI[1] {
				covered++
			}
		}
	}
	if share := float64(covered) / float64(total); share < .88 || share > .99 {
		t.Errorf("90 %% rank intervals cover %.3f", share)
	}
}

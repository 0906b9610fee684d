package stat_test

import (
	"errors"
	"math"
	"testing"

	"sentral/internal/stat"
)

func meanOf(values []float64) func(rows []int) (float64, error) {
	return func(rows []int) (float64, error) {
		s := 0.0
		for _, i := range rows {
			s += values[i]
		}
		return s / float64(len(rows)), nil
	}
}

// The law school data of Efron and Tibshirani (1993), table 3.1: correlation .776, bootstrap se about .132 with large B (their
// table 6.1), and BCa limits well under the percentile ones because the correlation is skewed.
func TestBootstrapOfTheLawSchools(t *testing.T) {
	lsat := []float64{576, 635, 558, 578, 666, 580, 555, 661, 651, 605, 653, 575, 545, 572, 594}
	gpa := []float64{3.39, 3.30, 2.81, 3.03, 3.44, 3.07, 3.00, 3.43, 3.36, 3.13, 3.12, 2.74, 2.76, 2.88, 2.96}
	correlation := func(rows []int) (float64, error) {
		var n, sx, sy, sxx, syy, sxy float64
		for _, i := range rows {
			x, y := lsat[i], gpa[i]
			n, sx, sy, sxx, syy, sxy = n+1, sx+x, sy+y, sxx+x*x, syy+y*y, sxy+x*y
		}
		return (n*sxy - sx*sy) / math.Sqrt((n*sxx-sx*sx)*(n*syy-sy*sy)), nil
	}
	percentile, err := stat.Bootstrap(stat.Stream(1, "law"), len(lsat), correlation, stat.BootstrapOptions{Draws: 8000})
	must(t, percentile, err)
	near(t, "correlation", percentile.Value, .776, 5e-4)
	near(t, "se", percentile.SE, .133, .006)
	bca, err := stat.Bootstrap(stat.Stream(1, "law"), len(lsat), correlation, stat.BootstrapOptions{Draws: 8000, Method: stat.BCa})
	must(t, bca, err)
	near(t, "acceleration", bca.Acceleration, -.0756, .0005) // DiCiccio and Efron (1996): a about -.076
	if !(bca.CI.Low < percentile.CI.Low && bca.CI.High < percentile.CI.High) {
		t.Errorf("BCa %v does not lie under percentile %v", bca.CI, percentile.CI)
	}
	again, err := stat.Bootstrap(stat.Stream(1, "law"), len(lsat), correlation, stat.BootstrapOptions{Draws: 8000, Method: stat.BCa})
	if must(t, again, err).CI != bca.CI {
		t.Error("the same seed gave other limits")
	}
}

func TestBootstrapOfClustersIsWider(t *testing.T) {
	r := stat.Stream(9, "clusters")
	var values []float64
	var customer []int
	for c := range 40 {
		level := r.Normal()
		for range 5 {
			values = append(values, level)
			customer = append(customer, 100-c)
		}
	}
	single, err := stat.Bootstrap(r.Split(1), len(values), meanOf(values), stat.BootstrapOptions{})
	must(t, single, err)
	whole, err := stat.Bootstrap(r.Split(2), len(values), meanOf(values), stat.BootstrapOptions{Cluster: customer})
	must(t, whole, err)
	near(t, "ratio of standard errors", whole.SE/single.SE, math.Sqrt(5), .2)
}

func TestBootstrapCountsAndRefusesFailures(t *testing.T) {
	values := []float64{1, 2, 3, 4}
	sometimes := func(rows []int) (float64, error) {
		if rows[0] == 0 && rows[1] != 1 {
			return 0, errors.New("no answer")
		}
		return meanOf(values)(rows)
	}
	b, err := stat.Bootstrap(stat.Stream(1, "f"), 4, sometimes, stat.BootstrapOptions{Draws: 400})
	must(t, b, err)
	if b.Failed < 40 || b.Failed > 110 || len(b.Draws) != 400-b.Failed {
		t.Errorf("%d of 400 draws failed, %d kept", b.Failed, len(b.Draws))
	}
	original := true
	_, err = stat.Bootstrap(stat.Stream(1, "f"), 4, func(rows []int) (float64, error) {
		if original {
			original = false
			return 1, nil
		}
		return math.NaN(), nil
	}, stat.BootstrapOptions{})
	refused(t, "a statistic that is never a number", err)
	_, err = stat.Bootstrap(stat.Stream(1, "f"), 0, meanOf(nil), stat.BootstrapOptions{})
	refused(t, "no rows", err)
	_, err = stat.Bootstrap(stat.Stream(1, "f"), 4, meanOf(values), stat.BootstrapOptions{Cluster: []int{1}})
	refused(t, "one label for four rows", err)
}

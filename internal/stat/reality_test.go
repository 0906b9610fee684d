package stat_test

import (
	"compress/gzip"
	"encoding/csv"
	"strconv"
	"testing"

	"sentral/internal/stat"
)

// bankCalls reads the waits of queued callers, whether they hung up, and the services of at least ten seconds of two months of 1999.
func bankCalls(t *testing.T) (waits []float64, lost []bool, services []float64) {
	t.Helper()
	for _, month := range []string{"01", "02"} {
		zipped, err := gzip.NewReader(shared(t, "anonbank_1999_"+month+".csv.gz"))
		if err != nil {
			t.Fatal(err)
		}
		rows, err := csv.NewReader(zipped).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		column := map[string]int{}
		for i, h := range rows[0] {
			column[h] = i
		}
		number := func(row []string, name string) float64 {
			v, err := strconv.ParseFloat(row[column[name]], 64)
			if err != nil {
				return 0 // the step did not happen
			}
			return v
		}
		for _, row := range rows[1:] {
			outcome := row[column["outcome"]]
			if wait := number(row, "q_time"); wait > 0 && outcome != "PHANTOM" {
				waits, lost = append(waits, wait), append(lost, outcome == "HANG")
			}
			if s := number(row, "ser_time"); s >= 10 && outcome == "AGENT" {
				services = append(services, s)
			}
		}
	}
	return waits, lost, services
}

// Two of the four months behind the constants of the planning notes (patience .964 .902 .825 .719 .534 after 10, 30, 60, 120 and 300 s;
// lognormal services mu 4.80, sigma .92) must give about the same.
func TestPatienceAndServiceOfABank(t *testing.T) {
	waits, lost, services := bankCalls(t)
	c, err := stat.KaplanMeier(waits, lost)
	must(t, c, err)
	for at, want := range map[float64]float64{10: .964, 30: .902, 60: .825, 120: .719, 300: .534} {
		t.Logf("S(%v) = %.3f, four months %.3f", at, c.At(at), want)
		near(t, "patience", c.At(at), want, .05)
	}
	one, err := stat.FitLognormal(services, 1)
	must(t, one, err)
	t.Logf("%d services: %+v, distance %.4f", len(services), one.Components, one.Distance)
	near(t, "mu", one.Components[0].Mu, 4.80, .1)
	near(t, "sigma", one.Components[0].Sigma, .92, .05)
	var some []float64 // every fourth, for the sake of time
	for i := 0; i < len(services); i += 4 {
		some = append(some, services[i])
	}
	one, err = stat.FitLognormal(some, 1)
	must(t, one, err)
	two, err := stat.FitLognormal(some, 2)
	must(t, two, err)
	t.Logf("two components: %+v, distance %.4f", two.Components, two.Distance)
	if two.BIC > one.BIC || two.Distance > one.Distance {
		t.Errorf("two components fit no better: BIC %v and %v, distance %v and %v", two.BIC, one.BIC, two.Distance, one.Distance)
	}
}

package insight

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"sentral/internal/stat"
)

func near(t *testing.T, what string, got, want, within float64) {
	t.Helper()
	if !(math.Abs(got-want) <= within) {
		t.Errorf("%s = %.12g, want %.12g within %g", what, got, want, within)
	}
}

func TestFarringtonBoundOfTheExample(t *testing.T) {
	z := stat.NormalQuantile(0.995)
	bound, err := FarringtonBound(40, 1.5, 2, z)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "bound", bound, 61.9101, 5e-5)
	near(t, "z at the bound", farringtonZ(bound, 40, 1.5, 2), z, 1e-12)
	for _, bad := range [][4]float64{{0, 1, 0, 1}, {1, 0, 0, 1}, {1, 1, -1, 1}, {1, 1, 0, math.NaN()}, {math.Inf(1), 1, 0, 1}} {
		if _, err := FarringtonBound(bad[0], bad[1], bad[2], bad[3]); err == nil {
			t.Errorf("bound of %v", bad)
		}
	}
}

func TestEARSOfTheExample(t *testing.T) {
	days := []float64{31, 28, 35, 30, 33, 29, 36, 55}
	c1, err := EARSC1(days)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "mean", c1.Mean, 31.7143, 5e-5)
	near(t, "sd", c1.SD, 3.0394, 5e-5)
	near(t, "C1", c1.Value, 7.6612, 5e-5)
	c2, err := EARSC2([]float64{31, 28, 35, 30, 33, 29, 36, 48, 50, 55})
	if err != nil {
		t.Fatal(err)
	}
	near(t, "C2 does not see the two days before", c2.Value, c1.Value, 1e-12)
	flat, err := EARSC1([]float64{0, 0, 0, 0, 0, 0, 0, 4})
	if err != nil || flat.Value != 4 {
		t.Errorf("seven empty days: %+v, %v", flat, err)
	}
	if _, err := EARSC1(days[:7]); err == nil || !strings.Contains(err.Error(), "want 8") {
		t.Errorf("too short: %v", err)
	}
}

// history makes weeks of counts of 24 slots a week from a seeded Poisson, with surge added to the slots of one week.
func history(seed uint64, weeks, surgeWeek int, surge float64) []Count {
	r := stat.Stream(seed, "surge history")
	var out []Count
	for w := range weeks {
		for slot := range 24 {
			c := Count{Slot: slot, Count: float64(r.Poisson(20 + float64(slot)))}
			if w == surgeWeek {
				c.Count += surge
			}
			out = append(out, c)
		}
	}
	return out
}

// TestAPastSurgeDoesNotHideTheNext holds that the profile of a history with a surge in it stays near that of one without.
func TestAPastSurgeDoesNotHideTheNext(t *testing.T) {
	calm, err := FitProfile(history(1, 8, -1, 0))
	if err != nil {
		t.Fatal(err)
	}
	surged, err := FitProfile(history(1, 8, 3, 80))
	if err != nil {
		t.Fatal(err)
	}
	bound := func(p Profile) float64 {
		e, ok := p.Expect(10, 1)
		if !ok {
			t.Fatal("slot 10 is unknown")
		}
		b, err := FarringtonBound(e.Mu, p.Phi, e.Variance, 2.5758)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	if a, b := bound(calm), bound(surged); b > 1.45*a || a < 35 || a > 60 {
		t.Errorf("bounds: calm %.1f (phi %.2f), with a past surge of 80 %.1f (phi %.2f)", a, calm.Phi, b, surged.Phi)
	}
}

// TestFalseAlarmsStayFew holds that a bound at 0.5 % is passed by about that share of ordinary counts.
func TestFalseAlarmsStayFew(t *testing.T) {
	passed, n := 0, 0
	for seed := range uint64(60) {
		profile, err := FitProfile(history(seed, 8, -1, 0))
		if err != nil {
			t.Fatal(err)
		}
		r := stat.Stream(seed, "surge now")
		for slot := range 24 {
			e, _ := profile.Expect(slot, 1)
			b, err := FarringtonBound(e.Mu, profile.Phi, e.Variance, stat.NormalQuantile(0.995))
			if err != nil {
				t.Fatal(err)
			}
			n++
			if float64(r.Poisson(20+float64(slot))) > b {
				passed++
			}
		}
	}
	t.Logf("%d of %d ordinary counts passed a bound meant for 0.5 %%", passed, n)
	if share := float64(passed) / float64(n); share > 0.01 || share < 0.001 {
		t.Errorf("%d of %d ordinary counts passed a bound meant for 0.5 %%", passed, n)
	}
}

func TestWatchChoosesItsMethodAndAdjustsForMany(t *testing.T) {
	var series []Watched
	for i := range 40 {
		now := Count{Slot: 5, Count: 25}
		if i == 7 {
			now.Count = 80
		}
		series = append(series, Watched{Series: fmt.Sprintf("s%02d", i), History: history(uint64(i), 8, -1, 0), Now: now})
	}
	var days []Count
	for i, c := range []float64{31, 28, 35, 30, 33, 29, 36} {
		days = append(days, Count{Slot: i, Count: c})
	}
	series = append(series,
		Watched{Series: "new", History: days, Now: Count{Slot: 7, Count: 75}},
		Watched{Series: "newer", History: days[:3], Now: Count{Slot: 7, Count: 500}},
		Watched{Series: "holiday", History: history(99, 8, -1, 0), Now: Count{Slot: 5, Count: 25, Factor: 0.3}})
	alarms, err := Watch(series, WatchOptions{})
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]Alarm{}
	fired := []string{}
	for _, a := range alarms {
		got[a.Series] = a
		if a.Fired {
			fired = append(fired, a.Series)
		}
	}
	if strings.Join(fired, " ") != "s07 holiday new" {
		t.Errorf("fired %v", fired)
	}
	if a := got["s07"]; a.Method != "farrington" || *a.Adjusted < *a.P {
		t.Errorf("s07 %+v", a)
	}
	if a := got["new"]; a.Method != "ears_c1" || math.Abs(*a.Bound-(31.7143+3*3.0394)) > 1e-3 {
		t.Errorf("new %+v", a)
	}
	if a := got["newer"]; a.P != nil || a.Fired || a.Reason == "" {
		t.Errorf("newer %+v", a)
	}
	for want, bad := range map[string]Watched{
		"series x: slot 1: the count is -1":           {Series: "x", Now: Count{Slot: 1, Count: -1}},
		"series x: slot 2: the calendar factor is -2": {Series: "x", History: []Count{{Slot: 2, Factor: -2}}},
	} {
		if _, err := Watch([]Watched{bad}, WatchOptions{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
	if _, err := Watch(nil, WatchOptions{Q: 2}); err == nil {
		t.Error("q of 2")
	}
}

// TestSurgesAmongManySeries counts, over 40 runs of 200 series of which 20 rise by 60 %, how many are found and how many alarms are
// false; docs/figures/index.md quotes it.
func TestSurgesAmongManySeries(t *testing.T) {
	found, alarms, planted := 0, 0, 0
	for run := range uint64(40) {
		r := stat.Stream(run, "surge now")
		var series []Watched
		for i := range 200 {
			past := stat.Stream(run, "surge past", uint64(i))
			mean := 10 + float64(i%40)
			w := Watched{Series: fmt.Sprintf("s%03d", i), Now: Count{Slot: 1, Count: float64(r.Poisson(mean))}}
			if i%10 == 0 {
				w.Now.Count = float64(r.Poisson(1.6 * mean))
				planted++
			}
			for range 8 {
				w.History = append(w.History, Count{Slot: 1, Count: float64(past.Poisson(mean))})
			}
			series = append(series, w)
		}
		out, err := Watch(series, WatchOptions{})
		if err != nil {
			t.Fatal(err)
		}
		for _, a := range out {
			if a.Fired {
				alarms++
				if a.Series[3] == '0' {
					found++
				}
			}
		}
	}
	t.Logf("found %d of %d surges of 60 %%; %d of %d alarms false", found, planted, alarms-found, alarms)
	if wrong := float64(alarms-found) / float64(alarms); wrong > 0.12 || found < planted/3 {
		t.Errorf("found %d of %d, %d of %d alarms false", found, planted, alarms-found, alarms)
	}
}

func TestAnEmptySlotStillHasABound(t *testing.T) {
	var quiet []Count
	for range 8 {
		quiet = append(quiet, Count{Slot: 1})
	}
	alarms, err := Watch([]Watched{{Series: "night", History: quiet, Now: Count{Slot: 1, Count: 1}}, {Series: "flood", History: quiet, Now: Count{Slot: 1, Count: 9}}}, WatchOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range alarms {
		if a.Fired != (a.Series == "flood") || a.P == nil {
			t.Errorf("%+v", a)
		}
	}
}

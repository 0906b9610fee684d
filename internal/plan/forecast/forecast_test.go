package forecast

import (
	"math"
	"strings"
	"testing"
	"time"

	"sentral/internal/calendar"
	"sentral/internal/stat"
)

const halfHour = 30 * time.Minute

// made is a series of weekdays from Monday 2 March 2026, 08:00 to 16:00, with weekday, profile and month effects of known size.
func made(t *testing.T, days int, seed uint64, change func(d calendar.Date, counts []float64)) *Series {
	t.Helper()
	random := stat.Stream(seed, "made")
	s := &Series{Name: "made.csv", Width: halfHour, First: 8 * time.Hour}
	for d := calendar.DateOf(2026, time.March, 2); len(s.Days) < days; d++ {
		weekday := d.Weekday()
		if weekday == time.Saturday || weekday == time.Sunday {
			continue
		}
		level := 60.0
		if weekday == time.Monday {
			level *= 1.3
		}
		counts := make([]float64, 16)
		for j := range counts {
			counts[j] = level * truth(j)
		}
		if change != nil {
			change(d, counts)
		}
		for j, rate := range counts {
			if !math.IsNaN(rate) {
				counts[j] = float64(random.Poisson(rate))
			}
		}
		s.Days = append(s.Days, Day{d, counts})
	}
	return s
}

func truth(j int) float64 { return 0.5 + math.Sin(math.Pi*(float64(j)+0.5)/16) }

func end(s *Series) time.Time {
	year, month, day := s.Days[len(s.Days)-1].Date.Civil()
	return time.Date(year, month, day, 0, int(s.Clock(s.Slots())/time.Minute), 0, 0, time.UTC)
}

func mustMake(t *testing.T, s *Series, o Options) *Result {
	t.Helper()
	r, err := Make(s, end(s), o)
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range r.Rows {
		for _, v := range []float64{row.Mean, row.P025, row.P10, row.P50, row.P90, row.P975} {
			if math.IsNaN(v) || math.IsInf(v, 0) || v < 0 {
				t.Fatalf("row %+v", row)
			}
		}
		if row.P025 > row.P10 || row.P10 > row.P50 || row.P50 > row.P90 || row.P90 > row.P975 {
			t.Fatalf("quantiles cross: %+v", row)
		}
	}
	return r
}

func byStart(r *Result) map[string]Row {
	rows := map[string]Row{}
	for _, row := range r.Rows {
		rows[row.Start.Format("2006-01-02T15:04")] = row
	}
	return rows
}

func TestTheModelFindsWhatTheSeriesWasMadeOf(t *testing.T) {
	s := made(t, 80, 1, nil)
	r := mustMake(t, s, Options{Horizon: 7 * 24 * time.Hour})
	if len(r.Rows) != 5*16 {
		t.Fatalf("%d rows, want 16 half hours on 5 weekdays", len(r.Rows))
	}
	absolute, total := 0.0, 0.0
	for _, row := range r.Rows {
		j := int((time.Duration(row.Start.Hour())*time.Hour+time.Duration(row.Start.Minute())*time.Minute)/halfHour) - 16
		want := 60 * truth(j)
		if row.Start.Weekday() == time.Monday {
			want *= 1.3
		}
		absolute += math.Abs(row.Mean - want)
		total += want
	}
	if wape := absolute / total; wape > 0.035 {
		t.Errorf("mean is %.1f %% from the truth", 100*wape)
	}
}

func TestTheSameSeedGivesTheSameScenarios(t *testing.T) {
	s := made(t, 40, 2, nil)
	a, b, c := mustMake(t, s, Options{Seed: 7}), mustMake(t, s, Options{Seed: 7}), mustMake(t, s, Options{Seed: 8})
	same, other := true, true
	for k := range a.Paths {
		for i := range a.Paths[k] {
			same = same && a.Paths[k][i] == b.Paths[k][i]
			other = other && a.Paths[k][i] == c.Paths[k][i]
		}
	}
	if !same || other {
		t.Errorf("equal seeds equal: %v; other seeds equal: %v", same, other)
	}
}

// TestNothingAfterTheMomentIsUsed: what comes after --as-of may be anything.
func TestNothingAfterTheMomentIsUsed(t *testing.T) {
	s := made(t, 60, 3, nil)
	moment := time.Date(2026, time.May, 13, 11, 0, 0, 0, time.UTC)
	want, err := Make(s, moment, Options{Horizon: 48 * time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	spoilt := &Series{Name: s.Name, Width: s.Width, First: s.First}
	for _, d := range s.Days {
		counts := append([]float64(nil), d.Counts...)
		for j := range counts {
			if d.Date > calendar.DateOf(2026, time.May, 13) || d.Date == calendar.DateOf(2026, time.May, 13) && j >= 6 {
				counts[j] = 1e6
			}
		}
		spoilt.Days = append(spoilt.Days, Day{d.Date, counts})
	}
	got, err := Make(spoilt, moment, Options{Horizon: 48 * time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Rows) != len(want.Rows) || got.Rows[0].Start.Hour() != 11 {
		t.Fatalf("%d rows from %v, want %d from 11:00", len(got.Rows), got.Rows[0].Start, len(want.Rows))
	}
	for i := range want.Rows {
		if got.Rows[i] != want.Rows[i] {
			t.Fatalf("row %d differs: %+v, %+v", i, got.Rows[i], want.Rows[i])
		}
	}
}

func TestTheDaySoFarMovesItsRest(t *testing.T) {
	busy := calendar.DateOf(2026, time.May, 13)
	s := made(t, 53, 4, func(d calendar.Date, counts []float64) {
		if d == busy {
			for j := range counts {
				counts[j] *= 1.4
			}
		}
	})
	morning, err := Make(s, time.Date(2026, time.May, 13, 8, 0, 0, 0, time.UTC), Options{Horizon: 8 * time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	noon, err := Make(s, time.Date(2026, time.May, 13, 12, 0, 0, 0, time.UTC), Options{Horizon: 28 * time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	before, after := byStart(morning)["2026-05-13T14:00"], byStart(noon)["2026-05-13T14:00"]
	if ratio := after.Mean / before.Mean; ratio < 1.1 || ratio > 1.45 {
		t.Errorf("a morning 40 %% above moves the afternoon by %.2f", ratio)
	}
	if tomorrow := byStart(noon)["2026-05-14T10:00"].Mean / (60 * truth(4)); tomorrow < 0.95 || tomorrow > 1.35 {
		t.Errorf("it moves tomorrow by %.2f", tomorrow)
	}
	inside, err := Make(s, time.Date(2026, time.May, 13, 12, 0, 0, 0, time.UTC), Options{Horizon: 4 * time.Hour, Interval: time.Hour})
	if err != nil || inside.Rows[0].Start.Hour() != 12 {
		t.Errorf("hours from noon: %v, %+v", err, inside)
	}
}

func TestASpikeIsFlaggedAndDamped(t *testing.T) {
	strange := calendar.DateOf(2026, time.May, 7)
	plain := made(t, 50, 5, nil)
	spiked := made(t, 50, 5, func(d calendar.Date, counts []float64) {
		if d == strange {
			for j := range counts {
				counts[j] *= 8
			}
		}
	})
	a, b := mustMake(t, plain, Options{Model: Profile}), mustMake(t, spiked, Options{Model: Profile})
	if len(b.Flags) != 1 || b.Flags[0].Date != strange || b.Flags[0].Deviation < flagBeyond {
		t.Errorf("flags %+v, want %v", b.Flags, strange)
	}
	for i := range a.Rows {
		if ratio := b.Rows[i].Mean / a.Rows[i].Mean; ratio > 1.12 || ratio < 0.88 {
			t.Fatalf("one day of eight times the contacts moves %v by %.2f", a.Rows[i].Start, ratio)
		}
	}
}

func TestALastingShiftIsBelieved(t *testing.T) {
	s := made(t, 50, 6, func(d calendar.Date, counts []float64) {
		if d >= calendar.DateOf(2026, time.May, 4) {
			for j := range counts {
				counts[j] *= 1.6
			}
		}
	})
	r := mustMake(t, s, Options{Model: Profile, Horizon: 24 * time.Hour})
	sum, want := 0.0, 0.0
	for j, row := range r.Rows {
		sum += row.Mean
		want += 1.6 * 60 * truth(j%16)
	}
	if ratio := sum / want; ratio < 0.85 || ratio > 1.2 {
		t.Errorf("a week after a lasting rise the forecast is %.2f of it", ratio)
	}
}

func TestAMissingMonthWidensAndIsTold(t *testing.T) {
	whole := made(t, 70, 7, nil)
	holed := &Series{Name: whole.Name, Width: whole.Width, First: whole.First}
	for i, d := range whole.Days {
		if i < 40 || i >= 62 {
			holed.Days = append(holed.Days, d)
		}
	}
	cut := &Series{Name: whole.Name, Width: whole.Width, First: whole.First, Days: whole.Days[:40]}
	r := mustMake(t, holed, Options{})
	if len(r.Notes) == 0 || !strings.Contains(r.Notes[0], "nothing recorded") {
		t.Errorf("notes %q", r.Notes)
	}
	soon := mustMake(t, cut, Options{Model: Profile, Horizon: 48 * time.Hour})
	late, err := Make(cut, end(whole), Options{Model: Profile, Horizon: 48 * time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	if width(late) <= width(soon) {
		t.Errorf("after a month without news the range is %.1f, before %.1f", width(late), width(soon))
	}
}

func width(r *Result) float64 {
	sum := 0.0
	for _, row := range r.Rows {
		sum += (row.P90 - row.P10) / row.Mean
	}
	return sum / float64(len(r.Rows))
}

func TestShortHistoriesAreRefusedOrWide(t *testing.T) {
	if _, err := Make(made(t, 2, 8, nil), time.Date(2026, time.March, 3, 16, 0, 0, 0, time.UTC), Options{}); err == nil || !strings.Contains(err.Error(), "2 days of history") {
		t.Errorf("two days: %v", err)
	}
	empty := made(t, 30, 8, func(_ calendar.Date, counts []float64) { clear(counts) })
	if _, err := Make(empty, end(empty), Options{}); err == nil || !strings.Contains(err.Error(), "zero") {
		t.Errorf("all zero: %v", err)
	}
	short, long := mustMake(t, made(t, 6, 9, nil), Options{}), mustMake(t, made(t, 60, 9, nil), Options{})
	if width(short) < 1.2*width(long) || len(short.Notes) == 0 {
		t.Errorf("six days: range %.2f, sixty: %.2f; notes %q", width(short), width(long), short.Notes)
	}
	if _, err := Make(made(t, 30, 9, nil), time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC), Options{}); err == nil {
		t.Error("a moment before the history was accepted")
	}
}

func TestANewQueueBorrows(t *testing.T) {
	like := made(t, 80, 10, nil)
	like.Name = "sister.csv"
	small := &Series{Name: "new.csv", Width: like.Width, First: like.First}
	small.Days = made(t, 83, 11, func(_ calendar.Date, counts []float64) {
		for j := range counts {
			counts[j] /= 10
		}
	}).Days[80:]
	r := mustMake(t, small, Options{Like: like, Horizon: 6 * 24 * time.Hour, Model: Profile})
	rows, monday, friday := byStart(r), 0.0, 0.0
	for start, row := range rows {
		switch at, _ := time.Parse("2006-01-02T15:04", start); at.Weekday() {
		case time.Monday:
			monday += row.Mean
		case time.Friday:
			friday += row.Mean
		}
	}
	if ratio := monday / friday; ratio < 1.1 || ratio > 1.6 {
		t.Errorf("its Monday is %.2f of its Friday; the sister's is 1.3", ratio)
	}
	if want := 6 * 16 * 1.13; friday < want*0.6 || friday > want*1.5 {
		t.Errorf("Friday %.1f, want about %.1f", friday, want)
	}
}

func TestEventsMoveTheDaysAfterThem(t *testing.T) {
	var events []Event
	sent := map[calendar.Date]bool{}
	for _, d := range []calendar.Date{calendar.DateOf(2026, 3, 16), calendar.DateOf(2026, 4, 7), calendar.DateOf(2026, 4, 28), calendar.DateOf(2026, 5, 19)} {
		events = append(events, Event{Date: d, Kind: "invoice", Size: 1, Effect: math.NaN()})
		sent[d+2], sent[d+3] = true, true
	}
	s := made(t, 70, 12, func(d calendar.Date, counts []float64) {
		if sent[d] {
			for j := range counts {
				counts[j] *= 1.5
			}
		}
	})
	coming := Event{Date: calendar.DateOf(2026, 6, 8), Kind: "invoice", Size: 1, Effect: math.NaN()}
	with := mustMake(t, s, Options{Model: Profile, Events: append(events, coming)})
	without := mustMake(t, s, Options{Model: Profile, Events: events})
	if ratio := byStart(with)["2026-06-10T10:00"].Mean / byStart(without)["2026-06-10T10:00"].Mean; ratio < 1.25 || ratio > 1.7 {
		t.Errorf("two days after an invoice run: %.2f, was made 1.5", ratio)
	}
	if ratio := byStart(with)["2026-06-08T10:00"].Mean / byStart(without)["2026-06-08T10:00"].Mean; ratio < 0.9 || ratio > 1.1 {
		t.Errorf("on its own day: %.2f, was made 1", ratio)
	}
	planned := Event{Date: calendar.DateOf(2026, 6, 8), Kind: "price_change", Size: 1, Effect: 0.4}
	told := mustMake(t, s, Options{Model: Profile, Events: append(events, planned)})
	if ratio := byStart(told)["2026-06-08T10:00"].Mean / byStart(without)["2026-06-08T10:00"].Mean; math.Abs(ratio-1.4) > 0.05 {
		t.Errorf("a change never seen, expected to add 40 %%: %.2f", ratio)
	}
}

// TestTheBestOfTheBacktestIsUsed: a queue whose Thursdays changed for good three weeks ago is known best by its last week.
func TestTheBestOfTheBacktestIsUsed(t *testing.T) {
	for seed := uint64(20); seed < 24; seed++ {
		random := stat.Stream(seed, "profile")
		var own [16]float64
		week := calendar.Date(-1)
		s := made(t, 60, seed, func(d calendar.Date, counts []float64) {
			if d.WeekStart() != week && seed%2 == 0 {
				week = d.WeekStart()
				for j := range own {
					own[j] += 0.5 * random.Normal()
				}
			}
			for j := range counts {
				counts[j] *= 20 * math.Exp(own[j])
			}
		})
		r := mustMake(t, s, Options{Horizon: 96 * time.Hour})
		if len(r.Errors) != 3 {
			t.Fatalf("the contest has %d entrants", len(r.Errors))
		}
		best := r.Errors[0]
		for _, e := range r.Errors {
			if e.WAPE < best.WAPE {
				best = e
			}
		}
		if r.Model != best.Model {
			t.Errorf("seed %d: %s was used, but %s was best: %+v", seed, r.Model, best.Model, r.Errors)
		}
		for _, name := range []string{EightWeeks, SeasonalLast} {
			forced := mustMake(t, s, Options{Horizon: 96 * time.Hour, Model: name})
			mean := benchmark(name, s.Days, forced.Rows[0].dateOf())[0]
			if got := forced.Rows[0].Mean; math.Abs(got-mean) > 0.15*mean+1 {
				t.Errorf("%s: %.1f, but the average is %.1f", name, got, mean)
			}
		}
	}
}

func (r Row) dateOf() calendar.Date { return calendar.DateOf(r.Start.Date()) }

func TestHandlingTimes(t *testing.T) {
	random := stat.Stream(3, "aht")
	s := made(t, 60, 13, nil)
	for _, d := range s.Days {
		for j := range d.Counts {
			d.Counts[j] = 200 * math.Exp(0.2*random.Normal())
			if j >= 12 {
				d.Counts[j] *= 1.25 // the evening's contacts take longer
			}
			if d.Date.Weekday() == time.Monday {
				d.Counts[j] *= 0.9
			}
		}
	}
	var starts []time.Time
	for h := 8; h < 16; h++ {
		starts = append(starts, time.Date(2026, time.May, 26, h, 0, 0, 0, time.UTC))
	}
	times, err := HandlingTimes(s, end(s), starts, Options{Interval: time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	for i, got := range times {
		want := 204.0
		if i >= 6 {
			want *= 1.25
		}
		if math.Abs(got.Mean/want-1) > 0.07 || got.P10 > got.Mean || got.P90 < got.Mean {
			t.Errorf("hour %d: %+v, want about %.0f s", 8+i, got, want)
		}
	}
}

func TestBadOptionsAreRefused(t *testing.T) {
	s := made(t, 30, 14, nil)
	for _, o := range []Options{{Model: "prophet"}, {Horizon: 500 * 24 * time.Hour}, {Scenarios: 3}, {Interval: 20 * time.Minute}, {Interval: 10 * time.Minute}, {Interval: 7 * time.Minute}} {
		if _, err := Make(s, end(s), o); err == nil {
			t.Errorf("%+v was accepted", o)
		}
	}
}

// TestDaysOf23And25Hours: a centre open all night has 92 and 100 quarters when clocks move.
func TestDaysOf23And25Hours(t *testing.T) {
	oslo, err := time.LoadLocation("Europe/Oslo")
	if err != nil {
		t.Skip("no time zones on this machine: ", err)
	}
	for end, want := range map[calendar.Date]int{calendar.DateOf(2026, 3, 28): 92, calendar.DateOf(2026, 10, 24): 100, calendar.DateOf(2026, 6, 6): 96} {
		random := stat.Stream(5, "night")
		s := &Series{Name: "night", Width: 15 * time.Minute}
		for d := end - 20; d <= end; d++ {
			counts := make([]float64, 96)
			for j := range counts {
				counts[j] = float64(random.Poisson(6))
			}
			s.Days = append(s.Days, Day{d, counts})
		}
		year, month, day := end.Civil()
		r, err := Make(s, time.Date(year, month, day+1, 0, 0, 0, 0, time.UTC), Options{Zone: oslo, Horizon: 24 * time.Hour})
		if err != nil {
			t.Fatal(err)
		}
		if len(r.Rows) != want {
			t.Errorf("the day after %s has %d quarters, want %d", end, len(r.Rows), want)
		}
		for _, row := range r.Rows {
			if row.Mean < 4 || row.Mean > 8 {
				t.Errorf("%v: %.1f, want about 6", row.Start, row.Mean)
			}
		}
	}
}

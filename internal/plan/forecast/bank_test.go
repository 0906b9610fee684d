package forecast

import (
	"compress/gzip"
	"math"
	"os"
	"path/filepath"
	"testing"
	"time"

	"sentral/internal/calendar"
)

// shared opens a history of the shared data, or skips the test.
func shared(t *testing.T, name string) *Series {
	t.Helper()
	folder := os.Getenv("SENTRAL_SHARED")
	if folder == "" {
		folder = filepath.Join("..", "..", "..", "..", "shared")
	}
	file, err := os.Open(filepath.Join(folder, "data", name))
	if err != nil {
		t.Skipf("the shared data is not there: %v", err)
	}
	defer file.Close()
	unpacked, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	s, err := Read(name, unpacked, nil, "")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func country(t *testing.T, code calendar.Country) *calendar.Calendar {
	t.Helper()
	c, err := calendar.New(code, calendar.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func scoreOf(t *testing.T, r *BacktestResult, model string, ahead int) BacktestScore {
	t.Helper()
	for _, s := range r.Scores {
		if s.Model == model && s.Ahead == ahead {
			return s
		}
	}
	t.Fatalf("no score of %s, %d days ahead", model, ahead)
	return BacktestScore{}
}

// TestABanksCalls guards the errors that docs/figures/planning.md publishes: a change that worsens them by more than chance fails.
func TestABanksCalls(t *testing.T) {
	bank := shared(t, "bank_calls_2003_5min_train.csv.gz")
	o := BacktestOptions{Options: Options{Interval: halfHour, Calendar: country(t, calendar.UnitedStates), Scenarios: 200}, Days: 50}
	whole, err := Backtest(bank, o)
	if err != nil {
		t.Fatal(err)
	}
	one, ten := scoreOf(t, whole, Profile, 1), scoreOf(t, whole, Profile, 10)
	t.Logf("day ahead %+v", one)
	if one.WAPE > 0.0490 || one.WAPE > 0.82*scoreOf(t, whole, EightWeeks, 1).WAPE || one.WAPE > 0.65*scoreOf(t, whole, SeasonalLast, 1).WAPE {
		t.Errorf("day ahead: %.4f, 8-week average %.4f", one.WAPE, scoreOf(t, whole, EightWeeks, 1).WAPE)
	}
	if ten.WAPE > 0.0545 {
		t.Errorf("ten days ahead: %.4f", ten.WAPE)
	}
	if math.Abs(one.Cover80-0.80) > 0.04 || math.Abs(one.Cover95-0.95) > 0.02 || one.Pinball > 0.0199 {
		t.Errorf("ranges cover %.3f and %.3f, pinball %.4f", one.Cover80, one.Cover95, one.Pinball)
	}
	goals := map[int]float64{8: 0.0485, 10: 0.0434, 12: 0.0430, 15: 0.0483, 18: 1}
	for hour := range goals {
		o.At = append(o.At, time.Duration(hour)*time.Hour)
	}
	rest, err := Backtest(bank, o)
	if err != nil {
		t.Fatal(err)
	}
	for hour, goal := range goals {
		update, none := restOf(rest, Profile, hour), restOf(rest, NoUpdate, hour)
		if update > goal || update >= none || update == 0 {
			t.Errorf("rest of the day at %02d: %.4f, without update %.4f, goal %.4f", hour, update, none, goal)
		}
	}
}

func restOf(r *BacktestResult, model string, hour int) float64 {
	for _, s := range r.Scores {
		if s.Model == model && s.At == time.Duration(hour)*time.Hour {
			return s.WAPE
		}
	}
	return 0
}

// TestASmallBanksCalls is the second series: every day of the week, nights nearly empty, holidays that change all.
func TestASmallBanksCalls(t *testing.T) {
	year := shared(t, "anonbank_1999_6min.csv.gz")
	half := year.Until(calendar.DateOf(1999, time.June, 30), 24*time.Hour)
	r, err := Backtest(half, BacktestOptions{Options: Options{Interval: halfHour, Calendar: country(t, calendar.Israel), Scenarios: 200}, Days: 40, Ahead: []int{1}})
	if err != nil {
		t.Fatal(err)
	}
	own, average := scoreOf(t, r, Profile, 1), scoreOf(t, r, EightWeeks, 1)
	t.Logf("%+v, 8-week average %.4f", own, average.WAPE)
	if own.WAPE > 0.85*average.WAPE {
		t.Errorf("day ahead: %.4f, 8-week average %.4f", own.WAPE, average.WAPE)
	}
	if own.Cover80 < 0.76 || own.Cover95 < 0.93 {
		t.Errorf("ranges cover %.3f and %.3f", own.Cover80, own.Cover95)
	}
}

// TestAHolidaySeenClosedStaysClosed: the bank was shut on Memorial Day and on 4 July, so Labor Day has no rows; Columbus Day neither.
func TestAHolidaySeenClosedStaysClosed(t *testing.T) {
	bank := shared(t, "bank_calls_2003_5min_train.csv.gz")
	r, err := Make(bank, time.Date(2003, time.July, 24, 21, 5, 0, 0, time.UTC), Options{
		Interval: halfHour, Calendar: country(t, calendar.UnitedStates), Horizon: 45 * 24 * time.Hour, Model: Profile, Scenarios: 50,
	})
	if err != nil {
		t.Fatal(err)
	}
	days := map[string]float64{}
	for _, row := range r.Rows {
		days[row.Start.Format(time.DateOnly)] += row.Mean
	}
	if days["2003-09-01"] != 0 || days["2003-08-30"] != 0 {
		t.Errorf("Labor Day %.0f, Saturday %.0f", days["2003-09-01"], days["2003-08-30"])
	}
	if ratio := days["2003-09-02"] / days["2003-08-26"]; ratio < 1.12 || ratio > 1.45 {
		t.Errorf("the Tuesday after it is %.2f of the one before", ratio)
	}
}

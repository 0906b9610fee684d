package calendar_test

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"sentral/internal/calendar"
	"sentral/internal/centre"
)

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Skipf("no time zone data: %v", err)
	}
	return z
}

func periods(t testing.TB, s string) calendar.Periods {
	t.Helper()
	p, err := calendar.ParsePeriods(s)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// weekOf has the same hours on working days, others on Saturday, and is closed on Sunday.
func weekOf(t testing.TB, workday, saturday string) [7]calendar.Periods {
	w := periods(t, workday)
	return [7]calendar.Periods{nil, w, w, w, w, w, periods(t, saturday)}
}

func at(t testing.TB, z *time.Location, s string) time.Time {
	t.Helper()
	v, err := time.ParseInLocation("2006-01-02 15:04", s, z)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestPeriodsReadAndPrint(t *testing.T) {
	for in, want := range map[string]string{
		"08:00-12:00 13:00-20:00": "08:00-12:00 13:00-20:00", "8:00-12:00,13:00-20:00": "08:00-12:00 13:00-20:00",
		"closed": "closed", "00:00-24:00": "00:00-24:00", "20:00-02:00": "20:00-02:00",
	} {
		if got := periods(t, in).String(); got != want {
			t.Errorf("%q reads as %q", in, got)
		}
	}
	for _, bad := range []string{"", "8-16", "08:00-25:00", "08:60-09:00", "08:00-08:00", "10:00-12:00 11:00-13:00", "13:00-14:00 08:00-09:00", "24:00-01:00", "x", "08:00", "-1:00-02:00", "08:0-09:00"} {
		if p, err := calendar.ParsePeriods(bad); centre.KindOf(err) != centre.Invalid || err == nil {
			t.Errorf("%q reads as %v, %v", bad, p, err)
		}
	}
}

func TestOpeningThroughAWeek(t *testing.T) {
	oslo := zone(t, "Europe/Oslo")
	no := calendarOf(t, "NO", calendar.Options{})
	eve := periods(t, "08:00-12:00")
	h := calendar.Hours{
		Zone: oslo, Week: weekOf(t, "08:00-12:00 12:30-20:00", "10:00-16:00"), Calendar: no, OnEve: &eve,
		Exceptions: map[calendar.Date]calendar.Periods{date(t, "2026-05-18"): periods(t, "10:00-14:00"), date(t, "2026-05-17"): periods(t, "12:00-13:00"), date(t, "2026-05-19"): nil},
	}
	if err := h.Check(); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		when string
		open bool
		next string // of opening when closed, of closing when open
	}{
		{"2026-05-13 07:59", false, "2026-05-13 08:00"},
		{"2026-05-13 08:00", true, "2026-05-13 12:00"},
		{"2026-05-13 12:00", false, "2026-05-13 12:30"},
		{"2026-05-13 19:59", true, "2026-05-13 20:00"},
		{"2026-05-13 20:00", false, "2026-05-15 08:00"}, // Ascension Day between
		{"2026-05-16 16:00", false, "2026-05-17 12:00"}, // an exception on Constitution Day
		{"2026-05-17 13:00", false, "2026-05-18 10:00"},
		{"2026-05-18 14:00", false, "2026-05-20 08:00"},
		{"2026-12-24 09:00", false, "2026-12-28 08:00"}, // closed by custom, then Christmas and a Sunday
		{"2026-12-31 09:00", true, "2026-12-31 12:00"},  // an eve
	} {
		when := at(t, oslo, c.when)
		if got := h.Open(when); got != c.open {
			t.Errorf("%s: open %v", c.when, got)
		}
		next, opens, ok := h.NextChange(when)
		if !ok || opens == c.open || !next.Equal(at(t, oslo, c.next)) {
			t.Errorf("%s: next change %s (opens %v), want %s", c.when, next, opens, c.next)
		}
	}
	if d := h.OpenTime(at(t, oslo, "2026-05-13 11:00"), at(t, oslo, "2026-05-15 09:00")); d != 9*time.Hour+30*time.Minute {
		t.Errorf("open for %s over Ascension Day", d)
	}
	if end, ok := h.After(at(t, oslo, "2026-05-13 19:00"), 2*time.Hour); !ok || !end.Equal(at(t, oslo, "2026-05-15 09:00")) {
		t.Errorf("two open hours after Wednesday 19:00 end %s", end)
	}
}

func TestOpeningWhileTheClockMoves(t *testing.T) {
	oslo := zone(t, "Europe/Oslo")
	utc := func(s string) time.Time { return at(t, time.UTC, s) }
	night := calendar.Hours{Zone: oslo, Exceptions: map[calendar.Date]calendar.Periods{
		date(t, "2026-03-29"): periods(t, "02:30-04:00"), // 02:00-03:00 does not exist
		date(t, "2026-10-25"): periods(t, "02:30-04:00"), // 02:00-03:00 occurs twice
		date(t, "2025-10-26"): periods(t, "01:00-02:30"),
		date(t, "2025-03-30"): periods(t, "02:00-02:45"), // lies wholly in the gap
		date(t, "2024-10-27"): periods(t, "01:00-02:30 02:30-05:00"),
		date(t, "2024-03-30"): periods(t, "22:00-04:00"),
	}}
	for _, c := range []struct{ day, want string }{
		{"2026-03-29", "01:00-02:00"}, {"2026-10-25", "00:30-03:00"}, {"2025-10-26", "23:00-01:30"}, {"2025-03-30", ""},
		{"2024-10-27", "23:00-04:00"}, {"2024-03-30", "21:00-02:00"},
	} {
		from := date(t, c.day).Start(oslo)
		got := ""
		for _, s := range night.Spans(from, from.Add(30*time.Hour)) {
			got += s.Start.UTC().Format("15:04") + "-" + s.End.UTC().Format("15:04")
		}
		if got != c.want {
			t.Errorf("%s is open %s UTC, want %s", c.day, got, c.want)
		}
	}
	always := calendar.Hours{Zone: oslo}
	for i := range always.Week {
		always.Week[i] = calendar.AllDay
	}
	if s := always.Spans(utc("2026-03-28 00:00"), utc("2026-11-01 00:00")); len(s) != 1 {
		t.Errorf("a centre that never closes has %d spans", len(s))
	}
	if _, ok := always.NextClosing(utc("2026-03-28 00:00")); ok {
		t.Error("a centre that never closes closes")
	}
	never := calendar.Hours{}
	if _, _, ok := never.NextChange(utc("2026-03-28 00:00")); ok {
		t.Error("a centre that never opens opens")
	}
	if _, ok := never.After(utc("2026-03-28 00:00"), time.Hour); ok {
		t.Error("an hour passed where it never opens")
	}
}

func TestAPeriodPastMidnightBelongsToItsDay(t *testing.T) {
	oslo := zone(t, "Europe/Oslo")
	h := calendar.Hours{Zone: oslo}
	h.Week[time.Saturday] = periods(t, "20:00-02:00")
	if !h.Open(at(t, oslo, "2026-11-22 01:59")) || h.Open(at(t, oslo, "2026-11-22 02:00")) || h.Open(at(t, oslo, "2026-11-21 01:00")) {
		t.Error("Saturday 20:00-02:00 is not kept")
	}
	h.Week[time.Sunday] = calendar.Periods{{Open: 60, Close: 30}}
	if err := h.Check(); centre.KindOf(err) != centre.Invalid || err == nil || !strings.Contains(err.Error(), "Sunday") {
		t.Errorf("an empty period on Sunday: %v", err)
	}
}

func TestSlotsOfShortAndLongDays(t *testing.T) {
	for _, c := range []struct {
		zone, day string
		size      time.Duration
		want      int
		repeats   int
	}{
		{"Europe/Oslo", "2026-11-21", 15 * time.Minute, 96, 0},
		{"Europe/Oslo", "2026-03-29", 15 * time.Minute, 92, 0},
		{"Europe/Oslo", "2026-10-25", 15 * time.Minute, 100, 4},
		{"Europe/Stockholm", "2026-10-25", time.Hour, 25, 1},
		{"Europe/Helsinki", "2026-03-29", 5 * time.Minute, 276, 0},
		{"America/New_York", "2003-10-26", 30 * time.Minute, 50, 2},
		{"Asia/Jerusalem", "1999-09-03", 6 * time.Minute, 250, 10},
		{"America/Sao_Paulo", "2018-11-04", time.Hour, 23, 0},   // midnight does not exist
		{"Australia/Lord_Howe", "2026-04-05", time.Hour, 25, 1}, // half an hour back: cut at the move
	} {
		z := zone(t, c.zone)
		slots, err := calendar.Slots(date(t, c.day), z, c.size)
		if err != nil {
			t.Fatal(err)
		}
		repeats := 0
		for _, s := range slots {
			if s.Repeat {
				repeats++
			}
		}
		if len(slots) != c.want || repeats != c.repeats {
			t.Errorf("%s %s has %d slots of %s, %d repeated; want %d and %d", c.zone, c.day, len(slots), c.size, repeats, c.want, c.repeats)
		}
	}
	for _, bad := range []time.Duration{0, -time.Minute, 7 * time.Minute, 90 * time.Minute, 30 * time.Second} {
		if _, err := calendar.Slots(0, time.UTC, bad); centre.KindOf(err) != centre.Invalid || err == nil {
			t.Errorf("interval %s: %v", bad, err)
		}
	}
}

// Slots divide every day of every zone without gap or overlap, and SlotAt finds each again from any instant in it.
func TestSlotsDivideTheDay(t *testing.T) {
	zones := []*time.Location{time.UTC}
	for _, name := range []string{"Europe/Oslo", "Europe/Helsinki", "America/New_York", "Asia/Jerusalem", "Australia/Lord_Howe", "America/Sao_Paulo", "Asia/Kathmandu"} {
		zones = append(zones, zone(t, name))
	}
	rapid.Check(t, func(t *rapid.T) {
		z := rapid.SampledFrom(zones).Draw(t, "zone")
		d := calendar.Date(rapid.IntRange(8000, 22000).Draw(t, "day"))
		size := time.Duration(rapid.SampledFrom([]int{5, 6, 15, 30, 60}).Draw(t, "size")) * time.Minute
		slots, err := calendar.Slots(d, z, size)
		if err != nil {
			t.Fatal(err)
		}
		cursor := d.Start(z)
		for _, s := range slots {
			if !s.Start.Equal(cursor) || !s.End.After(s.Start) || s.End.Sub(s.Start) > size || s.Date != d {
				t.Fatalf("slot %v after %v", s, cursor)
			}
			inside := s.Start.Add(time.Duration(rapid.Int64Range(0, int64(s.End.Sub(s.Start))-1).Draw(t, "inside")))
			if got, err := calendar.SlotAt(inside, z, size); err != nil || !got.Start.Equal(s.Start) || !got.End.Equal(s.End) || got.Repeat != s.Repeat {
				t.Fatalf("at %v: %v, %v; want %v", inside, got, err, s)
			}
			cursor = s.End
		}
		if !cursor.Equal((d + 1).Start(z)) {
			t.Fatalf("the slots end at %v, the day at %v", cursor, (d + 1).Start(z))
		}
	})
}

// Spans, Open, NextChange, OpenTime and After agree with one another for any hours, on days when the clock moves too.
func TestOpeningQuestionsAgree(t *testing.T) {
	oslo := zone(t, "Europe/Oslo")
	days := []calendar.Date{date(t, "2026-03-28"), date(t, "2026-10-24"), date(t, "2026-05-16"), date(t, "2026-06-10")}
	no := calendarOf(t, "NO", calendar.Options{})
	rapid.Check(t, func(t *rapid.T) {
		h := calendar.Hours{Zone: oslo}
		if rapid.Bool().Draw(t, "holidays") {
			h.Calendar = no
		}
		for i := range h.Week {
			cursor := 0
			for range rapid.IntRange(0, 3).Draw(t, "periods") {
				open := cursor + rapid.IntRange(0, 8).Draw(t, "gap")*30
				end := open + rapid.IntRange(1, 12).Draw(t, "length")*30
				if open >= 24*60 {
					break
				}
				h.Week[i] = append(h.Week[i], calendar.Period{Open: calendar.Clock(open), Close: calendar.Clock(end)})
				cursor = end
			}
		}
		if err := h.Check(); err != nil {
			t.Fatal(err)
		}
		from := rapid.SampledFrom(days).Draw(t, "day").Start(oslo).Add(time.Duration(rapid.IntRange(0, 2000).Draw(t, "minute")) * time.Minute)
		to := from.Add(4 * 24 * time.Hour)
		var open time.Duration
		for m := from; m.Before(to); m = m.Add(30 * time.Minute) {
			is := h.Open(m)
			next, opens, ok := h.NextChange(m)
			if ok && (opens == is || next.Before(m) || h.Open(next) == is) {
				t.Fatalf("at %v: open %v, next change %v opens %v", m, is, next, opens)
			}
			if span := h.OpenTime(m, m.Add(30*time.Minute)); span < 0 || span > 30*time.Minute {
				t.Fatalf("open for %v of half an hour", span)
			} else {
				open += span
			}
		}
		if whole := h.OpenTime(from, to); whole != open {
			t.Fatalf("the parts are open for %v, the whole for %v", open, whole)
		}
		if open > 0 {
			half := open / 2
			if end, ok := h.After(from, half); !ok || h.OpenTime(from, end) != half {
				t.Fatalf("%v of opening after %v ends at %v, which holds %v", half, from, end, h.OpenTime(from, end))
			}
		}
	})
}

package forecast

import (
	"math"
	"strings"
	"testing"
	"time"

	"sentral/internal/calendar"
)

func TestWideAndLongHistoriesAreTheSame(t *testing.T) {
	wide, err := Read("w.csv", strings.NewReader("\xef\xbb\xbfdate,07:00,07:30,08:00\n2026-03-02,3,4,5\n2026-03-03,6,,8.5\n"), nil, "")
	if err != nil {
		t.Fatal(err)
	}
	long, err := Read("l.csv", strings.NewReader("start,count\n2026-03-02T07:00,3\n2026-03-02 07:30,4\n2026-03-02T08:00:00,5\n2026-03-03T07:00,6\n2026-03-03T08:00,8.5\n"), nil, "")
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []*Series{wide, long} {
		if s.Width != halfHour || s.First != 7*time.Hour || len(s.Days) != 2 || s.Slots() != 3 {
			t.Fatalf("%+v", s)
		}
		if d := s.Days[1]; d.Counts[0] != 6 || !math.IsNaN(d.Counts[1]) || d.Counts[2] != 8.5 || d.Total() != 14.5 {
			t.Errorf("%+v", d)
		}
	}
	hours, err := wide.Merge(time.Hour)
	if err != nil || hours.Slots() != 2 || hours.Days[0].Counts[0] != 7 || hours.Days[0].Counts[1] != 5 || !math.IsNaN(hours.Days[1].Counts[0]) {
		t.Errorf("hours %+v, %v", hours, err)
	}
}

func TestClocksThatGoBackAndForth(t *testing.T) {
	oslo, err := time.LoadLocation("Europe/Oslo")
	if err != nil {
		t.Skip("no time zones on this machine: ", err)
	}
	var autumn, spring strings.Builder
	autumn.WriteString("start,count\n")
	for q := range 100 {
		at := time.Date(2026, 10, 24, 22, 0, 0, 0, time.UTC).Add(time.Duration(q) * 15 * time.Minute)
		autumn.WriteString(at.In(oslo).Format("2006-01-02T15:04") + "," + string(rune('0'+q%10)) + "\n")
	}
	s, err := Read("a.csv", strings.NewReader(autumn.String()), oslo, "")
	if err != nil {
		t.Fatal(err)
	}
	if len(s.Days) != 1 || s.Slots() != 96 || len(s.Twice) != 1 || s.Days[0].Counts[8] != (8+2)/2. || s.Days[0].Counts[12] != 6 {
		t.Errorf("the 25-hour day: %d slots, twice %v, 02:00 %v, 03:00 %v", s.Slots(), s.Twice, s.Days[0].Counts[8], s.Days[0].Counts[12])
	}
	if _, err := Read("a.csv", strings.NewReader(autumn.String()), nil, ""); err == nil || !strings.Contains(err.Error(), "a.csv:14:1") {
		t.Errorf("without a zone the hour is doubled: %v", err)
	}
	spring.WriteString("start,count\n")
	for q := range 92 {
		at := time.Date(2026, 3, 28, 23, 0, 0, 0, time.UTC).Add(time.Duration(q) * 15 * time.Minute)
		spring.WriteString(at.Format(time.RFC3339) + ",1\n")
	}
	s, err = Read("s.csv", strings.NewReader(spring.String()), oslo, "")
	if err != nil || len(s.Days) != 1 || s.Slots() != 96 || s.Days[0].Total() != 92 || !math.IsNaN(s.Days[0].Counts[8]) {
		t.Errorf("the 23-hour day: %+v, %v", s, err)
	}
}

func TestBadHistoriesAreRefusedByPlace(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"empty", "", "h.csv: the file is empty"},
		{"no header", "2026-03-02,3\n", "h.csv:1:1: the header must begin with date"},
		{"no slots", "date\n", "h.csv:1:1: no slots"},
		{"bad clock", "date,7am\n", `h.csv:1:6: "7am" is not a clock time`},
		{"slots jump", "date,07:00,07:30,08:15\n", "h.csv:1:18: slot 08:15 does not follow"},
		{"odd width", "date,07:00,07:07\n", "h.csv:1:12: interval 7m"},
		{"text", "date,07:00,07:30\n2026-03-02,3,many\n", `h.csv:2:14: "many" is not a number`},
		{"NaN", "date,07:00\n2026-03-02,NaN\n", `h.csv:2:12: "NaN" is not a number`},
		{"negative", "date,07:00\n2026-03-02,-1\n", "h.csv:2:12: -1 is negative"},
		{"huge", "date,07:00\n2026-03-02,1e10\n", "h.csv:2:12: 1e10 contacts"},
		{"bad date", "date,07:00\n2026-02-30,1\n", `h.csv:2:1: "2026-02-30" is not a date`},
		{"doubled", "date,07:00\n2026-03-02,1\n2026-03-02,1\n", "h.csv:3:1: 2026-03-02 stands twice"},
		{"unsorted", "date,07:00\n2026-03-03,1\n2026-03-02,1\n", "h.csv:3:1: 2026-03-02 comes after 2026-03-03"},
		{"ragged", "date,07:00,07:30\n2026-03-02,1\n", "h.csv:2:12: 2 cells, but the header has 3"},
		{"quote", "date,07:00\n\"2026-03-02,1\n", "h.csv:2:15: "},
		{"far", "date,07:00\n1926-03-02,1\n2026-03-02,1\n", "h.csv:3:1: 2026-03-02 comes more than ten years"},
		{"long doubled", "start,count\n2026-03-02T07:00,1\n2026-03-02T07:00,1\n", "h.csv:3:1: 2026-03-02T07:00 stands twice"},
		{"long unsorted", "start,count\n2026-03-02T07:30,1\n2026-03-02T07:00,1\n", "h.csv:3:1: 2026-03-02T07:00 comes after"},
		{"long time", "start,count\nyesterday,1\n", `h.csv:2:1: "yesterday" is not a time`},
		{"long seconds", "start,count\n2026-03-02T07:00:30,1\n", "h.csv:2:1: 2026-03-02T07:00:30 does not begin on a whole minute"},
		{"long column", "start,volume\n2026-03-02T07:00,1\n", "h.csv:1:7: no column named count"},
		{"long cells", "start,x,count\n2026-03-02T07:00,1\n", "h.csv:2:18: 2 cells"},
		{"long minutes", "start,count\n2026-03-02T07:00,1\n2026-03-02T07:07,1\n", "rows begin on multiples of"},
	} {
		if _, err := Read("h.csv", strings.NewReader(c.text), nil, ""); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
		}
	}
	for _, c := range []struct{ text, want string }{
		{"", "e.csv: the file is empty"}, {"day,kind\n", "e.csv:1:1: the header"}, {"date\n", "e.csv:1:1: the header"},
		{"date,kind\nMonday,campaign\n", `e.csv:2:1: "Monday" is not a date`}, {"date,kind\n2026-03-02,\n", "e.csv:2:12: the kind is empty"},
		{"date,kind,size\n2026-03-02,campaign,-1\n", `e.csv:2:21: "-1" is not a number from 0`}, {"date,kind\n2026-03-02\n", "e.csv:2:1: 1 cells"},
	} {
		if _, err := ReadEvents("e.csv", strings.NewReader(c.text)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q: %v, want %q", c.text, err, c.want)
		}
	}
	events, err := ReadEvents("e.csv", strings.NewReader("date,kind,size,effect_pct\n2026-03-02,Invoice,2,\n2026-04-01,outage,,35\n"))
	if err != nil || len(events) != 2 || events[0].Kind != "invoice" || events[0].Size != 2 || !math.IsNaN(events[0].Effect) || math.Abs(events[1].Effect-0.35) > 1e-12 || events[1].Date != calendar.DateOf(2026, 4, 1) {
		t.Errorf("%+v, %v", events, err)
	}
}

// FuzzRead: whatever a file holds, reading it ends with a series or an error.
func FuzzRead(f *testing.F) {
	f.Add("date,07:00,07:05\n2026-03-02,3,4\n")
	f.Add("start,count\n2026-03-02T07:00,3\n2026-03-02T07:30+01:00,4\n")
	f.Fuzz(func(t *testing.T, text string) {
		s, err := Read("f.csv", strings.NewReader(text), time.UTC, "")
		if err != nil {
			return
		}
		for _, d := range s.Days {
			if len(d.Counts) != s.Slots() {
				t.Fatalf("%d slots, want %d", len(d.Counts), s.Slots())
			}
		}
	})
}

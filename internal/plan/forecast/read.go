package forecast

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"time"

	"sentral/internal/calendar"
	"sentral/internal/centre"
)

// MaxCells bounds the numbers that a history file may hold: 20 years of five-minute slots.
const MaxCells = 20 * 366 * 288

// Read reads a history in one of two forms, told apart by the header. Wide: "date,07:00,07:05,..." with a row a day. Long:
// "start,count" with a row a slot, where start is local time such as 2026-03-02T07:30, or has an offset and is moved into the zone.
// A column named as in column, if any, is read from the long form in place of count. The zone may be nil when times are local; with
// it, the hour that occurs twice when clocks go back may stand twice, and holds its mean.
//
// Numbers are zero or more; an empty cell was not recorded. What is malformed is refused with name:line:column and the reason.
func Read(name string, r io.Reader, zone *time.Location, column string) (*Series, error) {
	buffered := bufio.NewReader(r)
	if mark, err := buffered.Peek(3); err == nil && string(mark) == "\xef\xbb\xbf" {
		if _, err := buffered.Discard(3); err != nil {
			return nil, centre.ErrorAt(centre.Invalid, name, "%v", err)
		}
	}
	t := &table{name: name, csv: csv.NewReader(buffered)}
	t.csv.FieldsPerRecord = -1
	t.csv.ReuseRecord = true
	header, err := t.next()
	if errors.Is(err, io.EOF) {
		return nil, centre.ErrorAt(centre.Invalid, name, "the file is empty")
	}
	if err != nil {
		return nil, err
	}
	switch strings.ToLower(strings.TrimSpace(header[0])) {
	case "date":
		return t.wide(header)
	case "start":
		return t.long(header, zone, column)
	}
	return nil, t.fault(0, "the header must begin with date (a row a day) or start (a row an interval), not %q", header[0])
}

// table reads records and names the place of what is wrong in them.
type table struct {
	name  string
	csv   *csv.Reader
	cells int
}

func (t *table) next() ([]string, error) {
	record, err := t.csv.Read()
	var parse *csv.ParseError
	if errors.As(err, &parse) {
		return nil, centre.ErrorAt(centre.Invalid, fmt.Sprintf("%s:%d:%d", t.name, parse.Line, parse.Column), "%v", parse.Err)
	}
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, centre.ErrorAt(centre.Invalid, t.name, "%v", err)
	}
	return record, err
}

// fault makes an error at a field of the record read last.
func (t *table) fault(field int, format string, args ...any) error {
	line, column := t.csv.FieldPos(field)
	return centre.ErrorAt(centre.Invalid, fmt.Sprintf("%s:%d:%d", t.name, line, column), format, args...)
}

// count reads one cell; an empty one is NaN.
func (t *table) count(field int, text string) (float64, error) {
	if t.cells++; t.cells > MaxCells {
		return 0, t.fault(field, "more than %d numbers: split the history", MaxCells)
	}
	text = strings.TrimSpace(text)
	if text == "" {
		return math.NaN(), nil
	}
	v, err := strconv.ParseFloat(text, 64)
	switch {
	case err != nil || math.IsNaN(v) || math.IsInf(v, 0):
		return 0, t.fault(field, "%q is not a number", text)
	case v < 0:
		return 0, t.fault(field, "%s is negative, but a count is zero or more", text)
	case v > 1e9:
		return 0, t.fault(field, "%s contacts in one interval cannot be", text)
	}
	return v, nil
}

func (t *table) wide(header []string) (*Series, error) {
	s := &Series{Name: t.name}
	if len(header) < 2 {
		return nil, t.fault(0, "no slots: the header must go on with clock times such as 07:00")
	}
	for j, text := range header[1:] {
		clock, err := calendar.ParseClock(strings.TrimSpace(text))
		if err != nil {
			return nil, t.fault(j+1, "%q is not a clock time such as 07:00", text)
		}
		at := time.Duration(clock) * time.Minute
		switch j {
		case 0:
			s.First, s.Width = at, time.Hour
		case 1:
			s.Width = at - s.First
		}
		if want := s.First + time.Duration(j)*s.Width; at != want {
			return nil, t.fault(j+1, "slot %s does not follow: the slots are %v long, so that %s was to come", text, s.Width, clockText(want))
		}
	}
	if err := calendar.CheckInterval(s.Width); err != nil {
		return nil, t.fault(min(2, len(header)-1), "%v", err)
	}
	for {
		record, err := t.next()
		if errors.Is(err, io.EOF) {
			return s, nil
		}
		if err != nil {
			return nil, err
		}
		date, err := calendar.ParseDate(strings.TrimSpace(record[0]))
		if err != nil {
			return nil, t.fault(0, "%q is not a date such as 2026-03-02", record[0])
		}
		if err := t.follows(s, date); err != nil {
			return nil, err
		}
		if len(record) != len(header) {
			return nil, t.fault(len(record)-1, "%d cells, but the header has %d", len(record), len(header))
		}
		day := Day{Date: date, Counts: make([]float64, len(header)-1)}
		for j := range day.Counts {
			if day.Counts[j], err = t.count(j+1, record[j+1]); err != nil {
				return nil, err
			}
		}
		if day.recorded() > 0 {
			s.Days = append(s.Days, day)
		}
	}
}

// follows refuses a date that does not come after the last.
func (t *table) follows(s *Series, date calendar.Date) error {
	if len(s.Days) == 0 {
		return nil
	}
	switch last := s.Days[len(s.Days)-1].Date; {
	case date == last:
		return t.fault(0, "%s stands twice", date)
	case date < last:
		return t.fault(0, "%s comes after %s: sort the rows by time", date, last)
	case date > last+3660:
		return t.fault(0, "%s comes more than ten years after %s", date, last)
	}
	return nil
}

// entry is one row of the long form.
type entry struct {
	date   calendar.Date
	clock  time.Duration
	value  float64
	passes float64 // 2 where the wall clock passed this time twice
}

func (t *table) long(header []string, zone *time.Location, column string) (*Series, error) {
	at, err := t.column(header, column)
	if err != nil {
		return nil, err
	}
	var entries []entry
	width := time.Duration(0)
	for {
		record, err := t.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		if len(record) <= at {
			return nil, t.fault(len(record)-1, "%d cells, but the header has %d", len(record), len(header))
		}
		e, err := t.entry(record, at, zone)
		if err != nil {
			return nil, err
		}
		if len(entries) > 0 {
			last := &entries[len(entries)-1]
			twice, err := t.after(entries, e, zone)
			if err != nil {
				return nil, err
			}
			if twice != nil {
				twice.value, twice.passes = twice.value+e.value, 2
				continue
			}
			if last.date == e.date {
				width = divisor(width, e.clock-last.clock)
			}
			if e.date > last.date+3660 {
				return nil, t.fault(0, "%s comes more than ten years after %s", e.date, last.date)
			}
		}
		width = divisor(width, e.clock)
		entries = append(entries, e)
	}
	return t.grid(entries, width)
}

// column finds which column holds the numbers.
func (t *table) column(header []string, want string) (int, error) {
	names := []string{want}
	if want == "" {
		names = []string{"count", "calls", "contacts", "mean"}
	}
	for _, name := range names {
		for j, h := range header {
			if strings.EqualFold(strings.TrimSpace(h), name) {
				return j, nil
			}
		}
	}
	return 0, t.fault(len(header)-1, "no column named %s", strings.Join(names, ", "))
}

func (t *table) entry(record []string, column int, zone *time.Location) (entry, error) {
	text := strings.TrimSpace(record[0])
	local, err := ParseLocal(text, zone)
	if err != nil {
		return entry{}, t.fault(0, "%q is not a time such as 2026-03-02T07:30", text)
	}
	if local.Second() != 0 || local.Nanosecond() != 0 {
		return entry{}, t.fault(0, "%s does not begin on a whole minute", text)
	}
	value, err := t.count(column, record[column])
	if err != nil {
		return entry{}, err
	}
	year, month, day := local.Date()
	clock := time.Duration(local.Hour())*time.Hour + time.Duration(local.Minute())*time.Minute
	return entry{calendar.DateOf(year, month, day), clock, value, 1}, nil
}

// after checks that e follows the entries so far. In the hour that occurs twice it gives the earlier pass of e's slot, if there is one.
func (t *table) after(entries []entry, e entry, zone *time.Location) (*entry, error) {
	last := entries[len(entries)-1]
	if e.date > last.date || (e.date == last.date && e.clock > last.clock && last.passes == 1) {
		return nil, nil
	}
	if e.date == last.date && zone != nil {
		for i := len(entries) - 1; i >= 0 && entries[i].date == e.date && entries[i].clock >= e.clock; i-- {
			if entries[i].clock == e.clock && entries[i].passes == 1 && occursTwice(e.date, e.clock, zone) {
				return &entries[i], nil
			}
		}
	}
	switch {
	case e.date == last.date && e.clock > last.clock:
		return nil, nil
	case e.date == last.date && e.clock == last.clock:
		return nil, t.fault(0, "%sT%s stands twice (where clocks went back, give a time zone)", e.date, clockText(e.clock))
	}
	return nil, t.fault(0, "%sT%s comes after %sT%s: sort the rows by time, each once (where clocks went back, give a time zone)", e.date, clockText(e.clock), last.date, clockText(last.clock))
}

// occursTwice tells whether clocks go back over this wall-clock time.
func occursTwice(date calendar.Date, clock time.Duration, zone *time.Location) bool {
	at := date.At(calendar.Clock(clock/time.Minute), zone)
	for _, by := range []time.Duration{30 * time.Minute, time.Hour} {
		if later := at.Add(by); later.Hour() == at.Hour() && later.Minute() == at.Minute() {
			return true
		}
		if earlier := at.Add(-by); earlier.Hour() == at.Hour() && earlier.Minute() == at.Minute() {
			return true
		}
	}
	return false
}

// grid lays entries out by day and slot.
func (t *table) grid(entries []entry, width time.Duration) (*Series, error) {
	if len(entries) == 0 {
		return &Series{Name: t.name, Width: time.Hour}, nil
	}
	if width <= 0 || width > time.Hour {
		width = time.Hour
	}
	if calendar.CheckInterval(width) != nil {
		return nil, centre.ErrorAt(centre.Invalid, t.name, "rows begin on multiples of %v, which is no interval that divides the hour", width)
	}
	first, last := entries[0].clock, entries[0].clock
	for _, e := range entries {
		first, last = min(first, e.clock), max(last, e.clock)
	}
	n := int((last-first)/width) + 1
	if n > 24*60 || n*len(entries) < 0 {
		return nil, centre.ErrorAt(centre.Invalid, t.name, "%d slots a day are too many", n)
	}
	s := &Series{Name: t.name, Width: width, First: first}
	for _, e := range entries {
		if len(s.Days) == 0 || s.Days[len(s.Days)-1].Date != e.date {
			counts := make([]float64, n)
			for j := range counts {
				counts[j] = math.NaN()
			}
			s.Days = append(s.Days, Day{Date: e.date, Counts: counts})
		}
		s.Days[len(s.Days)-1].Counts[int((e.clock-first)/width)] = e.value / e.passes
		if e.passes > 1 && (len(s.Twice) == 0 || s.Twice[len(s.Twice)-1] != e.date) {
			s.Twice = append(s.Twice, e.date)
		}
	}
	return s, nil
}

// divisor is the greatest common divisor; zero is neutral.
func divisor(a, b time.Duration) time.Duration {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

// ParseLocal reads a local time in one of the usual forms, to the minute or second, or a time with an offset, which it moves into the
// zone when one is given and takes at its word otherwise. The result shows the wall clock in its own fields.
func ParseLocal(text string, zone *time.Location) (time.Time, error) {
	for _, layout := range []string{"2006-01-02T15:04", "2006-01-02 15:04", "2006-01-02T15:04:05", "2006-01-02 15:04:05"} {
		if at, err := time.Parse(layout, text); err == nil {
			return at, nil
		}
	}
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04Z07:00", "2006-01-02 15:04Z07:00"} {
		if at, err := time.Parse(layout, text); err == nil {
			if zone != nil {
				at = at.In(zone)
			}
			return at, nil
		}
	}
	return time.Time{}, centre.Errorf(centre.Invalid, "%q is not a time such as 2026-03-02T07:30", text)
}

func clockText(clock time.Duration) string {
	return fmt.Sprintf("%02d:%02d", int(clock.Hours()), int(clock.Minutes())%60)
}

package calendar_test

import (
	"compress/gzip"
	"encoding/csv"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"

	"sentral/internal/calendar"
)

// Callers know the calendar: on the Sundays to Thursdays of 1999 when an Israeli bank had under 60 % of its median calls, the calendar
// must name a reason, but for two days that have none (8 March and 23 May). And on every weekday that it calls closed, calls must be few.
func TestCallersOf1999KeepTheHolidays(t *testing.T) {
	root := os.Getenv("SENTRAL_SHARED")
	if root == "" {
		root = filepath.Join("..", "..", "..", "shared")
	}
	f, err := os.Open(filepath.Join(root, "data", "anonbank_1999_6min.csv.gz"))
	if err != nil {
		t.Skipf("shared data is not here: %v", err)
	}
	defer f.Close()
	zipped, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(zipped).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	il := calendarOf(t, "IL", calendar.Options{})
	calls := map[calendar.Date]int{}
	var sorted []int
	for _, row := range rows[1:] {
		d := date(t, row[0])
		if w := d.Weekday(); w == time.Friday || w == time.Saturday {
			continue
		}
		for _, cell := range row[1:] {
			n, err := strconv.Atoi(cell)
			if err != nil {
				t.Fatal(err)
			}
			calls[d] += n
		}
		sorted = append(sorted, calls[d])
	}
	slices.Sort(sorted)
	median := sorted[len(sorted)/2]
	unexplained := 0
	for d, n := range calls {
		h, special := il.On(d)
		if 10*n < 6*median && !special {
			unexplained++
			t.Logf("%s: %d calls of a median %d, and no holiday", d, n, median)
		}
		if il.Closed(d) && 100*n > 62*median {
			t.Errorf("%s is %s, closed, but had %d calls of a median %d", d, h.Key, n, median)
		}
	}
	if unexplained > 2 {
		t.Errorf("%d quiet days have no reason", unexplained)
	}
}

package demo_test

import (
	"testing"
	"time"

	"sentral/internal/config"
	"sentral/internal/demo"
)

// TestTheWorkshopIsClosedWheneverTheDemoIsOpened opens the demo at every hour of a day, and before a weekend: the workshop is shut, stays shut for two hours at least, and opens within
// four days, so that what is left there is answered in time.
func TestTheWorkshopIsClosedWheneverTheDemoIsOpened(t *testing.T) {
	zone, err := time.LoadLocation("Europe/Oslo")
	if err != nil {
		t.Fatal(err)
	}
	times := []time.Time{time.Date(2026, 11, 6, 16, 0, 0, 0, zone), time.Date(2026, 11, 7, 9, 0, 0, 0, zone)} // a Friday's end, a Saturday
	for hour := range 24 {
		times = append(times, time.Date(2026, 11, 2, hour, 30, 0, 0, zone))
	}
	for _, at := range times {
		d, err := demo.Document()
		if err != nil {
			t.Fatal(err)
		}
		if err := demo.AddWorkshop(d, at); err != nil {
			t.Fatal(err)
		}
		h, err := config.Opening(d, "verkstedtid")
		if err != nil {
			t.Fatal(err)
		}
		next, ok := h.NextOpening(at)
		if h.Open(at) || !ok || next.Sub(at) < 2*time.Hour || next.Sub(at) > 4*24*time.Hour {
			t.Errorf("opened at %s: open %v, next %s", at.Format("Mon 15:04"), h.Open(at), next.Format("Mon 15:04"))
		}
	}
}

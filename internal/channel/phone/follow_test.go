package phone

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"
	"time"

	"sentral/internal/telephony/media"
)

// torn is a leg of ours that breaks.
type torn struct{}

func (torn) Pull(*media.Frame) bool { panic("a leg of ours is torn") }
func (torn) Push(*media.Frame)      {}

// A fault of ours in sound is in the figures, and in the log once with where it was.
func TestFaultsInSoundAreTold(t *testing.T) {
	var log bytes.Buffer
	r := New(Options{Log: slog.New(slog.NewTextHandler(&log, nil))})
	r.clock = media.NewClock(1)
	t.Cleanup(r.clock.Close)
	if r.tellFaults(); r.Figures().Faults != 0 || log.Len() != 0 {
		t.Fatalf("%d faults before any, told: %s", r.Figures().Faults, &log)
	}
	room := r.clock.NewRoom()
	t.Cleanup(room.Close)
	room.Add(torn{}, media.Role{})
	for late := time.Now().Add(5 * time.Second); r.Figures().Faults == 0; time.Sleep(time.Millisecond) {
		if time.Now().After(late) {
			t.Fatal("the fault is not in the figures")
		}
	}
	r.tellFaults()
	r.tellFaults()
	if told := log.String(); r.Figures().Faults != 1 || strings.Count(told, "faults in sound were caught") != 1 || !strings.Contains(told, "faults=1") || !strings.Contains(told, "torn") {
		t.Errorf("%d faults, told: %s", r.Figures().Faults, told)
	}
}

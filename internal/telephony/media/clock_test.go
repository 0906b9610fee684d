package media

import (
	"testing"
	"testing/synctest"
	"time"

	"sentral/internal/telephony/alarm"
)

// slow is a leg that takes its time now and then.
type slow struct {
	pushes int
	sleep  map[int]time.Duration // by push
}

func (s *slow) Pull(*Frame) bool { return false }
func (s *slow) Push(*Frame) {
	s.pushes++
	time.Sleep(s.sleep[s.pushes])
}

func TestTheClockKeepsTime(t *testing.T) {
	for _, c := range []struct {
		name    string
		sleep   map[int]time.Duration
		pushes  int
		late    uint64
		skipped uint64
		worst   time.Duration
	}{
		{"ten seconds", nil, 500, 0, 0, 0},
		{"a tick of 10 ms is not late", map[int]time.Duration{50: 10 * time.Millisecond}, 500, 0, 0, 10 * time.Millisecond},
		{"a stall of 110 ms is made up for", map[int]time.Duration{50: 110 * time.Millisecond}, 500, 5, 0, 110 * time.Millisecond},
		{"a stall of a second is not", map[int]time.Duration{50: time.Second}, 451, 1, 49, time.Second},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				clock := newClock(1, alarm.Timer)
				leg := &slow{sleep: c.sleep}
				clock.NewRoom().Add(leg, Role{})
				time.Sleep(10*time.Second + time.Millisecond)
				s := clock.Stats()
				clock.Close()
				if leg.pushes != c.pushes || s.LateTicks != c.late || s.Skipped != c.skipped || s.WorstTick != c.worst {
					t.Errorf("%d frames, %d late, %d skipped, worst %v; want %d, %d, %d, %v", leg.pushes, s.LateTicks, s.Skipped, s.WorstTick,
						c.pushes, c.late, c.skipped, c.worst)
				}
			})
		})
	}
}

func TestRoomsAreSpreadOverTheFrame(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		clock := newClock(1, alarm.Timer)
		var rooms []*Room
		at := map[time.Duration]int{}
		began := time.Now()
		for range 16 {
			r := clock.NewRoom()
			rooms = append(rooms, r)
			r.Add(stamper(func() {
				at[time.Since(began)%frameTime]++
			}), Role{})
		}
		time.Sleep(time.Second)
		clock.Close()
		if len(at) != phases {
			t.Errorf("frames at %v", at)
		}
		for when, n := range at {
			if n < 4*49 || n > 4*51 {
				t.Errorf("%d frames at %v", n, when)
			}
		}
		for _, r := range rooms {
			r.Close()
		}
		if n := clock.Stats().Rooms; n != 0 {
			t.Errorf("%d rooms are left", n)
		}
	})
}

// stamper is called at each push.
type stamper func()

func (s stamper) Pull(*Frame) bool { return false }
func (s stamper) Push(*Frame)      { s() }

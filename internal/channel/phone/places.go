package phone

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
	"sync"
	"time"

	"sentral/internal/centre"
	"sentral/internal/engine/live"
	"sentral/internal/engine/routing"
	"sentral/internal/store"
)

// places are those of callers who fell out of a queue and may call again. What is here is on disk too.
type places struct {
	mu   sync.Mutex
	kept []store.PlaceRow
}

// hashed is a caller's number, or what they answered, as it is kept with a place: enough to know it again, not to read it.
func hashed(number string) string {
	if number == "" {
		return ""
	}
	h := sha256.Sum256([]byte("caller " + number))
	return hex.EncodeToString(h[:16])
}

func (p *places) set(rows []store.PlaceRow) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.kept = rows
}

const placesKept = 100_000

func (p *places) keep(row store.PlaceRow) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.kept = slices.DeleteFunc(p.kept, func(o store.PlaceRow) bool { return o.ID == row.ID || o.Until <= row.At })
	if len(p.kept) < placesKept {
		p.kept = append(p.kept, row)
	}
}

func (p *places) take(id int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.kept = slices.DeleteFunc(p.kept, func(o store.PlaceRow) bool { return o.ID == id })
}

// proof is what else than a number a caller has shown to be given a place.
type proof struct {
	answers string // what they answered in the script before the queue: steps and keys
	claimed bool   // they pressed the key that asks for it
}

// answersOf is what a caller answered in a script, as it is compared; empty when no key was pressed.
func answersOf(line string, menu []string) string {
	if len(menu) == 0 {
		return ""
	}
	return line + "|" + strings.Join(menu, "|")
}

// find gives the place of a caller who calls again: by the customer when they have proved who they are, else by the number when exactly one place is kept for
// it (or one with these answers) and the caller has shown more than a number, which anybody can send: the same answers to the same script as before, or the key that asks for the place.
// ask tells that there is a place and that the key is what is missing. A number that is withheld finds nothing, and a proved customer never takes somebody
// else's.
func (p *places) find(row store.CallRow, queue centre.QueueID, now centre.Instant, shown proof) (place store.PlaceRow, found, ask bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	caller := hashed(row.Number)
	var byNumber []store.PlaceRow
	for _, o := range p.kept {
		if o.Queue != queue || o.Until <= now {
			continue
		}
		if row.Known == "verified" && o.Customer == row.Customer {
			return o, true, false
		}
		if number, _, _ := strings.Cut(o.Caller, "."); caller != "" && number == caller {
			byNumber = append(byNumber, o)
		}
	}
	alike := slices.DeleteFunc(slices.Clone(byNumber), func(o store.PlaceRow) bool {
		_, answered, _ := strings.Cut(o.Caller, ".")
		return shown.answers == "" || answered != hashed(shown.answers)
	})
	if len(alike) == 1 { // whoever else has left a place under the number did not answer so
		byNumber = alike
	}
	if len(byNumber) != 1 {
		return store.PlaceRow{}, false, false
	}
	o := byNumber[0]
	if row.Known == "verified" && o.Customer != 0 && o.Customer != row.Customer {
		return store.PlaceRow{}, false, false
	}
	if shown.claimed || len(alike) == 1 {
		return o, true, false
	}
	return store.PlaceRow{}, false, true
}

// keepPlace keeps the place of a caller who leaves the queue, in the plan that takes them out of it.
func (c *call) keepPlace(p *live.Plan) {
	r := c.room
	v, ok := p.Engine().Contact(c.m.row.Contact)
	within := time.Duration(r.Rules.Book().Phone.Wait.RedialS) * time.Second
	if !ok || within <= 0 || (v.Phase != routing.InQueue && v.Phase != routing.InOffer) {
		return
	}
	c.place = r.keepPlaceOf(p, v, c.m.row, answersOf(c.m.row.Line, c.m.menu), within)
}

// keepPlaceOf writes a place down; the one it returns is to be kept once that is on disk.
func (r *Room) keepPlaceOf(p *live.Plan, v routing.ContactView, call store.CallRow, answers string, within time.Duration) (row store.PlaceRow) {
	if call.Number == "" && call.Known != "verified" {
		return row // nobody could find it again
	}
	row = store.PlaceRow{
		ID: p.Fact(FactPlace, v.ID, 0, struct{}{}), Caller: hashed(call.Number) + dotted(hashed(answers)), Customer: call.Customer, Queue: v.Queue, WaitedMS: v.WaitedMS, At: p.Now(),
		Until: p.Now() + centre.Instant(within/time.Millisecond),
	}
	p.Write(r.Phone.KeepPlace(row))
	return row
}

func dotted(s string) string {
	if s == "" {
		return ""
	}
	return "." + s
}

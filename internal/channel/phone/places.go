package phone

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
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

// hashed is a caller's number as it is kept with a place: enough to know it again, not to read it.
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

// find gives the place of a caller who calls again: by the customer when they have proved who they are; by the number when no two people of that number
// wait for theirs. A number that is withheld finds nothing, and a proved customer never takes somebody else's.
func (p *places) find(row store.CallRow, queue centre.QueueID, now centre.Instant) (store.PlaceRow, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	caller := hashed(row.Number)
	var byNumber []store.PlaceRow
	for _, o := range p.kept {
		if o.Queue != queue || o.Until <= now {
			continue
		}
		if row.Known == "verified" && o.Customer == row.Customer {
			return o, true
		}
		if caller != "" && o.Caller == caller {
			byNumber = append(byNumber, o)
		}
	}
	if len(byNumber) != 1 {
		return store.PlaceRow{}, false
	}
	o := byNumber[0]
	if row.Known == "verified" && o.Customer != 0 && o.Customer != row.Customer {
		return store.PlaceRow{}, false
	}
	return o, true
}

// keepPlace keeps the place of a caller who leaves the queue, in the plan that takes them out of it.
func (c *call) keepPlace(p *live.Plan) {
	r := c.room
	v, ok := p.Engine().Contact(c.m.row.Contact)
	within := time.Duration(r.Rules.Book().Phone.Wait.RedialS) * time.Second
	if !ok || within <= 0 || (v.Phase != routing.InQueue && v.Phase != routing.InOffer) {
		return
	}
	c.place = r.keepPlaceOf(p, v, c.m.row, within)
}

// keepPlaceOf writes a place down; the one it returns is to be kept once that is on disk.
func (r *Room) keepPlaceOf(p *live.Plan, v routing.ContactView, call store.CallRow, within time.Duration) (row store.PlaceRow) {
	if call.Number == "" && call.Known != "verified" {
		return row // nobody could find it again
	}
	row = store.PlaceRow{
		ID: p.Fact(FactPlace, v.ID, 0, struct{}{}), Caller: hashed(call.Number), Customer: call.Customer, Queue: v.Queue, WaitedMS: v.WaitedMS, At: p.Now(),
		Until: p.Now() + centre.Instant(within/time.Millisecond),
	}
	p.Write(r.Phone.KeepPlace(row))
	return row
}

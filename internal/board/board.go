package board

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"sentral/internal/centre"
	"sentral/internal/desk/access"
	"sentral/internal/engine/live"
	"sentral/internal/feed"
	"sentral/internal/rulebook"
	"sentral/internal/store"
)

// Options is what the board stands on.
type Options struct {
	Centre   *live.Centre
	Rules    *rulebook.Room
	Counters store.Board
	Surveys  store.Survey
	Now      func() time.Time // paces the screens; the figures go by the centre's own time
	Log      *slog.Logger
	Pace     time.Duration // a page is drawn and sent so often at most; default half a second
}

// Board is the wall. While this node owns the centre, Run folds the feed into a sheet of today; pages are drawn from it when somebody looks.
type Board struct {
	Options

	mu     sync.Mutex
	sheet  *sheet // nil while this node does not own the centre, or the sheet is being filled
	levels atomic.Pointer[map[centre.QueueID]int]

	drawing sync.Mutex // one page is drawn at a time, and shared by everybody who watches it
	look    *look
	roster  *roster
	pages   map[Filter]*drawn
	serial  int64
}

// The pace of the wall.
const (
	lookEvery = time.Second            // the engine is looked at so often at most, however many watch
	drawEvery = 500 * time.Millisecond // the default of Pace
	sendAgain = 10                     // turns of Pace after which an unchanged page is sent again, so that a screen knows that it still lives
	pagesKept = 512                    // drawn pages; beyond it those that nobody has asked for lately are forgotten
)

// New makes a board; Run makes it live.
func New(o Options) *Board {
	if o.Pace <= 0 {
		o.Pace = drawEvery
	}
	b := &Board{Options: o, pages: map[Filter]*drawn{}}
	b.levels.Store(&map[centre.QueueID]int{})
	return b
}

// Run keeps the figures up to date until the context ends. When this node loses the centre, or falls behind the feed, everything is forgotten and built
// again from the store as soon as the centre is ours.
func (b *Board) Run(ctx context.Context) {
	feed.Follower{Name: "wall", Log: b.Log, Follow: b.follow, Broken: b.forget}.Keep(ctx)
}

func (b *Board) forget() {
	b.mu.Lock()
	b.sheet = nil
	b.mu.Unlock()
	b.levels.Store(&map[centre.QueueID]int{})
	b.drawing.Lock()
	defer b.drawing.Unlock()
	b.look = nil
	clear(b.pages)
}

// errAnew ends one turn of follow when what is known no longer holds, such as after a change of time zone.
var errAnew = fmt.Errorf("board: %w", feed.ErrReset)

// follow fills a sheet from the store and folds the feed into it.
func (b *Board) follow(ctx context.Context) error {
	s, reader, err := b.begin(ctx)
	if err != nil {
		return err
	}
	defer reader.Close()
	b.mu.Lock()
	b.sheet = s
	b.mu.Unlock()
	b.reckonLevels()
	return reader.Each(ctx,
		func(commits []feed.Commit) error { return b.fold(ctx, s, commits) },
		time.Second, func() error {
			if err := b.recall(ctx, s); err != nil {
				return err
			}
			b.reckonLevels()
			return nil
		})
}

// fold takes some commits. Versions of the configuration that they tell of are read first, so that the lock is not held over the store.
func (b *Board) fold(ctx context.Context, s *sheet, commits []feed.Commit) error {
	fresh := map[int64]edition{} // by sequence number
	for _, c := range commits {
		for i := range c.Entries {
			e := &c.Entries[i]
			if e.Kind != rulebook.FactChanged {
				continue
			}
			ed, err := b.editionTold(ctx, e)
			if err != nil {
				return err
			}
			if ed.zone != s.zone.String() {
				return errAnew
			}
			fresh[e.Seq] = ed
		}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, c := range commits {
		for i := range c.Entries {
			if err := s.take(&c.Entries[i], fresh); err != nil {
				return err
			}
		}
	}
	s.settle()
	return nil
}

// recall reads what other weeks were like, once a day.
func (b *Board) recall(ctx context.Context, s *sheet) error {
	b.mu.Lock()
	from, known := s.from, s.history != nil
	b.mu.Unlock()
	if known {
		return nil
	}
	h, err := b.readHistory(ctx, from, s.zone)
	if err != nil {
		return err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if s.from == from {
		s.history = h
	}
	s.version++
	return nil
}

// reckonLevels keeps every queue's level of today, by its own formula, for the desk.
func (b *Board) reckonLevels() {
	book := b.Rules.Book()
	b.mu.Lock()
	defer b.mu.Unlock()
	s := b.sheet
	if s == nil || (s.reckoned == s.version && s.reckonedBook == book.Version) {
		return
	}
	out := map[centre.QueueID]int{}
	accounts := s.gather(s.today, func(place) bool { return true })
	addWaiting(accounts, s.waiting(s.at).today, func(centre.QueueID) bool { return true })
	for id, a := range accounts {
		if q := book.Queue(id); q != nil {
			out[id] = a.level(q, q.Formula).Permille
		}
	}
	s.reckoned, s.reckonedBook = s.version, book.Version
	b.levels.Store(&out)
}

// Level is today's service level of a queue in thousandths; -1 when there is none. It is at most a second old.
func (b *Board) Level(id centre.QueueID) int {
	if l, ok := (*b.levels.Load())[id]; ok {
		return l
	}
	return -1
}

// Wall is one page of the wall as it stands.
func (b *Board) Wall(ctx context.Context, s access.Subject, f Filter) (Wall, error) {
	f, err := b.admit(s, f)
	if err != nil {
		return Wall{}, err
	}
	d, err := b.page(ctx, f)
	if err != nil {
		return Wall{}, err
	}
	return d.wall, nil
}

// Follow sends one page of the wall, whole, whenever it has changed, at most twice a second and at least every five seconds.
func (b *Board) Follow(ctx context.Context, s access.Subject, f Filter, send func(seq int64, event string, data any) error) error {
	f, err := b.admit(s, f)
	if err != nil {
		return err
	}
	pace := time.NewTicker(b.Pace)
	defer pace.Stop()
	var serial int64
	quiet := 0 // turns without anything new
	for {
		d, err := b.page(ctx, f)
		if err != nil {
			return err
		}
		if quiet++; d.serial != serial || quiet >= sendAgain {
			serial, quiet = d.serial, 0
			if err := send(d.wall.Seq, "wall", d.wall); err != nil {
				return err
			}
		}
		select {
		case <-ctx.Done():
			return nil
		case <-pace.C:
		}
	}
}

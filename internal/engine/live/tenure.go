package live

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"sentral/internal/centre"
	"sentral/internal/engine/journal"
	"sentral/internal/store"
)

// tenure is the time in which this node owns the centre. It belongs to the centre's goroutine.
type tenure struct {
	c        *Centre
	term     *store.Term
	state    *state
	time     *steady
	days     *journal.Calendar
	memory   *memory
	careful  time.Time // until then commands unknown to the memory are looked up before they run
	again    []*call   // to be planned again after a rebuild
	broken   error     // why the state in memory is of no use: a recovery was cut short
	beaten   time.Time // when the lease was last seen to be ours
	counted  time.Time // when the agents' counters were last written
	timersAt time.Time // no timer fires before: one that broke the engine is not tried in a tight loop
}

// errLost ends a tenure: another node owns the centre.
var errLost = errors.New("live: the lease is lost")

// serve takes turns until the context ends or the lease is lost.
func (t *tenure) serve(ctx context.Context) error {
	for ctx.Err() == nil {
		if err := t.keepLease(ctx); err != nil {
			return err
		}
		t.c.gather()
		calls, views := t.next()
		t.show(views)
		if len(calls) == 0 && !t.timerDue() && !t.countingDue() {
			t.rest(ctx)
			continue
		}
		if err := t.turn(ctx, calls); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// suspicious is after how many failures of its turn a call is planned alone, and hopeless after how many a call that is alone is given up: one command that the
// database cannot take must not keep the others waiting for ever.
const (
	suspicious = 3
	hopeless   = 6
)

// next gives the calls of the next turn, those that are to be planned again first, and all views.
func (t *tenure) next() ([]*call, []*viewCall) {
	if len(t.again) > 0 && t.again[0].failures >= suspicious {
		alone := t.again[:1:1]
		t.again = t.again[1:]
		_, views := t.c.take(0)
		return alone, views
	}
	calls, views := t.c.take(max(0, t.c.o.BatchCommands-len(t.again)))
	calls, t.again = append(t.again, calls...), nil
	return calls, views
}

// keepLease beats when nothing else has for a quarter of the TTL. After a pause it thereby learns that the lease is lost before it shows anything.
func (t *tenure) keepLease(ctx context.Context) error {
	if time.Since(t.beaten) < t.c.o.TTL/4 {
		return nil
	}
	switch err := t.term.Beat(ctx); {
	case err == nil:
		t.beaten = time.Now()
		return nil
	case errors.Is(err, store.ErrFenced):
		return t.lost(nil)
	default:
		return t.recover(ctx, err, nil)
	}
}

// countEvery is how often the agents' counters are written while they change.
const countEvery = time.Second

// countingDue tells whether the agents' counters are to be written: at times, and before a snapshot, which does not hold those that are not.
func (t *tenure) countingDue() bool {
	return t.state.ledger.AgentsPending() && (time.Since(t.counted) >= countEvery || t.snapshotDue())
}

func (t *tenure) timerDue() bool {
	now, _ := t.time.now()
	return t.state.wake != 0 && now >= t.state.wake && !time.Now().Before(t.timersAt)
}

// rest waits for a command, a view, a timer or the next beat.
func (t *tenure) rest(ctx context.Context) {
	wait := t.c.o.TTL/4 - time.Since(t.beaten)
	if t.state.ledger.AgentsPending() {
		wait = min(wait, countEvery-time.Since(t.counted))
	}
	beat := time.NewTimer(max(0, wait))
	defer beat.Stop()
	var due <-chan time.Time
	if t.state.wake != 0 {
		now, _ := t.time.now()
		wait := max(t.state.wake.Sub(now), time.Until(t.timersAt), time.Millisecond)
		var stop func() bool
		due, stop = t.c.o.Clock.After(wait)
		defer stop()
	}
	select {
	case <-t.c.signal:
	case <-due:
	case <-beat.C:
	case <-ctx.Done():
	}
}

// show answers views with the committed state.
func (t *tenure) show(views []*viewCall) {
	if len(views) == 0 {
		return
	}
	now, _ := t.time.now()
	for _, v := range views {
		v.done <- runView(v.f, &View{Present{state: t.state, now: now}})
	}
}

func runView(f func(*View) error, v *View) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = centre.Errorf(centre.Internal, "live: a view panicked: %v\n%s", r, debug.Stack())
		}
	}()
	return f(v)
}

// turn plans the calls, puts them on disk and answers them. Its error ends the tenure.
func (t *tenure) turn(ctx context.Context, calls []*call) error {
	done, err := t.lookUp(ctx, calls)
	if err != nil {
		return t.recover(ctx, err, &turn{calls: calls})
	}
	w := t.planAll(calls, done)
	w.flushing = t.countingDue()
	w.counting = w.flushing || !t.state.ledger.AgentsPending()
	if w.fault != nil {
		return t.discard(ctx, w, calls)
	}
	if w.empty() {
		t.settle(w)
		return nil
	}
	b, owners := w.batch(t.days)
	began := time.Now()
	err = t.term.Commit(ctx, b)
	t.c.figures.commit(time.Since(began), len(b.Entries), err)
	var failed *store.WriteError
	switch {
	case err == nil:
		t.beaten = time.Now()
		if w.counting {
			t.counted = t.beaten
		}
		t.settle(w)
		return t.snapshotIfDue(ctx)
	case errors.Is(err, store.ErrFenced):
		return t.lost(w)
	case errors.Is(err, store.ErrRepeated):
		t.careful = time.Now().Add(max(t.c.o.Caution, time.Second))
		return t.planAgain(ctx, w, nil, nil)
	case errors.As(err, &failed):
		return t.planAgain(ctx, w, owners[failed.Index], failed.Err)
	default:
		return t.recover(ctx, err, w)
	}
}

// lookUp finds, while the centre is careful, which of the calls that the memory does not know have been done.
func (t *tenure) lookUp(ctx context.Context, calls []*call) (map[key]store.CommandRow, error) {
	if time.Now().After(t.careful) {
		return nil, nil
	}
	var unknown []key
	for _, k := range calls {
		if id, named := k.key(); named {
			if _, known := t.memory.find(id); !known {
				unknown = append(unknown, id)
			}
		}
	}
	if len(unknown) == 0 {
		return nil, nil
	}
	return t.term.Commands(ctx, unknown)
}

// planAll plans what is to happen in one turn: the timer that is due, then the calls in the order in which they came.
func (t *tenure) planAll(calls []*call, done map[key]store.CommandRow) (w *turn) {
	now, ahead := t.time.now()
	t.c.figures.ahead.Store(int64(ahead))
	w = &turn{planned: true, state: t.state, now: max(now, t.state.lastAt), followers: map[*call]*call{}, first: map[key]*call{}}
	defer func() {
		if r := recover(); r != nil {
			w.fault = centre.Errorf(centre.Internal, "live: the engine broke a law at a timer: %v\n%s", r, debug.Stack())
			t.timersAt = time.Now().Add(time.Second)
		}
	}()
	if t.timerDue() {
		w.woke()
	}
	for _, k := range calls {
		id, named := k.key()
		if named {
			r, known := t.memory.find(id)
			if row, found := done[id]; found {
				r, known = Receipt{Seq: row.Seq, Result: row.Result}, true
			}
			if known {
				t.c.figures.repeated.Add(1)
				k.tell(answer{receipt: r})
				continue
			}
			if first, twice := w.first[id]; twice {
				t.c.figures.repeated.Add(1)
				w.followers[k] = first
				continue
			}
			w.first[id] = k
		}
		if err := k.ctx.Err(); err != nil {
			k.tell(answer{err: centre.Errorf(centre.Unavailable, "live: given up before its turn: %w", err)})
			delete(w.first, id)
			continue
		}
		if !w.plan(k) {
			return w
		}
	}
	return w
}

// settle tells the screens of a turn that is on disk, then answers it: whoever has an answer finds it in the feed too.
func (t *tenure) settle(w *turn) {
	t.c.head.Store(t.state.next - 1)
	t.c.o.Hub.Publish(w.commits())
	for _, k := range w.calls {
		if id, named := k.key(); named && k.refused == nil {
			t.memory.add(id, Receipt{Seq: k.seq, Result: k.result})
		}
		k.tell(k.reply())
		t.c.figures.answered(k)
	}
	for k, first := range w.followers {
		k.tell(first.reply())
	}
}

// discard throws away a turn that broke a rule while it was planned.
func (t *tenure) discard(ctx context.Context, w *turn, calls []*call) error {
	t.c.o.Log.Error("a turn was thrown away", "error", w.fault)
	if w.culprit == nil { // the timer: the calls were not to blame
		return t.planAgain(ctx, &turn{calls: calls}, nil, nil)
	}
	rest := &turn{followers: w.followers}
	for _, k := range calls {
		if k != w.culprit && !k.told && w.followers[k] == nil {
			rest.calls = append(rest.calls, k)
		}
	}
	return t.planAgain(ctx, rest, w.culprit, w.fault)
}

// planAgain rebuilds the state after a turn of which nothing was written, answers the call that is to blame, and lets the others be planned again.
func (t *tenure) planAgain(ctx context.Context, w *turn, blamed *call, why error) error {
	if blamed != nil {
		blamed.tell(answer{err: why})
	}
	rest := &turn{}
	for _, k := range w.calls {
		if k != blamed {
			rest.calls = append(rest.calls, k)
		}
	}
	for k, first := range w.followers {
		if first == blamed {
			k.tell(answer{err: why})
		} else {
			rest.calls = append(rest.calls, k)
		}
	}
	if err := t.rebuild(ctx); err != nil {
		return t.recover(ctx, err, rest)
	}
	t.again = rest.calls
	return nil
}

// everybody gives all calls of a turn that wait for its outcome.
func (w *turn) everybody() []*call {
	all := w.calls[:len(w.calls):len(w.calls)]
	for k := range w.followers {
		all = append(all, k)
	}
	return all
}

// lost ends the tenure: another node owns the centre, and nothing of the turn was written.
func (t *tenure) lost(w *turn) error {
	t.c.figures.fenced.Add(1)
	if w != nil {
		answerAll(w.everybody(), errNotOwner)
	}
	answerAll(t.again, errNotOwner)
	t.again = nil
	return errLost
}

// recover brings the centre back after the database failed under it: it takes a new epoch by a write, after which everything that can be read is
// durable and no earlier commit can land any more; looks whether the turn is on disk; rebuilds; and answers the turn or plans it again. While it
// lasts longer than the patience, everybody is told to come again.
func (t *tenure) recover(ctx context.Context, cause error, w *turn) error {
	t.c.o.Log.Error("the database failed", "error", cause)
	if w == nil {
		w = &turn{}
	}
	began, told := time.Now(), false
	for wait := 10 * time.Millisecond; ; wait = min(2*wait, 500*time.Millisecond) {
		landed, err := t.retake(ctx, w)
		switch {
		case err == nil:
			t.resume(w, landed, told, cause)
			return nil
		case errors.Is(err, errLost):
			t.c.figures.fenced.Add(1)
			answerAll(w.everybody(), unknown(cause))
			return errLost
		}
		if !told && time.Since(began) > t.c.o.Patience {
			told = true
			answerAll(append(w.everybody(), t.again...), unknown(cause))
			w.calls, w.followers, t.again = nil, nil, nil
			t.c.refuse(centre.Errorf(centre.Unavailable, "live: the database does not answer: %w", cause), err.Error())
		}
		if !pause(ctx, wait) {
			answerAll(w.everybody(), unknown(cause))
			t.broken = cause
			return ctx.Err()
		}
	}
}

func unknown(cause error) error {
	return centre.Errorf(centre.Unavailable, "live: %w: %w", ErrUnknown, cause)
}

// retake takes the next epoch, if the lease is still ours, and rebuilds. It tells whether the turn is on disk.
func (t *tenure) retake(ctx context.Context, w *turn) (landed bool, err error) {
	lease, err := t.c.o.Store.PeekLease(ctx, t.c.o.Centre)
	if err != nil {
		return false, err
	}
	if lease.Owner != t.c.me.ID {
		return false, errLost
	}
	before := t.term.Lease()
	term, err := t.c.o.Store.Acquire(ctx, t.c.o.Centre, lease, t.c.me)
	if err != nil {
		return false, err
	}
	switch {
	case !w.planned:
	case len(w.entries) > 0:
		landed, err = term.Landed(ctx, w.entries[0].Seq, before.Epoch)
	default:
		landed, err = w.commandLanded(ctx, term)
	}
	if err != nil {
		return false, err
	}
	old := t.term
	t.term = term
	if err := t.rebuild(ctx); err != nil {
		t.term = old
		return false, err
	}
	return landed, nil
}

// commandLanded answers for a turn that wrote no entry: one of its commands, as this turn did it, tells for all.
func (w *turn) commandLanded(ctx context.Context, term *store.Term) (bool, error) {
	for _, k := range w.calls {
		if id, named := k.key(); named && k.refused == nil {
			done, err := term.Commands(ctx, []key{id})
			row, there := done[id]
			return there && row.Seq == k.seq && row.At == w.now, err
		}
	}
	return false, nil
}

// resume goes on after a recovery.
func (t *tenure) resume(w *turn, landed, told bool, cause error) {
	t.beaten = time.Now()
	t.careful = time.Now().Add(t.c.o.Caution)
	t.broken = nil
	if landed {
		w.state = t.state
		t.settle(w)
	} else {
		all := w.everybody()
		for _, k := range all {
			if k.failures++; k.failures >= hopeless && len(all) == 1 {
				k.tell(answer{err: centre.Errorf(centre.Unavailable, "live: given up after %d attempts, none of which took place: %w", k.failures, cause)})
			} else {
				t.again = append(t.again, k)
			}
		}
	}
	if told {
		t.c.admit(t.term.Lease())
	}
	t.c.o.Log.Info("the centre is back", "epoch", t.term.Lease().Epoch, "landed", landed)
}

// pause waits; it returns false when the context ended.
func pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// snapshotDue tells whether enough entries have come since the last snapshot.
func (t *tenure) snapshotDue() bool { return t.state.next-1-t.state.snapshotAt >= t.c.o.SnapshotEvery }

// snapshotIfDue keeps a snapshot, if one is due and the agents' counters are on disk up to here.
func (t *tenure) snapshotIfDue(ctx context.Context) error {
	if !t.snapshotDue() || t.state.ledger.AgentsPending() {
		return nil
	}
	return t.snapshot(ctx)
}

func (t *tenure) snapshot(ctx context.Context) error {
	if t.state.next != t.term.Lease().NextSeq {
		return centre.Errorf(centre.Internal, "live: the state stands at entry %d, the log at %d: no snapshot of that", t.state.next-1, t.term.Lease().NextSeq-1)
	}
	body, err := t.state.snapshot()
	if err != nil {
		t.c.o.Log.Error("no snapshot", "error", err)
		t.state.snapshotAt = t.state.next - 1 // try again when as many entries have come
		return nil
	}
	seq := t.state.next - 1
	switch err := t.term.SaveSnapshot(ctx, seq, t.state.lastAt, body); {
	case err == nil:
		t.state.snapshotAt = seq
		t.c.figures.snapshots.Add(1)
		return nil
	case errors.Is(err, store.ErrFenced):
		return t.lost(nil)
	default:
		return t.recover(ctx, fmt.Errorf("snapshot: %w", err), nil)
	}
}

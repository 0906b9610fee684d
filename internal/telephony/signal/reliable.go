package signal

import (
	"strings"
	"time"

	"github.com/emiago/sipgo/sip"
)

// reliable is the acknowledged provisional answers of a call that came in (RFC 3262).
type reliable struct {
	want     bool // the caller demands them, or can and the trunk is set to
	seq      uint32
	waiting  *sip.Response // not acknowledged yet; one at a time
	acked    chan struct{} // closed when it is
	timer    *time.Timer
	every    time.Duration
	spent    time.Duration
	offered  bool // one of them bore our offer
	answered bool // and PRACK its answer
}

func (r *reliable) stop() {
	if r.timer != nil {
		r.timer.Stop()
	}
}

// sendReliablyLocked sends a provisional answer and repeats it until PRACK; without one for 64*T1 the call fails with 504 (RFC 3262 section 3).
func (c *Call) sendReliablyLocked(res *sip.Response) {
	r := &c.rel
	if r.seq == 0 {
		r.seq = uint32(c.s.o.Now().UnixNano()&0xffff) + 1
	} else {
		r.seq++
	}
	res.AppendHeader(header("Require", "100rel"))
	res.AppendHeader(header("RSeq", itoa(int(r.seq))))
	r.waiting, r.acked, r.every, r.spent = res, make(chan struct{}), c.s.wait.t1, 0
	inv := c.invite
	_ = inv.tx.Respond(res)
	r.timer = time.AfterFunc(r.every, func() { c.repeatReliable(inv, res) })
}

func (c *Call) repeatReliable(inv *transacted, res *sip.Response) {
	c.mu.Lock()
	defer c.mu.Unlock()
	r := &c.rel
	if c.state != ringing || r.waiting != res {
		return
	}
	if r.spent += r.every; r.spent >= 64*c.s.wait.t1 {
		c.refuseLocked(inv, 504, "No PRACK")
		c.endLocked(Ending{Kind: Failed, Code: 504, Reason: "no PRACK"})
		return
	}
	_ = inv.tx.Respond(res)
	r.every *= 2
	r.timer.Reset(r.every)
}

// awaitPRACK waits until the provisional answer before is acknowledged: there is one at a time, and no final answer before (RFC 3262 section 3).
func (c *Call) awaitPRACK() error {
	c.mu.Lock()
	waiting, acked := c.rel.waiting != nil, c.rel.acked
	c.mu.Unlock()
	if !waiting {
		return nil
	}
	select {
	case <-acked:
		return nil
	case <-c.done:
		return conflict("the call ended: " + c.Ending().String())
	}
}

// prack takes the acknowledgement of a provisional answer, with the answer to our offer or an offer of its own.
func (c *Call) prack(req *sip.Request, tx *sip.ServerTx) {
	c.mu.Lock()
	defer c.mu.Unlock()
	f := strings.Fields(text(req, "RAck"))
	r := &c.rel
	inv := c.invite
	if len(f) != 3 || r.waiting == nil || inv == nil || f[0] != itoa(int(r.seq)) || f[1] != itoa(int(inv.seq)) || f[2] != "INVITE" {
		_ = respond(req, tx, 481, "No Such Provisional Response")
		return
	}
	res := response(req, 200, "OK")
	if body, ok := sessionPart(req); ok {
		if err := c.prackSDPLocked(body, res); err != nil {
			_ = respond(req, tx, 488, "Not Acceptable Here")
			return
		}
	}
	r.stop()
	r.waiting = nil
	close(r.acked)
	_ = tx.Respond(res)
}

func (c *Call) prackSDPLocked(body []byte, res *sip.Response) error {
	d, err := parseSDP(body)
	if err != nil {
		return err
	}
	if c.talk.offered != nil {
		ses, err := c.talk.accept(d)
		if err != nil {
			return err
		}
		c.rel.answered, c.sounding = true, true
		return c.applyLocked(ses, false)
	}
	answer, ses, err := c.talk.answer(d)
	if err != nil {
		return err
	}
	withSDP(res, answer)
	c.invite.answer, c.invite.session = answer, ses
	return c.applyLocked(ses, false)
}

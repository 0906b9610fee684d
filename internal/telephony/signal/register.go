package signal

import (
	"context"
	"time"

	"github.com/emiago/sipgo/sip"
)

// registerFor is what we ask a registrar for; it may give less, or demand more (423).
const registerFor = 10 * time.Minute

// registration is one binding of ours: its dialog-like identity stays from refresh to refresh (RFC 3261 section 10.2).
type registration struct {
	d      dialog
	expire time.Duration
}

func newRegistration() *registration {
	return &registration{d: dialog{callID: newTag(), localTag: newTag()}, expire: registerFor}
}

// keepRegistered registers and refreshes at half expiry. After a failure it tries again, later each time.
func (t *trunk) keepRegistered(ctx context.Context) {
	reg := newRegistration()
	wait := retryFirst
	for {
		granted, err := t.register(ctx, reg.expire, reg)
		next := granted / 2
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			t.mu.Lock()
			t.fault, t.code = err.fault, err.code
			t.mu.Unlock()
			t.s.log.Log(ctx, t.level(), "a trunk did not register", "trunk", t.Key, "fault", err.fault, "code", err.code)
			t.next()
			next, wait = wait, min(2*wait, retryMost)
		default:
			wait = retryFirst
			t.mu.Lock()
			t.registered = t.s.o.Now().Add(granted)
			t.mu.Unlock()
		}
		if !pause(ctx, next) {
			return
		}
	}
}

// register binds our contact at the trunk for so long, or unbinds it (0). It answers a challenge, and a demand for a longer time.
func (t *trunk) register(ctx context.Context, expire time.Duration, reg *registration) (time.Duration, *registerFault) {
	p, ok := t.peer()
	if !ok {
		return 0, &registerFault{NoName, 0}
	}
	ctx, cancel := context.WithTimeout(ctx, 32*t.s.wait.t1)
	defer cancel()
	d := &reg.d
	d.peer, d.user, d.target = p, t.User, t.uri("", p)
	d.local = t.ourURI(p)
	d.remote = d.local
	began := t.s.o.Now()
	for tries := 0; ; tries++ {
		req := d.request(t.s, sip.REGISTER)
		req.AppendHeader(&sip.ContactHeader{Address: t.s.contact(p.network, t.User)})
		req.AppendHeader(header("Expires", itoa(int(expire/time.Second))))
		if d.credentials != nil {
			d.credentials.apply(req)
		}
		res, err := t.s.do(ctx, p, req)
		if err != nil {
			t.heard(false, NoRegister, 0)
			return 0, &registerFault{NoRegister, 0}
		}
		switch code := res.StatusCode; {
		case code >= 200 && code < 300:
			t.s.gate.prove(p.addr.Addr())
			t.heard(true, "", t.s.o.Now().Sub(began))
			return t.granted(res, expire), nil
		case (code == 401 || code == 407) && tries < 3:
			d.credentials = challenged(res, t.User, t.Secret)
			if d.credentials == nil || tries > 0 && !staleChallenge(d.credentials) {
				return 0, &registerFault{WrongSecret, code}
			}
		case code == 423 && tries < 3:
			n, ok := decimal(text(res, "Min-Expires"), 86400)
			if !ok {
				return 0, &registerFault{NotAccepted, code}
			}
			expire = time.Duration(n) * time.Second
			reg.expire = expire
		default:
			d.credentials = nil
			t.pause(res)
			return 0, &registerFault{NotAccepted, code}
		}
	}
}

func staleChallenge(k *credentials) bool { return k.challenge.Stale }

// granted is for how long the registrar took our binding: what it says of our contact, else of all, else what we asked for.
func (t *trunk) granted(res *sip.Response, asked time.Duration) time.Duration {
	ours := t.s.shown(t.network())
	best := -1
	for _, h := range res.GetHeaders("Contact") {
		c, ok := h.(*sip.ContactHeader)
		if !ok || c.Address.Host != hostOf(ours.Addr()) || c.Address.Port != int(ours.Port()) {
			continue
		}
		if v, ok := c.Params.Get("expires"); ok {
			if n, ok := decimal(v, 1<<31-1); ok {
				best = n
			}
		}
	}
	if n, ok := decimal(text(res, "Expires"), 1<<31-1); ok && best < 0 {
		best = n
	}
	if best <= 0 {
		return asked
	}
	return max(time.Duration(best)*time.Second, time.Second)
}

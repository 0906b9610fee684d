package signal

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/binary"
	"net/netip"
	"strings"
	"sync"
	"time"

	"github.com/emiago/sipgo/sip"
	"github.com/icholy/digest"
)

// credentials answer one challenge, again and again with a rising count (RFC 8760 section 2.4).
type credentials struct {
	challenge    *digest.Challenge
	header       string // Authorization or Proxy-Authorization
	user, secret string
	count        int
}

// challenged reads the strongest challenge that we can answer: SHA-256 before MD5.
func challenged(res *sip.Response, user, secret string) *credentials {
	from, to := "WWW-Authenticate", "Authorization"
	if res.StatusCode == sip.StatusProxyAuthRequired {
		from, to = "Proxy-Authenticate", "Proxy-Authorization"
	}
	var best *credentials
	for i, h := range res.GetHeaders(from) {
		ch, err := digest.ParseChallenge(h.Value())
		if err != nil || !digest.CanDigest(ch) || i > 8 {
			continue
		}
		if best == nil || strings.HasPrefix(strings.ToUpper(ch.Algorithm), "SHA-256") && !strings.HasPrefix(strings.ToUpper(best.challenge.Algorithm), "SHA-256") {
			best = &credentials{challenge: ch, header: to, user: user, secret: secret}
		}
	}
	return best
}

// asksWho tells whether an answer is a challenge.
func asksWho(res *sip.Response) bool {
	return res.StatusCode == sip.StatusUnauthorized || res.StatusCode == sip.StatusProxyAuthRequired
}

// apply adds the answer for this request.
func (k *credentials) apply(req *sip.Request) bool {
	k.count++
	cr, err := digest.Digest(k.challenge, digest.Options{Method: string(req.Method), URI: req.Recipient.String(), Username: k.user, Password: k.secret, Count: k.count})
	if err != nil {
		return false
	}
	for req.RemoveHeader(k.header) {
	}
	req.AppendHeader(header(k.header, cr.String()))
	return true
}

// authorize answers a challenge in a dialog. It declines when there is no secret, and when the same credentials were refused without being stale.
func (d *dialog) authorize(req *sip.Request, res *sip.Response, user, secret string) bool {
	if user == "" || secret == "" {
		return false
	}
	k := challenged(res, user, secret)
	if k == nil {
		return false
	}
	d.credentials = k
	return k.apply(req)
}

// Times of our own challenges.
const (
	nonceLife     = 5 * time.Minute
	noncesMax     = 10_000
	authFailures  = 10 // of one source within authPenalty: then it is not answered any more
	authPenalty   = time.Minute
	guessedMax    = 10_000
	unknownSecret = "there is no such user"
)

// doorkeeper is the digest side of those who come to us (RFC 8760): nonces that are ours, fresh and used once for each count.
type doorkeeper struct {
	key [32]byte
	now func() time.Time

	mu      sync.Mutex
	counts  map[string]nonceUse
	guesses map[netip.Addr]*guess
}

type nonceUse struct {
	highest uint32
	until   time.Time
}

type guess struct {
	n     int
	since time.Time
}

func newDoorkeeper(now func() time.Time) *doorkeeper {
	k := &doorkeeper{now: now, counts: map[string]nonceUse{}, guesses: map[netip.Addr]*guess{}}
	_, _ = rand.Read(k.key[:]) // never fails
	return k
}

// nonce is the time and chance, signed: it needs no memory until it is used.
func (k *doorkeeper) nonce() string {
	var b [16 + 16]byte
	binary.BigEndian.PutUint64(b[:8], uint64(k.now().UnixNano()))
	_, _ = rand.Read(b[8:16]) // never fails
	copy(b[16:], k.sign(b[:16]))
	return base64.RawURLEncoding.EncodeToString(b[:])
}

func (k *doorkeeper) sign(b []byte) []byte {
	m := hmac.New(sha256.New, k.key[:])
	m.Write(b)
	return m.Sum(nil)[:16]
}

// fresh tells whether a nonce is ours, and whether it is still young.
func (k *doorkeeper) fresh(nonce string) (ours, young bool) {
	b, err := base64.RawURLEncoding.DecodeString(nonce)
	if err != nil || len(b) != 32 || subtle.ConstantTimeCompare(b[16:], k.sign(b[:16])) != 1 {
		return false, false
	}
	age := k.now().Sub(time.Unix(0, int64(binary.BigEndian.Uint64(b[:8]))))
	return true, age >= 0 && age < nonceLife
}

// once notes that a nonce was used with a count; false: it has been, with that or a higher one (a replay).
func (k *doorkeeper) once(nonce string, count uint32) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	now := k.now()
	if len(k.counts) >= noncesMax {
		for n, u := range k.counts {
			if now.After(u.until) {
				delete(k.counts, n)
			}
		}
	}
	u, seen := k.counts[nonce]
	if seen && count <= u.highest || !seen && len(k.counts) >= noncesMax {
		return false
	}
	k.counts[nonce] = nonceUse{highest: count, until: now.Add(nonceLife)}
	return true
}

// guessing counts failures of one source; true: it has had enough, and gets silence.
func (k *doorkeeper) guessing(from netip.Addr, failed bool) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	now := k.now()
	g := k.guesses[from]
	if g != nil && now.Sub(g.since) > authPenalty {
		delete(k.guesses, from)
		g = nil
	}
	if failed {
		if g == nil {
			if len(k.guesses) >= guessedMax {
				clear(k.guesses)
			}
			g = &guess{since: now}
			k.guesses[from] = g
		}
		g.n++
	}
	return g != nil && g.n > authFailures
}

// verdicts on a request's credentials.
type proof uint8

const (
	proved proof = iota
	unproved
	stale
)

// check judges an Authorization header's value for a request. secretOf gives the secret that a user has.
func (k *doorkeeper) check(value, method, realm string, secretOf func(user string) (string, bool)) (user string, p proof) {
	if len(value) > 2048 || !digest.IsDigest(value) {
		return "", unproved
	}
	cr, err := digest.ParseCredentials(value)
	if err != nil || cr.Realm != realm || cr.QOP != "auth" || cr.Nc <= 0 || cr.Cnonce == "" {
		return "", unproved
	}
	if a := strings.ToUpper(cr.Algorithm); a != "" && a != "MD5" && a != "SHA-256" {
		return "", unproved
	}
	ours, young := k.fresh(cr.Nonce)
	if !ours {
		return "", unproved
	}
	secret, known := secretOf(cr.Username)
	if !known {
		secret = unknownSecret
	}
	ch := &digest.Challenge{Realm: realm, Nonce: cr.Nonce, Algorithm: cr.Algorithm, QOP: []string{"auth"}, Opaque: cr.Opaque}
	want, err := digest.Digest(ch, digest.Options{Method: method, URI: cr.URI, Username: cr.Username, Password: secret, Count: cr.Nc, Cnonce: cr.Cnonce})
	good := err == nil && subtle.ConstantTimeCompare([]byte(want.Response), []byte(lower(cr.Response))) == 1
	switch {
	case !good || !known:
		return "", unproved
	case !young || !k.once(cr.Nonce, uint32(cr.Nc)):
		return "", stale // the secret was right: ask again with a new nonce (RFC 7616 section 3.3)
	}
	return cr.Username, proved
}

// challenge answers 401 with one challenge for each algorithm, all on one nonce (RFC 8760 section 2.3). Only one by default: sipp 3.6.1 gives up at a
// first challenge that it does not know, and baresip 1.0 at any.
func (k *doorkeeper) challenge(req *sip.Request, tx *sip.ServerTx, o *Options, old bool) {
	nonce := k.nonce()
	var list []sip.Header
	for _, algorithm := range o.Digests {
		c := &digest.Challenge{Realm: o.Realm, Nonce: nonce, Algorithm: algorithm, QOP: []string{"auth"}, Stale: old}
		list = append(list, header("WWW-Authenticate", c.String()))
	}
	_ = respond(req, tx, 401, "Unauthorized", list...)
}

// authenticate asks whoever sends a request who they are: an account of ours, or the trunk's own user. It has answered when ok is false.
func (r *registrar) authenticate(req *sip.Request, tx *sip.ServerTx, t *trunk) (user string, ok bool) {
	from, err := netip.ParseAddrPort(req.Source())
	if err != nil || r.keeper.guessing(from.Addr(), false) {
		tx.Terminate()
		return "", false
	}
	secretOf := r.s.o.Accounts
	if t != nil {
		secretOf = func(user string) (string, bool) { return t.Secret, user == t.User }
	}
	h := req.GetHeaders("Authorization")
	if len(h) == 0 || len(h) > 4 {
		r.keeper.challenge(req, tx, &r.s.o, false)
		return "", false
	}
	result := unproved
	for _, v := range h {
		if user, result = r.keeper.check(v.Value(), string(req.Method), r.s.o.Realm, secretOf); result == proved {
			r.s.gate.prove(from.Addr())
			return user, true
		}
	}
	if result == unproved && r.keeper.guessing(from.Addr(), true) {
		r.s.log.Warn("a source guesses secrets and is not answered for a while", "trunk", t != nil)
	}
	r.keeper.challenge(req, tx, &r.s.o, result == stale)
	return "", false
}

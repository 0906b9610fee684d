package signal

import (
	"context"
	"errors"
	"strings"
	"testing"
)

func TestTheOtherSideTransfers(t *testing.T) {
	t.Parallel()
	x := newExchange(t, nil)
	p, c := x.connected()
	p.do("REFER", "", "Refer-To: <sip:+4700000400@sentral.example>")
	p.response(603, "REFER") // nobody has said that it may
	asked := make(chan ReferTo, 1)
	result := make(chan error, 1)
	c.OnRefer(func(to ReferTo) error {
		asked <- to
		return <-result
	})
	p.do("REFER", "", "Refer-To: <sip:+4700000400@sentral.example;user=phone>")
	p.response(202, "REFER")
	if to := <-asked; to.Number != "+4700000400" || to.Replaces != nil {
		t.Errorf("%+v", to)
	}
	n := p.arrives("NOTIFY")
	bodyHas(t, n, "SIP/2.0 100 Trying")
	p.reply(n, 200, "OK", "")
	result <- &Failure{Code: 486, Reason: "Busy Here"}
	n = p.arrives("NOTIFY")
	bodyHas(t, n, "SIP/2.0 486 Busy Here")
	if !strings.HasPrefix(n.get("Subscription-State"), "terminated") || !strings.HasPrefix(n.get("Event"), "refer") {
		t.Errorf("%q %q", n.get("Subscription-State"), n.get("Event"))
	}
	p.reply(n, 200, "OK", "")
	for _, bad := range []string{"Refer-To: nonsense", "Subject: nothing", "Refer-To: <sip:1@a>\r\nRefer-To: <sip:2@a>", "Refer-To: <http://page.example>"} {
		p.do("REFER", "", bad)
		p.response(400, "REFER")
	}
	p.do("BYE", "")
	p.response(200, "BYE")
	x.ends(c, CallerHungUp)
}

// A stranger's REFER would make us call somebody: it never does.
func TestAReferOutsideACallIsRefused(t *testing.T) {
	t.Parallel()
	x := newExchange(t, nil)
	p := newPhone(t, x.Addrs().UDP)
	p.do("REFER", "", "Refer-To: <sip:+4700000400@sentral.example>")
	p.response(405, "REFER")
}

// An attended transfer: the caller has a call with us and another, and wants the one in the place of the other.
func TestReferWithReplaces(t *testing.T) {
	t.Parallel()
	x := newExchange(t, nil)
	p, c := x.connected()
	q, other := x.connected()
	asked := make(chan ReferTo, 1)
	c.OnRefer(func(to ReferTo) error {
		asked <- to
		return nil
	})
	p.do("REFER", "", "Refer-To: <sip:200@sentral.example?Replaces="+q.id+"%3Bto-tag%3D"+other.ID()+"%3Bfrom-tag%3D"+q.tag+">", "Refer-Sub: false")
	if r := p.response(202, "REFER"); r.get("Refer-Sub") != "false" {
		t.Errorf("Refer-Sub %q", r.get("Refer-Sub"))
	}
	if to := <-asked; to.Replaces != other {
		t.Errorf("%+v", to)
	}
	p.do("BYE", "")
	p.response(200, "BYE")
	q.do("BYE", "")
	q.response(200, "BYE")
}

// RFC 3891: an INVITE takes the place of a call; the old one is hung up when the new one is answered.
func TestAnInviteReplacesACall(t *testing.T) {
	t.Parallel()
	x := newExchange(t, nil)
	p, old := x.connected()
	for _, row := range []struct {
		replaces string
		code     int
	}{
		{"nobody;to-tag=a;from-tag=b", 481},
		{p.id + ";to-tag=" + old.ID() + ";from-tag=wrong", 481},
		{p.id + ";to-tag=" + old.ID() + ";from-tag=" + p.tag + ";early-only", 486},
		{"nonsense", 400},
	} {
		q := newPhone(t, x.Addrs().UDP)
		q.invite("Replaces: " + row.replaces)
		q.response(row.code, "INVITE")
	}
	q := newPhone(t, x.Addrs().UDP)
	fresh := x.connect(q, "Replaces: "+p.id+";to-tag="+old.ID()+";from-tag="+p.tag, "Require: replaces")
	if fresh.Replaces() != old {
		t.Error("the new call does not know the old")
	}
	p.reply(p.arrives("BYE"), 200, "OK", "")
	x.ends(old, Replaced)
	fresh.Hangup()
	q.reply(q.arrives("BYE"), 200, "OK", "")
}

func TestWeTransfer(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name, notify, state string
		code                int
	}{
		{"followed", "SIP/2.0 200 OK", "terminated", 0},
		{"not followed", "SIP/2.0 486 Busy Here", "terminated", 486},
	} {
		t.Run(row.name, func(t *testing.T) {
			x := newExchange(t, nil)
			p, c := x.connected()
			done := make(chan error, 1)
			go func() { done <- c.Refer(context.Background(), "+4700000500") }()
			r := p.arrives("REFER")
			if !strings.HasPrefix(r.get("Refer-To"), "<sip:+4700000500@carrier.example>") {
				t.Errorf("Refer-To %q", r.get("Refer-To"))
			}
			p.reply(r, 202, "Accepted", "")
			for _, n := range []string{"SIP/2.0 100 Trying", row.notify} {
				p.seq++
				p.send(strings.Replace(p.request("NOTIFY", newTag(), p.seq, n+"\r\n", "Event: refer", "Subscription-State: active"), "application/sdp", "message/sipfrag;version=2.0", 1))
				p.response(200, "NOTIFY")
			}
			err := <-done
			if row.code == 0 {
				if err != nil {
					t.Fatal(err)
				}
				p.reply(p.arrives("BYE"), 200, "OK", "")
				x.ends(c, Transferred)
				return
			}
			var f *Failure
			if !errors.As(err, &f) || f.Code != row.code {
				t.Errorf("%v", err)
			}
			c.Hangup()
			p.reply(p.arrives("BYE"), 200, "OK", "")
		})
	}
}

func TestATransferThatIsRefusedAndOneIntoACall(t *testing.T) {
	t.Parallel()
	x := newExchange(t, nil)
	p, c := x.connected()
	q, other := x.connected()
	done := make(chan error, 1)
	go func() { done <- c.Refer(context.Background(), "+4700000500") }()
	p.reply(p.arrives("REFER"), 405, "Method Not Allowed", "")
	if err := <-done; err == nil {
		t.Error("a refused transfer succeeded")
	}
	go func() { done <- c.ReferInto(context.Background(), other) }()
	r := p.arrives("REFER")
	a, ok := parseAddress(r.get("Refer-To"))
	if !ok || !strings.Contains(a.uri, "?Replaces="+q.id+"%3Bto-tag%3D"+q.tag+"%3Bfrom-tag%3D"+other.ID()) {
		t.Errorf("Refer-To %q", r.get("Refer-To"))
	}
	p.reply(r, 202, "Accepted", "")
	p.do("BYE", "") // it has gone where it was sent
	p.response(200, "BYE")
	if err := <-done; err != nil {
		t.Error(err)
	}
	p.peer, p.got = "", nil
	other.Hangup()
	q.reply(q.arrives("BYE"), 200, "OK", "")
}

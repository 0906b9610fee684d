package webhook_test

import (
	"context"
	"encoding/hex"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"crypto/hmac"
	"crypto/sha256"

	"sentral/internal/centre"
	"sentral/internal/engine/routing"
	"sentral/internal/store/storetest"
	"sentral/internal/webhook"
)

func answering(status int) func(int, http.ResponseWriter, *http.Request) {
	return func(_ int, w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) }
}

func TestASubscriberIsToldTheWholeStoryOfAContact(t *testing.T) {
	h := openHouse(t, storetest.SQLite(t), webhook.Options{})
	s := subscribe(t, nil)
	h.contact() // before there was anybody to tell
	hook := h.add(s.URL + "/in")
	id := h.contact()
	h.do(routing.Event{Kind: routing.StatusChanged, Agent: 1, Status: routing.Paused, Pause: 3})
	h.do(routing.Event{Kind: routing.Arrived, Contact: 900, Queue: 1, Channel: centre.Chat})
	h.do(routing.Event{Kind: routing.Abandoned, Contact: 900})
	h.do(routing.Event{Kind: routing.Arrived, Contact: 901, Queue: 77, Channel: centre.Chat}) // turned away: no story
	h.do(routing.Event{Kind: routing.StatusChanged, Agent: 1, Status: routing.DirectOnly})
	h.do(routing.Event{Kind: routing.Placed, Contact: 902, Agent: 1, Queue: 1, Channel: centre.Chat})
	h.do(routing.Event{Kind: routing.Ended, Contact: 902})

	var story []notice
	h.until("the story", func() bool {
		story = nil
		for _, g := range s.got() {
			if g.notice.Kind != "agent.changed" {
				story = append(story, g.notice)
			}
		}
		return len(story) >= 9 && len(s.got()) > len(story)
	})
	slices.SortFunc(story, func(a, b notice) int {
		if a.Seq != b.Seq {
			return int(a.Seq - b.Seq)
		}
		return strings.Compare(a.ID, b.ID)
	})
	var told []string
	for _, n := range story {
		told = append(told, fmt.Sprintf("%s %d", n.Kind, n.Contact))
		switch n.Kind {
		case "contact.arrived":
			if n.Queue != 1 {
				t.Errorf("arrived in queue %d", n.Queue)
			}
		case "contact.placed":
			if n.Agent != 1 || n.Queue != 1 {
				t.Errorf("placed %+v", n)
			}
		case "contact.answered":
			if n.Agent != 1 {
				t.Errorf("answered by agent %d", n.Agent)
			}
		case "contact.wrapped_up":
			if n.Reason != 4 || n.Outcome != "solved" {
				t.Errorf("wrapped up with %+v", n)
			}
		case "contact.ended":
			if n.How != "done" {
				t.Errorf("ended %+v", n)
			}
		case "survey.answered":
			if n.OKS != 6 || n.Solved != "yes" || n.Brand != 2 || n.Queue != 1 {
				t.Errorf("answered %+v", n)
			}
		}
	}
	want := []string{"contact.arrived", "contact.offered", "contact.answered", "contact.wrapped_up", "contact.ended", "survey.answered"}
	for i := range want {
		want[i] += fmt.Sprintf(" %d", id)
	}
	want = append(want, "contact.arrived 900", "contact.abandoned 900", "contact.placed 902")
	if !slices.Equal(told, want) {
		t.Errorf("told %q, want %q", told, want)
	}
	for _, g := range s.got() {
		check(t, hook.Secret, g)
	}
	h.until("everything taken", func() bool {
		return !slices.ContainsFunc(h.deliveries(hook.ID), func(d webhook.Delivery) bool { return d.State != "done" || d.Attempts != 1 || d.Status != 200 })
	})
	list, err := h.hooks.List(ctx, administrator)
	if err != nil || len(list) != 1 || list[0].URL != s.URL+"/in" || !list[0].Active || list[0].Failing != 0 {
		t.Errorf("list %+v, %v", list, err)
	}
}

// check does what the documentation tells receivers to do.
func check(t *testing.T, secret string, g got) {
	t.Helper()
	stamp := g.header.Get("Sentral-Timestamp")
	at, err := strconv.ParseInt(stamp, 10, 64)
	if err != nil || time.Since(time.Unix(at, 0)).Abs() > 5*time.Minute {
		t.Errorf("timestamp %q", stamp)
	}
	mac := hmac.New(sha256.New, []byte(secret))
	fmt.Fprintf(mac, "%s.%s", stamp, g.body)
	want := "v1=" + hex.EncodeToString(mac.Sum(nil))
	if got := g.header.Get("Sentral-Signature"); got != want {
		t.Errorf("signature %q, want %q", got, want)
	}
	if g.header.Get("Sentral-Event") != g.notice.Kind || g.header.Get("Sentral-Id") != g.notice.ID || g.header.Get("Content-Type") != "application/json" {
		t.Errorf("headers %v for %s", g.header, g.body)
	}
}

func TestTheSignatureIsOfTheTimeAndTheBody(t *testing.T) {
	const known = "v1=9528b9462177fe949bda7b95c463d1312a9ce70e377d33ecc0db9b75e78021b2" // as another program reckons it
	if got := webhook.Sign([]byte("whsec_0123"), 1774000000, []byte(`{"id":"7-0"}`)); got != known {
		t.Errorf("signature %q", got)
	}
	a, b := webhook.Sign([]byte("k"), 1, []byte("2.x")), webhook.Sign([]byte("k"), 12, []byte(".x"))
	if a == b || webhook.Sign([]byte("k"), 1, []byte("x")) == webhook.Sign([]byte("l"), 1, []byte("x")) {
		t.Error("two different things have one signature")
	}
}

func TestOnlyTheKindsAskedForAreTold(t *testing.T) {
	h := openHouse(t, storetest.SQLite(t), webhook.Options{})
	s, all := subscribe(t, nil), subscribe(t, nil)
	h.add(s.URL, "contact.ended", "survey.answered")
	h.add(all.URL)
	h.contact()
	h.until("both", func() bool { return len(s.got()) == 2 && len(all.got()) >= 8 })
	for _, g := range s.got() {
		if g.notice.Kind != "contact.ended" && g.notice.Kind != "survey.answered" {
			t.Errorf("told %s", g.notice.Kind)
		}
	}
}

func TestAFailedDeliveryIsTriedAgainAndThenWaitsForAPerson(t *testing.T) {
	h := openHouse(t, storetest.SQLite(t), webhook.Options{})
	s := subscribe(t, answering(500))
	hook := h.add(s.URL, "contact.arrived")
	h.contact()
	h.until("the dead letter", func() bool { d := h.deliveries(hook.ID); return len(d) == 1 && d[0].State == "dead" })
	d := h.deliveries(hook.ID)[0]
	if d.Attempts != 3 || d.Status != 500 || d.Error != "answered 500" || len(s.got()) != 3 || d.NextAt != 0 {
		t.Errorf("%+v after %d requests", d, len(s.got()))
	}
	list, _ := h.hooks.List(ctx, administrator)
	if list[0].Failing != 3 {
		t.Errorf("%d failures in a row", list[0].Failing)
	}
	s.now(nil)
	if err := h.hooks.Retry(ctx, administrator, hook.ID, d.ID); err != nil {
		t.Fatal(err)
	}
	h.until("the retry", func() bool { return h.deliveries(hook.ID)[0].State == "done" })
	if d := h.deliveries(hook.ID)[0]; d.Attempts != 4 || d.Status != 200 || d.Error != "" {
		t.Errorf("after the retry %+v", d)
	}
	for _, g := range s.got() {
		check(t, hook.Secret, g) // every attempt carries its own time and a signature that fits
		if g.notice.ID != s.got()[0].notice.ID {
			t.Errorf("the repetition has another id: %s", g.notice.ID)
		}
	}
	if list, _ := h.hooks.List(ctx, administrator); list[0].Failing != 0 {
		t.Errorf("%d failures in a row after a success", list[0].Failing)
	}
}

func TestWhatTheSubscriberDoesWrong(t *testing.T) {
	hang := make(chan struct{})
	t.Cleanup(func() { close(hang) })
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("a redirect was followed") }))
	t.Cleanup(elsewhere.Close)
	closed, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := closed.Addr().String()
	closed.Close()
	cases := []struct {
		name, url string
		what      func(int, http.ResponseWriter, *http.Request)
		status    int
		text      string
	}{
		{"times out", "", func(_ int, _ http.ResponseWriter, r *http.Request) {
			select {
			case <-hang:
			case <-r.Context().Done():
			}
		}, 0, "no answer in time"},
		{"redirects", "", func(_ int, w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, elsewhere.URL, http.StatusTemporaryRedirect)
		}, 307, "answered 307"},
		{"hangs up", "", func(_ int, w http.ResponseWriter, _ *http.Request) {
			c, _, _ := w.(http.Hijacker).Hijack()
			c.Close()
		}, 0, "EOF"},
		{"talks for ever", "", func(_ int, w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(http.StatusForbidden)
			for r.Context().Err() == nil {
				if _, err := w.Write(make([]byte, 4096)); err != nil {
					return
				}
			}
		}, 403, "answered 403"},
		{"is not there", "http://" + address, nil, 0, "connection refused"},
		{"speaks no TLS", "https", nil, 0, ""},
	}
	h := openHouse(t, storetest.SQLite(t), webhook.Options{Timeout: 200 * time.Millisecond, Retries: []time.Duration{time.Hour}})
	ids := map[string]int64{}
	for _, c := range cases {
		s := subscribe(t, c.what)
		switch c.url {
		case "":
			c.url = s.URL
		case "https":
			c.url = "https" + strings.TrimPrefix(s.URL, "http")
		}
		ids[c.name] = h.add(c.url, "contact.arrived").ID
	}
	h.contact()
	for _, c := range cases {
		var d webhook.Delivery
		h.until(c.name, func() bool {
			if all := h.deliveries(ids[c.name]); len(all) == 1 {
				d = all[0]
			}
			return d.Attempts == 1
		})
		if d.State != "waiting" || d.Status != c.status || !strings.Contains(d.Error, c.text) || d.Error == "" || d.NextAt.Sub(centre.At(time.Now())) < 40*time.Minute {
			t.Errorf("who %s: %+v", c.name, d)
		}
	}
}

func TestNothingIsLostWhenEverythingStops(t *testing.T) {
	storetest.EachURL(t, func(t *testing.T, url string) {
		h := openHouse(t, url, webhook.Options{Retries: slices.Repeat([]time.Duration{time.Millisecond}, 1000)})
		s := subscribe(t, answering(503))
		hook := h.add(s.URL, "contact.arrived", "contact.ended")
		want := map[centre.ContactID]int{}
		for range 4 {
			want[h.contact()] = 2
		}
		h.until("a first attempt", func() bool { return len(s.got()) > 0 })
		h.restart()
		for range 4 {
			want[h.contact()] = 2
		}
		h.stop() // some of it has not even been made into deliveries
		s.now(nil)
		before := len(s.got())
		h.open()
		h.until("everything", func() bool {
			done := map[string]centre.ContactID{}
			for _, g := range s.got()[before:] {
				done[g.notice.ID] = g.notice.Contact
			}
			told := map[centre.ContactID]int{}
			for _, c := range done {
				told[c]++
			}
			return fmt.Sprint(told) == fmt.Sprint(want)
		})
		h.until("everything to be written down", func() bool {
			all := h.deliveries(hook.ID)
			return len(all) == 16 && !slices.ContainsFunc(all, func(d webhook.Delivery) bool { return d.State != "done" })
		})
	})
}

func TestASubscriberWhoIsAwayIsProbedAndNotFlooded(t *testing.T) {
	var now atomic.Int64
	now.Store(time.Now().UnixMilli())
	h := openHouse(t, storetest.SQLite(t), webhook.Options{
		Retries: []time.Duration{time.Minute, time.Hour}, Chance: func() float64 { return 0.5 },
		Now: func() time.Time { return time.UnixMilli(now.Load()) },
	})
	s := subscribe(t, answering(500))
	hook := h.add(s.URL, "contact.arrived")
	for range 3 {
		h.contact()
	}
	h.until("three failures", func() bool { return len(s.got()) == 3 })
	for range 20 {
		h.contact()
	}
	h.until("the deliveries", func() bool { return len(h.deliveries(hook.ID)) == 23 })
	if n := len(s.got()); n > 4 {
		t.Errorf("%d requests to one who is away", n)
	}
	now.Add(61_000) // time for a probe
	h.contact()
	h.until("the probe, and its failure", func() bool {
		list, err := h.hooks.List(ctx, administrator)
		return err == nil && list[0].Failing >= 4
	})
	s.now(nil)
	now.Add(3 * 3600_000)
	h.contact()
	h.until("everything", func() bool { return len(s.ids()) == 25 })
	if ok := h.hooks.Retry(ctx, administrator, hook.ID, h.deliveries(hook.ID)[0].ID); ok != nil {
		t.Error(ok)
	}
	n := len(s.got())
	h.until("what was taken to be sent again", func() bool { return len(s.got()) == n+1 })
}

// While a secret is being changed a receiver that still has the old one and one that has the new one already both take what is told.
func TestASecretIsChangedWithoutAGap(t *testing.T) {
	var now atomic.Int64
	now.Store(time.Now().UnixMilli())
	h := openHouse(t, storetest.SQLite(t), webhook.Options{Now: func() time.Time { return time.UnixMilli(now.Load()) }})
	s := subscribe(t, nil)
	old := h.add(s.URL, "contact.arrived")
	signed := func() []string {
		n := len(s.got())
		h.contact()
		h.until("the delivery", func() bool { return len(s.got()) > n })
		g := s.got()[n]
		at, _ := strconv.ParseInt(g.header.Get("Sentral-Timestamp"), 10, 64)
		signatures := strings.Split(g.header.Get("Sentral-Signature"), ",")
		var by []string
		for name, secret := range map[string]string{"old": old.Secret, "new": ""} {
			if name == "new" {
				secret = h.turned.Secret
			}
			if secret != "" && slices.Contains(signatures, webhook.Sign([]byte(secret), at, g.body)) {
				by = append(by, name)
			}
		}
		slices.Sort(by)
		if len(by) != len(signatures) {
			t.Errorf("%d signatures, of which known %v", len(signatures), by)
		}
		return by
	}
	if by := signed(); !slices.Equal(by, []string{"old"}) {
		t.Errorf("before: %v", by)
	}
	var err error
	if h.turned, err = h.hooks.Turn(ctx, administrator, old.ID); err != nil || h.turned.Secret == old.Secret || h.turned.OldUntil == 0 {
		t.Fatalf("turned %+v, %v", h.turned, err)
	}
	h.until("both", func() bool { return slices.Equal(signed(), []string{"new", "old"}) })
	h.restart()
	if by := signed(); !slices.Equal(by, []string{"new", "old"}) {
		t.Errorf("after a restart: %v", by)
	}
	now.Add(25 * 3600_000)
	if by := signed(); !slices.Equal(by, []string{"new"}) {
		t.Errorf("a day later: %v", by)
	}
	if _, err := h.hooks.Turn(ctx, agent, old.ID); centre.KindOf(err) != centre.Forbidden {
		t.Errorf("an agent turns a secret: %v", err)
	}
	if _, err := h.hooks.Turn(ctx, administrator, 99); centre.KindOf(err) != centre.Missing {
		t.Errorf("a secret of nothing: %v", err)
	}
}

// A receiver that takes nothing for long is told nothing more until somebody starts it again; then it is told everything.
func TestAReceiverThatIsGoneIsStopped(t *testing.T) {
	h := openHouse(t, storetest.SQLite(t), webhook.Options{StopAfter: 5, Retries: slices.Repeat([]time.Duration{time.Millisecond}, 20)})
	s := subscribe(t, answering(500))
	hook := h.add(s.URL, "contact.arrived")
	h.contact()
	state := func() webhook.Hook {
		list, err := h.hooks.List(ctx, administrator)
		if err != nil || len(list) != 1 {
			t.Fatalf("list %+v, %v", list, err)
		}
		return list[0]
	}
	h.until("the end of patience", func() bool { return !state().Active })
	if v := state(); v.Stopped == 0 || v.Failing < 5 {
		t.Errorf("stopped: %+v", v)
	}
	n := len(s.got())
	for range 3 {
		h.contact()
	}
	h.restart()
	if got := len(s.got()); got != n {
		t.Errorf("%d requests while it was stopped", got-n)
	}
	s.now(nil)
	if err := h.hooks.Start(ctx, administrator, hook.ID); err != nil {
		t.Fatal(err)
	}
	h.until("everything", func() bool { return len(s.ids()) == 4 })
	if v := state(); !v.Active || v.Stopped != 0 {
		t.Errorf("started again: %+v", v)
	}
}

func TestWhoMayAndWhatIsRefused(t *testing.T) {
	h := openHouse(t, storetest.SQLite(t), webhook.Options{})
	hook := h.add("https://mottak.kunde.example/in")
	if !strings.HasPrefix(hook.Secret, "whsec_") || len(hook.Secret) != 6+64 {
		t.Errorf("the secret is %q", hook.Secret)
	}
	for name, err := range map[string]error{
		"list": func() error { _, err := h.hooks.List(ctx, analyst); return err }(),
		"add": func() error {
			_, err := h.hooks.Add(ctx, analyst, webhook.NewHook{URL: "https://a.example/"})
			return err
		}(),
		"remove":     h.hooks.Remove(ctx, agent, hook.ID),
		"deliveries": func() error { _, err := h.hooks.Deliveries(ctx, analyst, hook.ID, 0, 10); return err }(),
		"retry":      h.hooks.Retry(ctx, analyst, hook.ID, 1),
		"events":     func() error { _, err := h.hooks.Events(ctx, agent, 0, 10); return err }(),
		"follow":     h.hooks.Follow(ctx, agent, 0, nil),
	} {
		if centre.KindOf(err) != centre.Forbidden {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := h.hooks.Add(ctx, administrator, webhook.NewHook{URL: "https://a.example/", Kinds: []string{"contact.ended", "contact.sold"}}); centre.KindOf(err) != centre.Invalid || !strings.Contains(err.Error(), "kinds[1]") {
		t.Errorf("an unknown kind: %v", err)
	}
	if err := h.hooks.Retry(ctx, administrator, hook.ID, 77); centre.KindOf(err) != centre.Missing {
		t.Errorf("an unknown delivery: %v", err)
	}
	if err := h.hooks.Remove(ctx, administrator, hook.ID); err != nil {
		t.Fatal(err)
	}
	for name, err := range map[string]error{
		"remove":     h.hooks.Remove(ctx, administrator, hook.ID),
		"deliveries": func() error { _, err := h.hooks.Deliveries(ctx, administrator, hook.ID, 0, 10); return err }(),
	} {
		if centre.KindOf(err) != centre.Missing {
			t.Errorf("%s after it was removed: %v", name, err)
		}
	}
	if again := h.add("https://mottak.kunde.example/in"); again.ID == hook.ID || again.Secret == hook.Secret {
		t.Errorf("a number or a secret was used again: %+v", again)
	}
	for i := range 49 {
		h.add(fmt.Sprintf("https://mottak%d.kunde.example/", i))
	}
	if _, err := h.hooks.Add(ctx, administrator, webhook.NewHook{URL: "https://a.example/"}); centre.KindOf(err) != centre.Exhausted {
		t.Errorf("one too many: %v", err)
	}
}

func TestARemovedSubscriberIsToldNothingMore(t *testing.T) {
	h := openHouse(t, storetest.SQLite(t), webhook.Options{})
	gone, stays := subscribe(t, nil), subscribe(t, nil)
	hook := h.add(gone.URL, "contact.arrived")
	h.add(stays.URL, "contact.arrived")
	h.contact()
	h.until("both", func() bool { return len(gone.got()) == 1 && len(stays.got()) == 1 })
	if err := h.hooks.Remove(ctx, administrator, hook.ID); err != nil {
		t.Fatal(err)
	}
	h.contact()
	h.until("the other", func() bool { return len(stays.got()) == 2 })
	if n := len(gone.got()); n != 1 {
		t.Errorf("told %d times", n)
	}
}

func TestTheLogIsReadInPagesAndAsItGrows(t *testing.T) {
	h := openHouse(t, storetest.SQLite(t), webhook.Options{})
	h.contact()
	var seqs []int64
	after := int64(0)
	for {
		page, err := h.hooks.Events(ctx, analyst, after, 3)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range page.Events {
			seqs = append(seqs, e.Seq)
			if strings.Contains(string(e.Body), "visitors-hash") {
				t.Errorf("entry %d shows how the chat finds its visitor: %s", e.Seq, e.Body)
			}
			if e.Kind == "about" && !strings.Contains(string(e.Body), `"brand":2`) {
				t.Errorf("entry %d lost its brand: %s", e.Seq, e.Body)
			}
		}
		if after = page.Next; after == page.Newest {
			break
		}
	}
	head := h.centre.Head()
	if int64(len(seqs)) != head || !slices.IsSorted(seqs) || seqs[0] != 1 {
		t.Errorf("read %v of %d", seqs, head)
	}
	if page, err := h.hooks.Events(ctx, analyst, head+50, 10); err != nil || page.Next != head || len(page.Events) != 0 {
		t.Errorf("beyond the end: %+v, %v", page, err)
	}
	if _, err := h.hooks.Events(ctx, analyst, -1, 10); centre.KindOf(err) != centre.Invalid {
		t.Errorf("before the beginning: %v", err)
	}

	follow, cancel := context.WithCancel(ctx)
	seen := make(chan int64, 1000)
	ended := make(chan error, 1)
	go func() {
		ended <- h.hooks.Follow(follow, analyst, 2, func(seq int64, event string, data any) error {
			if e := data.(webhook.Event); event != "event" || e.Seq != seq {
				t.Errorf("sent %q %+v as %d", event, data, seq)
			}
			seen <- seq
			return nil
		})
	}()
	next := func(want int64) {
		t.Helper()
		select {
		case seq := <-seen:
			if seq != want {
				t.Fatalf("entry %d came, want %d", seq, want)
			}
		case <-time.After(10 * time.Second):
			t.Fatalf("entry %d did not come", want)
		}
	}
	for seq := int64(3); seq <= head; seq++ {
		next(seq)
	}
	h.contact()
	for seq := head + 1; seq <= h.centre.Head(); seq++ {
		next(seq)
	}
	cancel()
	if err := <-ended; err != nil {
		t.Errorf("who leaves gets %v", err)
	}
	if err := h.hooks.Follow(ctx, analyst, h.centre.Head()+1, nil); centre.KindOf(err) != centre.Conflict {
		t.Errorf("beyond the end: %v", err)
	}
}

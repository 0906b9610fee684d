package app_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"sentral/internal/board"
	"sentral/internal/channel/text"
	"sentral/internal/config"
	"sentral/internal/desk/access"
	"sentral/internal/store"
	"sentral/internal/telephony/ivr"
	"sentral/internal/telephony/testphone"
)

// provider takes text messages as docs/spec/text.md says, and remembers every request.
type provider struct {
	*httptest.Server
	mu    sync.Mutex
	asked []message
	taken []message // those that were answered with 2xx, once for each id
	// answer, if set, answers in place of 202: a status, and what stands in Retry-After.
	answer func(n int) (status int, after string)
}

type message struct{ To, From, Text, ID, Secret, Key string }

func newProvider(t testing.TB) *provider {
	p := &provider{}
	p.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var m message
		body, _ := io.ReadAll(r.Body)
		if json.Unmarshal(body, &m) != nil {
			t.Errorf("the provider was sent %q", body)
		}
		m.Secret, m.Key = r.Header.Get("Authorization"), r.Header.Get("Idempotency-Key")
		p.mu.Lock()
		p.asked = append(p.asked, m)
		status, after := 202, ""
		if p.answer != nil {
			status, after = p.answer(len(p.asked))
		}
		if status < 300 && !slices.ContainsFunc(p.taken, func(o message) bool { return o.ID == m.ID }) {
			p.taken = append(p.taken, m)
		}
		p.mu.Unlock()
		if after != "" {
			w.Header().Set("Retry-After", after)
		}
		w.WriteHeader(status)
	}))
	t.Cleanup(p.Close)
	return p
}

func (p *provider) got() []message {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.taken)
}

func (p *provider) requests() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.asked)
}

// sendsBy lets a centre send its messages to a provider.
func (p *provider) sendsBy(d *config.Document) {
	d.Phone.Texts.URL = p.URL
	d.Phone.Survey.By = "link"
	d.Phone.Outbound.Rules = append(d.Phone.Outbound.Rules, config.DialRule{Prefix: "+4721", Allow: true, Name: "fixed lines"})
}

// texts opens a centre that takes calls and sends text messages.
func texts(t testing.TB, p *provider, change ...func(*config.Document)) *world {
	t.Helper()
	w := phones(t, append([]func(*config.Document){p.sendsBy}, change...)...)
	if err := w.app.Texts.SetSecret(ctx, access.Subject{System: true}, "s3cret"); err != nil {
		t.Fatal(err)
	}
	return w
}

// linkFirst is a script that sends a link before anything else.
func linkFirst(d *config.Document) {
	d.Phone.Scripts = append(d.Phone.Scripts, config.Script{Identity: config.Identity{Key: "lenke"}, Name: "Lenke", Script: ivr.Script{Repeat: 1, WaitS: 2, Steps: []ivr.Step{
		{Key: "lenke", Do: ivr.Link, URL: "https://www.fjordglimt.example/flytting", Message: ivr.Text{"nb": "Flytting «her» & nå:"}, To: "hade"},
		{Key: "hade", Do: ivr.End, Text: ivr.Text{"nb": "Ha det."}},
		{Key: "ko", Do: ivr.Queue},
	}}})
	for i := range d.Phone.Lines {
		if d.Phone.Lines[i].Key == "rett-inn" {
			d.Phone.Lines[i].Script = "lenke"
		}
	}
}

// Whoever presses for a link gets it: at the number they show when it is a mobile number that the plan allows, else at the one they key in; who keys in one
// that is not allowed is led to a person.
func TestTextLink(t *testing.T) {
	t.Parallel()
	p := newProvider(t)
	w := texts(t, p, linkFirst)
	tele := w.telephone(nil)
	c := w.dial(tele, "+4700000101", "+4799900001")
	<-c.Ended()
	w.eventually(func() bool { return len(p.got()) == 1 }, "the link arrives")
	m := p.got()[0]
	if m.To != "+4799900001" || m.From != "Fjordglimt" || m.Text != "Flytting «her» & nå: https://www.fjordglimt.example/flytting" || m.Secret != "Bearer s3cret" || m.ID == "" || m.Key != m.ID {
		t.Errorf("%+v", m)
	}
	w.eventually(func() bool { return w.stateOf("+4799900001") == store.TextSent }, "it is kept as sent")
	for _, keyed := range []struct{ number, arrives string }{{"99900002", "+4799900002"}, {"21000002", ""}} {
		c = w.dial(tele, "+4700000101", "+4721000001") // no mobile number
		for end := time.Now().Add(20 * time.Second); time.Now().Before(end); {
			_ = c.Press(ctx, keyed.number+"#")
			_ = c.Press(ctx, "1")
			if keyed.arrives == "" && len(w.waiting("strom")) == 1 {
				break
			}
			select {
			case <-c.Ended():
				end = time.Now()
			case <-time.After(300 * time.Millisecond):
			}
		}
		if keyed.arrives != "" {
			w.eventually(func() bool {
				return slices.ContainsFunc(p.got(), func(m message) bool { return m.To == keyed.arrives })
			}, "the link arrives at the number keyed in")
		}
	}
	w.eventually(func() bool { return len(w.waiting("strom")) == 1 }, "who may not be sent a link waits for a person")
	if got := len(p.got()); got != 2 {
		t.Errorf("%d messages", got)
	}
}

// stateOf is how the last message to a number stands.
func (w *world) stateOf(number string) (state string) {
	w.t.Helper()
	rows, err := store.Text{DB: w.app.DB, Domain: 1}.Since(ctx, 0)
	if err != nil {
		w.t.Fatal(err)
	}
	for _, r := range rows {
		if r.Recipient == number {
			state = r.State
		}
	}
	return state
}

var surveyLink = regexp.MustCompile(`/s/[a-z0-9]{26}$`)

// answerPage is the survey page as somebody without JavaScript uses it.
func (w *world) answerPage(path string, form url.Values) (int, string) {
	w.t.Helper()
	get := func() (*http.Response, error) { return http.Get(w.url + path) }
	if form != nil {
		get = func() (*http.Response, error) { return http.PostForm(w.url+path, form) }
	}
	res, err := get()
	if err != nil {
		w.t.Fatal(err)
	}
	defer res.Body.Close()
	b, _ := io.ReadAll(res.Body)
	return res.StatusCode, string(b)
}

// The customer is asked by link after a call that nobody asked about on the line; the answer is joined to the contact, stands on the wall, may be corrected, and
// is refused kindly once the time is over.
func TestSurveyByLink(t *testing.T) {
	t.Parallel()
	p := newProvider(t)
	w := texts(t, p)
	tele := w.telephone(nil)
	a := w.line("birger-brattvik", 1000)
	c := w.dial(tele, "555", "99900001")
	k := a.take()
	w.eventually(func() bool { return c.Hears(1000) }, "they talk")
	a.must("POST", on(k.Contact, "/end"), nil, nil)
	<-c.Ended()
	w.eventually(func() bool { return len(p.got()) == 1 }, "the link arrives")
	path := surveyLink.FindString(p.got()[0].Text)
	if path == "" || !strings.Contains(p.got()[0].Text, "Fjordglimt") {
		t.Fatalf("the message is %q", p.got()[0].Text)
	}
	if status, page := w.answerPage(path, nil); status != 200 || !strings.Contains(page, `lang="nb"`) || !strings.Contains(page, "alt i alt") || strings.Contains(page, "99900001") {
		t.Errorf("the page: %d\n%s", status, page)
	}
	if status, page := w.answerPage(path+"?lang=sv", url.Values{"oks": {"9"}, "solved": {"yes"}}); status != 422 || !strings.Contains(page, "Svara på båda") {
		t.Errorf("half an answer: %d\n%s", status, page)
	}
	if status, page := w.answerPage(path, url.Values{"oks": {"2"}, "solved": {"no"}, "comment": {"Ventet <b>lenge</b>"}}); status != 200 || !strings.Contains(page, "Takk for svaret") {
		t.Errorf("an answer: %d\n%s", status, page)
	}
	if _, page := w.answerPage(path, nil); !strings.Contains(page, "&lt;b&gt;lenge") || !strings.Contains(page, "Her kan du rette") {
		t.Errorf("the answer does not stand in the form:\n%s", page)
	}
	if status, _ := w.answerPage(path, url.Values{"oks": {"6"}, "solved": {"yes"}}); status != 200 {
		t.Errorf("a correction: %d", status)
	}
	answer, err := w.app.Surveys().Answer(ctx, k.Contact)
	if err != nil || answer.OKS != 6 || answer.Solved != "yes" || answer.Queue != w.queue("strom") || answer.Channel != "phone" || answer.Team == 0 {
		t.Errorf("kept: %+v, %v", answer, err)
	}
	a.must("POST", on(k.Contact, "/wrap-up"), map[string]any{"reason_id": w.app.Rules.Book().ID("reasons", "annet"), "outcome": "solved"}, nil)
	w.eventually(func() bool {
		answer, err := w.app.Surveys().Answer(ctx, k.Contact)
		return err == nil && int32(answer.Reason) == w.app.Rules.Book().ID("reasons", "annet")
	}, "the wrap-up gives the answer its reason")
	leader := w.person("randi-haugmoen")
	w.eventually(func() bool {
		var wall board.Wall
		leader.must("GET", "/api/wall", nil, &wall)
		return strings.Contains(fmt.Sprint(wallOKS(wall)), "1")
	}, "the answer stands on the wall")
	if status, _ := w.answerPage("/s/"+strings.Repeat("a", 26), nil); status != 404 {
		t.Errorf("a link that was guessed: %d", status)
	}
	w.pass(time.Duration(w.app.Rules.Book().Rules.SurveyOpenH)*time.Hour + time.Minute)
	for _, form := range []url.Values{nil, {"oks": {"1"}, "solved": {"no"}}} {
		if status, page := w.answerPage(path, form); status != 410 || !strings.Contains(page, "Takk for svaret du ga") {
			t.Errorf("after its time: %d\n%s", status, page)
		}
	}
}

// wallOKS are the numbers of answers that the wall shows.
func wallOKS(wall board.Wall) (n []int) {
	b, _ := json.Marshal(wall)
	for _, m := range regexp.MustCompile(`"oks":\{[^}]*"n":([0-9]+)`).FindAllStringSubmatch(string(b), -1) {
		var one int
		fmt.Sscan(m[1], &one)
		n = append(n, one)
	}
	return n
}

// After a promised call the customer is asked too: by link, or on the line by keys.
func TestSurveyAfterCallback(t *testing.T) {
	for _, by := range []string{"link", "keys"} {
		t.Run(by, func(t *testing.T) {
			p := newProvider(t)
			at, allow := trunkTo(t)
			w := texts(t, p, allow, func(d *config.Document) {
				promising(d)
				d.Phone.Survey.By = by
				for i := range d.Phone.Outbound.Rules {
					d.Phone.Outbound.Rules[i].Texts = true
				}
			})
			out := w.called(at)
			c := w.dial(w.telephone(nil), "555", "99900070")
			for done := false; !done; {
				_ = c.Press(ctx, "1")
				select {
				case <-c.Ended():
					done = true
				case <-time.After(700 * time.Millisecond):
				}
			}
			a := w.line("birger-brattvik", 1000)
			w.eventually(func() bool { return len(w.waiting("strom")) == 1 }, "the promise waits")
			a.browser.take(w.waiting("strom")[0].ID)
			back := <-out
			w.eventually(func() bool { return a.ear.hears(600) && back.Hears(1000) }, "the promised customer is called")
			k := a.call("talking")
			a.must("POST", on(k.Contact, "/end"), nil, nil)
			if by == "keys" {
				pressUntil(t, back, "5", "1")
			}
			<-back.Ended()
			if by == "link" {
				w.eventually(func() bool { return len(p.got()) == 1 }, "the link arrives")
				if status, _ := w.answerPage(surveyLink.FindString(p.got()[0].Text), url.Values{"oks": {"5"}, "solved": {"yes"}}); status != 200 {
					t.Errorf("the answer: %d", status)
				}
			}
			w.eventually(func() bool {
				answer, err := w.app.Surveys().Answer(ctx, k.Contact)
				return err == nil && answer.OKS == 5 && answer.Solved == "yes" && answer.Channel == "callback"
			}, "the answer is kept")
			if n := len(p.got()); by == "keys" && n != 0 {
				t.Errorf("%d messages to somebody who was asked on the line", n)
			}
		})
	}
}

// pressUntil presses keys, one after another with a pause, until the call has ended.
func pressUntil(t testing.TB, c *testphone.Call, keys ...string) {
	t.Helper()
	late := time.After(20 * time.Second)
	for {
		for _, k := range keys {
			_ = c.Press(ctx, k)
			select {
			case <-c.Ended():
				return
			case <-late:
				t.Fatal("the call does not end")
			case <-time.After(900 * time.Millisecond):
			}
		}
	}
}

// What a provider answers decides: 429 and 5xx are tried again, 4xx never; time runs out; caps and the plan refuse; a secret and a trial ask for a proof.
func TestTextRulesAndAnswers(t *testing.T) {
	t.Parallel()
	p := newProvider(t)
	w := texts(t, p, func(d *config.Document) {
		d.Phone.Texts.Recipient = config.TextCaps{PerHour: 2}
		d.Phone.Texts.Centre = config.TextCaps{PerDay: 6}
	})
	admin := w.person("randi-haugmoen")
	try := func(number string) int {
		return admin.do("POST", "/api/phone/texts/test", map[string]any{"number": number, "language": "sv"}).status
	}
	p.answer = func(n int) (int, string) {
		return []int{0, 503, 429, 202}[min(n, 3)], "0"
	}
	if status := try("+4799900001"); status >= 300 {
		t.Fatalf("a trial: %d", status)
	}
	w.eventually(func() bool { return w.stateOf("+4799900001") == store.TextSent }, "what was refused for a moment is sent in the end")
	if n := p.requests(); n != 3 {
		t.Errorf("%d requests", n)
	}
	ids := map[string]bool{}
	for _, m := range p.asked {
		ids[m.ID] = true
	}
	if len(ids) != 1 || !strings.Contains(p.got()[0].Text, "Fjordglimt-gruppen") {
		t.Errorf("three attempts under %d ids, of %q", len(ids), p.got()[0].Text)
	}
	p.answer = func(int) (int, string) { return 400, "" }
	try("+4799900001")
	w.eventually(func() bool { return w.stateOf("+4799900001") == store.TextFailed }, "what is refused for good has failed")
	for number, want := range map[string]int{"+4799900001": 429, "+4721000001": 403, "+4612345": 403, "nobody": 422} {
		if status := try(number); status != want {
			t.Errorf("a trial to %s: %d, want %d", number, status, want)
		}
	}
	p.answer = func(int) (int, string) { return 503, "7200" }
	try("+4799900002")
	w.eventually(func() bool { return p.requests() == 5 }, "it is tried")
	w.pass(61 * time.Minute)
	admin = w.person("randi-haugmoen") // whose proof is older than that
	try("+4799900003")                 // expired from the beginning: the log's own clock has not moved
	w.eventually(func() bool {
		return w.stateOf("+4799900002") == store.TextExpired && w.stateOf("+4799900003") == store.TextExpired
	}, "what cannot be handed over in time is given up")
	var s text.Status
	admin.must("GET", "/api/phone/texts", nil, &s)
	if !s.Secret || s.DaySent != 1 || s.DayFailed != 1 || s.DayExpired != 2 || s.Trouble == "" || s.Trial == nil || s.Trial.State == "" || s.DayOre != 4*39 {
		t.Errorf("%+v", s)
	}
	for _, number := range []string{"+4799900004", "+4799900005"} {
		try(number)
	}
	if status := try("+4799900006"); status != 429 {
		t.Errorf("beyond everybody's cap: %d", status)
	}
	w.pass(11 * time.Minute)
	if status := try("+4799900007"); status != 403 {
		t.Errorf("a trial by somebody who has not proved for a while who they are: %d", status)
	}
	if err := w.app.Texts.Tidy(ctx); err != nil || w.stateOf("+4799900001") == "" {
		t.Errorf("what is young was deleted (%v)", err)
	}
	w.pass(31 * 24 * time.Hour)
	if err := w.app.Texts.Tidy(ctx); err != nil || w.stateOf("+4799900001") != "" {
		t.Errorf("what is old was kept (%v)", err)
	}
}

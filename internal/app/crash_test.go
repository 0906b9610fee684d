package app_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"sentral/internal/app"
	"sentral/internal/channel/chat"
	"sentral/internal/config"
	"sentral/internal/demo"
	"sentral/internal/store/storetest"
)

// A child process is one node: childEnv names its folder, childDatabase its database and childNode the node.
const (
	childEnv      = "SENTRAL_TEST_CHILD"
	childDatabase = "SENTRAL_TEST_DATABASE"
	childNode     = "SENTRAL_TEST_NODE"
)

// runChild is the child: a node that answers until it is killed.
func runChild() {
	d, err := demo.Document()
	if err == nil {
		sip := os.Getenv(childSIP)
		if sip != "" {
			promising(d)
		}
		if url := os.Getenv(childTexts); url != "" {
			linkFirst(d)
			d.Phone.Texts.URL, d.Phone.Texts.Auth = url, "none"
			d.Phone.Texts.Centre, d.Phone.Texts.Recipient = config.TextCaps{PerDay: 1_000_000}, config.TextCaps{PerDay: 1_000_000}
		}
		var a *app.App
		a, err = app.Open(context.Background(), app.Options{
			Listen: "127.0.0.1:0", Data: os.Getenv(childEnv), Database: os.Getenv(childDatabase), Node: os.Getenv(childNode), TTL: time.Second, Document: d, Demo: true, Phone: app.Phone{SIP: sip, Ports: "25000-27999", Silent: true},
			Log: slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError})),
		})
		if err == nil {
			fmt.Println(a.Listen)
			err = a.Serve(context.Background())
		}
	}
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

// node is a child that can be killed.
type node struct {
	cmd     *exec.Cmd
	address string
}

func startNode(t *testing.T, folder, database, name string) *node {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	n := &node{cmd: exec.Command(self)}
	n.cmd.Env = append(os.Environ(), childEnv+"="+folder, childDatabase+"="+database, childNode+"="+name, "SENTRAL_MASTER_KEY="+strings.Repeat("ab", 32))
	n.cmd.Stderr = os.Stderr
	n.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	out, err := n.cmd.StdoutPipe()
	if err == nil {
		err = n.cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(n.kill)
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("node %s did not start: %v", name, err)
	}
	n.address = "http://" + strings.TrimSpace(line)
	return n
}

func (n *node) kill() {
	if n.cmd.ProcessState == nil {
		_ = n.cmd.Process.Kill()
		_ = n.cmd.Wait()
	}
}

// epoch asks a node whether it owns the centre, and under which lease.
func (n *node) epoch() (epoch int64, owner bool) {
	r, err := quick.Get(n.address + "/readyz")
	if err != nil {
		return 0, false
	}
	defer r.Body.Close()
	var s struct {
		Owner bool  `json:"owner"`
		Epoch int64 `json:"epoch"`
	}
	_ = json.NewDecoder(r.Body).Decode(&s)
	return s.Epoch, s.Owner
}

var quick = &http.Client{Timeout: 2 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 64}}

// customers write through whichever node answers, repeat what was not acknowledged under the same key, and remember what was.
type customers struct {
	t     *testing.T
	nodes atomic.Pointer[[]string]
	stop  chan struct{}
	wg    sync.WaitGroup
	last  atomic.Int64 // when something was acknowledged last, UnixNano
	acked atomic.Int64
	all   []*customer
}

type customer struct {
	token string
	said  []string // acknowledged texts, in order
}

// call sends a request to the nodes in turn until one has answered it for good.
func (c *customers) call(method, path, token string, body, out any) bool {
	text, _ := json.Marshal(body)
	for try := range 2000 {
		nodes := *c.nodes.Load()
		r, err := http.NewRequestWithContext(ctx, method, nodes[try%len(nodes)]+path, bytes.NewReader(text))
		if err != nil {
			c.t.Error(err)
			return false
		}
		r.Header.Set("Content-Type", "application/json")
		if token != "" {
			r.Header.Set("Authorization", "Bearer "+token)
		}
		answer, err := quick.Do(r)
		if err != nil {
			time.Sleep(10 * time.Millisecond)
			continue
		}
		reply, err := io.ReadAll(answer.Body)
		answer.Body.Close()
		switch {
		case err != nil, answer.StatusCode == http.StatusServiceUnavailable, answer.StatusCode == http.StatusTooManyRequests, answer.StatusCode == http.StatusBadGateway:
			time.Sleep(10 * time.Millisecond)
			continue
		case answer.StatusCode >= 300:
			c.t.Errorf("%s %s: %d %s", method, path, answer.StatusCode, reply)
			return false
		}
		c.last.Store(time.Now().UnixNano())
		return json.Unmarshal(reply, out) == nil
	}
	c.t.Errorf("%s %s: nobody ever answered", method, path)
	return false
}

// write lets n customers write until stop is closed.
func (c *customers) write(n int) {
	for i := range n {
		one := &customer{}
		c.all = append(c.all, one)
		c.wg.Go(func() {
			var token chat.Token
			if !c.call("POST", "/api/chat/visitor", "", map[string]any{"key": norway}, &token) {
				return
			}
			one.token = token.Token
			var now chat.Conversation
			for k := 0; ; k++ {
				select {
				case <-c.stop:
					return
				case <-time.After(time.Duration(5+rand.IntN(20)) * time.Millisecond):
				}
				text, key := fmt.Sprintf("kunde %d linje %d", i, k), fmt.Sprintf("nøkkel-%d-%d", i, k)
				path, body, out := "/api/chat/messages", map[string]any{"key": key, "text": text}, any(&struct{}{})
				if k == 0 {
					path, out = "/api/chat/contacts", &now
				}
				if !c.call("POST", path, one.token, body, out) {
					return
				}
				one.said = append(one.said, text)
				c.acked.Add(1)
			}
		})
	}
}

// check reads every conversation back: what was acknowledged is there once, in order, and nothing else.
func (c *customers) check() (lost, doubled int) {
	contacts := map[int64]int{}
	for i, one := range c.all {
		var name strings.Builder
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, (*c.nodes.Load())[0]+"/api/chat/transcript", nil)
		if err != nil {
			c.t.Fatal(err)
		}
		r.Header.Set("Authorization", "Bearer "+one.token)
		answer, err := (&http.Client{Timeout: 20 * time.Second}).Do(r)
		if err != nil {
			c.t.Fatal(err)
		}
		_, _ = io.Copy(&name, answer.Body)
		answer.Body.Close()
		var there []string
		for _, line := range strings.Split(name.String(), "\n") {
			if strings.HasPrefix(line, fmt.Sprintf("kunde %d ", i)) {
				there = append(there, line)
			}
		}
		if !slices.Equal(there, one.said) {
			seen := map[string]int{}
			for _, l := range there {
				seen[l]++
			}
			for _, l := range one.said {
				if seen[l] == 0 {
					lost++
				}
			}
			for _, n := range seen {
				doubled += n - 1
			}
			if lost+doubled == 0 {
				c.t.Errorf("customer %d: %d acknowledged, %d there, or in another order", i, len(one.said), len(there))
			}
		}
		var now chat.Conversation
		if c.call("GET", "/api/chat/conversation", one.token, nil, &now) {
			if now.Contact != 0 { // a customer whose first word was not answered yet has none
				contacts[int64(now.Contact)]++
			}
		}
	}
	for id, n := range contacts {
		if n > 1 {
			c.t.Errorf("contact %d belongs to %d customers", id, n)
		}
	}
	return lost, doubled
}

// crashes is how often the long run of `make crash` breaks things; otherwise as often as a test can afford.
func crashes(usually, share int) int {
	if n, err := strconv.Atoi(os.Getenv("SENTRAL_CRASH")); err == nil {
		return max(n/share, 1)
	}
	return usually
}

// waitsFor waits for something to be acknowledged after an instant.
func (c *customers) resumed(after time.Time) time.Duration {
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); time.Sleep(2 * time.Millisecond) {
		if at := time.Unix(0, c.last.Load()); at.After(after.Add(20 * time.Millisecond)) { // what was already on its way does not count
			return at.Sub(after)
		}
	}
	c.t.Fatal("nothing was acknowledged any more")
	return 0
}

// Two nodes on one PostgreSQL; the owner is killed under load, again and again. One owner at a time, nothing acknowledged lost or doubled, service back
// within ten seconds.
func TestCrashFailover(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("short")
	}
	url := storetest.PostgreSQL(t)
	nodes := []*node{startNode(t, t.TempDir(), url, "a"), startNode(t, t.TempDir(), url, "b")}
	c := &customers{t: t, stop: make(chan struct{})}
	point := func() {
		c.nodes.Store(&[]string{nodes[0].address, nodes[1].address})
	}
	point()
	c.write(48)
	var gaps []time.Duration
	var epoch int64
	for round := range crashes(2, 20) {
		c.resumed(time.Now())
		time.Sleep(time.Duration(rand.IntN(300)) * time.Millisecond) // somewhere in the middle of the load
		owner := -1
		for end := time.Now().Add(15 * time.Second); owner < 0 && time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
			for i, n := range nodes {
				if e, is := n.epoch(); is {
					if owner >= 0 || e < epoch {
						t.Errorf("round %d: nodes %d and %d own the centre, epoch %d after %d", round, owner, i, e, epoch)
					}
					owner, epoch = i, e
				}
			}
		}
		if owner < 0 {
			t.Fatal("nobody owns the centre")
		}
		at := time.Now()
		nodes[owner].kill()
		gap := c.resumed(at)
		gaps = append(gaps, gap)
		if gap > 10*time.Second {
			t.Errorf("round %d: service was back after %v", round, gap)
		}
		nodes[owner] = startNode(t, t.TempDir(), url, "ab"[owner:owner+1])
		point()
	}
	close(c.stop)
	c.wg.Wait()
	lost, doubled := c.check()
	slices.Sort(gaps)
	t.Logf("%d kills, %d acknowledged messages: %d lost, %d doubled; service back after median %v, longest %v", len(gaps), c.acked.Load(), lost, doubled, gaps[len(gaps)/2].Round(time.Millisecond), gaps[len(gaps)-1].Round(time.Millisecond))
	if lost+doubled > 0 {
		t.Errorf("%d acknowledged messages lost, %d doubled", lost, doubled)
	}
}

// The one process on the embedded database is killed under load at random instants, and started again.
func TestCrashEmbedded(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("short")
	}
	began := time.Now()
	folder := t.TempDir()
	database := "sqlite:" + filepath.Join(folder, "sentral.db")
	n := startNode(t, folder, database, "only")
	c := &customers{t: t, stop: make(chan struct{})}
	c.nodes.Store(&[]string{n.address})
	c.write(48)
	t.Logf("set up: from an empty folder to the first customer's message in %v", c.resumed(began).Round(time.Millisecond))
	var gaps []time.Duration
	for range crashes(4, 1) {
		c.resumed(time.Now())
		time.Sleep(time.Duration(rand.IntN(300)) * time.Millisecond)
		at := time.Now()
		n.kill()
		n = startNode(t, folder, database, "only")
		c.nodes.Store(&[]string{n.address})
		gaps = append(gaps, c.resumed(at))
	}
	close(c.stop)
	c.wg.Wait()
	lost, doubled := c.check()
	slices.Sort(gaps)
	t.Logf("%d kills, %d acknowledged messages: %d lost, %d doubled; service back after median %v, longest %v", len(gaps), c.acked.Load(), lost, doubled, gaps[len(gaps)/2].Round(time.Millisecond), gaps[len(gaps)-1].Round(time.Millisecond))
	if lost+doubled > 0 {
		t.Errorf("%d acknowledged messages lost, %d doubled", lost, doubled)
	}
}

// A node that does not own the centre hands everything on: a browser cannot tell which one it speaks to.
func TestTwoNodesAreOneCentre(t *testing.T) {
	url := storetest.PostgreSQL(t)
	t.Setenv("SENTRAL_MASTER_KEY", strings.Repeat("cd", 32))
	first := begin(t, opening{options: func(o *app.Options) { o.Database, o.Node, o.TTL = url, "first", time.Second }})
	second := begin(t, opening{options: func(o *app.Options) { o.Database, o.Node, o.TTL = url, "second", time.Second }})
	if s := second.app.Centre.Status(); s.Owner || s.Addr != first.app.Listen {
		t.Fatalf("the second node stands as %+v", s)
	}
	admin := first.person("randi-haugmoen")
	there := &browser{w: second, name: "administrator at the second node", cookie: admin.cookie}
	there.must("GET", "/api/me", nil, nil)
	a := first.ready("birger-brattvik")
	a2 := &browser{w: second, name: "agent at the second node", cookie: a.cookie}
	desk := a2.follow("/api/live")
	desk.until("snapshot", "")
	v := second.visitor(norway)
	c := v.start("strom", "Hei fra den andre noden")
	desk.until("offer", "Hei fra den andre noden")
	a2.take(c.Contact)
	there.origin = "https://evil.example"
	there.refused(http.StatusForbidden, "another site", "POST", "/api/config/undo", map[string]any{"version": 1})
	there.origin = second.url
	// Who was added at one node signs in at the other, with the browser's own address counted against guessing.
	login := first.known("eirin-kvamsdal")
	login["password"] = "feil passord for denne"
	guess := &browser{w: second, name: "guesser", header: map[string]string{"X-Forwarded-For": "192.0.2.7", "Sentral-Browser": "192.0.2.8:1 00ff"}}
	for range 6 {
		guess.do("POST", "/api/session", login)
	}
	if s := guess.do("POST", "/api/session", login); s.status != http.StatusTooManyRequests {
		t.Errorf("guesses through the second node: %s", s)
	}
	// The owner stops in good order: the other takes over at once, and browsers come back to the same.
	first.end()
	second.eventually(func() bool { return second.app.Centre.Status().Owner }, "the second node takes over")
	a2.must("GET", on(c.Contact, ""), nil, nil)
	v.must("POST", "/api/chat/messages", map[string]any{"key": key(), "text": "etterpå"}, nil)
}

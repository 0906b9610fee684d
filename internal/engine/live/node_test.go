package live_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"sentral/internal/centre"
	"sentral/internal/engine/journal"
	"sentral/internal/engine/live"
	"sentral/internal/engine/routing"
	"sentral/internal/store"
)

// A node of its own process: this test binary, told by the environment to be one. It owns a centre when it can, lets its clients work
// without pause, and prints a line for each acknowledgement, so that whoever kills it knows what it had promised.

// nodeOrders is what a node is told.
type nodeOrders struct {
	URL    string `json:"url"`
	Node   string `json:"node"`
	TTLMS  int64  `json:"ttl_ms"`
	First  int    `json:"first"`  // number of its first client
	Next   []int  `json:"next"`   // of each client, the command it has not seen acknowledged
	Quiet  bool   `json:"quiet"`  // no clients
	Agents int    `json:"agents"` // signed in when the centre is new
}

const nodeEnv = "SENTRAL_TEST_NODE"

func runNode() {
	var o nodeOrders
	if err := json.Unmarshal([]byte(os.Getenv(nodeEnv)), &o); err != nil {
		fmt.Println("trouble", err)
		os.Exit(1)
	}
	db, err := store.Open(context.Background(), store.Options{URL: o.URL})
	if err != nil {
		fmt.Println("trouble", err)
		os.Exit(1)
	}
	c := live.New(live.Options{Store: db, Node: o.Node, Addr: o.Node, TTL: time.Duration(o.TTLMS) * time.Millisecond, SnapshotEvery: 300,
		Log: slog.New(slog.NewTextHandler(os.Stderr, nil))})
	run, stop := context.WithCancel(context.Background())
	go func() { // the parent's end of the pipe closes when it wants a graceful end, or dies
		io.Copy(io.Discard, os.Stdin)
		stop()
	}()
	var out sync.Mutex
	say := func(format string, args ...any) {
		out.Lock()
		defer out.Unlock()
		fmt.Printf(format+"\n", args...)
	}
	var clients sync.WaitGroup
	for i, next := range o.Next {
		clients.Go(func() { clientWorks(run, c, o.First+i, next, say) })
	}
	go func() {
		for owner := false; ; time.Sleep(time.Millisecond) {
			if now := c.Status().Owner; now != owner {
				owner = now
				say("owner %v", owner)
				if owner {
					go sayFirstOffer(run, c, say)
				}
			}
		}
	}()
	if err := c.Run(run); err != nil {
		fmt.Println("trouble", err)
	}
	clients.Wait()
	db.Close()
	os.Exit(0)
}

// sayFirstOffer says when the feed tells of an offer.
func sayFirstOffer(run context.Context, c *live.Centre, say func(string, ...any)) {
	reader, err := c.Hub().Subscribe(c.Head())
	if err != nil {
		return
	}
	defer reader.Close()
	for {
		commits, err := reader.Next(run)
		if err != nil {
			return
		}
		for _, commit := range commits {
			for _, e := range commit.Entries {
				if slices.ContainsFunc(e.Decisions, func(d routing.Decision) bool { return d.Kind == routing.Offered }) {
					say("offered")
					return
				}
			}
		}
	}
}

// clientWorks sends one command after the other, each again and again until it is acknowledged.
func clientWorks(run context.Context, c *live.Centre, client, next int, say func(string, ...any)) {
	for n := next; run.Err() == nil; n++ {
		for {
			receipt, err := c.Do(run, clientCommand(client, n))
			if err == nil {
				say("ack %d %d %d", client, n, receipt.Seq)
				break
			}
			if run.Err() != nil {
				return
			}
			if kind := centre.KindOf(err); kind != centre.Unavailable && kind != centre.Exhausted {
				say("trouble client %d command %d: %v", client, n, err)
			}
			time.Sleep(time.Duration(1+client) * time.Millisecond)
		}
	}
}

// clientCommand is the n-th thing that a client does: its agent takes what rings, ends and wraps up what it has; else a contact arrives, or somebody writes.
// Each leaves one row of the room's own, without a key that would hide a second.
func clientCommand(client, n int) live.Command {
	agent := centre.AgentID(client + 1)
	return live.Command{Client: fmt.Sprint("client ", client), ID: strconv.Itoa(n), Plan: func(p *live.Plan) error {
		e := p.Engine()
		held := e.ContactsOf(agent)
		ringing, rings := e.OfferTo(agent)
		a, known := e.Agent(agent)
		var contact centre.ContactID
		switch {
		case !known:
			p.Step(routing.Event{Kind: routing.AgentDefined, Profile: &routing.Profile{Agent: agent, Team: 1}})
		case a.Status != routing.Ready:
			p.Step(routing.Event{Kind: routing.SignedIn, Agent: agent, Status: routing.Ready})
			p.Step(routing.Event{Kind: routing.StatusChanged, Agent: agent, Status: routing.Ready})
		case rings:
			p.Step(routing.Event{Kind: routing.Accepted, Contact: ringing.Contact, Agent: agent, Offer: ringing.Offer})
		case len(held) > 0 && held[0].Phase == routing.InTalk:
			p.Step(routing.Event{Kind: routing.Ended, Contact: held[0].Contact, Agent: agent})
		case len(held) > 0 && held[0].Phase == routing.InWrapUp:
			p.Step(routing.Event{Kind: routing.WrappedUp, Contact: held[0].Contact, Agent: agent, Reason: 3, Outcome: routing.Solved})
		case n%3 == 0:
			contact = p.NewContact()
			p.Step(routing.Event{Kind: routing.Arrived, Contact: contact, Queue: 1, Channel: centre.Chat})
			p.About(contact, journal.AboutContact{Brand: 1, Customer: centre.CustomerID(client), Key: fmt.Sprintf("%d/%d", client, n)})
		}
		seq := p.Fact("did", contact, agent, struct {
			Client int `json:"client"`
			N      int `json:"n"`
		}{client, n})
		p.Write(func(ctx context.Context, tx *store.Tx) error {
			_, err := tx.Exec(ctx, `INSERT INTO did_test (client, n, seq) VALUES ($1, $2, $3)`, client, n, seq)
			return err
		})
		p.Result(seq)
		return nil
	}}
}

// ack is one acknowledgement.
type ack struct{ client, n, seq int }

// node is a running process.
type node struct {
	t       *testing.T
	command *exec.Cmd
	in      io.Closer
	mu      sync.Mutex
	acks    []ack
	owner   bool
	ended   chan struct{}
	news    chan string // "owner true", "ack"; dropped when nobody listens
}

func startNode(t *testing.T, o nodeOrders) *node {
	t.Helper()
	orders, err := json.Marshal(o)
	if err != nil {
		t.Fatal(err)
	}
	n := &node{t: t, command: exec.Command(os.Args[0]), ended: make(chan struct{}), news: make(chan string, 64)}
	n.command.Env = append(os.Environ(), nodeEnv+"="+string(orders))
	n.command.Stderr = t.Output()
	out, err := n.command.StdoutPipe()
	if err == nil {
		n.in, err = n.command.StdinPipe()
	}
	if err == nil {
		err = n.command.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	go n.listen(out)
	t.Cleanup(func() { n.kill() })
	return n
}

func (n *node) listen(out io.Reader) {
	defer close(n.ended)
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		word, rest, _ := strings.Cut(lines.Text(), " ")
		n.mu.Lock()
		switch word {
		case "ack":
			var a ack
			if _, err := fmt.Sscan(rest, &a.client, &a.n, &a.seq); err == nil {
				n.acks = append(n.acks, a)
			}
		case "offered":
		case "owner":
			n.owner = rest == "true"
			word = lines.Text()
		default:
			n.t.Error(lines.Text())
		}
		n.mu.Unlock()
		select {
		case n.news <- word:
		default:
		}
	}
	n.command.Wait()
}

// until waits for news.
func (n *node) until(what string) {
	n.t.Helper()
	limit := time.After(60 * time.Second)
	for {
		select {
		case news := <-n.news:
			if news == what {
				return
			}
		case <-n.ended:
			n.t.Fatalf("the node ended before %q", what)
		case <-limit:
			n.t.Fatalf("the node did not come to %q", what)
		}
	}
}

func (n *node) kill() {
	n.command.Process.Kill()
	<-n.ended
}

// leave asks the node to end in good order.
func (n *node) leave() {
	n.in.Close()
	<-n.ended
}

// book is what all nodes of a test have acknowledged.
type book struct {
	next []int // of each client
	acks []ack
}

func newBook(clients int) *book { return &book{next: make([]int, clients)} }

// add enters what a node that has ended had acknowledged.
func (b *book) add(n *node) {
	for _, a := range n.acks {
		b.acks = append(b.acks, a)
		b.next[a.client] = max(b.next[a.client], a.n+1)
	}
	n.acks = nil
}

// makeDidTable makes the room's table of the clients' commands, and tells the centre its rules.
func makeDidTable(t *testing.T, db *store.DB) {
	t.Helper()
	execute(t, db, `CREATE TABLE did_test (client BIGINT NOT NULL, n BIGINT NOT NULL, seq BIGINT NOT NULL)`)
	c, stop := start(t, db, live.Options{})
	open(t, c, 0)
	if err := stop(); err != nil {
		t.Fatal(err)
	}
}

// verify fails the test with everything that check finds.
func (b *book) verify(t *testing.T, db *store.DB) {
	t.Helper()
	for _, trouble := range b.check(t, db) {
		t.Error(trouble)
	}
}

// check finds whatever was acknowledged and is not on disk, or not as it was acknowledged; whatever was done twice; gaps in the log; and rows that do not
// follow from it.
func (b *book) check(t *testing.T, db *store.DB) (troubles []string) {
	t.Helper()
	trouble := func(format string, args ...any) { troubles = append(troubles, fmt.Sprintf(format, args...)) }
	type did struct{ client, n int }
	rows := map[did][]int{}
	if err := db.Read(ctx, func(ctx context.Context, tx *store.Tx) error {
		return tx.Each(ctx, func(scan func(...any) error) error {
			var d did
			var seq int
			err := scan(&d.client, &d.n, &seq)
			rows[d] = append(rows[d], seq)
			return err
		}, `SELECT client, n, seq FROM did_test`)
	}); err != nil {
		t.Fatal(err)
	}
	facts, arrivals, factCount := map[int]did{}, map[centre.ContactID]int{}, map[did]int{}
	entries, different := foldDifference(t, db)
	if different != "" {
		trouble("%s", different)
	}
	for _, e := range entries {
		if e.Kind == "did" {
			var d struct{ Client, N int }
			if err := json.Unmarshal(e.Payload, &d); err != nil {
				trouble("entry %d: %v", e.Seq, err)
			}
			facts[int(e.Seq)] = did{d.Client, d.N}
			factCount[did{d.Client, d.N}]++
		}
		if e.Event != nil && e.Event.Kind == routing.Arrived {
			arrivals[e.Contact]++
		}
	}
	for _, a := range b.acks {
		switch seqs := rows[did{a.client, a.n}]; {
		case len(seqs) == 0:
			trouble("client %d command %d was acknowledged and is lost", a.client, a.n)
		case seqs[0] != a.seq || facts[a.seq] != (did{a.client, a.n}):
			trouble("client %d command %d was acknowledged at %d and is at %v", a.client, a.n, a.seq, seqs)
		}
	}
	for d, seqs := range rows {
		if len(seqs) != 1 || factCount[d] != 1 {
			trouble("client %d command %d: rows at %v, %d facts", d.client, d.n, seqs, factCount[d])
		}
	}
	if len(rows) != len(factCount) {
		trouble("%d commands have rows, %d have facts", len(rows), len(factCount))
	}
	for id, n := range arrivals {
		if n > 1 {
			trouble("contact %d arrived %d times", id, n)
		}
	}
	return troubles
}

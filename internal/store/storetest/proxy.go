package storetest

import (
	"context"
	"database/sql"
	"fmt"
	"net"
	"net/url"
	"sync"
	"testing"
	"time"
)

// Proxy stands between a program and a PostgreSQL server, and breaks their connection when it is told to.
type Proxy struct {
	listener net.Listener
	server   string

	mu       sync.Mutex
	sockets  map[net.Conn]struct{}
	armed    bool
	messages int  // that the program still gets through
	forward  bool // the last one reaches the server, and only its answer is lost
	broken   int
}

// NewProxy makes a proxy before the server of a URL, and gives the URL to use instead. It ends with the test.
func NewProxy(t testing.TB, databaseURL string) (p *Proxy, throughProxy string) {
	t.Helper()
	u, err := url.Parse(databaseURL)
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p = &Proxy{listener: listener, server: u.Host, sockets: map[net.Conn]struct{}{}}
	u.Host = listener.Addr().String()
	go p.accept()
	t.Cleanup(func() { listener.Close(); p.CutAll() })
	return p, u.String()
}

// BreakAfter lets so many more messages of the program through, on whatever connection, and breaks the connection of the next: before that message
// reaches the server, or, with forward, after it has and before its answer comes back.
func (p *Proxy) BreakAfter(messages int, forward bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.armed, p.messages, p.forward = true, messages, forward
}

// Broken is how many connections were broken by BreakAfter.
func (p *Proxy) Broken() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.broken
}

// Disarm takes BreakAfter back.
func (p *Proxy) Disarm() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.armed = false
}

// CutAll breaks every connection.
func (p *Proxy) CutAll() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for s := range p.sockets {
		s.Close()
	}
}

func (p *Proxy) accept() {
	for {
		program, err := p.listener.Accept()
		if err != nil {
			return
		}
		server, err := net.Dial("tcp", p.server)
		if err != nil {
			program.Close()
			continue
		}
		p.mu.Lock()
		p.sockets[program], p.sockets[server] = struct{}{}, struct{}{}
		p.mu.Unlock()
		link := &link{proxy: p, program: program, server: server}
		go link.carry(program, server, true)
		go link.carry(server, program, false)
	}
}

type link struct {
	proxy           *Proxy
	program, server net.Conn
	mu              sync.Mutex
	mute            bool // the server's answers are lost
}

func (l *link) carry(from, to net.Conn, asking bool) {
	defer func() {
		from.Close()
		to.Close()
		l.proxy.mu.Lock()
		delete(l.proxy.sockets, from)
		l.proxy.mu.Unlock()
	}()
	buffer := make([]byte, 64<<10)
	for {
		n, err := from.Read(buffer)
		if err != nil {
			return
		}
		if asking {
			if breaks, forward := l.proxy.due(); breaks && !forward {
				return
			} else if breaks {
				l.mu.Lock()
				l.mute = true
				l.mu.Unlock()
			}
		}
		l.mu.Lock()
		mute := l.mute
		l.mu.Unlock()
		if mute && !asking {
			return // the server has answered: it had got the message
		}
		if _, err := to.Write(buffer[:n]); err != nil {
			return
		}
	}
}

// due tells whether this message is the one to break at.
func (p *Proxy) due() (breaks, forward bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.armed {
		return false, false
	}
	if p.messages > 0 {
		p.messages--
		return false, false
	}
	p.armed = false
	p.broken++
	return true, p.forward
}

// Activity asks the server for the processes that work for a database, as "pid wait_event".
func (s *Server) Activity(database string) (lines []string, err error) {
	return s.rows(fmt.Sprintf(`SELECT pid || ' ' || coalesce(wait_event, '') FROM pg_stat_activity WHERE datname = '%s' AND pid <> pg_backend_pid()`, database))
}

// Standby names the standby that every commit must wait for, or none. It comes back when commits do so: the server takes the setting in its own time, the part
// of it that lets commits wait after the sessions.
func (s *Server) Standby(name string) error {
	if err := s.execute(fmt.Sprintf(`ALTER SYSTEM SET synchronous_standby_names = '%s'`, name), `SELECT pg_reload_conf()`); err != nil {
		return err
	}
	db, err := sql.Open("pgx", s.URL("postgres"))
	if err != nil {
		return err
	}
	defer db.Close()
	for range 100 {
		ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
		_, err := db.ExecContext(ctx, `SELECT pg_logical_emit_message(true, 'probe', '')`) // a commit that writes
		cancel()
		if waits := err != nil; waits == (name != "") {
			return nil
		}
	}
	return fmt.Errorf("storetest: commits do not follow the standby %q", name)
}

package storetest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"
)

// Server is a PostgreSQL server of the test's own, in a folder of its own, listening on the loopback.
type Server struct {
	Folder string
	Port   int

	programs string // the folder with initdb and postgres
	owner    *syscall.Credential
	process  *exec.Cmd
	ended    chan struct{}
}

var shared struct {
	once   sync.Once
	server *Server
	err    error
	mu     sync.Mutex
	number int
}

// PostgreSQL gives the URL of an empty database on the server that all tests of the package share.
func PostgreSQL(t testing.TB) string {
	t.Helper()
	if !running {
		t.Fatal("storetest: the package's TestMain must call storetest.Main, which stops the server")
	}
	shared.once.Do(func() { shared.server, shared.err = StartServer() })
	if errors.Is(shared.err, errNotInstalled) {
		t.Skip(shared.err)
	}
	if shared.err != nil {
		t.Fatal(shared.err)
	}
	shared.mu.Lock()
	shared.number++
	name := fmt.Sprintf("t%d", shared.number)
	shared.mu.Unlock()
	if err := shared.server.Create(name); err != nil {
		t.Fatal(err)
	}
	return shared.server.URL(name)
}

// SharedServer gives the server that PostgreSQL(t) has started.
func SharedServer() *Server { return shared.server }

func stopServer() {
	if shared.server != nil {
		shared.server.Stop()
	}
}

var errNotInstalled = errors.New("PostgreSQL's initdb is neither in PATH nor in /usr/lib/postgresql/*/bin")

// StartServer makes a server. Whoever starts it stops it.
func StartServer() (*Server, error) {
	programs, err := findPrograms()
	if err != nil {
		return nil, err
	}
	s := &Server{programs: programs}
	if s.Folder, err = os.MkdirTemp("", "sentral-postgres-"); err != nil {
		return nil, err
	}
	if err := s.giveAway(); err != nil {
		return nil, err
	}
	data := filepath.Join(s.Folder, "data")
	if err := s.command("initdb", "-D", data, "-U", "sentral", "-A", "trust", "-E", "UTF8", "--locale=C", "--data-checksums").Run(); err != nil {
		return nil, fmt.Errorf("storetest: initdb: %w", err)
	}
	if s.Port, err = freePort(); err != nil {
		return nil, err
	}
	return s, s.Start()
}

func findPrograms() (string, error) {
	var folders []string
	if found, err := filepath.Glob("/usr/lib/postgresql/*/bin/postgres"); err == nil {
		slices.SortFunc(found, func(a, b string) int { return versionOf(b) - versionOf(a) })
		for _, f := range found {
			folders = append(folders, filepath.Dir(f))
		}
	}
	if found, err := exec.LookPath("initdb"); err == nil {
		if real, err := filepath.EvalSymlinks(found); err == nil {
			folders = append(folders, filepath.Dir(real))
		}
	}
	for _, f := range folders {
		if _, err := os.Stat(filepath.Join(f, "initdb")); err == nil {
			return f, nil
		}
	}
	return "", errNotInstalled
}

// versionOf reads the version in /usr/lib/postgresql/15/bin/postgres.
func versionOf(path string) int {
	n, _ := strconv.Atoi(filepath.Base(filepath.Dir(filepath.Dir(path))))
	return n
}

// giveAway lets another user have the folder when the test runs as root, as whom PostgreSQL refuses to run.
func (s *Server) giveAway() error {
	if os.Getuid() != 0 {
		return nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, _ := strconv.Atoi(u.Uid)
		gid, _ := strconv.Atoi(u.Gid)
		s.owner = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
		return os.Chown(s.Folder, uid, gid)
	}
	return errors.New("storetest: running as root, and there is no user postgres or nobody for the server")
}

func (s *Server) command(program string, args ...string) *exec.Cmd {
	c := exec.Command(filepath.Join(s.programs, program), args...)
	c.Dir = s.Folder
	c.SysProcAttr = &syscall.SysProcAttr{Credential: s.owner, Setpgid: true}
	return c
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}

// Start starts the server, or starts it again after Kill, and waits until it answers.
func (s *Server) Start() error {
	log, err := os.OpenFile(filepath.Join(s.Folder, "log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	defer log.Close()
	c := s.command("postgres", "-D", filepath.Join(s.Folder, "data"), "-p", strconv.Itoa(s.Port), "-k", s.Folder, "-h", "127.0.0.1",
		"-c", "max_connections=200", "-c", "shared_buffers=64MB") // fsync and synchronous_commit are on unless a test says otherwise
	c.Stdout, c.Stderr = log, log
	s.process, s.ended = c, make(chan struct{})
	started := make(chan error)
	go func() { // the server ends with this thread, so that a killed test leaves none behind
		runtime.LockOSThread()
		dieWithParent(c.SysProcAttr)
		err := c.Start()
		started <- err
		if err == nil {
			c.Wait()
		}
		close(s.ended)
	}()
	if err := <-started; err != nil {
		return fmt.Errorf("storetest: postgres: %w", err)
	}
	return s.wait()
}

func (s *Server) wait() error {
	var err error
	for range 300 {
		if err = s.execute("SELECT 1"); err == nil {
			return nil
		}
		select {
		case <-s.ended:
			text, _ := os.ReadFile(filepath.Join(s.Folder, "log"))
			return fmt.Errorf("storetest: postgres ended:\n%s", text)
		case <-time.After(100 * time.Millisecond):
		}
	}
	return fmt.Errorf("storetest: postgres does not answer: %w", err)
}

func (s *Server) execute(statements ...string) error {
	db, err := sql.Open("pgx", s.URL("postgres"))
	if err != nil {
		return err
	}
	defer db.Close()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	for _, q := range statements {
		if _, err := db.ExecContext(ctx, q); err != nil {
			return err
		}
	}
	return nil
}

// rows runs a query of one column in the server's own database.
func (s *Server) rows(query string) (out []string, err error) {
	db, err := sql.Open("pgx", s.URL("postgres"))
	if err != nil {
		return nil, err
	}
	defer db.Close()
	rows, err := db.Query(query)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var text string
		if err := rows.Scan(&text); err != nil {
			return nil, err
		}
		out = append(out, text)
	}
	return out, rows.Err()
}

// Create makes an empty database.
func (s *Server) Create(name string) error {
	return s.execute("CREATE DATABASE " + name + " TEMPLATE template0")
}

// Execute runs statements in the server's own database, as its administrator.
func (s *Server) Execute(statements ...string) error { return s.execute(statements...) }

// URL gives the URL of a database of the server.
func (s *Server) URL(name string) string {
	return fmt.Sprintf("postgres://sentral@127.0.0.1:%d/%s?sslmode=disable", s.Port, name)
}

// Kill ends the server and all its processes at once, as a crash of the machine's kernel would; Start recovers it.
func (s *Server) Kill() {
	data := filepath.Join(s.Folder, "data")
	s.process.Process.Kill()
	<-s.ended
	for _, pid := range processesIn(data) {
		syscall.Kill(pid, syscall.SIGKILL)
	}
	for len(processesIn(data)) > 0 {
		time.Sleep(time.Millisecond)
	}
	os.Remove(filepath.Join(data, "postmaster.pid"))
}

// processesIn finds the processes whose working folder is this one: each of the server's is.
func processesIn(folder string) (pids []int) {
	links, _ := filepath.Glob("/proc/[0-9]*/cwd")
	for _, link := range links {
		if at, err := os.Readlink(link); err == nil && at == folder {
			if pid, err := strconv.Atoi(filepath.Base(filepath.Dir(link))); err == nil {
				pids = append(pids, pid)
			}
		}
	}
	return pids
}

// Stop ends the server and removes its folder.
func (s *Server) Stop() {
	if s.process != nil && s.process.Process != nil {
		s.process.Process.Signal(syscall.SIGQUIT)
		select {
		case <-s.ended:
		case <-time.After(10 * time.Second):
			s.Kill()
		}
	}
	os.RemoveAll(s.Folder)
}

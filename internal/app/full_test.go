//go:build linux

package app_test

import (
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"sentral/internal/app"
	"sentral/internal/channel/chat"
	"sentral/internal/store"
)

// smallDisk mounts a file system of a few megabytes, and gives a way to fill it to the last byte and one to empty it again. Only root may mount one.
func smallDisk(t *testing.T, size string) (dir string, fill, clear func()) {
	t.Helper()
	dir = t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size="+size); err != nil {
		t.Skipf("a file system of our own cannot be mounted here: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	filler := filepath.Join(dir, "filler")
	fill = func() {
		f, err := os.OpenFile(filler, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		for block := make([]byte, 64<<10); len(block) > 0; {
			if _, err := f.Write(block); errors.Is(err, syscall.ENOSPC) {
				block = block[:len(block)/2]
			} else if err != nil {
				t.Fatal(err)
			}
		}
	}
	return dir, fill, func() { _ = os.Remove(filler) }
}

// TestDiskFull fills the disk under a running centre and makes room again: refusals in plain words meanwhile, `sentral check` names the disk, nothing that was taken
// is lost or doubled, and the centre goes on without a restart.
func TestDiskFull(t *testing.T) {
	dir, fill, clear := smallDisk(t, "48m")
	w := begin(t, opening{options: func(o *app.Options) { o.Data = dir }})
	a := w.ready("birger-brattvik")
	v := w.visitor(norway)
	c := v.start("strom", "Hei")
	a.take(c.Contact)
	v.must("POST", "/api/chat/messages", map[string]any{"key": key(), "text": "tatt imot"}, nil)
	fill()
	late := map[string]any{"key": key(), "text": strings.Repeat("full disk;", 100), "files": []string{}}
	refused := 0
	for until := time.Now().Add(20 * time.Second); refused == 0 && time.Now().Before(until); fill() {
		switch r := v.do("POST", "/api/chat/messages", late); r.status {
		case http.StatusOK: // the write-ahead log had room of its own for this one
			late = map[string]any{"key": key(), "text": late["text"], "files": []string{}}
		case http.StatusServiceUnavailable:
			refused++
			if p := r.problem(); p.Detail == "" || strings.Contains(p.Detail, "sql") || strings.Contains(p.Detail, "disk I/O") {
				t.Errorf("the refusal says %q", p.Detail)
			}
		default:
			t.Fatalf("on a full disk: %s", r)
		}
	}
	if refused == 0 {
		t.Fatal("a full disk refused nothing")
	}
	if r := (&browser{w: w}).do("GET", "/healthz", nil); r.status != http.StatusOK {
		t.Errorf("healthz on a full disk: %s", r)
	}
	if f := store.CheckFolder(dir); f.State != store.Fault {
		t.Errorf("check says of a full disk: %+v", f)
	}
	clear()
	w.eventually(func() bool { return v.do("POST", "/api/chat/messages", late).status == http.StatusOK }, "the centre is back by itself")
	a.must("POST", on(c.Contact, "/messages"), map[string]any{"key": key(), "text": "svar", "after": 1 << 40}, nil)
	var now chat.Conversation
	v.must("GET", "/api/chat/conversation", nil, &now)
	times := map[string]int{}
	seen := map[int64]bool{}
	for _, m := range now.Messages {
		times[m.Text]++
		if seen[m.ID] {
			t.Errorf("message %d is there twice", m.ID)
		}
		seen[m.ID] = true
	}
	if times["tatt imot"] != 1 || times["svar"] != 1 || times[late["text"].(string)] == 0 {
		t.Errorf("kept: %d and %d, and %d of those at the end of the disk", times["tatt imot"], times["svar"], times[late["text"].(string)])
	}
	if f := store.CheckFolder(dir); f.State == store.Fault {
		t.Errorf("check says of a disk with room: %+v", f)
	}
}

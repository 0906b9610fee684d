package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sentral/internal/centre"
	"sentral/internal/engine/live"
	"sentral/internal/engine/routing"
	"sentral/internal/store"
)

// sentral runs one command line and gives what it printed.
func sentral(t *testing.T, want int, args ...string) string {
	t.Helper()
	var out, errOut bytes.Buffer
	if code := Main(context.Background(), args, strings.NewReader(""), &out, &errOut); code != want {
		t.Fatalf("sentral %s: exit %d, want %d\n%s%s", strings.Join(args, " "), code, want, &out, &errOut)
	}
	return out.String() + errOut.String()
}

// running opens a centre in a folder, as serve does, and lets some contacts arrive. It gives the engine's hash.
func running(t *testing.T, data string, arrivals int) (hash uint64, stop func()) {
	t.Helper()
	db, err := store.Open(context.Background(), store.Options{URL: "sqlite:" + filepath.Join(data, "sentral.db")})
	if err != nil {
		t.Fatal(err)
	}
	c := live.New(live.Options{Store: db})
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error)
	go func() { ended <- c.Run(ctx) }()
	for range arrivals {
		for {
			_, err := c.Do(ctx, live.Command{Plan: func(p *live.Plan) error {
				p.Step(routing.Event{Kind: routing.Arrived, Contact: p.NewContact(), Queue: 1, Channel: centre.Chat})
				return nil
			}})
			if err == nil {
				break
			}
		}
	}
	for c.View(ctx, func(v *live.View) error { hash = v.Engine().Hash(); return nil }) != nil {
	}
	return hash, func() { cancel(); <-ended; db.Close() }
}

// TestBackupOfARunningCentre takes a backup beside a running centre, restores it elsewhere and finds the same state.
func TestBackupOfARunningCentre(t *testing.T) {
	data, elsewhere, file := t.TempDir(), t.TempDir(), filepath.Join(t.TempDir(), "night.backup")
	want, stop := running(t, data, 20)
	defer stop()
	if out := sentral(t, 0, "check", "--data", data); !strings.Contains(out, "20 entries, the last 20 of them read and found whole") {
		t.Errorf("check beside a running centre:\n%s", out)
	}
	var report backupReport
	if err := json.Unmarshal([]byte(sentral(t, 0, "backup", file, "--data", data, "--json")), &report); err != nil || report.Heads["1"] != 20 {
		t.Errorf("backup reports %+v, %v", report, err)
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 || info.Size() != report.Bytes {
		t.Errorf("the backup is %v, %v", info, err)
	}
	if out := sentral(t, 1, "backup", file, "--data", data); !strings.Contains(out, "is there already") {
		t.Errorf("a second backup to the same place: %s", out)
	}
	if out := sentral(t, 1, "restore", file, "--data", data); !strings.Contains(out, "in use by process") {
		t.Errorf("restored over a running centre: %s", out)
	}
	if out := sentral(t, 0, "restore", file, "--data", elsewhere); !strings.Contains(out, report.SHA256) {
		t.Errorf("restore: %s", out)
	}
	got, end := running(t, elsewhere, 0)
	end()
	if got != want {
		t.Errorf("the restored engine hashes %016x, want %016x", got, want)
	}
	if out := sentral(t, 1, "restore", file, "--data", elsewhere); !strings.Contains(out, "not empty") {
		t.Errorf("restored twice: %s", out)
	}
}

func TestCheckTellsWhatIsWrong(t *testing.T) {
	if out := sentral(t, 1, "check", "--data", filepath.Join(t.TempDir(), "nowhere")); !strings.Contains(out, "fault") {
		t.Errorf("nothing there:\n%s", out)
	}
	data := t.TempDir()
	_, stop := running(t, data, 3)
	stop()
	db, err := store.Open(context.Background(), store.Options{URL: "sqlite:" + filepath.Join(data, "sentral.db")})
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Update(context.Background(), func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.Exec(ctx, `DELETE FROM event WHERE seq = 2`)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	db.Close()
	file := filepath.Join(data, "centre.yaml")
	if err := os.WriteFile(file, []byte("organisation:\n  nmae: Nordlys\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	out := sentral(t, 1, "check", "--data", data, "--config", file)
	for _, want := range []string{"entry 3 follows entry 1", "nmae", "none yet: the first-run wizard makes it"} {
		if !strings.Contains(out, want) {
			t.Errorf("check does not say %q:\n%s", want, out)
		}
	}
	var found []store.Finding
	text, _, _ := strings.Cut(sentral(t, 1, "check", "--data", data, "--json"), "sentral:")
	if err := json.Unmarshal([]byte(text), &found); err != nil || len(found) < 5 {
		t.Errorf("as JSON: %v, %v", found, err)
	}
}

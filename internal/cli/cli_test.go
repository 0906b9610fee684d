package cli

import (
	"bytes"
	"context"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestMain lets scripts run this very test binary under the name sentral.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"sentral": func() { os.Exit(Main(context.Background(), os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) },
	})
}

// TestScripts runs every script of testdata/script. A script begins with the name of its command; $SHARED names the folder of shared
// data, and the condition [shared] holds when it is there: begin with "[!shared] skip 'needs ../shared/data'".
func TestScripts(t *testing.T) {
	shared := sharedFolder(t)
	_, err := os.Stat(filepath.Join(shared, "data"))
	there := err == nil
	testscript.Run(t, testscript.Params{
		Dir:                 filepath.Join("testdata", "script"),
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		UpdateScripts:       os.Getenv("UPDATE_SCRIPTS") != "",
		Setup: func(env *testscript.Env) error {
			env.Setenv("SHARED", shared)
			return nil
		},
		Condition: func(cond string) (bool, error) {
			if cond == "shared" {
				return there, nil
			}
			return false, os.ErrInvalid
		},
	})
}

// sharedFolder is SENTRAL_SHARED, or the folder named shared beside the repository.
func sharedFolder(t *testing.T) string {
	if folder := os.Getenv("SENTRAL_SHARED"); folder != "" {
		return folder
	}
	folder, err := filepath.Abs(filepath.Join("..", "..", "..", "shared"))
	if err != nil {
		t.Fatal(err)
	}
	return folder
}

func TestNumbersWithoutValueNeverReachOutput(t *testing.T) {
	var out bytes.Buffer
	if err := printJSON(&out, map[string]number{"asa_s": number(math.NaN()), "b": number(math.Inf(1)), "c": 0.1}); err != nil {
		t.Fatal(err)
	}
	if want := "{\n  \"asa_s\": null,\n  \"b\": null,\n  \"c\": 0.1\n}\n"; out.String() != want {
		t.Errorf("printJSON = %q, want %q", out.String(), want)
	}
	if err := printJSON(&out, math.NaN()); err == nil {
		t.Error("printJSON let a bare NaN through")
	}
	out.Reset()
	rows := [][]string{{"day 1", decimal(math.Inf(-1), 2), percent(0.5, 1)}, {"day 22", decimal(12.5, 2), percent(math.NaN(), 1)}}
	if err := printCSV(&out, []string{"what", "asa_s", "share"}, rows); err != nil {
		t.Fatal(err)
	}
	if want := "what,asa_s,share\nday 1,,50.0%\nday 22,12.50,\n"; out.String() != want {
		t.Errorf("printCSV = %q, want %q", out.String(), want)
	}
	out.Reset()
	if err := printTable(&out, []string{"what", "asa_s", "share"}, rows); err != nil {
		t.Fatal(err)
	}
	if want := "what    asa_s  share\nday 1       -  50.0%\nday 22  12.50      -\n"; out.String() != want {
		t.Errorf("printTable = %q, want %q", out.String(), want)
	}
}

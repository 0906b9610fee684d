package app

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"strings"

	"sentral/internal/centre"
)

// masterKey reads the key that seals secrets in the database, or makes it on the first start. SENTRAL_MASTER_KEY, 64 hexadecimal digits, takes
// its place where a machine keeps its secrets elsewhere; every node of a centre needs the same.
func masterKey(path string) ([]byte, error) {
	text := os.Getenv("SENTRAL_MASTER_KEY")
	where := "SENTRAL_MASTER_KEY"
	if text == "" {
		where = path
		b, err := os.ReadFile(path)
		if errors.Is(err, fs.ErrNotExist) {
			return newMasterKey(path)
		}
		if err != nil {
			return nil, centre.Errorf(centre.Unavailable, "master key: %w", err)
		}
		text = string(b)
	}
	key, err := hex.DecodeString(strings.TrimSpace(text))
	if err != nil || len(key) != 32 {
		return nil, centre.Errorf(centre.Invalid, "%s: want 64 hexadecimal digits", where)
	}
	return key, nil
}

func newMasterKey(path string) ([]byte, error) {
	key := make([]byte, 32)
	_, _ = rand.Read(key) // never fails: crypto/rand ends the program instead
	if err := os.WriteFile(path, []byte(hex.EncodeToString(key)+"\n"), 0o600); err != nil {
		return nil, centre.Errorf(centre.Unavailable, "master key: %w", err)
	}
	return key, nil
}

// newSetupCode makes the one-time code that opens the first-run wizard: only whoever reads the console can become the administrator.
func newSetupCode() string { return rand.Text()[:12] }

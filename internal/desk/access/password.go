package access

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"strings"
	"sync"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"

	"sentral/internal/centre"
)

// Cost of argon2id, at or above OWASP's advice (19 MiB, two passes). A stored password says its own cost, so it can be raised later.
const (
	argonMemoryKiB = 19 << 10
	argonPasses    = 2
	argonThreads   = 1
	argonKeyBytes  = 32
)

// hashing bounds how many passwords are hashed at once, so that sign-ins cannot exhaust the memory: 8 x 19 MiB.
var hashing = make(chan struct{}, 8)

// hashPassword makes the text that is stored, in the PHC form.
func hashPassword(password string) string {
	salt := make([]byte, 16)
	_, _ = rand.Read(salt) // never fails: crypto/rand ends the program instead
	key := derive(password, salt, argonMemoryKiB, argonPasses, argonThreads)
	b64 := base64.RawStdEncoding.EncodeToString
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, argonMemoryKiB, argonPasses, argonThreads, b64(salt), b64(key))
}

func derive(password string, salt []byte, memory, passes uint32, threads uint8) []byte {
	hashing <- struct{}{}
	defer func() { <-hashing }()
	return argon2.IDKey([]byte(password), salt, passes, memory, threads, argonKeyBytes)
}

// nobody gives a hash that no password fits: an unknown address takes as long as a known one. New makes it, so that no stranger waits for it, and
// a command that lets nobody sign in does without.
var nobody = sync.OnceValue(func() string { return hashPassword(rand.Text()) })

// passwordFits compares in constant time.
func passwordFits(stored, password string) bool {
	var version int
	var memory, passes uint32
	var threads uint8
	parts := strings.Split(stored, "$")
	if len(parts) != 6 || parts[1] != "argon2id" {
		return false
	}
	if _, err := fmt.Sscanf(parts[2], "v=%d", &version); err != nil || version != argon2.Version {
		return false
	}
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &memory, &passes, &threads); err != nil {
		return false
	}
	salt, err1 := base64.RawStdEncoding.DecodeString(parts[4])
	key, err2 := base64.RawStdEncoding.DecodeString(parts[5])
	if err1 != nil || err2 != nil {
		return false
	}
	return subtle.ConstantTimeCompare(key, derive(password, salt, memory, passes, threads)) == 1
}

// checkPassword refuses passwords that would be guessed: length is what counts, and the obvious is refused by name.
func checkPassword(password, name, email string) error {
	const where = "password"
	switch n := utf8.RuneCountInString(password); {
	case n < 12:
		return centre.ErrorAt(centre.Invalid, where, "must have at least 12 characters; a sentence is easiest to remember")
	case n > 200:
		return centre.ErrorAt(centre.Invalid, where, "must have at most 200 characters")
	}
	low := strings.ToLower(password)
	local, _, _ := strings.Cut(strings.ToLower(email), "@")
	for _, easy := range []string{"passord", "password", "lösenord", "123456", "qwerty", "sentral", local, strings.ToLower(name)} {
		if len(easy) > 3 && strings.Contains(low, easy) && len(low) < len(easy)+8 {
			return centre.ErrorAt(centre.Invalid, where, "is too easy to guess")
		}
	}
	distinct := map[rune]bool{}
	for _, r := range password {
		distinct[r] = true
	}
	if len(distinct) < 5 {
		return centre.ErrorAt(centre.Invalid, where, "is too easy to guess")
	}
	return nil
}

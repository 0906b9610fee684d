package live_test

import (
	"os"
	"strconv"
	"testing"

	"sentral/internal/store/storetest"
)

func TestMain(m *testing.M) {
	if os.Getenv(nodeEnv) != "" {
		runNode()
	}
	os.Exit(storetest.Main(m))
}

// rounds is how often a test repeats what it does by chance: so many times usually, and as SENTRAL_ROUNDS says in the long runs of `make crash`.
func rounds(usually int) int {
	if n, err := strconv.Atoi(os.Getenv("SENTRAL_ROUNDS")); err == nil {
		return n
	}
	return usually
}

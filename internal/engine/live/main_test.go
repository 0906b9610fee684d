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

// rounds is how often a test repeats what it does by chance: so many times usually, and one for each `of` of SENTRAL_CRASH in the long runs of `make crash`.
func rounds(usually, of int) int {
	if n, err := strconv.Atoi(os.Getenv("SENTRAL_CRASH")); err == nil {
		return max(usually, n/of)
	}
	return usually
}

package live_test

import (
	"os"
	"testing"

	"sentral/internal/store/storetest"
)

func TestMain(m *testing.M) { os.Exit(storetest.Main(m)) }

package routingtest_test

import (
	"flag"
	"path/filepath"
	"testing"

	"sentral/internal/engine/routing/routingtest"
)

var update = flag.Bool("update", false, "write the expectations of scenarios anew from what the engine decides")

func TestScenarios(t *testing.T) {
	if *update {
		for _, name := range routingtest.Scenarios() {
			if err := routingtest.Rewrite(filepath.Join("testdata", name+".scenario"), routingtest.NewDirect()); err != nil {
				t.Error(err)
			}
		}
		return
	}
	routingtest.RunAll(t, func(*testing.T) routingtest.Driver { return routingtest.NewDirect() })
}

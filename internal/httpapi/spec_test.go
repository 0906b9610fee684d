package httpapi_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"net/http"
	"os"
	"testing"

	"sentral/internal/httpapi"
	"sentral/internal/httpapi/gents"
)

var update = flag.Bool("update", false, "write docs/openapi.json and web/src/gen/api.gen.ts instead of comparing with them")

// The description that integrators read and the types that the web is built with are what the code says now.
func TestDescriptionAndTypesAreCurrent(t *testing.T) {
	api := httpapi.New(http.NewServeMux(), httpapi.Rooms{})
	compact, err := api.OpenAPI().MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	var description bytes.Buffer
	if err := json.Indent(&description, compact, "", "  "); err != nil {
		t.Fatal(err)
	}
	description.WriteByte('\n')
	types, err := gents.Write(compact)
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string][]byte{"../../docs/openapi.json": description.Bytes(), "../../web/src/gen/api.gen.ts": types} {
		if *update {
			if err := os.WriteFile(path, want, 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		have, err := os.ReadFile(path)
		if err != nil || !bytes.Equal(have, want) {
			t.Errorf("%s is stale (%v): run `make generate`", path, err)
		}
	}
}

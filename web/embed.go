package web

import "embed"

// dist holds at least .gitkeep, so that a clone without Node still compiles.
//
//go:embed all:dist
var dist embed.FS

//go:generate go test ../internal/httpapi -run TestDescriptionAndTypesAreCurrent -update -count=1

// Package demo is the demo centre: an invented power-and-fibre group, and the simulated customers and agents who use it from outside, through the very
// API that browsers use.
//
// It owns the invented company and its people's behaviour; it refuses every way into the product that a customer or an agent would not have. Begin
// reading in demo.yaml, the company.
package demo

import (
	_ "embed"

	"sentral/internal/centre"
	"sentral/internal/config"
)

//go:embed demo.yaml
var file []byte

// Document is the invented company.
func Document() (*config.Document, error) {
	d, faults := config.Read(file)
	if len(faults) == 0 {
		faults, _ = config.Validate(d)
	}
	if len(faults) > 0 {
		return nil, centre.Errorf(centre.Internal, "demo.yaml: %s", config.Locate(file, faults)[0])
	}
	return d, nil
}

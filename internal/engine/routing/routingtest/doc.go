// Package routingtest holds the scenario language, the runner and the scenarios that every driver of the queue engine must pass.
//
// It owns the text form of rules, events and decisions; it refuses to know how a driver keeps time or stores anything: a driver is two methods.
// Begin reading in docs/spec/routing.md, "The scenario language", then testdata/arrival_best_fit.scenario, then run.go.
package routingtest

// Package rulebook keeps the centre's configuration: which version holds, who changed what and when, and how to take a change back.
//
// It owns the versions and tells the engine: a change of the document becomes events (settings, agents, opening), committed in the same transaction as
// the version itself. It answers who somebody is (access.Directory) and what things are called. It refuses to judge a document (config.Validate does)
// and to hold secrets. Begin reading in room.go.
package rulebook

// Package insight finds out what contacts are about when they change: a surge alarm per reason and country, the combination of
// dimensions that explains it, the words that set its texts apart, and answers that say the same thing twice.
//
// It owns pure functions of counts and texts that are handed in, each with its formula, source and worked example in
// docs/spec/insight.md. It refuses to fetch, store or alert, to tell languages and stems apart (room language does), and to name a
// cause: it says what goes together, a person says why. NaN never leaves the room.
//
// Begin reading in surge.go, then attribution.go.
package insight

// Package centre holds the words that every other room uses: typed ids, channels, skill levels, instants and kinds of error.
//
// It owns no behaviour beyond naming, parsing and printing those words, imports nothing but the standard library, and refuses
// everything that belongs to one wing only: a word that a single room uses stays in that room. Begin reading in ids.go.
package centre

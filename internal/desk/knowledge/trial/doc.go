// Package trial measures the search of package knowledge on questions whose right article is known: public data sets, or a brand's own
// test questions before a publication.
//
// It owns the data sets' formats, the halving into what is tuned on and what is reported, the measures, and the misspelling of
// questions. It refuses to change how the search ranks. Begin reading with Read and Run; docs/spec/search.md gives the formulas.
package trial

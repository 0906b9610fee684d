// Package pathmodel estimates what lies behind answers: a satisfaction index by PLS path modelling (EPSI, ECSI and ACSI are of this
// kind) with its quality figures and bootstrap, and what each driver has to do with an outcome, by Shapley values of R2 and by
// Johnson's relative weights.
//
// It owns the model's text form, the two models that ship inside the program, and the estimation, which works on the covariances of
// the answers. It refuses to name causes, to read files, and to reckon an index with negative weights. Formulas, conventions and
// worked examples: docs/spec/index.md, sections 5 and 6.
//
// Begin reading in model.go, then pls.go; drivers.go stands alone.
package pathmodel

// Package storetest gives tests every database that the store supports: a SQLite file and a PostgreSQL server of the test's own, and the means to break
// them.
//
// It owns the server's start and end, one empty database for each test, and the faults (a disk that fills, fails or loses its power; a socket that breaks).
// It refuses servers that were there before, and anything of use to the product. Begin reading with Main and Each.
package storetest

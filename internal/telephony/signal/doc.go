// Package signal speaks SIP with trunks and desk phones: it takes calls, makes them, keeps each in one dialog from first message to last, negotiates
// their sound, and says of each exactly once how it ended. Transport, parsing and transactions are sipgo's, hidden in this room; dialogs, timers and
// everything a trunk can get wrong are ours (docs/adr/0013-own-dialog-layer.md, docs/spec/sip.md).
//
// It refuses contacts, queues, agents and prices: whoever is told of a Call decides what becomes of it. It refuses sound too, which is media's. Strangers
// get no answer at all, and nothing that arrives from outside is parsed before its source has been looked up.
//
// Begin reading with Stack and Call; then gate.go (who may speak), reading.go (what is well formed), uas.go (calls in), uac.go (calls out) and talk.go
// (offers and answers).
package signal

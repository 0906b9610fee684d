// Package testphone is a telephone that does as it is told: a SIP caller and a called party that speak, listen and press keys by script, for tests, for the
// demo and for load. It owns a user agent of its own (messages, transactions, dialogs, RTP) written apart from telephony/signal, so that a mistake there is
// not mirrored here; from telephony/media it takes G.711 and RTP's header alone.
//
// It refuses to be a product: it answers whoever calls it, keeps no registrations of others, and verifies no certificate unless it is given one. It can
// misbehave on purpose (vanish, never acknowledge, hang up at any moment), which is what a soak is made of.
//
// Begin reading with Script and Result in script.go and result.go, then Phone in phone.go and Call in call.go. sound.go is what it says and hears.
package testphone

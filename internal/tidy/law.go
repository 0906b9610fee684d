// Package tidy holds the house to its own rules: who may import whom, how large a room, a file and a function may be, what must be explained and which
// names are never used. The rules stand here in code; its tests read the source of every room and fail the build when one is broken.
//
// It refuses taste: what a linter can say is the linter's. Begin reading with floors, the import law.
package tidy

// floors is the import law: a room may import rooms on floors below its own and nothing else of the house. The closest prefix decides. Rooms of one
// floor do not know one another, except where beside says so.
var floors = []struct {
	rooms []string
	why   string
}{
	{[]string{"centre"}, "the shared words import nothing"},
	{[]string{"stat", "language", "plot"}, "numbers, words and pictures of numbers"},
	{[]string{"calendar", "pace", "channel/allowance"}, "days and hours; how much at once, and in an hour and a day"},
	{[]string{"engine/routing"}, "the pure engine"},
	{[]string{"telephony/alarm"}, "an alarm clock"},
	{[]string{"engine/audit", "engine/replay", "engine/routing/routingtest", "plan/staffing", "quality/index", "quality/insight", "telephony/media", "telephony/ivr"},
		"what judges the engine, pure numbers; sound; voice menus"},
	{[]string{"engine/sim", "plan/forecast", "config", "desk/knowledge", "telephony/signal", "telephony/speech", "telephony/webleg", "telephony/testphone"},
		"a seed drives the engine; the configuration's types; calls"},
	{[]string{"telephony/headset"}, "a simulated agent's softphone"},
	{[]string{"engine/journal", "desk/access", "desk/conversation"}, "the log's words, who may do what, what was said"},
	{[]string{"store"}, "one SQL text behind the rooms' small interfaces"},
	{[]string{"feed"}, "after-commit fan-out"},
	{[]string{"engine/live"}, "the wall clock drives the engine"},
	{[]string{"rulebook"}, "versions of the configuration"},
	{[]string{"webhook"}, "the log and webhooks, for other systems"},
	{[]string{"channel/text"}, "text messages that go out"},
	{[]string{"quality/survey"}, "how it was: kept for every channel, asked by a link"},
	{[]string{"desk/contact", "board"}, "the agents' work and the leaders' wall"},
	{[]string{"channel/chat", "channel/phone"}, "the channels"},
	{[]string{"publicui", "httpapi/gents"}, "pages without JavaScript"},
	{[]string{"httpapi"}, "decode, authorise, call one room, encode"},
	{[]string{"app"}, "the only wiring"},
	{[]string{"demo", "load"}, "customers and agents who use the product from outside"},
	{[]string{"cli"}, "flags and tables"},
	{[]string{"tidy"}, "this"},
}

// banned are names that say nothing about the trade.
var banned = []string{"util", "utils", "common", "helpers", "models", "types", "handlers", "manager", "managers", "misc", "base", "lib"}

// Sizes.
const (
	roomLines     = 4000
	fileLines     = 600
	functionLines = 70
	importsRoom   = 14
)

// larger are the rooms that may pass the ceiling: the engine and the dialogs of SIP, which must each be one, the phone, where calls, lines, promises and
// recordings meet, and those that have a file per room they serve.
var larger = []string{"engine/routing", "store", "httpapi", "cli", "telephony/signal", "channel/phone"}

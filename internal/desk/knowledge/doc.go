// Package knowledge finds the article that answers a customer's question: one set of articles for the help centre, the bot, the voice
// menu's texts, the desk and the partner's agents.
//
// It owns the articles' search: what is indexed, how a question is matched and ranked, how sure the answer is, and when to abstain.
// It refuses to store articles, to decide who may read them, and to phrase answers: an answer is an article's own words. It needs no
// model, no service and no database's text engine, so that every installation ranks alike.
//
// Begin reading with Article and Library, then Index.Search for the steps of ranking; docs/spec/search.md gives the formulas. The
// folder trial measures the ranking on questions whose answers are known.
package knowledge

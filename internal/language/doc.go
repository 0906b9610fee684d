// Package language knows the words of the centre's customers: which language a short text is in, what the words of a text are,
// what their stems are, and which words of power, fibre and telecom mean the same in Bokmål, Nynorsk, Swedish and English.
//
// It owns the tokens, the Snowball stemmers for Norwegian, Swedish and English, the stop words, the domain lexicon with its
// compound splitting, and the language guess. It refuses to rank, to store and to translate, and it never guesses a language
// from too little: the answer is then Unsure. Everything in it is a pure function of its input, safe for use by many goroutines.
//
// Begin reading with Code, Words and Stem; then Lexicon, whose data is lexicon.txt, and Guess, whose training text is the folder
// samples.
package language

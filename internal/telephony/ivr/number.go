package ivr

import (
	"fmt"
	"strings"
	"time"
)

var small = map[string][]string{
	"nb": {"null", "en", "to", "tre", "fire", "fem", "seks", "sju", "åtte", "ni", "ti", "elleve", "tolv", "tretten", "fjorten", "femten", "seksten", "sytten", "atten", "nitten"},
	"nn": {"null", "ein", "to", "tre", "fire", "fem", "seks", "sju", "åtte", "ni", "ti", "elleve", "tolv", "tretten", "fjorten", "femten", "seksten", "sytten", "atten", "nitten"},
	"sv": {"noll", "ett", "två", "tre", "fyra", "fem", "sex", "sju", "åtta", "nio", "tio", "elva", "tolv", "tretton", "fjorton", "femton", "sexton", "sjutton", "arton", "nitton"},
	"en": {"zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"},
}

var tens = map[string][]string{
	"nb": {"", "", "tjue", "tretti", "førti", "femti", "seksti", "sytti", "åtti", "nitti"},
	"nn": {"", "", "tjue", "tretti", "førti", "femti", "seksti", "sytti", "åtti", "nitti"},
	"sv": {"", "", "tjugo", "trettio", "fyrtio", "femtio", "sextio", "sjuttio", "åttio", "nittio"},
	"en": {"", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"},
}

// NumberWords spells a number from 0 to 9999; others are told in figures.
func NumberWords(n int, language string) string {
	l := known(language)
	switch {
	case n < 0 || n > 9999:
		return fmt.Sprint(n)
	case n < 20:
		return small[l][n]
	case n < 100:
		if n%10 == 0 {
			return tens[l][n/10]
		}
		if l == "en" {
			return tens[l][n/10] + "-" + small[l][n%10]
		}
		return tens[l][n/10] + small[l][n%10]
	case n < 1000:
		return large(n, 100, map[string]string{"nb": "hundre", "nn": "hundre", "sv": "hundra", "en": "hundred"}[l], l)
	}
	return large(n, 1000, map[string]string{"nb": "tusen", "nn": "tusen", "sv": "tusen", "en": "thousand"}[l], l)
}

// large puts together thousands and hundreds with what is left.
func large(n, unit int, word, l string) string {
	one := map[string]string{"nb": "ett", "nn": "eitt", "sv": "ett", "en": "one"}[l]
	head := one
	if n/unit > 1 {
		head = NumberWords(n/unit, l)
	}
	gap := " "
	if l == "sv" {
		gap = ""
	}
	out := head + gap + word
	rest := n % unit
	if rest == 0 {
		return out
	}
	link := map[string]string{"nb": " og ", "nn": " og ", "sv": "", "en": " and "}[l]
	if rest >= 100 {
		link = " "
	}
	return out + link + NumberWords(rest, l)
}

var ordinals = map[string][]string{
	"nb": {"", "første", "andre", "tredje", "fjerde", "femte", "sjette", "sjuende", "åttende", "niende", "tiende", "ellevte", "tolvte", "trettende", "fjortende", "femtende", "sekstende", "syttende", "attende", "nittende", "tjuende"},
	"nn": {"", "første", "andre", "tredje", "fjerde", "femte", "sjette", "sjuande", "åttande", "niande", "tiande", "ellevte", "tolvte", "trettande", "fjortande", "femtande", "sekstande", "syttande", "attande", "nittande", "tjuande"},
	"sv": {"", "första", "andra", "tredje", "fjärde", "femte", "sjätte", "sjunde", "åttonde", "nionde", "tionde", "elfte", "tolfte", "trettonde", "fjortonde", "femtonde", "sextonde", "sjuttonde", "artonde", "nittonde", "tjugonde"},
	"en": {"", "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "eleventh", "twelfth", "thirteenth", "fourteenth", "fifteenth", "sixteenth", "seventeenth", "eighteenth", "nineteenth", "twentieth"},
}

// ordinal spells a day of the month, 1 to 31.
func ordinal(n int, l string) string {
	if n < 1 || n > 31 {
		return fmt.Sprint(n)
	}
	if n <= 20 {
		return ordinals[l][n]
	}
	if n == 30 {
		return map[string]string{"nb": "trettiende", "nn": "trettiande", "sv": "trettionde", "en": "thirtieth"}[l]
	}
	joint := ""
	if l == "en" {
		joint = "-"
	}
	return tens[l][n/10] + joint + ordinals[l][n%10]
}

// PositionText tells a place in the queue: "Du er nummer tre i køen."
func PositionText(n int) Text {
	if n <= 1 {
		return Phrase("next")
	}
	return Text{
		"nb": "Du er nummer " + NumberWords(n, "nb") + " i køen.", "nn": "Du er nummer " + NumberWords(n, "nn") + " i køen.",
		"sv": "Du är nummer " + NumberWords(n, "sv") + " i kön.", "en": "You are number " + NumberWords(n, "en") + " in the queue.",
	}
}

// steps are the limits in minutes between which a wait is told.
var steps = []int{1, 2, 4, 6, 10, 15, 20, 30, 45, 60}

// stepOf is the step that an expected wait of at most this long falls in: 0 is below a minute, len(steps) is more than an hour.
func stepOf(wait time.Duration) int {
	for i, m := range steps {
		if wait <= time.Duration(m)*time.Minute {
			return i
		}
	}
	return len(steps)
}

// WaitText tells an expected wait as a range in steps: "Ventetiden er mellom to og fire minutter." The range is widened to the steps' limits, never
// narrowed, so that what is told is no finer than what is known.
func WaitText(low, high time.Duration) Text {
	high = max(low, high)
	to := stepOf(high)
	from := -1 // the last limit that is surely passed
	for i, m := range steps {
		if i < to && time.Duration(m)*time.Minute <= low {
			from = i
		}
	}
	switch {
	case to == 0:
		return Text{
			"nb": "Ventetiden er under ett minutt.", "nn": "Ventetida er under eitt minutt.",
			"sv": "Väntetiden är under en minut.", "en": "The wait is less than a minute.",
		}
	case to == len(steps):
		return Text{
			"nb": "Ventetiden er mer enn en time.", "nn": "Ventetida er meir enn ein time.",
			"sv": "Väntetiden är mer än en timme.", "en": "The wait is more than an hour.",
		}
	case from < 0:
		return minutesText("Ventetiden er opptil %s minutter.", "Ventetida er opptil %s minutt.", "Väntetiden är upp till %s minuter.", "The wait is up to %s minutes.", steps[to])
	}
	return minutesText(
		"Ventetiden er mellom %s og %s minutter.", "Ventetida er mellom %s og %s minutt.",
		"Väntetiden är mellan %s och %s minuter.", "The wait is between %s and %s minutes.", steps[from], steps[to])
}

// WaitRange is the range in minutes that a wait is told as: 0 to 1 is less than a minute, 60 to 0 more than an hour, 0 to 4 up to four.
func WaitRange(low, high time.Duration) (from, to int) {
	high = max(low, high)
	i := stepOf(high)
	if i == len(steps) {
		return steps[len(steps)-1], 0
	}
	for j, m := range steps {
		if j < i && time.Duration(m)*time.Minute <= low {
			from = m
		}
	}
	return from, steps[i]
}

// minutesText fills minutes into a sentence in four languages; one minute takes the gender of the minute.
func minutesText(nb, nn, sv, en string, minutes ...int) Text {
	out := Text{}
	one := map[string]string{"nb": "ett", "nn": "eitt", "sv": "en", "en": "one"}
	for l, pattern := range map[string]string{"nb": nb, "nn": nn, "sv": sv, "en": en} {
		var words []any
		for _, m := range minutes {
			if m == 1 {
				words = append(words, one[l])
			} else {
				words = append(words, NumberWords(m, l))
			}
		}
		out[l] = fmt.Sprintf(pattern, words...)
	}
	return out
}

// Wait keeps what a caller has been told, so that it only ever gets better. The zero Wait has told nothing.
type Wait struct {
	told     bool
	position int
	step     int
}

// Tell is what a caller who waits is told now: the place when it is better than what was told before, the wait when its step is; one who can be told
// nothing better is thanked for waiting. A position of 0, or a high of 0, is not known and not told.
func (w *Wait) Tell(position int, low, high time.Duration) []Text {
	var out []Text
	if position > 0 && (w.position == 0 || position < w.position) {
		w.position = position
		out = append(out, PositionText(position))
	}
	if high > 0 {
		if s := stepOf(max(low, high)); !w.told || s < w.step {
			w.told, w.step = true, s
			out = append(out, WaitText(low, high))
		}
	}
	if len(out) == 0 {
		out = append(out, Phrase("still_here"))
	}
	return out
}

// Minutes tells a length of time in words for a whisper: "fire minutter".
func Minutes(d time.Duration, language string) string {
	l := known(language)
	n := int(d.Round(time.Minute) / time.Minute)
	one := map[string]string{"nb": "ett minutt", "nn": "eitt minutt", "sv": "en minut", "en": "one minute"}[l]
	many := map[string]string{"nb": " minutter", "nn": " minutt", "sv": " minuter", "en": " minutes"}[l]
	if n < 1 {
		return map[string]string{"nb": "under ett minutt", "nn": "under eitt minutt", "sv": "under en minut", "en": "less than a minute"}[l]
	}
	if n == 1 {
		return one
	}
	return strings.TrimSpace(NumberWords(n, l)) + many
}

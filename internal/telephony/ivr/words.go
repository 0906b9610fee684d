package ivr

import (
	"strings"
	"time"
)

// Languages are those in which every shared phrase exists.
var Languages = []string{"nb", "nn", "sv", "en"}

// In finds the words in a language: the language itself, its sister (nb and nn), nb, then any in a fixed order, and tells which language it is, so that the
// words are read with the right voice.
func (t Text) In(language string) (words, in string) {
	order := []string{language, "nb", "nn", "sv", "en"}
	if language == "nn" {
		order = []string{"nn", "nb", "sv", "en"}
	}
	for _, l := range order {
		if w := t[l]; w != "" {
			return w, l
		}
	}
	return "", language
}

// Phrase is one of the words that every script shares, for those who speak to callers outside a script; empty when there is none of that name.
func Phrase(name string) Text { return phrases[name] }

// phrases are the words that every script shares.
var phrases = map[string]Text{
	"person": {
		"nb": "Du blir satt over til en medarbeider.", "nn": "Du blir sett over til ein medarbeidar.",
		"sv": "Du kopplas till en medarbetare.", "en": "You are being put through to a colleague.",
	},
	"wrong_key": {
		"nb": "Det er ikke et valg her.", "nn": "Det er ikkje eit val her.", "sv": "Det är inte ett val här.", "en": "That is not a choice here.",
	},
	"wrong_number": {
		"nb": "Nummeret er for kort.", "nn": "Nummeret er for kort.", "sv": "Numret är för kort.", "en": "The number is too short.",
	},
	"unknown_customer": {
		"nb": "Vi fant ikke det nummeret.", "nn": "Vi fann ikkje det nummeret.", "sv": "Vi hittade inte det numret.", "en": "We did not find that number.",
	},
	"closed": {
		"nb": "Vi har dessverre stengt nå.", "nn": "Vi har dessverre stengt no.", "sv": "Vi har tyvärr stängt just nu.", "en": "I am afraid we are closed now.",
	},
	"opens": {
		"nb": "Vi åpner igjen {{opens}}.", "nn": "Vi opnar att {{opens}}.", "sv": "Vi öppnar igen {{opens}}.", "en": "We open again {{opens}}.",
	},
	"goodbye":      {"nb": "Ha det bra.", "nn": "Ha det bra.", "sv": "Hej då.", "en": "Goodbye."},
	"not_answered": {"nb": "De svarte ikke der.", "nn": "Dei svara ikkje der.", "sv": "De svarade inte där.", "en": "Nobody answered there."},
	"offer": {
		"nb": "Vil du at vi ringer deg opp på nummeret du ringer fra, trykk 1. For et annet nummer, trykk 2. Ellers kan du vente.",
		"nn": "Vil du at vi ringjer deg opp på nummeret du ringjer frå, trykk 1. For eit anna nummer, trykk 2. Elles kan du vente.",
		"sv": "Vill du att vi ringer upp dig på numret du ringer från, tryck 1. För ett annat nummer, tryck 2. Annars kan du vänta.",
		"en": "To be called back on the number you are calling from, press 1. For another number, press 2. Otherwise just wait.",
	},
	"offer_hidden": {
		"nb": "Vil du at vi ringer deg opp, trykk 1. Ellers kan du vente.", "nn": "Vil du at vi ringjer deg opp, trykk 1. Elles kan du vente.",
		"sv": "Vill du att vi ringer upp dig, tryck 1. Annars kan du vänta.", "en": "To be called back, press 1. Otherwise just wait.",
	},
	"offer_waiting": {
		"nb": "Du kan legge på og beholde plassen i køen: Trykk 1, så ringer vi deg på nummeret du ringer fra, eller 2 for et annet nummer. Ellers venter du som nå.",
		"nn": "Du kan leggje på og halde plassen i køen: Trykk 1, så ringjer vi deg på nummeret du ringjer frå, eller 2 for eit anna nummer. Elles ventar du som no.",
		"sv": "Du kan lägga på och behålla din plats i kön: Tryck 1 så ringer vi dig på numret du ringer från, eller 2 för ett annat nummer. Annars väntar du som nu.",
		"en": "You can hang up and keep your place in the queue: press 1 and we call you on the number you are calling from, or 2 for another number. Otherwise you wait as now.",
	},
	"offer_hidden_waiting": {
		"nb": "Du kan legge på og beholde plassen i køen: Trykk 1, så ringer vi deg. Ellers venter du som nå.",
		"nn": "Du kan leggje på og halde plassen i køen: Trykk 1, så ringjer vi deg. Elles ventar du som no.",
		"sv": "Du kan lägga på och behålla din plats i kön: Tryck 1 så ringer vi dig. Annars väntar du som nu.",
		"en": "You can hang up and keep your place in the queue: press 1 and we call you. Otherwise you wait as now.",
	},
	"key_number": {
		"nb": "Tast telefonnummeret, og avslutt med firkant.", "nn": "Tast telefonnummeret, og avslutt med firkant.",
		"sv": "Slå telefonnumret och avsluta med fyrkant.", "en": "Key in the telephone number, and end with hash.",
	},
	"confirm_number": {
		"nb": "Nummeret er {{callback}}. Trykk 1 hvis det er riktig, eller 2 for å taste på nytt.",
		"nn": "Nummeret er {{callback}}. Trykk 1 om det er rett, eller 2 for å taste på nytt.",
		"sv": "Numret är {{callback}}. Tryck 1 om det stämmer, eller 2 för att slå om.",
		"en": "The number is {{callback}}. Press 1 if that is right, or 2 to key it in again.",
	},
	"promised": {
		"nb": "Takk. Du beholder plassen, og vi ringer deg. Ha det bra.", "nn": "Takk. Du held på plassen, og vi ringjer deg. Ha det bra.",
		"sv": "Tack. Du behåller din plats och vi ringer dig. Hej då.", "en": "Thank you. You keep your place, and we will call you. Goodbye.",
	},
	"not_promised": {
		"nb": "Vi kan dessverre ikke love å ringe akkurat nå.", "nn": "Vi kan dessverre ikkje love å ringje akkurat no.",
		"sv": "Vi kan tyvärr inte lova att ringa just nu.", "en": "I am afraid we cannot promise to call just now.",
	},
	"keeps_place": {
		"nb": "Du beholder plassen i køen.", "nn": "Du held på plassen i køen.", "sv": "Du behåller din plats i kön.", "en": "You keep your place in the queue.",
	},
	"link_sent": {
		"nb": "Vi har sendt deg en melding med lenken.", "nn": "Vi har sendt deg ei melding med lenkja.",
		"sv": "Vi har skickat dig ett meddelande med länken.", "en": "We have sent you a message with the link.",
	},
	"link_failed": {
		"nb": "Vi fikk dessverre ikke sendt meldingen.", "nn": "Vi fekk dessverre ikkje sendt meldinga.",
		"sv": "Vi kunde tyvärr inte skicka meddelandet.", "en": "I am afraid we could not send the message.",
	},
	"recorded": {
		"nb": "Takk. Samtalen tas opp.", "nn": "Takk. Samtalen blir teken opp.", "sv": "Tack. Samtalet spelas in.", "en": "Thank you. The call is recorded.",
	},
	"not_recorded": {
		"nb": "Samtalen tas ikke opp.", "nn": "Samtalen blir ikkje teken opp.", "sv": "Samtalet spelas inte in.", "en": "The call is not recorded.",
	},
	"survey_oks": {
		"nb": "Hvor fornøyd er du med hjelpen du fikk? Trykk et tall fra 1, svært misfornøyd, til 6, svært fornøyd.",
		"nn": "Kor nøgd er du med hjelpa du fekk? Trykk eit tal frå 1, svært misnøgd, til 6, svært nøgd.",
		"sv": "Hur nöjd är du med hjälpen du fick? Tryck en siffra från 1, mycket missnöjd, till 6, mycket nöjd.",
		"en": "How satisfied are you with the help you got? Press a number from 1, very dissatisfied, to 6, very satisfied.",
	},
	"survey_solved": {
		"nb": "Ble saken din løst? Trykk 1 for ja, 2 for nei.", "nn": "Vart saka di løyst? Trykk 1 for ja, 2 for nei.",
		"sv": "Blev ditt ärende löst? Tryck 1 för ja, 2 för nej.", "en": "Was your matter solved? Press 1 for yes, 2 for no.",
	},
	"thanks": {
		"nb": "Takk for svaret. Ha det bra.", "nn": "Takk for svaret. Ha det bra.", "sv": "Tack för svaret. Hej då.", "en": "Thank you for your answer. Goodbye.",
	},
	"still_here": {
		"nb": "Takk for at du venter.", "nn": "Takk for at du ventar.", "sv": "Tack för att du väntar.", "en": "Thank you for waiting.",
	},
	"next": {
		"nb": "Du er den neste i køen.", "nn": "Du er den neste i køen.", "sv": "Du står först i kön.", "en": "You are next in the queue.",
	},
	"place_kept": { // a number that shows is not enough to be given a place
		"nb": "Du ringte oss nettopp. Trykk 1 for å få tilbake plassen din i køen.", "nn": "Du ringde oss nett no. Trykk 1 for å få att plassen din i køen.",
		"sv": "Du ringde oss nyss. Tryck 1 för att få tillbaka din plats i kön.", "en": "You called us just now. Press 1 to have your place in the queue back.",
	},
	"place_found": {
		"nb": "Du har fått tilbake plassen din i køen.", "nn": "Du har fått att plassen din i køen.",
		"sv": "Du har fått tillbaka din plats i kön.", "en": "You have your place in the queue back.",
	},
	"back": { // the agent's line is gone and the caller waits at the head again
		"nb": "Linjen ble brutt hos oss. Vent litt, så finner vi en annen som kan hjelpe deg.",
		"nn": "Linja vart broten hos oss. Vent litt, så finn vi ein annan som kan hjelpe deg.",
		"sv": "Linjen bröts hos oss. Vänta lite, så hittar vi någon annan som kan hjälpa dig.",
		"en": "The line was cut on our side. Please wait, and we will find somebody else to help you.",
	},
}

var weekdays = map[string][]string{
	"nb": {"søndag", "mandag", "tirsdag", "onsdag", "torsdag", "fredag", "lørdag"},
	"nn": {"søndag", "måndag", "tysdag", "onsdag", "torsdag", "fredag", "laurdag"},
	"sv": {"söndag", "måndag", "tisdag", "onsdag", "torsdag", "fredag", "lördag"},
	"en": {"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"},
}

var months = map[string][]string{
	"nb": {"januar", "februar", "mars", "april", "mai", "juni", "juli", "august", "september", "oktober", "november", "desember"},
	"nn": {"januar", "februar", "mars", "april", "mai", "juni", "juli", "august", "september", "oktober", "november", "desember"},
	"sv": {"januari", "februari", "mars", "april", "maj", "juni", "juli", "augusti", "september", "oktober", "november", "december"},
	"en": {"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"},
}

// OpensWords tells a moment as one says it: "i morgen klokken åtte". A moment that is not known is told as "snart".
func OpensWords(m Moment, language string) string {
	l := known(language)
	if !m.Known {
		return map[string]string{"nb": "snart", "nn": "snart", "sv": "snart", "en": "soon"}[l]
	}
	return dayWords(m, l) + " " + ClockWords(m.Hour, m.Minute, l)
}

func dayWords(m Moment, l string) string {
	switch {
	case m.Days <= 0:
		return map[string]string{"nb": "i dag", "nn": "i dag", "sv": "i dag", "en": "today"}[l]
	case m.Days == 1:
		return map[string]string{"nb": "i morgen", "nn": "i morgon", "sv": "i morgon", "en": "tomorrow"}[l]
	case m.Days < 7:
		return map[string]string{"nb": "på ", "nn": "på ", "sv": "på ", "en": "on "}[l] + weekdays[l][m.Weekday]
	}
	month := months[l][max(m.Month, time.January)-1]
	switch l {
	case "en":
		return "on " + weekdays[l][m.Weekday] + " the " + ordinal(m.Day, l) + " of " + month
	case "sv":
		return weekdays[l][m.Weekday] + " den " + ordinal(m.Day, l) + " " + month
	}
	return weekdays[l][m.Weekday] + " den " + ordinal(m.Day, l) + " " + month
}

// ClockWords tells a time of day: "klokken halv ni".
func ClockWords(hour, minute int, language string) string {
	l := known(language)
	at := map[string]string{"nb": "klokken ", "nn": "klokka ", "sv": "klockan ", "en": "at "}[l]
	if l == "en" {
		return at + englishClock(hour, minute)
	}
	twelve := func(h int) string { return NumberWords((h+11)%12+1, l) }
	switch {
	case minute == 0 && hour == 0:
		return map[string]string{"nb": "ved midnatt", "nn": "ved midnatt", "sv": "vid midnatt"}[l]
	case minute == 0:
		return at + NumberWords(hour, l)
	case minute == 15 && hour < 13:
		return at + "kvart over " + twelve(hour)
	case minute == 30 && hour < 13:
		return at + "halv " + twelve(hour+1)
	case minute == 45 && hour < 13:
		return at + map[string]string{"nb": "kvart på ", "nn": "kvart på ", "sv": "kvart i "}[l] + twelve(hour+1)
	}
	return at + NumberWords(hour, l) + " " + minuteWords(minute, l)
}

func minuteWords(minute int, l string) string {
	if minute < 10 {
		return NumberWords(0, l) + " " + NumberWords(minute, l)
	}
	return NumberWords(minute, l)
}

func englishClock(hour, minute int) string {
	half := map[bool]string{true: "in the morning", false: "in the afternoon"}[hour < 12]
	if hour >= 18 {
		half = "in the evening"
	}
	h := NumberWords((hour+11)%12+1, "en")
	switch {
	case minute == 0 && hour == 0:
		return "midnight"
	case minute == 0 && hour == 12:
		return "noon"
	case minute == 0:
		return h + " " + half
	case minute < 10:
		return h + " oh " + NumberWords(minute, "en") + " " + half
	}
	return h + " " + NumberWords(minute, "en") + " " + half
}

// known is the language itself when its words are here, else nb.
func known(language string) string {
	if _, ok := weekdays[language]; ok {
		return language
	}
	return "nb"
}

// DigitWords reads a number digit by digit in pairs with a breath between them, as it is read aloud: a leading plus is said.
func DigitWords(number, language string) string {
	l := known(language)
	var groups []string
	var pair []string
	flush := func() {
		if len(pair) > 0 {
			groups = append(groups, strings.Join(pair, " "))
			pair = nil
		}
	}
	for _, c := range number {
		switch {
		case c == '+':
			groups = append(groups, map[string]string{"nb": "pluss", "nn": "pluss", "sv": "plus", "en": "plus"}[l])
		case c >= '0' && c <= '9':
			if pair = append(pair, NumberWords(int(c-'0'), l)); len(pair) == 2 {
				flush()
			}
		}
	}
	flush()
	return strings.Join(groups, ", ")
}

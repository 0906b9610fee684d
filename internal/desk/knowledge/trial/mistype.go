package trial

import (
	"strings"

	"sentral/internal/stat"
)

// longerWord is the fewest letters of a word that Mistype may change.
const longerWord = 5

// Mistype makes one edit in the given share of a text's longer words, those of five letters or more: a letter left out, put in or
// exchanged for another, or two neighbours that change places, each as likely. Equal streams make equal edits.
func Mistype(text string, share float64, stream *stat.Rand) string {
	words := strings.Fields(text)
	for i, word := range words {
		letters := []rune(word)
		if len(letters) >= longerWord && stream.Bool(share) {
			words[i] = string(edited(letters, stream))
		}
	}
	return strings.Join(words, " ")
}

func edited(letters []rune, stream *stat.Rand) []rune {
	at := stream.IntN(len(letters))
	other := rune('a' + stream.IntN(26))
	switch stream.IntN(4) {
	case 0:
		return append(letters[:at:at], letters[at+1:]...)
	case 1:
		return append(letters[:at:at], append([]rune{other}, letters[at:]...)...)
	case 2:
		letters[at] = other
	default:
		if at+1 < len(letters) {
			letters[at], letters[at+1] = letters[at+1], letters[at]
		}
	}
	return letters
}

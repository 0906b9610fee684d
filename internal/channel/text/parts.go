package text

import (
	"strings"
	"unicode/utf16"
)

// The letters of GSM 03.38: the basic table, and those that take two places (3GPP TS 23.038, 6.2.1).
const (
	basic    = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
	extended = "^{}\\[~]|€\f"
)

// Parts is how many messages a text is sent, and paid for, as: 160 places in one, 153 in each of several; 70 and 67 where a letter is not in the table of GSM.
func Parts(words string) int {
	places := 0
	for _, c := range words {
		switch {
		case strings.ContainsRune(basic, c):
			places++
		case strings.ContainsRune(extended, c):
			places += 2
		default:
			return pages(len(utf16.Encode([]rune(words))), 70, 67)
		}
	}
	return pages(places, 160, 153)
}

func pages(places, alone, each int) int {
	if places <= alone {
		return 1
	}
	return (places + each - 1) / each
}

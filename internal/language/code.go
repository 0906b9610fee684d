package language

import (
	"strings"

	"sentral/internal/centre"
)

// Code names a language as on the wire and in configuration.
type Code string

// The languages that a text can be found to be in. Danish is recognised so that it is not taken for Bokmål.
const (
	Bokmal  Code = "nb"
	Nynorsk Code = "nn"
	Swedish Code = "sv"
	Danish  Code = "da"
	English Code = "en"
	Unsure  Code = "unsure" // too little text, or text that two languages share
)

// Codes lists the languages in the order in which ties and tables name them.
var Codes = []Code{Bokmal, Nynorsk, Swedish, Danish, English}

// ParseCode reads a language's name. "no" is read as Bokmål and a region such as sv-SE is ignored; anything else is centre.Invalid.
func ParseCode(s string) (Code, error) {
	name, _, _ := strings.Cut(strings.ToLower(strings.TrimSpace(s)), "-")
	if name == "no" {
		return Bokmal, nil
	}
	for _, c := range Codes {
		if string(c) == name {
			return c, nil
		}
	}
	return Unsure, centre.Errorf(centre.Invalid, "language %q is not one of nb, nn, sv, da, en", s)
}

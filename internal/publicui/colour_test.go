package publicui

import "testing"

// Whatever colour a brand has, it can be read on what stands behind it, and something can be read on it.
func TestAccentCanBeRead(t *testing.T) {
	for _, hex := range []string{"#0b5aa8", "#0b6b4f", "#ffffff", "#000000", "#ffd400", "#7f7f7f", "#ff0000", "#808000"} {
		c, ok := parseColour(hex)
		if !ok {
			t.Fatalf("%s is no colour", hex)
		}
		for _, look := range []struct {
			behind []colour
			away   colour
		}{{inLight, black}, {inDark, white}} {
			shade, on := accent(c, look.behind, look.away)
			for _, b := range look.behind {
				if x := contrast(shade, b); x < 4.5 {
					t.Errorf("%s became %s, with a contrast of %.2f on %s", hex, shade, x, b)
				}
			}
			if x := contrast(shade, on); x < 4.5 {
				t.Errorf("%s on %s has a contrast of %.2f", on, shade, x)
			}
		}
	}
	if c, _ := parseColour("#0b5aa8"); func() bool { shade, _ := accent(c, inLight, black); return shade != c }() {
		t.Error("a colour that can be read was changed")
	}
	for _, bad := range []string{"", "#12", "#gggggg", "0b5aa8f"} {
		if _, ok := parseColour(bad); ok {
			t.Errorf("%q is a colour", bad)
		}
	}
}

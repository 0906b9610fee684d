package language

import (
	"fmt"
	"testing"
)

func TestDump(t *testing.T) {
	l := Trade()
	n, c := 0, 0
	by := map[Code]int{}
	for _, x := range l.Concepts() {
		c++
		for code, k := range x.Lemmas {
			n += len(k)
			by[code] += len(k)
		}
	}
	fmt.Println(c, n, by, len(l.forms))
	made := map[string]map[string]bool{}
	for _, x := range l.Concepts() {
		for code, k := range x.Lemmas {
			for _, lem := range k {
				for _, e := range endingsOf[code] {
					f := Fold(lem + e)
					if made[f] == nil {
						made[f] = map[string]bool{}
					}
					made[f][x.Name] = true
				}
			}
		}
	}
	for f, m := range made {
		if len(m) > 1 || (l.forms[f] != "" && !m[l.forms[f]]) {
			fmt.Println(f, m, l.forms[f])
		}
	}
	for _, w := range []string{"strømfaktura", "strømmåleravlesning", "fakturagebyr", "elräkningen", "mobilräkning", "fiberruteren", "nettleien", "fakturaens", "betalningspåminnelsen", "strømregningen", "straumrekninga", "ventetida", "väntetiden", "invoices", "mobilabonnementet", "elev", "nettbutikk"} {
		c, ok := l.Concept(w)
		fmt.Println(w, c, ok, l.Split(w))
	}
}

package rulebook

import (
	"os"
	"slices"
	"testing"
	"time"

	"sentral/internal/centre"
	"sentral/internal/config"
)

func demoBook(t *testing.T) *Book {
	t.Helper()
	file, err := os.ReadFile("../demo/demo.yaml")
	if err != nil {
		t.Fatal(err)
	}
	d, faults := config.Read(file)
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	d.AssignIDs(nil, map[string]int32{})
	b, err := open(1, *d)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// However a trunk writes the number that was called, the same line is found; what no line has goes to the line of all others.
func TestALineIsFoundHoweverItsNumberIsWritten(t *testing.T) {
	b := demoBook(t)
	for _, c := range []struct {
		numbers []string
		want    string
	}{
		{[]string{"+4700000100"}, "fjordglimt"},
		{[]string{"004700000100"}, "fjordglimt"},
		{[]string{"4700000100"}, "fjordglimt"},
		{[]string{"00 00 01 00"}, "fjordglimt"},
		{[]string{"+46846500400"}, "alvljus"},
		{[]string{"08-465 004 00"}, "alvljus"},
		{[]string{"46846500400"}, "alvljus"},
		{[]string{"s", "+4700000101"}, "rett-inn"},
		{[]string{"100"}, "alle-andre"},
		{[]string{"q@x"}, "alle-andre"},
		{nil, "alle-andre"},
	} {
		l, ok := b.Line(c.numbers...)
		if !ok || l.Key != c.want || l.Queue == 0 || l.Script == nil || l.Market == 0 {
			t.Errorf("%v: found %q (%v), want %q", c.numbers, l.Key, ok, c.want)
		}
	}
	b.Phone.Lines = b.Phone.Lines[:3]
	if l, ok := b.Line("100"); ok {
		t.Errorf("without a line of all others, 100 found %q", l.Key)
	}
}

func TestTheLongestPrefixDecidesWhomToCall(t *testing.T) {
	b := demoBook(t)
	for _, c := range []struct {
		number, country, want string
		kind                  centre.Kind
		ore                   int32
	}{
		{"99 99 99 01", "NO", "+4799999901", 0, 49},
		{"0047 99999901", "SE", "+4799999901", 0, 49},
		{"070-174 06 05", "SE", "+46701740605", 0, 79},
		{"+46 900 1234", "NO", "+469001234", centre.Forbidden, 0},
		{"82000001", "NO", "+4782000001", centre.Forbidden, 0},
		{"+88212345678", "NO", "+88212345678", centre.Forbidden, 0},
		{"ring meg", "NO", "", centre.Invalid, 0},
		{"", "NO", "", centre.Invalid, 0},
		{"*", "NO", "", centre.Invalid, 0},
	} {
		n, r, err := b.MayDial(c.number, c.country)
		if n != c.want || (err != nil) != (c.kind != 0) || (err != nil && centre.KindOf(err) != c.kind) {
			t.Errorf("%s: %q, %v; want %q, kind %v", c.number, n, err, c.want, c.kind)
		}
		if err == nil && r.CostOrePerMin != c.ore {
			t.Errorf("%s costs %d, want %d", c.number, r.CostOrePerMin, c.ore)
		}
	}
}

func TestOnlyActiveDeskPhonesSignIn(t *testing.T) {
	b := demoBook(t)
	if _, _, ok := b.Account("resepsjon"); ok {
		t.Error("a desk phone that is not active signed in")
	}
	b.Phone.Accounts[0].Active = true
	if a, who, ok := b.Account("resepsjon"); !ok || who == 0 || a.Person != "ingrid-solvang" {
		t.Errorf("the desk phone is not found: %+v %d %v", a, who, ok)
	}
}

// A notice is told to the callers of its brand, while it holds.
func TestNoticesHoldForTheirBrandAndTime(t *testing.T) {
	b := demoBook(t)
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	b.Phone.Notices = []config.PhoneNotice{
		{Text: config.Text{"nb": "alle"}, Active: true},
		{Text: config.Text{"nb": "over"}, Active: true, Until: "2026-11-22T12:59:00+01:00"},
		{Text: config.Text{"nb": "strømbrudd"}, Active: true, Brand: "fjordglimt", Until: "2026-11-22T13:01:00+01:00"},
		{Text: config.Text{"nb": "av"}},
	}
	told := func(brand string) (all []string) {
		for _, n := range b.Notices(centre.BrandID(b.ID("brands", brand)), now, nil) {
			all = append(all, n["nb"])
		}
		return all
	}
	if got := told("fjordglimt"); !slices.Equal(got, []string{"strømbrudd", "alle"}) {
		t.Errorf("Fjordglimt's callers are told %v", got)
	}
	if got := told("alvljus"); !slices.Equal(got, []string{"alle"}) {
		t.Errorf("Älvljus' callers are told %v", got)
	}
}

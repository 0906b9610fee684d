package pathmodel

import (
	"embed"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"sentral/internal/centre"
	"sentral/internal/quality/index"
)

// Mode says how a construct's items and its score belong together.
type Mode uint8

// The modes (Lohmöller 1989). ModeA is reflective: a weight is the covariance of item and inner estimate. ModeB is formative: the
// weights are the regression of the inner estimate on the whole block.
const (
	ModeA Mode = iota
	ModeB
)

// String gives "A" or "B".
func (m Mode) String() string { return string(rune('A' + m)) }

// ParseMode reads "A" or "B", in either case.
func ParseMode(s string) (Mode, error) {
	switch strings.ToUpper(s) {
	case "A":
		return ModeA, nil
	case "B":
		return ModeB, nil
	}
	return ModeA, centre.Errorf(centre.Invalid, "mode %q: want A (reflective) or B (formative)", s)
}

// Construct is a latent variable and the items that measure it.
type Construct struct {
	Name  string
	Items []string
	Mode  Mode
}

// Path is an arrow of the inner model: From is thought to drive To.
type Path struct {
	From, To string
}

// Model is a PLS path model. Check tells whether it can be estimated.
type Model struct {
	Name       string
	Constructs []Construct
	Paths      []Path
	Scale      index.Scale            // the ends of every item's answer scale; the zero value means unknown, and then there is no 0-100 index
	ItemScales map[string]index.Scale // items whose scale has other ends
}

//go:embed models/*.txt
var shipped embed.FS

// ShippedModels names the models inside the program.
func ShippedModels() []string { return []string{"ecsi", "satisfaction"} }

// ShippedModelText is the text of a shipped model, in the form that ParseModel reads.
func ShippedModelText(name string) (string, error) {
	if !slices.Contains(ShippedModels(), name) {
		return "", centre.Errorf(centre.Missing, "model %q: the shipped models are %s", name, strings.Join(ShippedModels(), ", "))
	}
	text, err := shipped.ReadFile(path.Join("models", name+".txt"))
	if err != nil {
		return "", centre.Errorf(centre.Internal, "shipped model: %w", err)
	}
	return string(text), nil
}

// ShippedModel parses the shipped model of that name.
func ShippedModel(name string) (Model, error) {
	text, err := ShippedModelText(name)
	if err != nil {
		return Model{}, err
	}
	return ParseModel(name, text)
}

// ParseModel reads a model, a construct or path a line:
//
//	# a comment
//	scale 1 10
//	scale 0 100 CUSL2
//	Image = IMAG1 IMAG2 IMAG3..IMAG5
//	Price [B] = fee, rate
//	Image -> Expectation, Satisfaction
//
// The forms of lavaan and semopy are read as well: "Image =~ a + b", "Price <~ a + b" (mode B) and "Loyalty ~ Image + Price". Name is
// used in errors, which give the line. The result is not yet checked as a whole: see Check.
func ParseModel(name, text string) (Model, error) {
	m := Model{Name: name}
	for i, line := range strings.Split(text, "\n") {
		if cut := strings.IndexByte(line, '#'); cut >= 0 {
			line = line[:cut]
		}
		line = strings.TrimSpace(strings.TrimPrefix(line, "\ufeff"))
		if line == "" {
			continue
		}
		if err := m.parseLine(line); err != nil {
			return Model{}, centre.ErrorAt(centre.Invalid, fmt.Sprintf("%s:%d", name, i+1), "%v", err)
		}
	}
	return m, nil
}

func (m *Model) parseLine(line string) error {
	if fields := names(line); len(fields) > 0 && fields[0] == "scale" && !strings.ContainsAny(line, "=~>:") {
		return m.parseScale(fields[1:])
	}
	if from, to, ok := strings.Cut(line, "->"); ok {
		return m.parsePaths(names(from), names(to))
	}
	for _, sign := range []string{"=~", "<~", "=", ":"} {
		if left, right, ok := strings.Cut(line, sign); ok {
			return m.parseConstruct(left, right, sign == "<~")
		}
	}
	if to, from, ok := strings.Cut(line, "~"); ok {
		return m.parsePaths(names(from), names(to))
	}
	return centre.Errorf(centre.Invalid, "%q is neither a construct (Image = item1 item2), a path (Image -> Loyalty) nor a scale (scale 1 10)", line)
}

func (m *Model) parseScale(fields []string) error {
	if len(fields) < 2 {
		return centre.Errorf(centre.Invalid, "scale wants its two ends, such as: scale 1 10")
	}
	low, err1 := strconv.ParseFloat(fields[0], 64)
	high, err2 := strconv.ParseFloat(fields[1], 64)
	if err1 != nil || err2 != nil {
		return centre.Errorf(centre.Invalid, "scale %s %s: want two numbers", fields[0], fields[1])
	}
	s := index.Scale{Low: low, High: high}
	if err := s.Check(); err != nil {
		return err
	}
	if len(fields) == 2 {
		m.Scale = s
		return nil
	}
	if m.ItemScales == nil {
		m.ItemScales = map[string]index.Scale{}
	}
	for _, item := range fields[2:] {
		m.ItemScales[item] = s
	}
	return nil
}

func (m *Model) parsePaths(from, to []string) error {
	if len(from) == 0 || len(to) == 0 {
		return centre.Errorf(centre.Invalid, "a path wants a construct on both sides")
	}
	for _, f := range from {
		for _, t := range to {
			m.Paths = append(m.Paths, Path{From: f, To: t})
		}
	}
	return nil
}

func (m *Model) parseConstruct(left, right string, formative bool) error {
	c := Construct{}
	if formative {
		c.Mode = ModeB
	}
	if name, rest, ok := strings.Cut(left, "["); ok {
		mode, err := ParseMode(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(rest), "]")))
		if err != nil {
			return err
		}
		left, c.Mode = name, mode
	}
	named := names(left)
	if len(named) != 1 {
		return centre.Errorf(centre.Invalid, "%q: a construct's name is one word", strings.TrimSpace(left))
	}
	c.Name = named[0]
	for _, item := range names(right) {
		items, err := itemRange(item)
		if err != nil {
			return err
		}
		c.Items = append(c.Items, items...)
	}
	m.Constructs = append(m.Constructs, c)
	return nil
}

// names splits a list that is parted by spaces, commas or plus signs.
func names(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return r == ' ' || r == '\t' || r == '\r' || r == ',' || r == '+' })
}

// itemRange opens IMAG1..IMAG5 into its five items; any other word is itself.
func itemRange(word string) ([]string, error) {
	first, last, ok := strings.Cut(word, "..")
	if !ok {
		return []string{word}, nil
	}
	stem := strings.TrimRight(first, "0123456789")
	low, err1 := strconv.Atoi(first[len(stem):])
	high, err2 := strconv.Atoi(strings.TrimPrefix(last, stem))
	if err1 != nil || err2 != nil || high < low || high-low > 999 {
		return nil, centre.Errorf(centre.Invalid, "range %q: want one stem and rising numbers, such as IMAG1..IMAG5", word)
	}
	var items []string
	for n := low; n <= high; n++ {
		items = append(items, stem+strconv.Itoa(n))
	}
	return items, nil
}

// ScaleOf gives the ends of an item's answer scale; false when the model does not say.
func (m Model) ScaleOf(item string) (index.Scale, bool) {
	if s, ok := m.ItemScales[item]; ok {
		return s, true
	}
	return m.Scale, m.Scale != index.Scale{}
}

// Check refuses a model that cannot be estimated: no construct, a name twice, an empty block, an item twice in a block, a path to
// nowhere, twice or to itself, a construct that no path touches, or a loop, whose constructs it names.
func (m Model) Check() error {
	if len(m.Constructs) == 0 {
		return centre.Errorf(centre.Invalid, "model %s has no construct", m.Name)
	}
	at := map[string]int{}
	for i, c := range m.Constructs {
		if _, twice := at[c.Name]; twice {
			return centre.Errorf(centre.Invalid, "model %s: construct %s is named twice", m.Name, c.Name)
		}
		at[c.Name] = i
		if len(c.Items) == 0 {
			return centre.Errorf(centre.Invalid, "model %s: construct %s has an empty block: it needs at least one item", m.Name, c.Name)
		}
		for j, item := range c.Items {
			if slices.Contains(c.Items[:j], item) {
				return centre.Errorf(centre.Invalid, "model %s: item %s is twice in the block of %s", m.Name, item, c.Name)
			}
		}
	}
	linked := make([]bool, len(m.Constructs))
	for i, p := range m.Paths {
		for _, end := range []string{p.From, p.To} {
			j, ok := at[end]
			if !ok {
				return centre.Errorf(centre.Invalid, "model %s: the path %s -> %s names %s, which has no block of items", m.Name, p.From, p.To, end)
			}
			linked[j] = true
		}
		if p.From == p.To {
			return centre.Errorf(centre.Invalid, "model %s: a loop: %s -> %s", m.Name, p.From, p.To)
		}
		if slices.Contains(m.Paths[:i], p) {
			return centre.Errorf(centre.Invalid, "model %s: the path %s -> %s is given twice", m.Name, p.From, p.To)
		}
	}
	if i := slices.Index(linked, false); i >= 0 {
		return centre.Errorf(centre.Invalid, "model %s: no path touches construct %s", m.Name, m.Constructs[i].Name)
	}
	if _, loop := m.order(); loop != nil {
		return centre.Errorf(centre.Invalid, "model %s has a loop: %s", m.Name, strings.Join(loop, " -> "))
	}
	return nil
}

// order lists the constructs so that every path points forward, or gives a loop, its first construct repeated at its end.
func (m Model) order() (order []int, loop []string) {
	at := map[string]int{}
	for i, c := range m.Constructs {
		at[c.Name] = i
	}
	const (
		unseen = iota
		open
		closed
	)
	state := make([]int, len(m.Constructs))
	var trail []string
	var visit func(i int) bool
	visit = func(i int) bool {
		name := m.Constructs[i].Name
		switch state[i] {
		case closed:
			return true
		case open:
			loop = append(slices.Clone(trail[slices.Index(trail, name):]), name)
			return false
		}
		state[i] = open
		trail = append(trail, name)
		for _, p := range m.Paths {
			if p.From == name && !visit(at[p.To]) {
				return false
			}
		}
		trail = trail[:len(trail)-1]
		state[i] = closed
		order = append(order, i)
		return true
	}
	for i := range m.Constructs {
		if !visit(i) {
			return nil, loop
		}
	}
	slices.Reverse(order)
	return order, nil
}

package config

import (
	"bytes"
	"errors"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"

	"sentral/internal/centre"
)

// Write prints the document as a configuration file.
func Write(d *Document) ([]byte, error) {
	var b bytes.Buffer
	b.WriteString("# Configuration of a Sentral centre. Check it with `sentral config check FILE`, apply it with `sentral config apply FILE`.\n")
	enc := yaml.NewEncoder(&b, yaml.Indent(2), yaml.IndentSequence(true), yaml.UseLiteralStyleIfMultiline(true))
	if err := enc.Encode(d); err != nil {
		return nil, centre.Errorf(centre.Internal, "write configuration: %w", err)
	}
	return b.Bytes(), nil
}

// Read reads a configuration file. Unknown fields, doubled keys and wrong types are faults with their line; a document is returned only when
// there is none. Missing numbers take their defaults; Validate is still to be asked.
func Read(file []byte) (*Document, []Fault) {
	d := &Document{}
	dec := yaml.NewDecoder(bytes.NewReader(file), yaml.Strict(), yaml.DisallowUnknownField())
	if err := dec.Decode(d); err != nil {
		return nil, []Fault{syntaxFault(err)}
	}
	d.Defaults()
	return d, nil
}

// syntaxFault takes line and reason from the parser's error, without its drawing of the source.
func syntaxFault(err error) Fault {
	f := Fault{Where: "file", Text: strings.SplitN(err.Error(), "\n", 2)[0]}
	var at yaml.Error
	if errors.As(err, &at) {
		f.Text = at.GetMessage()
		if tok := at.GetToken(); tok != nil {
			f.Line = tok.Position.Line
			f.Where = strings.TrimSpace(tok.Value)
		}
	}
	return f
}

// Locate fills in the line of each fault by finding its place in the file; a fault about something that is not written gets the line of what
// should hold it.
func Locate(file []byte, faults []Fault) []Fault {
	tree, err := parser.ParseBytes(file, 0)
	if err != nil {
		return faults
	}
	for i := range faults {
		for where := faults[i].Where; where != "" && faults[i].Line == 0; where = parent(where) {
			faults[i].Line = lineOf(tree, where)
		}
	}
	return faults
}

func lineOf(tree *ast.File, where string) int {
	p, err := yaml.PathString("$." + where)
	if err != nil {
		return 0
	}
	node, err := p.FilterFile(tree)
	if err != nil || node == nil || node.GetToken() == nil {
		return 0
	}
	return node.GetToken().Position.Line
}

// parent cuts the last element off a path: queues[3].target_s, queues[3], queues.
func parent(where string) string {
	return where[:max(strings.LastIndexByte(where, '.'), strings.LastIndexByte(where, '['), 0)]
}

// Defaults fills in the numbers that a file may leave out.
func (d *Document) Defaults() {
	set := func(v *int32, to int32) {
		if *v == 0 {
			*v = to
		}
	}
	for i := range d.Queues {
		q := &d.Queues[i]
		set(&q.Weight, 100)
		set(&q.OfferS, 20)
		set(&q.GoalPercent, 80)
		if q.Formula == "" {
			q.Formula = Formulas[0]
		}
		if q.WrapUpS > 0 {
			set(&q.WrapUpMaxS, max(q.WrapUpS, 900))
		}
	}
	for i := range d.Hours {
		if d.Hours[i].Holidays == "" {
			d.Hours[i].Holidays = "closed"
		}
	}
	r := &d.Rules
	set(&r.LostAfterS, 20)
	set(&r.LapsesToAway, 1)
	set(&r.SurveyOpenH, 72)
	set(&r.KeepMonths, 36)
	d.Phone.Defaults()
}

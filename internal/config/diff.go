package config

import (
	"encoding/json"
	"fmt"
	"sort"
	"strings"
)

// Difference is one thing that differs between two documents.
type Difference struct {
	Where string `json:"where" doc:"Such as queues[mobil-no].target_s."`
	Old   string `json:"old,omitempty"`
	New   string `json:"new,omitempty"`
}

// String prints the difference as a line of a diff.
func (d Difference) String() string {
	switch {
	case d.Old == "":
		return "+ " + d.Where + ": " + d.New
	case d.New == "":
		return "- " + d.Where + ": " + d.Old
	}
	return "~ " + d.Where + ": " + d.Old + " -> " + d.New
}

// Diff lists what differs between two documents, in the document's order. Entries are matched by key, so moving one is no difference. Ids are left out.
func Diff(old, new *Document) []Difference {
	a, b := map[string]string{}, map[string]string{}
	var order []string
	flatten("", tree(old), a, &order)
	flatten("", tree(new), b, &order)
	seen := map[string]bool{}
	out := []Difference{}
	for _, where := range order {
		if seen[where] || a[where] == b[where] {
			continue
		}
		seen[where] = true
		out = append(out, Difference{Where: where, Old: a[where], New: b[where]})
	}
	return gather(out)
}

func tree(d *Document) any {
	if d == nil {
		return map[string]any{}
	}
	b, err := json.Marshal(d)
	if err != nil {
		panic("config: a document of plain values does not marshal: " + err.Error())
	}
	var v any
	if err := json.Unmarshal(b, &v); err != nil {
		panic("config: a marshalled document does not read back: " + err.Error())
	}
	return v
}

// flatten writes every leaf of v under its path, lists of entries by their keys.
func flatten(where string, v any, into map[string]string, order *[]string) {
	leaf := func(text string) {
		into[where] = text
		*order = append(*order, where)
	}
	switch v := v.(type) {
	case nil:
	case map[string]any:
		names := make([]string, 0, len(v))
		for n := range v {
			names = append(names, n)
		}
		sort.Strings(names)
		for _, n := range names {
			if n != "id" {
				flatten(strings.TrimPrefix(where+"."+n, "."), v[n], into, order)
			}
		}
	case []any:
		for i, e := range v {
			name := fmt.Sprint(i)
			if m, ok := e.(map[string]any); ok {
				if k, ok := m["key"].(string); ok && (m["id"] != nil || m["do"] != nil) { // an entry, or a step of a voice script
					name = k
				}
			}
			flatten(where+"["+name+"]", e, into, order)
		}
	case string:
		if v != "" {
			leaf(v)
		}
	default:
		leaf(fmt.Sprint(v))
	}
}

// gather shows an entry that is wholly new or wholly gone as one line instead of one for each of its fields.
func gather(list []Difference) []Difference {
	whole := map[string][]Difference{}
	for _, d := range list {
		if i := strings.IndexByte(d.Where, ']'); i > 0 {
			whole[d.Where[:i+1]] = append(whole[d.Where[:i+1]], d)
		}
	}
	out := make([]Difference, 0, len(list))
	done := map[string]bool{}
	for _, d := range list {
		head := d.Where
		if i := strings.IndexByte(d.Where, ']'); i > 0 {
			head = d.Where[:i+1]
		}
		if done[head] {
			continue
		}
		if g := whole[head]; isEntry(head, g) {
			done[head] = true
			out = append(out, summary(head, g))
			continue
		}
		out = append(out, d)
	}
	return out
}

// isEntry tells whether the differences under head add or remove the whole entry: its key itself came or went.
func isEntry(head string, g []Difference) bool {
	for _, d := range g {
		if d.Where == head+".key" {
			return d.Old == "" || d.New == ""
		}
	}
	return false
}

func summary(head string, g []Difference) Difference {
	out := Difference{Where: head}
	var fields []string
	for _, d := range g {
		name, value := strings.TrimPrefix(d.Where, head+"."), d.New+d.Old
		if len(fields) < 6 && name != "key" && value != "false" && value != "0" {
			fields = append(fields, name+" "+value)
		}
		if d.Where == head+".key" {
			if d.Old == "" {
				out.New = "added"
			} else {
				out.Old = "removed"
			}
		}
	}
	detail := strings.Join(fields, ", ")
	if out.New != "" {
		out.New = "added: " + detail
	} else {
		out.Old = "was: " + detail
	}
	return out
}

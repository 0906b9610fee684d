// Package gents writes the web's TypeScript types from the API's own description: a type per schema, every route with its inputs and output,
// and every stream with its events. It refuses to know any single operation. Begin reading in Write.
package gents

import (
	"bytes"
	"encoding/json"
	"fmt"
	"sort"
	"strings"
)

type schema struct {
	Ref        string             `json:"$ref"`
	Type       any                `json:"type"`
	Enum       []any              `json:"enum"`
	Const      any                `json:"const"`
	Items      *schema            `json:"items"`
	Props      map[string]*schema `json:"properties"`
	Required   []string           `json:"required"`
	Additional json.RawMessage    `json:"additionalProperties"`
	OneOf      []*schema          `json:"oneOf"`
}

type media map[string]struct {
	Schema *schema `json:"schema"`
}

type operation struct {
	Params []struct {
		Name     string  `json:"name"`
		In       string  `json:"in"`
		Required bool    `json:"required"`
		Schema   *schema `json:"schema"`
	} `json:"parameters"`
	Body *struct {
		Content media `json:"content"`
	} `json:"requestBody"`
	Responses map[string]struct {
		Content media `json:"content"`
	} `json:"responses"`
}

type document struct {
	Paths      map[string]map[string]operation `json:"paths"`
	Components struct {
		Schemas map[string]*schema `json:"schemas"`
	} `json:"components"`
}

// Write turns an OpenAPI 3.1 document in JSON into one TypeScript file.
func Write(openAPI []byte) ([]byte, error) {
	var d document
	if err := json.Unmarshal(openAPI, &d); err != nil {
		return nil, fmt.Errorf("gents: %w", err)
	}
	var b bytes.Buffer
	b.WriteString("// Code generated from the Go API by `go generate ./web`. DO NOT EDIT.\n")
	for _, n := range sorted(d.Components.Schemas) {
		fmt.Fprintf(&b, "export type %s = %s\n", n, write(d.Components.Schemas[n]))
	}
	var routes, streams strings.Builder
	for _, path := range sorted(d.Paths) {
		for _, method := range sorted(d.Paths[path]) {
			d.Paths[path][method].write(strings.ToUpper(method)+" "+path, path, &routes, &streams)
		}
	}
	fmt.Fprintf(&b, "export type Routes = {\n%s}\nexport type Streams = {\n%s}\n", routes.String(), streams.String())
	return b.Bytes(), nil
}

func (op operation) write(name, path string, routes, streams *strings.Builder) {
	group := map[string]string{}
	for _, p := range op.Params {
		optional := "?"
		if p.Required {
			optional = ""
		}
		group[p.In] += fmt.Sprintf("%q%s: %s; ", p.Name, optional, write(p.Schema))
	}
	body, out := "undefined", "void"
	if op.Body != nil {
		if m, ok := op.Body.Content["application/json"]; ok {
			body = write(m.Schema)
		} else {
			body = "Blob"
		}
	}
	for _, code := range sorted(op.Responses) {
		if code[0] != '2' {
			continue
		}
		r := op.Responses[code]
		if s, ok := r.Content["text/event-stream"]; ok {
			fmt.Fprintf(streams, "  %q: { %s}\n", path, events(s.Schema))
		} else if s, ok := r.Content["application/json"]; ok {
			out = write(s.Schema)
		}
	}
	fmt.Fprintf(routes, "  %q: { path: { %s}; query: { %s}; body: %s; out: %s }\n", name, group["path"], group["query"], body, out)
}

func events(s *schema) string {
	var b strings.Builder
	for _, e := range s.Items.OneOf {
		fmt.Fprintf(&b, "%s: %s; ", literal(e.Props["event"].Const), write(e.Props["data"]))
	}
	return b.String()
}

func write(s *schema) string {
	switch {
	case s == nil:
		return "void"
	case s.Ref != "":
		return s.Ref[strings.LastIndex(s.Ref, "/")+1:]
	case s.Const != nil:
		return literal(s.Const)
	case len(s.Enum) > 0:
		return union(s.Enum, literal)
	case len(s.OneOf) > 0:
		return union(s.OneOf, write)
	}
	return union(kinds(s.Type), func(kind string) string { return s.kind(kind) })
}

func kinds(t any) []string {
	switch t := t.(type) {
	case string:
		return []string{t}
	case []any:
		var out []string
		for _, k := range t {
			out = append(out, fmt.Sprint(k))
		}
		return out
	}
	return nil
}

func (s *schema) kind(kind string) string {
	switch kind {
	case "integer", "number":
		return "number"
	case "boolean", "null", "string":
		return kind
	case "array":
		return "Array<" + write(s.Items) + ">"
	}
	if s.Props != nil {
		return s.object()
	}
	var value schema
	if json.Unmarshal(s.Additional, &value) == nil && (value.Type != nil || value.Ref != "") {
		return "Record<string, " + write(&value) + ">"
	}
	return "Record<string, unknown>"
}

func (s *schema) object() string {
	required := map[string]bool{}
	for _, r := range s.Required {
		required[r] = true
	}
	var b strings.Builder
	b.WriteString("{ ")
	for _, k := range sorted(s.Props) {
		optional := "?"
		if required[k] {
			optional = ""
		}
		fmt.Fprintf(&b, "%q%s: %s; ", k, optional, write(s.Props[k]))
	}
	return b.String() + "}"
}

func literal(v any) string {
	b, _ := json.Marshal(v)
	return string(b)
}

func union[T any](list []T, f func(T) string) string {
	var out []string
	for _, x := range list {
		out = append(out, f(x))
	}
	if len(out) == 0 {
		return "unknown"
	}
	return strings.Join(out, " | ")
}

func sorted[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}

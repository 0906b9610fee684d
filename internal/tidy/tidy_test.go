package tidy

import (
	"bytes"
	"flag"
	"fmt"
	"go/ast"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"sort"
	"strings"
	"testing"
)

const root = "../.."

var update = flag.Bool("update", false, "write docs/dependencies.md instead of comparing with it")

func rooms(t *testing.T) []room {
	t.Helper()
	list, err := readHouse(root)
	if err != nil {
		t.Fatal(err)
	}
	if len(list) < 10 {
		t.Fatalf("only %d rooms found: is this the house?", len(list))
	}
	return list
}

func TestImportsOnlyFall(t *testing.T) {
	for _, r := range rooms(t) {
		from := floorOf(r.name)
		if from < 0 {
			t.Errorf("internal/%s has no floor: add it to the import law in internal/tidy/law.go", r.name)
			continue
		}
		for to := range r.imports {
			if below := floorOf(to); below >= from && !within(r.name, to) {
				t.Errorf("internal/%s (floor %d) imports internal/%s (floor %d): imports only fall", r.name, from, to, below)
			}
		}
	}
}

// within tells whether one of two rooms is part of the other, as routing/routingtest is of routing.
func within(a, b string) bool { return strings.HasPrefix(a, b+"/") || strings.HasPrefix(b, a+"/") }

func TestTheLawNamesOnlyRoomsThatExist(t *testing.T) {
	have := rooms(t)
	for _, f := range floors {
		for _, name := range f.rooms {
			if !slices.ContainsFunc(have, func(r room) bool { return r.name == name || strings.HasPrefix(r.name, name+"/") }) {
				t.Errorf("the import law names %s, which does not exist", name)
			}
		}
	}
}

func TestEveryRoomSaysWhatItOwns(t *testing.T) {
	for _, r := range rooms(t) {
		said := 0
		for _, f := range r.files {
			if !f.test && f.tree.Doc != nil {
				said++
				if text := f.tree.Doc.Text(); len(strings.Fields(text)) < 15 || !strings.HasPrefix(text, "Package "+f.tree.Name.Name+" ") {
					t.Errorf("internal/%s/%s: the package comment must begin with %q and say what the room owns, what it refuses and where to begin reading", r.name, f.name, "Package "+f.tree.Name.Name)
				}
			}
		}
		if said != 1 && r.lines() > 0 {
			t.Errorf("internal/%s: %d package comments, want one", r.name, said)
		}
	}
}

func TestNamesAreOfTheTrade(t *testing.T) {
	for _, r := range rooms(t) {
		for _, part := range strings.Split(r.name, "/") {
			if slices.Contains(banned, part) {
				t.Errorf("internal/%s: %q says nothing about what the room is for", r.name, part)
			}
		}
		for _, f := range r.files {
			if name := strings.TrimSuffix(strings.TrimSuffix(f.name, ".go"), "_test"); slices.Contains(banned, name) && f.tree.Name.Name != name {
				t.Errorf("internal/%s/%s: %q says nothing about what the file is for", r.name, f.name, name)
			}
		}
	}
}

func TestRoomsFilesAndFunctionsKeepTheirSize(t *testing.T) {
	for _, r := range rooms(t) {
		if n := r.lines(); n > roomLines && !slices.Contains(larger, r.name) {
			t.Errorf("internal/%s has %d lines; a room has at most %d", r.name, n, roomLines)
		}
		if n := len(r.imports); n > importsRoom && !slices.Contains([]string{"app", "cli", "httpapi", "store", "demo", "channel/phone"}, r.name) {
			t.Errorf("internal/%s imports %d rooms; at most %d", r.name, n, importsRoom)
		}
		for _, f := range r.files {
			if f.lines > fileLines && !f.generated {
				t.Errorf("internal/%s/%s has %d lines; a file has at most %d", r.name, f.name, f.lines, fileLines)
			}
			for _, d := range f.tree.Decls {
				fn, ok := d.(*ast.FuncDecl)
				if !ok || f.generated || f.test {
					continue
				}
				if n := f.set.Position(fn.End()).Line - f.set.Position(fn.Pos()).Line + 1; n > functionLines {
					t.Errorf("internal/%s/%s: %s has %d lines; a function has at most %d", r.name, f.name, fn.Name.Name, n, functionLines)
				}
			}
		}
	}
}

func TestExportedThingsAreExplained(t *testing.T) {
	for _, r := range rooms(t) {
		for _, f := range r.files {
			if f.test || f.generated {
				continue
			}
			for _, d := range f.tree.Decls {
				fn, ok := d.(*ast.FuncDecl)
				if ok && fn.Name.IsExported() && fn.Doc == nil && (fn.Recv == nil || exported(fn.Recv)) {
					t.Errorf("internal/%s/%s: %s has no comment", r.name, f.name, fn.Name.Name)
				}
				g, ok := d.(*ast.GenDecl)
				if !ok {
					continue
				}
				for _, s := range g.Specs {
					if ty, ok := s.(*ast.TypeSpec); ok && ty.Name.IsExported() && g.Doc == nil && ty.Doc == nil {
						t.Errorf("internal/%s/%s: type %s has no comment", r.name, f.name, ty.Name.Name)
					}
				}
			}
		}
	}
}

func exported(recv *ast.FieldList) bool {
	e := recv.List[0].Type
	for {
		switch x := e.(type) {
		case *ast.StarExpr:
			e = x.X
		case *ast.IndexExpr:
			e = x.X
		case *ast.IndexListExpr:
			e = x.X
		case *ast.Ident:
			return x.IsExported() && x.Name != "Commands"
		default:
			return false
		}
	}
}

var unfinished = regexp.MustCompile(`\b(TODO|FIXME|XXX|HACK)\b`)

func TestNothingIsLeftForLater(t *testing.T) {
	for _, r := range rooms(t) {
		for _, f := range r.files {
			if r.name == "tidy" {
				continue
			}
			for i, line := range bytes.Split(f.text, []byte("\n")) {
				if unfinished.Match(line) {
					t.Errorf("internal/%s/%s:%d: %s", r.name, f.name, i+1, bytes.TrimSpace(line))
				}
			}
		}
	}
}

// The engine must be a pure function of its events.
func TestTheEngineIsPure(t *testing.T) {
	allowed := []string{"bytes", "cmp", "encoding/binary", "encoding/json", "errors", "fmt", "hash/fnv", "iter", "math", "math/bits", "slices", "sort", "strconv", "strings", "unsafe"}
	for _, r := range rooms(t) {
		if r.name != "engine/routing" {
			continue
		}
		for _, f := range r.files {
			if f.test {
				continue
			}
			for _, i := range f.tree.Imports {
				at := strings.Trim(i.Path.Value, `"`)
				if at != house+"centre" && !slices.Contains(allowed, at) {
					t.Errorf("engine/routing/%s imports %s: the engine knows no clock, chance, goroutine, lock, log or I/O", f.name, at)
				}
			}
			ast.Inspect(f.tree, func(n ast.Node) bool {
				switch n.(type) {
				case *ast.GoStmt, *ast.SelectStmt, *ast.SendStmt, *ast.ChanType:
					t.Errorf("engine/routing/%s:%d: the engine has no goroutines or channels", f.name, f.set.Position(n.Pos()).Line)
				}
				return true
			})
		}
	}
}

var roomName = regexp.MustCompile("`internal/([a-z/]+)`")

func TestArchitectureIsTrue(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(root, "ARCHITECTURE.md"))
	if err != nil {
		t.Fatal(err)
	}
	named := map[string]bool{}
	for _, m := range roomName.FindAllSubmatch(text, -1) {
		named[string(m[1])] = true
	}
	for _, r := range rooms(t) {
		if !named[r.name] && r.lines() > 0 {
			t.Errorf("ARCHITECTURE.md does not name `internal/%s`", r.name)
		}
		delete(named, r.name)
	}
	for n := range named {
		if _, err := os.Stat(filepath.Join(root, "internal", n)); err != nil {
			t.Errorf("ARCHITECTURE.md names `internal/%s`, which does not exist", n)
		}
	}
}

// docs/dependencies.md lists every module that the program is built from, with version and licence, as go.mod says now.
func TestDependencyListIsCurrent(t *testing.T) {
	out, err := exec.CommandContext(t.Context(), "go", "list", "-deps", "-f", "{{with .Module}}{{if not .Main}}{{.Path}} {{.Version}} {{.Dir}}{{end}}{{end}}", "sentral/cmd/sentral").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	sort.Strings(lines)
	lines = slices.Compact(lines)
	var want bytes.Buffer
	want.WriteString("# Dependencies\n\nEvery Go module in the program, generated by `make generate`. The web's packages are in web/package-lock.json.\n\n| module | version | licence |\n|---|---|---|\n")
	for _, l := range lines {
		if f := strings.Fields(l); len(f) == 3 {
			fmt.Fprintf(&want, "| %s | %s | %s |\n", f[0], f[1], licence(t, f[2]))
		}
	}
	path := filepath.Join(root, "docs", "dependencies.md")
	if *update {
		if err := os.WriteFile(path, want.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if have, err := os.ReadFile(path); err != nil || !bytes.Equal(have, want.Bytes()) {
		t.Errorf("docs/dependencies.md is stale (%v): run `make generate`", err)
	}
}

// licence reads a module's licence and refuses one that may not be used.
func licence(t *testing.T, dir string) string {
	t.Helper()
	files, _ := filepath.Glob(filepath.Join(dir, "[Ll][Ii][Cc][Ee][Nn][SsCc][Ee]*"))
	more, _ := filepath.Glob(filepath.Join(dir, "COPYING*"))
	for _, f := range append(files, more...) {
		b, err := os.ReadFile(f)
		if err != nil {
			continue
		}
		text := strings.Join(strings.Fields(string(b)), " ")
		switch {
		case strings.Contains(text, "Apache License"):
			return "Apache-2.0"
		case strings.Contains(text, "Mozilla Public License"):
			return "MPL-2.0"
		case strings.Contains(text, "Permission is hereby granted, free of charge"):
			return "MIT"
		case strings.Contains(text, "Redistribution and use in source and binary forms"):
			return "BSD"
		case strings.Contains(text, "Permission to use, copy, modify, and"):
			return "ISC"
		}
	}
	t.Errorf("%s: no licence that may be used was found", filepath.Base(dir))
	return "?"
}

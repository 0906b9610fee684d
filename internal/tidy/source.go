package tidy

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"sort"
	"strings"
)

// room is one package of the house as its source says.
type room struct {
	name    string // path below internal/, such as engine/routing
	files   []file
	imports map[string]bool // rooms of the house
}

type file struct {
	name      string // base name
	lines     int
	test      bool
	generated bool
	tree      *ast.File
	set       *token.FileSet
	text      []byte
}

// readHouse parses every room below root/internal, in order of name.
func readHouse(root string) ([]room, error) {
	byName := map[string]*room{}
	err := filepath.WalkDir(filepath.Join(root, "internal"), func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && d.Name() == "testdata" {
			return filepath.SkipDir
		}
		if d.IsDir() || !strings.HasSuffix(p, ".go") {
			return nil
		}
		rel, err := filepath.Rel(filepath.Join(root, "internal"), filepath.Dir(p))
		if err != nil {
			return err
		}
		name := filepath.ToSlash(rel)
		r := byName[name]
		if r == nil {
			r = &room{name: name, imports: map[string]bool{}}
			byName[name] = r
		}
		return r.read(p)
	})
	if err != nil {
		return nil, err
	}
	var out []room
	for _, r := range byName {
		sort.Slice(r.files, func(i, j int) bool { return r.files[i].name < r.files[j].name })
		out = append(out, *r)
	}
	sort.Slice(out, func(i, j int) bool { return out[i].name < out[j].name })
	return out, nil
}

const house = "sentral/internal/"

func (r *room) read(p string) error {
	text, err := os.ReadFile(p)
	if err != nil {
		return err
	}
	set := token.NewFileSet()
	tree, err := parser.ParseFile(set, p, text, parser.ParseComments)
	if err != nil {
		return err
	}
	f := file{
		name: filepath.Base(p), lines: bytes.Count(text, []byte("\n")), test: strings.HasSuffix(p, "_test.go"),
		generated: ast.IsGenerated(tree), tree: tree, set: set, text: text,
	}
	r.files = append(r.files, f)
	if f.test {
		return nil
	}
	for _, i := range tree.Imports {
		if at := strings.Trim(i.Path.Value, `"`); strings.HasPrefix(at, house) {
			r.imports[strings.TrimPrefix(at, house)] = true
		}
	}
	return nil
}

// lines counts the room's own lines, tests and generated files left out.
func (r room) lines() int {
	n := 0
	for _, f := range r.files {
		if !f.test && !f.generated {
			n += f.lines
		}
	}
	return n
}

// floorOf finds a room's floor by the closest prefix; -1 when the law does not know it.
func floorOf(name string) int {
	best, at := -1, -1
	for i, f := range floors {
		for _, r := range f.rooms {
			if (name == r || strings.HasPrefix(name, r+"/")) && len(r) > best {
				best, at = len(r), i
			}
		}
	}
	return at
}

package cli

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"sentral/internal/centre"
)

// IndexCommand groups the measures of quality: each subcommand reads one file and prints one measure.
type IndexCommand struct {
	PLS          IndexPLS          `cmd:"" name:"pls" help:"Estimate a satisfaction index by PLS path modelling."`
	Model        IndexModel        `cmd:"" help:"Print a shipped PLS model, to start one's own from."`
	Survey       IndexSurvey       `cmd:"" help:"Reckon OKS, CSAT, CES or NPS of a column of answers."`
	Drivers      IndexDrivers      `cmd:"" help:"Split what explains an answer over its drivers: Shapley (LMG) and Johnson's weights."`
	Rake         IndexRake         `cmd:"" help:"Weight answers so that their margins equal the population's."`
	Chart        IndexChart        `cmd:"" help:"Draw a control chart: XmR, Laney's p', u' and z', or CUSUM."`
	FCR          IndexFCR          `cmd:"" name:"fcr" help:"Count solved at first contact from a contact log, in three definitions."`
	ServiceLevel IndexServiceLevel `cmd:"" name:"service-level" help:"Reckon service level from queue events, in nine formulas."`
	Surge        IndexSurge        `cmd:"" help:"Find series that rise above what their history lets one expect."`
	Attribute    IndexAttribute    `cmd:"" help:"Find the dimension, or cross of two, that explains a change."`
	Keyness      IndexKeyness      `cmd:"" help:"Find the words that set texts apart from others."`
	Duplicates   IndexDuplicates   `cmd:"" help:"Group texts that say nearly the same."`
}

// table is a file of comma-, semicolon- or tab-separated values with a header line.
type table struct {
	name    string
	columns []string
	rows    [][]string
	lines   []int // the file's line of each row
	comma   bool  // decimals may be written with a comma, since something else parts the cells
}

// readTable reads a file, or standard input for "-". Every row must have as many cells as the header.
func readTable(name string, in io.Reader) (*table, error) {
	text, err := readInput(name, in)
	if err != nil {
		return nil, err
	}
	text = bytes.TrimPrefix(text, []byte("\ufeff"))
	first, _, _ := bytes.Cut(text, []byte("\n"))
	t := &table{name: filepath.Base(name)}
	reader := csv.NewReader(bytes.NewReader(text))
	reader.ReuseRecord = false
	for _, sep := range []rune{';', '\t'} {
		if bytes.ContainsRune(first, sep) && !bytes.ContainsRune(first, ',') {
			reader.Comma, t.comma = sep, true
		}
	}
	for {
		row, err := reader.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, centre.ErrorAt(centre.Invalid, t.name, "%v", err)
		}
		for i := range row {
			row[i] = strings.TrimSpace(row[i])
		}
		if t.columns == nil {
			t.columns = row
			continue
		}
		line, _ := reader.FieldPos(0)
		t.rows, t.lines = append(t.rows, row), append(t.lines, line)
	}
	if t.columns == nil {
		return nil, centre.ErrorAt(centre.Invalid, t.name, "the file is empty: want a header line and rows")
	}
	for i, c := range t.columns {
		if slices.Contains(t.columns[:i], c) {
			return nil, centre.ErrorAt(centre.Invalid, t.name+":1", "column %s stands twice in the header", c)
		}
	}
	if len(t.rows) == 0 {
		return nil, centre.ErrorAt(centre.Invalid, t.name, "there is a header but no row")
	}
	return t, nil
}

func readInput(name string, in io.Reader) ([]byte, error) {
	var text []byte
	var err error
	if name == "-" {
		text, err = io.ReadAll(in)
	} else {
		text, err = os.ReadFile(name)
	}
	if err != nil {
		return nil, centre.Errorf(centre.Invalid, "read: %w", err)
	}
	return text, nil
}

// column finds a column by its name.
func (t *table) column(name string) (int, error) {
	i := slices.Index(t.columns, name)
	if i < 0 {
		return 0, centre.ErrorAt(centre.Invalid, t.name+":1", "no column %s: the header has %s", name, strings.Join(t.columns, ", "))
	}
	return i, nil
}

// optional finds a column that need not be there; -1 when name is empty.
func (t *table) optional(name string) (int, error) {
	if name == "" {
		return -1, nil
	}
	return t.column(name)
}

// at names a cell: file:line, column.
func (t *table) at(row, column int) string {
	return fmt.Sprintf("%s:%d, column %s", t.name, t.lines[row], t.columns[column])
}

var missingWords = []string{"", "NA", "N/A", "NaN", "nan", "null", "NULL", ".", "-"}

// missing tells whether a cell stands for no answer.
func (t *table) missing(row, column int) bool {
	return slices.Contains(missingWords, t.rows[row][column])
}

// number reads a cell that must hold a finite number.
func (t *table) number(row, column int) (float64, error) {
	cell := t.rows[row][column]
	if t.comma {
		cell = strings.Replace(cell, ",", ".", 1)
	}
	v, err := strconv.ParseFloat(cell, 64)
	if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
		return 0, centre.ErrorAt(centre.Invalid, t.at(row, column), "%q is not a number", t.rows[row][column])
	}
	return v, nil
}

// numbers reads a whole column of numbers, none of them missing.
func (t *table) numbers(name string) ([]float64, error) {
	c, err := t.column(name)
	if err != nil {
		return nil, err
	}
	out := make([]float64, len(t.rows))
	for r := range t.rows {
		if out[r], err = t.number(r, c); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// texts reads a whole column as it stands.
func (t *table) texts(name string) ([]string, error) {
	c, err := t.column(name)
	if err != nil {
		return nil, err
	}
	out := make([]string, len(t.rows))
	for r, row := range t.rows {
		out[r] = row[c]
	}
	return out, nil
}

// weights reads a column of survey weights, or nil when no column is named.
func (t *table) weights(name string) ([]float64, error) {
	if name == "" {
		return nil, nil
	}
	return t.numbers(name)
}

// timeForms are the ways in which a moment may be written, beside a number.
var timeForms = []string{time.RFC3339Nano, "2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02T15:04", "2006-01-02 15:04", "2006-01-02"}

// instant reads a cell as a moment: a date or date and time (UTC where no zone is given), or a number of units.
func (t *table) instant(row, column int, unit time.Duration) (centre.Instant, error) {
	i, err := parseInstant(t.rows[row][column], unit)
	if err != nil {
		return 0, centre.ErrorAt(centre.Invalid, t.at(row, column), "%v", err)
	}
	return i, nil
}

func parseInstant(s string, unit time.Duration) (centre.Instant, error) {
	if v, err := strconv.ParseFloat(s, 64); err == nil {
		ms := v * float64(unit/time.Millisecond)
		if math.IsNaN(ms) || math.Abs(ms) > 1e15 {
			return 0, centre.Errorf(centre.Invalid, "%q is not a moment", s)
		}
		return centre.Instant(math.Round(ms)), nil
	}
	for _, form := range timeForms {
		if at, err := time.Parse(form, s); err == nil {
			return centre.At(at), nil
		}
	}
	return 0, centre.Errorf(centre.Invalid, "%q is not a moment: want 2006-01-02, 2006-01-02T15:04:05Z or a number", s)
}

// parseSpan reads a length of time such as 20s, 36h or 7d; a bare number counts in unit.
func parseSpan(s string, unit time.Duration) (time.Duration, error) {
	if days, ok := strings.CutSuffix(s, "d"); ok {
		s, unit = days, 24*time.Hour
	}
	if v, err := strconv.ParseFloat(s, 64); err == nil && math.Abs(v) < 1e6 {
		return time.Duration(v * float64(unit)), nil
	}
	if d, err := time.ParseDuration(s); err == nil {
		return d, nil
	}
	return 0, centre.Errorf(centre.Invalid, "%q is not a length of time: want 20s, 30m, 36h or 7d", s)
}

// list splits "a, b,c".
func list(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return r == ',' || r == ' ' })
}

// orDash formats a figure that may be absent.
func orDash(v *float64, decimals int) string {
	if v == nil {
		return noValue
	}
	return decimal(*v, decimals)
}

// shareOrDash formats a share that may be absent as a percentage.
func shareOrDash(v *float64, decimals int) string {
	if v == nil {
		return noValue
	}
	return percent(*v, decimals)
}

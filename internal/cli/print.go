package cli

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"strconv"
	"strings"
	"unicode/utf8"

	"sentral/internal/centre"
)

// OutputFlags are the flags that every command with rows of figures shares; embed them in a command's struct. The zero value asks
// for the readable table.
type OutputFlags struct {
	JSON bool   `name:"json" xor:"form" help:"Print JSON: one object, snake_case names with units, null where a figure has no value."`
	CSV  bool   `name:"csv" xor:"form" help:"Print comma-separated values with a header row; an empty cell where a figure has no value."`
	Plot string `name:"plot" placeholder:"FILE.svg" help:"Also draw the figures into FILE.svg."`
}

// print writes one result in the form that the flags ask for. The value is what --json prints; header and rows are what --csv and
// the table print.
func (f OutputFlags) print(w io.Writer, value any, header []string, rows [][]string) error {
	switch {
	case f.JSON:
		return printJSON(w, value)
	case f.CSV:
		return printCSV(w, header, rows)
	default:
		return printTable(w, header, rows)
	}
}

// draw writes the picture into the --plot file; without the flag it does nothing.
func (f OutputFlags) draw(picture func(w io.Writer) error) (err error) {
	if f.Plot == "" {
		return nil
	}
	file, err := os.Create(f.Plot)
	if err != nil {
		return centre.Errorf(centre.Invalid, "plot: %w", err)
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	return picture(file)
}

// printJSON writes v as indented JSON and a newline. A NaN or infinite float64 is an error that names the fault, since such a number
// may not reach output: use number for figures that can be without a value.
func printJSON(w io.Writer, v any) error {
	text, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return centre.Errorf(centre.Internal, "print json: %w", err)
	}
	_, err = w.Write(append(text, '\n'))
	return err
}

// printCSV writes the header and the rows as comma-separated values (RFC 4180, with bare newlines).
func printCSV(w io.Writer, header []string, rows [][]string) error {
	c := csv.NewWriter(w)
	if len(header) > 0 {
		if err := c.Write(header); err != nil {
			return err
		}
	}
	for _, row := range rows {
		cells := make([]string, len(row))
		for i, cell := range row {
			if cell != noValue {
				cells[i] = cell
			}
		}
		if err := c.Write(cells); err != nil {
			return err
		}
	}
	c.Flush()
	return c.Error()
}

// printTable writes the header and the rows in aligned columns, two spaces apart. A column whose every cell is a number or a dash
// stands to the right, others to the left.
func printTable(w io.Writer, header []string, rows [][]string) error {
	columns := len(header)
	for _, row := range rows {
		columns = max(columns, len(row))
	}
	width, right := make([]int, columns), make([]bool, columns)
	for c := range columns {
		right[c] = len(rows) > 0
		if c < len(header) {
			width[c] = utf8.RuneCountInString(header[c])
		}
		for _, row := range rows {
			if c < len(row) {
				width[c] = max(width[c], utf8.RuneCountInString(row[c]))
				right[c] = right[c] && looksNumeric(row[c])
			}
		}
	}
	lines := rows
	if len(header) > 0 {
		lines = append([][]string{header}, rows...)
	}
	var b strings.Builder
	for _, row := range lines {
		var line strings.Builder
		for c, cell := range row {
			pad := strings.Repeat(" ", width[c]-utf8.RuneCountInString(cell))
			if right[c] {
				line.WriteString(pad + cell)
			} else {
				line.WriteString(cell + pad)
			}
			line.WriteString("  ")
		}
		b.WriteString(strings.TrimRight(line.String(), " ") + "\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// noValue is how a table shows a figure that has no value; CSV leaves the cell empty.
const noValue = "-"

func looksNumeric(cell string) bool {
	if cell == noValue || cell == "" {
		return true
	}
	_, err := strconv.ParseFloat(strings.TrimRight(cell, "%"), 64)
	return err == nil
}

// decimal formats x with the given number of decimals, or with the fewest that give x back exactly when decimals is negative. NaN and
// infinities become noValue.
func decimal(x float64, decimals int) string {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return noValue
	}
	return strconv.FormatFloat(x, 'f', decimals, 64)
}

// percent formats a share, such as 0.8123, as "81.2%", with the given number of decimals; NaN and infinities become noValue.
func percent(share float64, decimals int) string {
	if math.IsNaN(share) || math.IsInf(share, 0) {
		return noValue
	}
	return strconv.FormatFloat(100*share, 'f', decimals, 64) + "%"
}

// number is a float64 whose JSON is null when it is NaN or infinite: say why in a field beside it.
type number float64

// MarshalJSON writes the number in full precision, or null.
func (n number) MarshalJSON() ([]byte, error) {
	if math.IsNaN(float64(n)) || math.IsInf(float64(n), 0) {
		return []byte("null"), nil
	}
	return json.Marshal(float64(n))
}

// progress tells, on standard error, how far a long work has come: "sentral forecast backtest: 12 of 64 days". It writes at most one
// line for each whole tenth of the work, so that logs stay short.
type progress struct {
	w     io.Writer
	what  string
	unit  string
	total int
	done  int
}

func newProgress(s Streams, what, unit string, total int) *progress {
	return &progress{w: s.Err, what: what, unit: unit, total: total}
}

// step counts n more units as done and returns the context's error, so that a long work ends when it is interrupted.
func (p *progress) step(ctx context.Context, n int) error {
	before := p.done
	p.done += n
	if p.total > 0 && p.done*10/p.total > before*10/p.total {
		fmt.Fprintf(p.w, "%s: %d of %d %s\n", p.what, p.done, p.total, p.unit)
	}
	return ctx.Err()
}

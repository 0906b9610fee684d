package cli

import (
	"bufio"
	"context"
	"io"
	"strings"

	"sentral/internal/centre"
	"sentral/internal/language"
)

// LanguageCommand groups what is done with words.
type LanguageCommand struct {
	Stem  LanguageStemCommand  `cmd:"" help:"Cut words down to their stems by the Snowball rules."`
	Guess LanguageGuessCommand `cmd:"" help:"Tell the language of a short text: nb, nn, sv, da, en or unsure."`
}

// textFlags are OutputFlags for commands that have no figures to draw.
type textFlags struct {
	JSON bool `name:"json" xor:"form" help:"Print JSON."`
	CSV  bool `name:"csv" xor:"form" help:"Print comma-separated values with a header row."`
}

// LanguageStemCommand prints the stems of words.
type LanguageStemCommand struct {
	textFlags `embed:""`

	Language string   `default:"nb" placeholder:"nb|nn|sv|en" help:"Whose rules: nb and nn share the Norwegian ones."`
	Words    []string `arg:"" optional:"" help:"Words; read from standard input, parted by white space, when none is given."`
}

// stemmed is one word and its stem.
type stemmed struct {
	Word string `json:"word"`
	Stem string `json:"stem"`
}

// Run prints a stem a line, or the words with their stems as JSON or CSV.
func (c LanguageStemCommand) Run(ctx context.Context, s Streams) error {
	code, err := language.ParseCode(c.Language)
	if err != nil {
		return err
	}
	if code == language.Danish {
		return centre.Errorf(centre.Invalid, "--language da: there are stems for nb, nn, sv and en")
	}
	words := c.Words
	if len(words) == 0 {
		if words, err = readParts(ctx, s.In, bufio.ScanWords); err != nil {
			return err
		}
	}
	out := bufio.NewWriter(s.Out)
	all := make([]stemmed, 0, len(words))
	rows := make([][]string, 0, len(words))
	for _, word := range words {
		stem := language.Stem(code, language.Normalise(word))
		all = append(all, stemmed{word, stem})
		rows = append(rows, []string{word, stem})
		if !c.JSON && !c.CSV {
			_, _ = out.WriteString(stem + "\n") // a buffered writer keeps its first error for Flush
		}
	}
	switch {
	case c.JSON:
		return printJSON(s.Out, map[string]any{"language": code, "stems": all})
	case c.CSV:
		return printCSV(s.Out, []string{"word", "stem"}, rows)
	}
	return out.Flush()
}

// LanguageGuessCommand prints the language of texts.
type LanguageGuessCommand struct {
	textFlags `embed:""`

	Among []string `sep:"," placeholder:"nb,sv,..." help:"Consider only these languages, such as a brand's own."`
	Text  []string `arg:"" optional:"" help:"The text; read from standard input, a text a line, when none is given."`
}

// guessed is one text and its language.
type guessed struct {
	Text        string        `json:"text"`
	Language    language.Code `json:"language"`
	Likeliest   language.Code `json:"likeliest"`
	Probability float64       `json:"probability"`
}

// Run prints a line a text: its language, the probability of the likeliest, and the text. As JSON, a text given as an argument is one
// object; texts from standard input are an object with a list.
func (c LanguageGuessCommand) Run(ctx context.Context, s Streams) error {
	var among []language.Code
	for _, name := range c.Among {
		code, err := language.ParseCode(name)
		if err != nil {
			return err
		}
		among = append(among, code)
	}
	texts := []string{strings.Join(c.Text, " ")}
	if len(c.Text) == 0 {
		var err error
		if texts, err = readParts(ctx, s.In, bufio.ScanLines); err != nil {
			return err
		}
	}
	all := make([]guessed, 0, len(texts))
	rows := make([][]string, 0, len(texts))
	for _, text := range texts {
		g := language.Guess(text, among...)
		all = append(all, guessed{text, g.Language, g.Likeliest, g.Probability})
		rows = append(rows, []string{string(g.Language), decimal(g.Probability, 3), text})
	}
	switch {
	case c.JSON && len(c.Text) > 0:
		return printJSON(s.Out, all[0])
	case c.JSON:
		return printJSON(s.Out, map[string]any{"guesses": all})
	case c.CSV:
		return printCSV(s.Out, []string{"language", "probability", "text"}, rows)
	}
	return printTable(s.Out, nil, rows)
}

// readParts reads the words or lines of a stream until it ends or the context does.
func readParts(ctx context.Context, r io.Reader, split bufio.SplitFunc) ([]string, error) {
	scanner := bufio.NewScanner(r)
	scanner.Buffer(nil, 1<<20)
	scanner.Split(split)
	var parts []string
	for scanner.Scan() {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		parts = append(parts, scanner.Text())
	}
	if err := scanner.Err(); err != nil {
		return nil, centre.Errorf(centre.Invalid, "standard input: %w", err)
	}
	return parts, nil
}

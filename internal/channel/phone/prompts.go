package phone

import (
	"bytes"
	"context"
	"regexp"

	"sentral/internal/centre"
	"sentral/internal/config"
	"sentral/internal/desk/access"
	"sentral/internal/store"
	"sentral/internal/telephony/ivr"
	"sentral/internal/telephony/media"
	"sentral/internal/telephony/speech"
)

// promptForm is a sound file's key, with a language behind a point when it is for that one only.
var promptForm = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,39}(\.(nb|nn|sv|en))?$`)

// Prompts lists the sound files that callers hear.
func (r *Room) Prompts(ctx context.Context, s access.Subject) ([]Prompt, error) {
	if !access.Everywhere(s, access.ReadConfig) {
		return nil, forbidden(access.ReadConfig)
	}
	rows, err := r.Phone.Prompts(ctx)
	out := []Prompt{}
	for _, p := range rows {
		out = append(out, promptOf(p))
	}
	return out, err
}

func promptOf(p store.PromptRow) Prompt {
	return Prompt{Key: p.Key, Name: p.Name, At: p.At, DurationMS: p.DurationMS, Bytes: p.Bytes}
}

// PromptSound is a sound file as it was uploaded.
func (r *Room) PromptSound(ctx context.Context, s access.Subject, key string) ([]byte, error) {
	if !access.Everywhere(s, access.ReadConfig) {
		return nil, forbidden(access.ReadConfig)
	}
	row, err := r.Phone.Prompt(ctx, key)
	return row.Body, err
}

// SavePrompt takes a WAV file in place of an earlier one; callers hear it from now on.
func (r *Room) SavePrompt(ctx context.Context, s access.Subject, key, name string, wav []byte) (Prompt, error) {
	if !access.Everywhere(s, access.WriteConfig) {
		return Prompt{}, forbidden(access.WriteConfig)
	}
	if !promptForm.MatchString(key) {
		return Prompt{}, centre.ErrorAt(centre.Invalid, "key", "must be small letters, digits and hyphens, with .nb, .nn, .sv or .en behind when it is for one language")
	}
	clip, err := media.ReadWAV(bytes.NewReader(wav))
	if err != nil {
		return Prompt{}, centre.ErrorAt(centre.Invalid, "body", "%s", err.Error())
	}
	row := store.PromptRow{Key: key, Name: clean(name, key+".wav"), At: r.instant(), DurationMS: clip.Duration().Milliseconds(), Bytes: int64(len(wav)), Body: wav}
	if err := r.Phone.SavePrompt(ctx, row); err != nil {
		return Prompt{}, err
	}
	r.retune()
	return promptOf(row), r.Access.Record(ctx, s, "phone.prompt_saved", "prompt "+key, "")
}

var notInNames = regexp.MustCompile(`[^\pL\pN ._-]`)

func clean(name, other string) string {
	name = notInNames.ReplaceAllString(name, "")
	if runes := []rune(name); len(runes) > 80 {
		name = string(runes[:80])
	}
	return orElse(name, other)
}

// RemovePrompt deletes a sound file; scripts that name it speak their text instead.
func (r *Room) RemovePrompt(ctx context.Context, s access.Subject, key string) error {
	if !access.Everywhere(s, access.WriteConfig) {
		return forbidden(access.WriteConfig)
	}
	if err := r.Phone.RemovePrompt(ctx, key); err != nil {
		return err
	}
	r.retune()
	return r.Access.Record(ctx, s, "phone.prompt_removed", "prompt "+key, "")
}

// Trial is a script to be tried out.
type Trial struct {
	Script   ivr.Script `json:"script"`
	Key      string     `json:"key,omitempty" maxLength:"40" doc:"Of the script when it is in the configuration already."`
	Language string     `json:"language,omitempty" enum:"nb,nn,sv,en"`
	Line     string     `json:"line,omitempty" maxLength:"40"`
}

// Tried is what a caller could meet, and what is wrong with the script.
type Tried struct {
	Paths  []ivr.Path  `json:"paths" nullable:"false"`
	Faults []ivr.Fault `json:"faults" nullable:"false"`
}

// Preview walks every path of a script that is not in force yet.
func (r *Room) Preview(ctx context.Context, s access.Subject, t Trial) (Tried, error) {
	if !access.Everywhere(s, access.ReadConfig) {
		return Tried{}, forbidden(access.ReadConfig)
	}
	book := r.Rules.Book()
	t.Script.Defaults()
	out := Tried{Paths: []ivr.Path{}, Faults: []ivr.Fault{}}
	out.Faults = append(out.Faults, ivr.Validate(&t.Script, config.ScriptNames(&book.Document, t.Key))...)
	o := ivr.PreviewOptions{
		Length: r.lengths(ctx), Language: orElse(t.Language, "nb"), Opens: ivr.Moment{Known: true, Days: 1, Hour: 8}, Brand: book.Organisation.Name, Name: book.NameOf,
	}
	if l, ok := book.LineByKey(t.Line); ok {
		o.Queue = l.PhoneLine.Queue
		if t.Language == "" {
			o.Language = l.Language
		}
		if b := book.Brand(l.Brand); b != nil {
			o.Brand = b.Name
		}
	}
	out.Paths = append(out.Paths, ivr.Preview(&t.Script, o)...)
	return out, nil
}

// lengths tells how long the sound files are, by key and language, as callers hear them; a file that is not there says nothing of its length.
func (r *Room) lengths(ctx context.Context) func(clip, language string) (int64, bool) {
	long := map[string]int64{}
	rows, err := r.Phone.Prompts(ctx)
	if err != nil {
		r.Log.Warn("the sound files could not be listed for a preview", "error", err)
	}
	for _, p := range rows {
		long[p.Key] = p.DurationMS
	}
	return func(clip, language string) (int64, bool) {
		ms, ok := long[clip+"."+language]
		if !ok {
			ms, ok = long[clip]
		}
		return ms, ok
	}
}

// Words are what is to be heard before callers hear it: a text, or music when there is none.
type Words struct {
	Text     string `json:"text,omitempty" maxLength:"600"`
	Language string `json:"language,omitempty" enum:"nb,nn,sv,en"`
	Music    string `json:"music,omitempty" maxLength:"40" doc:"A sound file; empty is the house's own."`
}

// Sound is words as callers hear them, as a WAV file.
func (r *Room) Sound(ctx context.Context, s access.Subject, w Words) ([]byte, error) {
	if !access.Everywhere(s, access.ReadConfig) {
		return nil, forbidden(access.ReadConfig)
	}
	if w.Text == "" {
		return speech.WAV(r.Voice.Music(ctx, w.Music)), nil
	}
	clip, err := r.Voice.Prompt(ctx, "", w.Text, orElse(w.Language, "nb"))
	if err != nil {
		return nil, err
	}
	return speech.WAV(clip), nil
}

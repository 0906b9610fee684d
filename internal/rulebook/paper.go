package rulebook

import (
	"context"

	"sentral/internal/config"
	"sentral/internal/desk/access"
)

// FileReview is what applying a configuration file would change and what is wrong with it, by line; with the document that it holds, if it can be read.
type FileReview struct {
	Review
	Document *config.Document `json:"document,omitempty" doc:"Absent when the file cannot be read: then the errors say where."`
}

// ReviewFile reads a configuration file, YAML or JSON, and says what applying it would change and what is wrong with it. Nothing is changed.
func (r *Room) ReviewFile(ctx context.Context, s access.Subject, file []byte) (FileReview, error) {
	if err := may(s, access.WriteConfig); err != nil {
		return FileReview{}, err
	}
	d, faults := config.Read(file)
	if d == nil {
		return FileReview{Review: Review{Base: r.Book().Version, Lines: []config.Difference{}, Errors: faults, Warnings: []config.Fault{}}}, nil
	}
	d.Fill()
	review, err := r.Review(ctx, s, *d)
	review.Errors, review.Warnings = config.Locate(file, review.Errors), config.Locate(file, review.Warnings)
	return FileReview{Review: review, Document: d}, err
}

// File is the configuration as a file for people, in YAML.
func (r *Room) File(_ context.Context, s access.Subject) (version int64, file []byte, err error) {
	if err := may(s, access.ReadConfig); err != nil {
		return 0, nil, err
	}
	b := r.Book()
	file, err = config.Write(&b.Document)
	return b.Version, file, err
}

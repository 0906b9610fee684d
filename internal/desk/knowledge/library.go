package knowledge

import "sync/atomic"

// Library is the published articles, open for search while new ones are published. Its zero value is an empty library.
//
// A publication builds a new index beside the old one and then puts it in the old one's place in one step: a search sees all of a
// publication or nothing of it, and none waits.
type Library struct {
	index atomic.Pointer[Index]
}

// Publish puts the articles in the place of those before. On an error the old ones stay.
func (l *Library) Publish(articles []Article) error {
	index, err := Build(articles)
	if err != nil {
		return err
	}
	l.index.Store(index)
	return nil
}

// Index is what is published now. Use one Index for all that must agree.
func (l *Library) Index() *Index {
	if index := l.index.Load(); index != nil {
		return index
	}
	empty, _ := Build(nil)
	return empty
}

// Search asks what is published now.
func (l *Library) Search(q Query) Answer { return l.Index().Search(q) }

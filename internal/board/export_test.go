package board

import "context"

// Around is a board that begins while something happens between its first look at the centre and its reading of the store. It gives the page of the
// whole organisation as it is once the feed has been caught up with.
func (b *Board) Around(ctx context.Context, head func() int64, between func()) (Wall, error) {
	fresh := New(b.Options)
	st, reader, err := fresh.start(ctx)
	if err != nil {
		return Wall{}, err
	}
	defer reader.Close()
	between()
	s, err := fresh.fill(ctx, st)
	if err != nil {
		return Wall{}, err
	}
	for s.seq < head() {
		commits, err := reader.Next(ctx)
		if err != nil {
			return Wall{}, err
		}
		if err := fresh.fold(ctx, s, commits); err != nil {
			return Wall{}, err
		}
	}
	fresh.sheet = s
	d, err := fresh.page(ctx, Filter{Formula: ownFormula})
	if err != nil {
		return Wall{}, err
	}
	return d.wall, nil
}

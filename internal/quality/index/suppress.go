package index

import (
	"cmp"
	"slices"

	"sentral/internal/centre"
)

// Thresholds are the smallest groups of respondents whose figures may be shown. A tenant may only raise them.
type Thresholds struct {
	Closed int // closed items
	Open   int // open answers
	Cross  int // any cross of two attributes
}

// DefaultThresholds are 5, 10 and 10, also the floor.
func DefaultThresholds() Thresholds { return Thresholds{Closed: 5, Open: 10, Cross: 10} }

// Check refuses thresholds under the floor.
func (t Thresholds) Check() error {
	floor := DefaultThresholds()
	if t.Closed < floor.Closed || t.Open < floor.Open || t.Cross < floor.Cross {
		return centre.Errorf(centre.Invalid, "group thresholds %d closed, %d open, %d crossed: they may be raised from %d, %d and %d, never lowered",
			t.Closed, t.Open, t.Cross, floor.Closed, floor.Open, floor.Cross)
	}
	return nil
}

// Visibility tells whether a group's figure may be shown, and why not.
type Visibility uint8

// The visibilities. NotEnoughData: fewer respondents than the threshold. HasHiddenData: large enough, but shown beside its parent it
// would give a hidden group away.
const (
	Shown Visibility = iota
	NotEnoughData
	HasHiddenData
)

var visibilities = []string{"shown", "not_enough_data", "has_hidden_data"}

// String names the visibility: shown, not_enough_data, has_hidden_data.
func (v Visibility) String() string { return visibilities[v] }

// MarshalText implements encoding.TextMarshaler.
func (v Visibility) MarshalText() ([]byte, error) { return []byte(v.String()), nil }

// RespondentGroup is a group in a tree: the centre, its teams, their shifts. Children are disjoint parts of their parent; they need
// not cover it. Parent is an index into the list, before the child; -1 for a root.
type RespondentGroup struct {
	Name    string
	Parent  int
	N       int  // respondents
	Crossed bool // a cross of two attributes, such as team x age
}

// Suppress decides what may be shown of a tree of groups. A group under its threshold is hidden. Then, under each shown parent, what
// can be had by taking the shown children from the parent must itself be at least the threshold and more than a single group;
// where it is not, the smallest shown child is hidden too. A hidden group hides everything below it.
func Suppress(groups []RespondentGroup, t Thresholds) ([]Visibility, error) {
	if err := t.Check(); err != nil {
		return nil, err
	}
	out := make([]Visibility, len(groups))
	children := make([][]int, len(groups))
	for i, g := range groups {
		if g.Parent >= i || g.Parent < -1 {
			return nil, centre.Errorf(centre.Invalid, "group %s: its parent must stand before it in the list", g.Name)
		}
		if g.N < 0 {
			return nil, centre.Errorf(centre.Invalid, "group %s has %d respondents", g.Name, g.N)
		}
		if g.N < t.of(g) {
			out[i] = NotEnoughData
		}
		if g.Parent >= 0 {
			children[g.Parent] = append(children[g.Parent], i)
		}
	}
	for i, g := range groups {
		sum := 0
		for _, c := range children[i] {
			sum += groups[c].N
		}
		if sum > g.N {
			return nil, centre.Errorf(centre.Invalid, "group %s has %d respondents, its parts %d: parts must be disjoint", g.Name, g.N, sum)
		}
		if out[i] != Shown {
			for _, c := range children[i] {
				if out[c] == Shown {
					out[c] = HasHiddenData
				}
			}
			continue
		}
		protect(groups, children[i], out, g.N-sum, t)
	}
	return out, nil
}

func (t Thresholds) of(g RespondentGroup) int {
	if g.Crossed {
		return t.Cross
	}
	return t.Closed
}

// protect hides children of a shown parent until what remains of the parent gives no hidden group away. Unlisted are respondents of
// the parent who are in none of its children.
func protect(groups []RespondentGroup, children []int, out []Visibility, unlisted int, t Thresholds) {
	bySize := slices.Clone(children)
	slices.SortStableFunc(bySize, func(a, b int) int { return cmp.Compare(groups[a].N, groups[b].N) })
	for _, next := range append(bySize, -1) {
		rest, parts, need := unlisted, 0, t.Closed
		if unlisted > 0 {
			parts++
		}
		for _, c := range children {
			if out[c] != Shown && groups[c].N > 0 {
				rest += groups[c].N
				parts++
				need = max(need, t.of(groups[c]))
			}
		}
		if rest == 0 || (parts > 1 && rest >= need) || (rest == unlisted && rest >= t.Closed) {
			return
		}
		if next >= 0 && out[next] == Shown {
			out[next] = HasHiddenData
		}
	}
}

// MayRelease tells whether the figure of a set of answers may be shown beside sets shown before, of this wave or of others: its own
// size must reach the threshold, and whoever is in one set but not in the other must be none or at least the threshold, since the
// difference of two figures is the figure of those. Answers are named by random ids.
func (t Thresholds) MayRelease(candidate []uint64, released [][]uint64) error {
	if err := t.Check(); err != nil {
		return err
	}
	set := func(ids []uint64) []uint64 {
		s := slices.Clone(ids)
		slices.Sort(s)
		return slices.Compact(s)
	}
	c := set(candidate)
	if len(c) < t.Closed {
		return centre.Errorf(centre.Forbidden, "the group has %d answers, under the threshold of %d", len(c), t.Closed)
	}
	for i, r := range released {
		only := difference(c, set(r))
		if only > 0 && only < t.Closed {
			return centre.Errorf(centre.Forbidden, "it differs from figure %d shown before by %d answers, under the threshold of %d", i+1, only, t.Closed)
		}
	}
	return nil
}

// difference is the size of the symmetric difference of two rising lists.
func difference(a, b []uint64) int {
	n, j := 0, 0
	for _, x := range a {
		for j < len(b) && b[j] < x {
			n++
			j++
		}
		if j < len(b) && b[j] == x {
			j++
			continue
		}
		n++
	}
	return n + len(b) - j
}

// CoarseShare is a share as a small group may see it: where nearly all, or nearly none, answered alike it would tell what single
// persons said, so it is given as a bound.
type CoarseShare struct {
	Share float64 `json:"share"` // of the group, or the bound
	Bound string  `json:"bound,omitempty"`
}

// Coarsen bounds a share of under 10 % or over 90 % when everybody, or nobody, of the group answered so.
func Coarsen(count, of int) (CoarseShare, error) {
	if of <= 0 || count < 0 || count > of {
		return CoarseShare{}, centre.Errorf(centre.Invalid, "share of %d of %d", count, of)
	}
	switch count {
	case of:
		return CoarseShare{Share: 0.9, Bound: "over"}, nil
	case 0:
		return CoarseShare{Share: 0.1, Bound: "under"}, nil
	}
	return CoarseShare{Share: float64(count) / float64(of)}, nil
}

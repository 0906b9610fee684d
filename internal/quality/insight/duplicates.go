package insight

import (
	"math/bits"
	"slices"
	"strings"
	"unicode"

	"sentral/internal/centre"
)

// Text is an open answer or message and who wrote it.
type Text struct {
	Respondent string
	Text       string
}

const (
	minHashes = 128
	bands     = 32 // of minHashes/bands rows: two texts meet in a band with odds of one half at a Jaccard of about 0.42
	bandRows  = minHashes / bands
	shingle   = 3 // words
	// shortText is the number of words under which three-word shingles are too few, and SimHash over characters is used.
	shortText   = 8
	simHashBits = 3 // short texts are alike within so many of 64 bits
)

// DuplicateOptions settle the search; the zero value wants a Jaccard similarity of 0.7.
type DuplicateOptions struct {
	Jaccard float64 // of three-word shingles; 0 means 0.7
}

// DuplicateGroup is a set of texts that say nearly the same.
type DuplicateGroup struct {
	Texts   []int `json:"texts"`   // indices, rising
	Persons int   `json:"persons"` // different respondents: count a person once
}

// NearDuplicates groups texts that are the same but for case, punctuation, numbers and a few words. Longer texts are compared by
// MinHash over three-word shingles (Broder 1997) in 32 bands of 4, and every pair that meets is verified by its exact Jaccard
// similarity; texts of fewer than 8 words by SimHash over character 3-grams (Charikar 2002) within 3 of 64 bits. Groups come in the
// order of their first text; single texts are not listed.
func NearDuplicates(texts []Text, o DuplicateOptions) ([]DuplicateGroup, error) {
	if o.Jaccard == 0 {
		o.Jaccard = 0.7
	}
	if !(o.Jaccard > 0 && o.Jaccard <= 1) {
		return nil, centre.Errorf(centre.Invalid, "near duplicates: Jaccard similarity %v: want a number over 0 and up to 1", o.Jaccard)
	}
	join := newUnion(len(texts))
	sets := make([][]uint64, len(texts))
	simhash := make([]uint64, len(texts))
	var long, short []int
	first := map[string]int{} // of each different text
	for i, t := range texts {
		words := normalise(t.Text)
		plain := strings.Join(words, " ")
		same, seen := first[plain]
		switch {
		case len(words) == 0:
		case seen:
			join.unite(same, i)
		case len(words) < shortText:
			short = append(short, i)
			simhash[i] = simHash(plain)
		default:
			long = append(long, i)
			sets[i] = shingles(words)
		}
		if !seen {
			first[plain] = i
		}
	}
	meetInBands(long, sets, func(a, b int) {
		if join.root(a) != join.root(b) && jaccard(sets[a], sets[b]) >= o.Jaccard {
			join.unite(a, b)
		}
	})
	meetInBlocks(short, simhash, func(a, b int) {
		if bits.OnesCount64(simhash[a]^simhash[b]) <= simHashBits {
			join.unite(a, b)
		}
	})
	return join.groups(texts), nil
}

// normalise gives the words in lower case, without punctuation, with each number as "#".
func normalise(text string) []string {
	words := strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	for i, w := range words {
		if strings.IndexFunc(w, unicode.IsLetter) < 0 {
			words[i] = "#"
		}
	}
	return words
}

// shingles are the hashes of every three words in a row, rising and without repeats.
func shingles(words []string) []uint64 {
	var out []uint64
	for i := 0; i+shingle <= len(words); i++ {
		out = append(out, hash(strings.Join(words[i:i+shingle], " ")))
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// hash is FNV-1a with the finaliser of SplitMix64.
func hash(s string) uint64 {
	h := uint64(14695981039346656037)
	for i := range len(s) {
		h = (h ^ uint64(s[i])) * 1099511628211
	}
	return mix(h)
}

func mix(z uint64) uint64 {
	z += 0x9e3779b97f4a7c15
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// meetInBands visits the pairs whose MinHash signatures agree in some band.
func meetInBands(texts []int, sets [][]uint64, visit func(a, b int)) {
	buckets := meeting{}
	var signature [minHashes]uint64
	for _, t := range texts {
		for h := range signature {
			signature[h] = ^uint64(0)
			salt := mix(uint64(h))
			for _, s := range sets[t] {
				signature[h] = min(signature[h], mix(s^salt))
			}
		}
		for b := range bands {
			key := uint64(0)
			for _, v := range signature[b*bandRows : (b+1)*bandRows] {
				key = mix(key ^ v)
			}
			buckets.enter(uint64(b), key, t, visit)
		}
	}
}

// meetInBlocks visits the pairs of SimHashes that agree in at least one of four blocks of 16 bits, as any two within 3 bits must.
func meetInBlocks(texts []int, simhash []uint64, visit func(a, b int)) {
	buckets := meeting{}
	for _, t := range texts {
		for b := range uint64(simHashBits + 1) {
			buckets.enter(b, simhash[t]>>(16*b)&0xffff, t, visit)
		}
	}
}

// meeting holds who came to which bucket of which band.
type meeting map[[2]uint64][]int

// mostInBucket bounds how many different texts of one bucket a text is compared with, so that a phrase that thousands begin with does
// not cost their square.
const mostInBucket = 64

func (m meeting) enter(band, key uint64, text int, visit func(a, b int)) {
	bucket := [2]uint64{band, key}
	for _, other := range m[bucket] {
		visit(other, text)
	}
	if len(m[bucket]) < mostInBucket {
		m[bucket] = append(m[bucket], text)
	}
}

func jaccard(a, b []uint64) float64 {
	both, j := 0, 0
	for _, x := range a {
		for j < len(b) && b[j] < x {
			j++
		}
		if j < len(b) && b[j] == x {
			both++
		}
	}
	return float64(both) / float64(len(a)+len(b)-both)
}

// simHash adds up the bits of the hashes of a text's character 3-grams, its ends marked.
func simHash(text string) uint64 {
	runes := []rune("^^" + text + "$$")
	var sums [64]int
	for i := 0; i+3 <= len(runes); i++ {
		h := hash(string(runes[i : i+3]))
		for b := range sums {
			sums[b] += int(h>>b&1)*2 - 1
		}
	}
	out := uint64(0)
	for b, s := range sums {
		if s > 0 {
			out |= 1 << b
		}
	}
	return out
}

// union is a forest of texts that belong together.
type union []int

func newUnion(n int) union {
	u := make(union, n)
	for i := range u {
		u[i] = i
	}
	return u
}

func (u union) root(i int) int {
	for u[i] != i {
		u[i] = u[u[i]]
		i = u[i]
	}
	return i
}

// unite keeps the earlier text as the root.
func (u union) unite(a, b int) {
	a, b = u.root(a), u.root(b)
	u[max(a, b)] = min(a, b)
}

func (u union) groups(texts []Text) []DuplicateGroup {
	members := map[int][]int{}
	for i := range u {
		members[u.root(i)] = append(members[u.root(i)], i)
	}
	var out []DuplicateGroup
	for i := range u {
		group := members[i]
		if len(group) < 2 {
			continue
		}
		people := map[string]bool{}
		for _, m := range group {
			people[texts[m].Respondent] = true
		}
		out = append(out, DuplicateGroup{Texts: group, Persons: len(people)})
	}
	return out
}

package conversation

import (
	"sync"
	"unicode"
	"unicode/utf8"

	"sentral/internal/centre"
)

// Recent remembers the words of the latest messages, so that whoever reads the feed, which holds ids only, finds them without a query. It is filled
// while a message is being written; one that was never committed is never asked for. It is bounded; what it has forgotten is in the store.
type Recent struct {
	mu       sync.Mutex
	messages ring[Message]
	notes    ring[Note]
	threads  ring[Thread]
}

const recentKept = 8192

type ring[T any] struct {
	byID  map[int64]T
	order []int64
	next  int
}

func (r *ring[T]) put(id int64, v T) {
	if r.byID == nil {
		r.byID, r.order = make(map[int64]T, recentKept), make([]int64, recentKept)
	}
	delete(r.byID, r.order[r.next])
	r.order[r.next] = id
	r.byID[id] = v
	r.next = (r.next + 1) % recentKept
}

// Put remembers a message.
func (r *Recent) Put(m Message) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.messages.put(m.ID, m)
}

// PutNote remembers a note.
func (r *Recent) PutNote(n Note) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.notes.put(n.ID, n)
}

// PutThread remembers what the screens say of a contact.
func (r *Recent) PutThread(t Thread) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.threads.put(int64(t.Contact), t)
}

// Thread finds what the screens say of a contact.
func (r *Recent) Thread(contact centre.ContactID) (Thread, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	t, ok := r.threads.byID[int64(contact)]
	return t, ok
}

// Message finds a message of a contact by id.
func (r *Recent) Message(contact centre.ContactID, id int64) (Message, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	m, ok := r.messages.byID[id]
	return m, ok && m.Contact == contact
}

// Note finds a note of a contact by id.
func (r *Recent) Note(contact centre.ContactID, id int64) (Note, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	n, ok := r.notes.byID[id]
	return n, ok && n.Contact == contact
}

// Cut shortens text to at most n characters on one line, with an ellipsis when something was left out.
func Cut(text string, n int) string {
	out := make([]rune, 0, n)
	space := false
	for _, r := range text {
		if unicode.IsSpace(r) {
			space = len(out) > 0
			continue
		}
		if unicode.IsControl(r) {
			continue
		}
		if space {
			out, space = append(out, ' '), false
		}
		if len(out) >= n {
			return string(out[:n-1]) + "…"
		}
		out = append(out, r)
	}
	return string(out)
}

// Clean makes text fit to be kept: valid UTF-8, no control characters but line breaks and tabs.
func Clean(text string) string {
	out := make([]rune, 0, len(text))
	for i, r := range text {
		if r == utf8.RuneError {
			if _, size := utf8.DecodeRuneInString(text[i:]); size <= 1 {
				continue
			}
		}
		if r == '\n' || r == '\t' || !unicode.IsControl(r) {
			out = append(out, r)
		}
	}
	return string(out)
}

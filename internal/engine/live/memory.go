package live

// memory knows the latest commands and their receipts. It is a ring: the oldest is forgotten first, and is then still in the command table.
type memory struct {
	receipts map[key]Receipt
	ring     []key
	oldest   int
	most     int
}

func newMemory(most int) *memory {
	return &memory{receipts: map[key]Receipt{}, most: most}
}

func (m *memory) find(k key) (Receipt, bool) {
	r, ok := m.receipts[k]
	return r, ok
}

func (m *memory) add(k key, r Receipt) {
	if _, known := m.receipts[k]; known {
		return
	}
	m.receipts[k] = r
	if len(m.ring) < m.most {
		m.ring = append(m.ring, k)
		return
	}
	delete(m.receipts, m.ring[m.oldest])
	m.ring[m.oldest] = k
	m.oldest = (m.oldest + 1) % m.most
}

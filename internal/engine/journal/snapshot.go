package journal

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"sentral/internal/centre"
)

// Snapshot is the state after one entry. It shortens a replay and proves nothing: a snapshot that cannot be read is passed over for an
// earlier one or for the log from its beginning.
type Snapshot struct {
	Seq         int64            `json:"seq"` // of the last entry in it
	At          centre.Instant   `json:"at"`
	NextContact centre.ContactID `json:"next_contact"`
	Wake        centre.Instant   `json:"wake"`     // when the engine asked to be woken; zero for never
	Hash        uint64           `json:"hash"`     // of the engine
	Diverged    int64            `json:"diverged"` // entries so far whose decisions came out otherwise when replayed
	Engine      []byte           `json:"-"`        // as routing.Engine.Snapshot wrote it
	Ledger      []byte           `json:"-"`        // as Ledger.Snapshot wrote it
}

// snapshotMark begins every snapshot; its last figure is the version of the form.
const snapshotMark = "sentral snapshot 1\n"

// Marshal gives the snapshot as it is kept: a mark, three parts with their lengths (what is above in JSON, the engine, the ledger), and the
// SHA-256 of all that.
func (s *Snapshot) Marshal() ([]byte, error) {
	head, err := json.Marshal(s)
	if err != nil {
		return nil, fmt.Errorf("snapshot: %w", err)
	}
	b := make([]byte, 0, len(snapshotMark)+len(head)+len(s.Engine)+len(s.Ledger)+64)
	b = append(b, snapshotMark...)
	for _, part := range [][]byte{head, s.Engine, s.Ledger} {
		b = binary.BigEndian.AppendUint64(b, uint64(len(part)))
		b = append(b, part...)
	}
	sum := sha256.Sum256(b)
	return append(b, sum[:]...), nil
}

// ParseSnapshot reads what Marshal wrote; its error says what is wrong with it.
func ParseSnapshot(b []byte) (*Snapshot, error) {
	body, isOurs := bytes.CutPrefix(b, []byte(snapshotMark))
	if !isOurs || len(body) < sha256.Size {
		return nil, fmt.Errorf("snapshot: not of a form that this program reads")
	}
	body = body[:len(body)-sha256.Size]
	if sum := sha256.Sum256(b[:len(b)-sha256.Size]); !bytes.Equal(sum[:], b[len(b)-sha256.Size:]) {
		return nil, fmt.Errorf("snapshot: damaged")
	}
	var parts [3][]byte
	for i := range parts {
		if len(body) < 8 {
			return nil, fmt.Errorf("snapshot: cut short")
		}
		n := binary.BigEndian.Uint64(body)
		body = body[8:]
		if n > uint64(len(body)) {
			return nil, fmt.Errorf("snapshot: cut short")
		}
		parts[i], body = body[:n], body[n:]
	}
	s := &Snapshot{Engine: parts[1], Ledger: parts[2]}
	if err := json.Unmarshal(parts[0], s); err != nil {
		return nil, fmt.Errorf("snapshot: %w", err)
	}
	return s, nil
}

// ledgerForm is a ledger as it stands in snapshots.
type ledgerForm struct {
	Contacts []*Contact                    `json:"contacts"`
	Agents   map[centre.AgentID]*agentWork `json:"agents"`
	Targets  map[centre.QueueID]int64      `json:"targets"`
}

// Snapshot gives the ledger as RestoreLedger reads it. What has not been drained is not in it.
func (l *Ledger) Snapshot() ([]byte, error) {
	f := ledgerForm{Agents: l.agents, Targets: l.targets}
	for _, id := range slices.Sorted(maps.Keys(l.open)) {
		f.Contacts = append(f.Contacts, l.open[id])
	}
	return json.Marshal(f)
}

// RestoreLedger makes the ledger that Snapshot was taken of.
func RestoreLedger(b []byte, zone *time.Location) (*Ledger, error) {
	var f ledgerForm
	if err := json.Unmarshal(b, &f); err != nil {
		return nil, fmt.Errorf("ledger: %w", err)
	}
	l := NewLedger(zone)
	for _, c := range f.Contacts {
		l.open[c.ID] = c
		if c.About.Key != "" {
			l.keys[c.About.Key] = c.ID
		}
	}
	if f.Agents != nil {
		l.agents = f.Agents
	}
	if f.Targets != nil {
		l.targets = f.Targets
	}
	return l, nil
}

package storetest

import (
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"
	"unsafe"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
)

// Disk is a disk that SQLite writes on and that a test can fill, break, slow down, and take the power from. It keeps what each write and each sync did,
// so that it can show what would be left after a power cut at any moment: everything that was synced, and of the rest whatever chance leaves,
// down to torn sectors.
type Disk struct {
	name string // under which SQLite knows it

	mu    sync.Mutex
	files map[uintptr]*openFile // by SQLite's handle
	disk  map[string]*image     // by path
	fault Fault
	slow  time.Duration
	syncs int
}

// Fault is what is wrong with a disk.
type Fault uint8

// The faults.
const (
	Sound     Fault = iota
	Full            // no write finds room
	ReadOnly        // no write succeeds
	SyncFails       // what was written since the last sync is lost, and later syncs do not bring it back
)

// image is one file: what is safe on the disk, and what has been written since and may be lost.
type image struct {
	safe    []byte
	pending []change
}

// change is one write, or a truncation when data is nil.
type change struct {
	at   int64
	data []byte
}

type openFile struct {
	image   *image
	methods *sqlite3.Tsqlite3_io_methods // of the file system underneath
}

// The disks that SQLite knows; it keeps them for as long as the process lives.
var disks struct {
	mu      sync.Mutex
	beneath uintptr           // SQLite's own file system
	byVFS   map[uintptr]*Disk // by SQLite's pointer
	byFile  map[uintptr]*Disk // by SQLite's handle
	tables  map[uintptr]uintptr
}

// NewDisk makes a sound disk and gives the URL of a database on it, in a folder of the test's.
func NewDisk(t testing.TB) (d *Disk, url string) {
	t.Helper()
	d = &Disk{files: map[uintptr]*openFile{}, disk: map[string]*image{}}
	d.register()
	return d, "sqlite:" + filepath.Join(t.TempDir(), "sentral.db") + "?vfs=" + d.name
}

// SetFault breaks the disk, or mends it.
func (d *Disk) SetFault(f Fault) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.fault = f
}

// SetSlow makes every sync take so much longer.
func (d *Disk) SetSlow(by time.Duration) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.slow = by
}

// Syncs is how often SQLite asked that what it wrote be safe.
func (d *Disk) Syncs() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.syncs
}

// CutPower gives the URL of the database as a power cut at this moment would leave it. The disk itself goes on.
func (d *Disk) CutPower(t testing.TB, r *rand.Rand) string {
	t.Helper()
	folder := t.TempDir()
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, path := range sorted(maps.Keys(d.disk)) {
		if err := os.WriteFile(filepath.Join(folder, filepath.Base(path)), d.disk[path].afterPowerCut(r), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return "sqlite:" + filepath.Join(folder, "sentral.db")
}

const sector = 512

// afterPowerCut is what is left of a file: of the writes that were not synced some are there, some are not, and some are torn.
func (m *image) afterPowerCut(r *rand.Rand) []byte {
	left := append([]byte(nil), m.safe...)
	share := r.IntN(4) // of four: from hardly anything to nearly everything
	for _, c := range m.pending {
		switch {
		case r.IntN(4) > share:
			continue
		case c.data != nil && r.IntN(8) == 0: // torn
			for from := 0; from < len(c.data); from += sector {
				if r.IntN(2) == 0 {
					to := min(from+sector, len(c.data))
					left = change{c.at + int64(from), c.data[from:to]}.apply(left)
				}
			}
		default:
			left = c.apply(left)
		}
	}
	return left
}

func (c change) apply(file []byte) []byte {
	if c.data == nil {
		return file[:min(int64(len(file)), c.at)]
	}
	if end := c.at + int64(len(c.data)); end > int64(len(file)) {
		file = append(file, make([]byte, end-int64(len(file)))...)
	}
	copy(file[c.at:], c.data)
	return file
}

// write keeps a write; its answer is SQLite's result code.
func (d *Disk) write(handle uintptr, c change) int32 {
	d.mu.Lock()
	defer d.mu.Unlock()
	switch d.fault {
	case Full:
		return sqlite3.SQLITE_FULL
	case ReadOnly:
		return sqlite3.SQLITE_IOERR_WRITE
	}
	if f := d.files[handle]; f != nil && f.image != nil {
		f.image.pending = append(f.image.pending, c)
	}
	return sqlite3.SQLITE_OK
}

func (d *Disk) sync(handle uintptr) int32 {
	d.mu.Lock()
	wait, fails := d.slow, d.fault == SyncFails
	d.syncs++
	if f := d.files[handle]; f != nil && f.image != nil {
		if !fails {
			for _, c := range f.image.pending {
				f.image.safe = c.apply(f.image.safe)
			}
		}
		f.image.pending = nil
	}
	d.mu.Unlock()
	time.Sleep(wait)
	if fails {
		return sqlite3.SQLITE_IOERR_FSYNC
	}
	return sqlite3.SQLITE_OK
}

// opened begins to keep a file, from what is in it.
func (d *Disk) opened(handle uintptr, path string, methods *sqlite3.Tsqlite3_io_methods) {
	d.mu.Lock()
	defer d.mu.Unlock()
	f := &openFile{methods: methods}
	d.files[handle] = f
	if path == "" {
		return // a temporary file
	}
	if f.image = d.disk[path]; f.image == nil {
		content, err := os.ReadFile(path)
		if err != nil {
			content = nil
		}
		f.image = &image{safe: content}
		d.disk[path] = f.image
	}
}

func (d *Disk) removed(path string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.disk, path)
}

func (d *Disk) register() {
	disks.mu.Lock()
	defer disks.mu.Unlock()
	tls := libc.NewTLS()
	if disks.byVFS == nil {
		disks.byVFS, disks.byFile, disks.tables = map[uintptr]*Disk{}, map[uintptr]*Disk{}, map[uintptr]uintptr{}
		disks.beneath = sqlite3.Xsqlite3_vfs_find(tls, 0)
	}
	d.name = "storetest" + string(rune('a'+len(disks.byVFS)%26)) + string(rune('a'+len(disks.byVFS)/26))
	name, err := libc.CString(d.name)
	if err != nil {
		panic(err)
	}
	own := libc.Xmalloc(tls, libc.Tsize_t(unsafe.Sizeof(sqlite3.Tsqlite3_vfs{})))
	v := vfsAt(own)
	*v = *vfsAt(disks.beneath)
	v.FzName, v.FpNext = name, 0
	v.FxOpen, v.FxDelete = address(diskOpen), address(diskDelete)
	if rc := sqlite3.Xsqlite3_vfs_register(tls, own, 0); rc != sqlite3.SQLITE_OK {
		panic("storetest: SQLite does not take the disk")
	}
	disks.byVFS[own] = d
}

package storetest

import (
	"iter"
	"slices"
	"unsafe"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
)

// What follows is SQLite's interface to a file system (https://www.sqlite.org/vfs.html), laid over its own: every call but those that open, write,
// truncate, sync, close and delete goes straight through.

func sorted(names iter.Seq[string]) []string { return slices.Sorted(names) }

func vfsAt(p uintptr) *sqlite3.Tsqlite3_vfs { return *(**sqlite3.Tsqlite3_vfs)(unsafe.Pointer(&p)) }

func methodsAt(p uintptr) *sqlite3.Tsqlite3_io_methods {
	return *(**sqlite3.Tsqlite3_io_methods)(unsafe.Pointer(&p))
}

func fileAt(p uintptr) *sqlite3.Tsqlite3_file { return *(**sqlite3.Tsqlite3_file)(unsafe.Pointer(&p)) }

// address gives a function as SQLite's translated code keeps it.
func address[F any](f F) uintptr { return *(*uintptr)(unsafe.Pointer(&f)) }

// function turns an address back.
func function[F any](p uintptr) F {
	word := struct{ uintptr }{p}
	return *(*F)(unsafe.Pointer(&word))
}

type (
	openFunction     = func(*libc.TLS, uintptr, uintptr, uintptr, int32, uintptr) int32
	deleteFunction   = func(*libc.TLS, uintptr, uintptr, int32) int32
	closeFunction    = func(*libc.TLS, uintptr) int32
	writeFunction    = func(*libc.TLS, uintptr, uintptr, int32, sqlite3.Tsqlite3_int64) int32
	truncateFunction = func(*libc.TLS, uintptr, sqlite3.Tsqlite3_int64) int32
)

func diskOpen(tls *libc.TLS, vfs, name, file uintptr, flags int32, out uintptr) int32 {
	disks.mu.Lock()
	d := disks.byVFS[vfs]
	disks.mu.Unlock()
	rc := function[openFunction](vfsAt(disks.beneath).FxOpen)(tls, disks.beneath, name, file, flags, out)
	if fileAt(file).FpMethods == 0 {
		return rc
	}
	path := ""
	if name != 0 {
		path = libc.GoString(name)
	}
	beneath := fileAt(file).FpMethods
	d.opened(file, path, methodsAt(beneath))
	disks.mu.Lock()
	defer disks.mu.Unlock()
	disks.byFile[file] = d
	if disks.tables[beneath] == 0 {
		own := libc.Xmalloc(tls, libc.Tsize_t(unsafe.Sizeof(sqlite3.Tsqlite3_io_methods{})))
		m := methodsAt(own)
		*m = *methodsAt(beneath)
		m.FxClose, m.FxWrite, m.FxTruncate, m.FxSync = address(diskClose), address(diskWrite), address(diskTruncate), address(diskSync)
		disks.tables[beneath] = own
	}
	fileAt(file).FpMethods = disks.tables[beneath]
	return rc
}

func diskDelete(tls *libc.TLS, vfs, name uintptr, syncFolder int32) int32 {
	disks.mu.Lock()
	d := disks.byVFS[vfs]
	disks.mu.Unlock()
	d.removed(libc.GoString(name))
	return function[deleteFunction](vfsAt(disks.beneath).FxDelete)(tls, disks.beneath, name, syncFolder)
}

// of finds the disk and the file beneath a handle.
func of(file uintptr) (*Disk, *openFile) {
	disks.mu.Lock()
	d := disks.byFile[file]
	disks.mu.Unlock()
	d.mu.Lock()
	defer d.mu.Unlock()
	return d, d.files[file]
}

func diskClose(tls *libc.TLS, file uintptr) int32 {
	d, f := of(file)
	d.mu.Lock()
	delete(d.files, file)
	d.mu.Unlock()
	disks.mu.Lock()
	delete(disks.byFile, file)
	disks.mu.Unlock()
	return function[closeFunction](f.methods.FxClose)(tls, file)
}

func diskWrite(tls *libc.TLS, file, data uintptr, n int32, at sqlite3.Tsqlite3_int64) int32 {
	d, f := of(file)
	content := make([]byte, n)
	copy(content, unsafe.Slice(*(**byte)(unsafe.Pointer(&data)), n))
	if rc := d.write(file, change{at, content}); rc != sqlite3.SQLITE_OK {
		return rc
	}
	return function[writeFunction](f.methods.FxWrite)(tls, file, data, n, at)
}

func diskTruncate(tls *libc.TLS, file uintptr, size sqlite3.Tsqlite3_int64) int32 {
	d, f := of(file)
	if rc := d.write(file, change{at: size}); rc != sqlite3.SQLITE_OK {
		return rc
	}
	return function[truncateFunction](f.methods.FxTruncate)(tls, file, size)
}

// diskSync does not sync the real file: what a power cut leaves is worked out from what was written, and a test is not to wait for a real disk.
func diskSync(_ *libc.TLS, file uintptr, _ int32) int32 {
	d, _ := of(file)
	return d.sync(file)
}

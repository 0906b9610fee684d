package conversation

import (
	"crypto/rand"
	"net/http"
	"path"
	"strings"
	"unicode"

	"sentral/internal/centre"
)

// MaxFileBytes is the largest attachment.
const MaxFileBytes = 10 << 20

// NewFile makes an upload from bytes and the name its sender gave. The type is read from the bytes, never believed; the name is only ever shown, never
// a path; what browsers could run is refused.
func NewFile(name, owner string, body []byte, at centre.Instant) (Stored, error) {
	if len(body) == 0 {
		return Stored{}, centre.ErrorAt(centre.Invalid, "file", "is empty")
	}
	if len(body) > MaxFileBytes {
		return Stored{}, centre.ErrorAt(centre.Invalid, "file", "is larger than 10 MB")
	}
	kind := http.DetectContentType(body)
	if strings.HasPrefix(kind, "text/html") || strings.HasPrefix(kind, "text/xml") {
		kind = "text/plain; charset=utf-8"
	}
	name = safeName(name)
	switch strings.ToLower(path.Ext(name)) {
	case ".exe", ".msi", ".bat", ".cmd", ".com", ".scr", ".js", ".jse", ".vbs", ".vbe", ".wsf", ".ps1", ".hta", ".jar", ".lnk", ".reg", ".svg", ".html", ".htm", ".xhtml":
		return Stored{}, centre.ErrorAt(centre.Invalid, "file", "files of this kind are not taken: %s", path.Ext(name))
	}
	return Stored{File: File{ID: rand.Text(), Name: name, Type: kind, Bytes: int64(len(body))}, Owner: owner, At: at, Body: body}, nil
}

// safeName keeps the last part of a name, without anything invisible that could make it look like another.
func safeName(name string) string {
	name = name[strings.LastIndexAny(name, `/\`)+1:]
	name = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || strings.ContainsRune(`<>:"|?*`, r) {
			return -1
		}
		return r
	}, name)
	name = strings.Trim(name, ". ")
	if runes := []rune(name); len(runes) > 120 {
		ext := []rune(path.Ext(name))
		name = string(runes[:120-min(len(ext), 20)]) + string(ext[:min(len(ext), 20)])
	}
	if name == "" {
		return "fil"
	}
	return name
}

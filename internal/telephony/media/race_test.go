//go:build race

package media

const racing = true

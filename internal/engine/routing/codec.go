package routing

import (
	"encoding/binary"

	"sentral/internal/centre"
)

// codec writes or reads the fields of a snapshot: one function per record serves both ways, so that what is written and what is read cannot differ.
type codec struct {
	b       []byte
	reading bool
	form    int64   // of the snapshot
	dues    []int64 // when the lane of each contact read is next due, zero where another contact says
	err     error
}

// fail keeps the first thing that is wrong with what is read.
func (c *codec) fail(format string, args ...any) {
	if c.err == nil {
		c.err = centre.Errorf(centre.Invalid, "engine snapshot: "+format, args...)
	}
}

func (c *codec) int(v int64) int64 {
	if !c.reading {
		c.b = binary.AppendVarint(c.b, v)
		return v
	}
	got, n := binary.Varint(c.b)
	if n <= 0 {
		c.fail("ends too early")
		c.b = nil
		return 0
	}
	c.b = c.b[n:]
	return got
}

// number passes a number of any integer type.
func number[T ~int8 | ~int16 | ~int32 | ~int64 | ~uint8 | ~uint16](c *codec, p *T) {
	v := c.int(int64(*p))
	if c.reading {
		if *p = T(v); int64(*p) != v {
			c.fail("number %d is out of range", v)
		}
	}
}

func (c *codec) word(p *uint64) {
	if !c.reading {
		c.b = binary.LittleEndian.AppendUint64(c.b, *p)
		return
	}
	if len(c.b) < 8 {
		c.fail("ends too early")
		return
	}
	*p = binary.LittleEndian.Uint64(c.b)
	c.b = c.b[8:]
}

func (c *codec) flag(p *bool) {
	v := int64(0)
	if *p {
		v = 1
	}
	*p = c.int(v) == 1
}

// bytes passes a text; what is read is a copy.
func (c *codec) bytes(p *[]byte) {
	n := c.count(len(*p))
	if !c.reading {
		c.b = append(c.b, *p...)
		return
	}
	*p = append([]byte(nil), c.b[:n]...)
	c.b = c.b[n:]
}

// count passes the length of a list, which can be no longer than what is left to read.
func (c *codec) count(n int) int {
	v := c.int(int64(n))
	if c.reading && (v < 0 || v > int64(len(c.b))) {
		c.fail("a list of %d is longer than what is left", v)
		return 0
	}
	return int(v)
}

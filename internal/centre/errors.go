package centre

import (
	"errors"
	"fmt"
)

// Kind says what went wrong in the few ways that a caller can act upon. HTTP and SIP codes are chosen from it at the edge only.
type Kind uint8

// The kinds of error.
const (
	Internal    Kind = iota // a fault of ours: a person must act
	Invalid                 // the request is malformed or breaks a rule: the sender must change it
	Forbidden               // known subject, not allowed
	Unknown                 // nobody is signed in
	Missing                 // the thing named does not exist, or may not be seen
	Conflict                // the thing has changed, or is in a state that does not allow this
	Exhausted               // a limit or quota is reached: try later
	Unavailable             // something we lean on is down: try again
)

var kindNames = [...]string{"internal", "invalid", "forbidden", "unknown", "missing", "conflict", "exhausted", "unavailable"}

// String names the kind as in problem documents and logs.
func (k Kind) String() string {
	if int(k) < len(kindNames) {
		return kindNames[k]
	}
	return "internal"
}

// Error is a kind, the place in the input it speaks of, and a text for people. The cause, if any, is for operators.
type Error struct {
	Kind  Kind
	Where string // the field, file:line or id that it is about; may be empty
	Text  string // for people
	Cause error  // for operators; never shown to customers
}

// Error implements error.
func (e *Error) Error() string {
	s := e.Text
	if e.Where != "" {
		s = e.Where + ": " + s
	}
	if e.Cause != nil {
		s += ": " + e.Cause.Error()
	}
	return s
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Cause }

// Errorf makes an Error of the given kind. A %w verb keeps its operand as the chain's cause, as in fmt.Errorf.
func Errorf(k Kind, format string, args ...any) error {
	err := fmt.Errorf(format, args...)
	return &kinded{kind: k, err: err}
}

// ErrorAt makes an Error that names the place in the input, such as a field or file:line.
func ErrorAt(k Kind, where, format string, args ...any) error {
	return &Error{Kind: k, Where: where, Text: fmt.Sprintf(format, args...)}
}

type kinded struct {
	kind Kind
	err  error
}

func (e *kinded) Error() string { return e.err.Error() }
func (e *kinded) Unwrap() error { return e.err }

// ErrorKind is the error's kind.
func (e *kinded) ErrorKind() Kind { return e.kind }

// ErrorKind is the error's kind.
func (e *Error) ErrorKind() Kind { return e.Kind }

// KindOf finds the outermost kind in err's chain; an error without one is Internal.
func KindOf(err error) Kind {
	var k interface{ ErrorKind() Kind }
	if errors.As(err, &k) {
		return k.ErrorKind()
	}
	return Internal
}

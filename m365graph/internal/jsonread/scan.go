package jsonread

import (
	"encoding/binary"
	"errors"
	"math"
	"math/bits"
	"unicode/utf8"
)

// maxDepth is how deep values may nest, as in encoding/json.
const maxDepth = 10_000

// A document is one that the grammar of RFC 8259 allows, so that whoever reads
// it has nothing to check any more, nor any string to look through for its end.
type document struct {
	data []byte
	// marks holds, of each string, object and list in the order in which they
	// begin, where it ends. A string with escapes has the bit escaped; behind
	// an object's or a list's comes the index of the first mark after it.
	marks []uint32
}

const escaped = 1 << 31

// scanner holds a document to the grammar.
type scanner struct {
	document
	pos   int
	depth int
}

// scan checks a document. It puts U+FFFD in place of each byte that is not UTF-8.
func scan(data []byte) (document, error) {
	if len(data) > math.MaxInt32/3 { // as much as it can become
		return document{}, &Error{Problem: "the document is too large"}
	}
	s := scanner{document: document{data, make([]uint32, 0, len(data)/24+4)}}
	err := s.value()
	if errors.Is(err, errUTF8) {
		return scan(mend(data))
	}
	if err != nil {
		return document{}, err
	}
	if s.next(); s.pos < len(data) {
		return document{}, s.broken("something follows the document")
	}
	return s.document, nil
}

// mend returns data with U+FFFD in place of each byte that is not UTF-8.
func mend(data []byte) []byte {
	mended := make([]byte, 0, len(data)+len(data)/8)
	for len(data) > 0 {
		r, n := utf8.DecodeRune(data)
		mended = utf8.AppendRune(mended, r)
		data = data[n:]
	}
	return mended
}

// next passes over white space and returns the byte that it stands before; 0,
// which begins nothing, at the end.
func (s *scanner) next() byte {
	for s.pos < len(s.data) {
		switch c := s.data[s.pos]; c {
		case ' ', '\n', '\r', '\t':
			s.pos++
		default:
			return c
		}
	}
	return 0
}

func (s *scanner) value() error {
	switch c := s.next(); c {
	case '"':
		return s.quoted()
	case '{', '[':
		return s.nested(c)
	case 't':
		return s.literal("true")
	case 'f':
		return s.literal("false")
	case 'n':
		return s.literal("null")
	}
	return s.number()
}

func (s *scanner) nested(opening byte) error {
	if s.depth++; s.depth > maxDepth {
		return s.broken("the document nests too deep")
	}
	s.pos++
	mark := len(s.marks)
	s.marks = append(s.marks, 0, 0)
	closing := opening + 2 // in ASCII, of both
	for more := s.next() != closing; more; {
		if opening == '{' {
			if err := s.name(); err != nil {
				return err
			}
		}
		if err := s.value(); err != nil {
			return err
		}
		switch s.next() {
		case ',':
			s.pos++
		case closing:
			more = false
		default:
			return s.broken("a comma or an end is missing")
		}
	}
	s.depth--
	s.pos++
	s.marks[mark], s.marks[mark+1] = uint32(s.pos), uint32(len(s.marks))
	return nil
}

// name passes over the name of a member and its colon.
func (s *scanner) name() error {
	if s.next() != '"' {
		return s.broken("a name is missing")
	}
	if err := s.quoted(); err != nil {
		return err
	}
	if s.next() != ':' {
		return s.broken("a colon is missing")
	}
	s.pos++
	return nil
}

func (s *scanner) literal(word string) error {
	if len(s.data)-s.pos < len(word) || string(s.data[s.pos:s.pos+len(word)]) != word {
		return s.broken("no value begins like this")
	}
	s.pos += len(word)
	return nil
}

func (s *scanner) number() error {
	s.accept('-')
	switch whole := s.pos; {
	case s.digits() == 0:
		return s.broken("no value begins like this")
	case s.data[whole] == '0' && s.pos > whole+1:
		return s.broken("a number begins with zero")
	}
	if s.accept('.') && s.digits() == 0 {
		return s.broken("a digit is missing")
	}
	if s.accept('e') || s.accept('E') {
		_ = s.accept('+') || s.accept('-')
		if s.digits() == 0 {
			return s.broken("a digit is missing")
		}
	}
	return nil
}

func (s *scanner) accept(c byte) bool {
	if s.pos < len(s.data) && s.data[s.pos] == c {
		s.pos++
		return true
	}
	return false
}

func (s *scanner) digits() (n int) {
	for s.pos < len(s.data) && s.data[s.pos]-'0' <= 9 {
		s.pos++
		n++
	}
	return n
}

// errUTF8 asks for the document to be mended.
var errUTF8 = errors.New("json: a string is not UTF-8")

// quoted passes over a string and notes where it ends.
func (s *scanner) quoted() error {
	var flag uint32
	var all uint64 // the bytes, laid over each other
	start := s.pos + 1
	for i := start; ; {
		for ; i+8 <= len(s.data); i += 8 {
			w := binary.LittleEndian.Uint64(s.data[i:])
			all |= w
			if found := special(w); found != 0 {
				i += bits.TrailingZeros64(found) / 8
				break
			}
		}
		for i < len(s.data) && s.data[i] != '"' && s.data[i] != '\\' && s.data[i] >= ' ' {
			all |= uint64(s.data[i])
			i++
		}
		s.pos = i
		if i == len(s.data) {
			return s.broken("a string does not end")
		}
		switch s.data[i] {
		case '"':
			if all&highs != 0 && !utf8.Valid(s.data[start:i]) {
				return errUTF8
			}
			s.pos++
			s.marks = append(s.marks, uint32(s.pos)|flag)
			return nil
		case '\\':
			n := escapeLen(s.data[i:])
			if n == 0 {
				return s.broken("an escape is none of JSON's")
			}
			flag = escaped
			i += n
		default:
			return s.broken("a string holds a control character")
		}
	}
}

const (
	each  = 0x0101010101010101
	highs = 0x80 * each
)

// special marks the quotes, backslashes and control characters among eight
// bytes. The lowest mark is right; those above may not be. With one bit turned,
// quotes follow right after the control characters, and one comparison finds both.
func special(w uint64) uint64 {
	low, slash := w^2*each, w^'\\'*each
	return ((low-0x21*each)&^w | (slash-each)&^slash) & highs
}

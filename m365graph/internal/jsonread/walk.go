package jsonread

// walker stands in a document, and never looks into its strings.
type walker struct {
	document
	pos  int
	mark int // the first that is not passed
}

// next passes over white space and returns the byte that it stands before.
func (w *walker) next() byte {
	for w.data[w.pos] <= ' ' {
		w.pos++
	}
	return w.data[w.pos]
}

// str passes over a string and returns what is between its quotes.
func (w *walker) str() (inner []byte, escapes bool) {
	end := w.marks[w.mark]
	w.mark++
	start := w.pos + 1
	w.pos = int(end &^ escaped)
	return w.data[start : w.pos-1], end&escaped != 0
}

// name passes over the name of a member and its colon.
func (w *walker) name() []byte {
	w.next()
	inner, escapes := w.str()
	for w.data[w.pos] != ':' {
		w.pos++
	}
	w.pos++
	if escapes {
		return unescape(nil, inner)
	}
	return inner
}

// open passes over the bracket that begins a list or an object, and over the
// other one where nothing is between them; it reports whether something is.
func (w *walker) open() bool {
	w.pos++
	w.mark += 2
	if c := w.next(); c != ']' && c != '}' {
		return true
	}
	w.pos++
	return false
}

// more passes over what follows an element, and reports whether one more does.
func (w *walker) more() bool {
	c := w.next()
	w.pos++
	return c == ','
}

// skip passes over a value and returns it.
func (w *walker) skip() []byte {
	c := w.next()
	start := w.pos
	switch c {
	case '"':
		w.str()
	case '{', '[':
		w.pos, w.mark = int(w.marks[w.mark]), int(w.marks[w.mark+1])
	default:
		w.scalar()
	}
	return w.data[start:w.pos]
}

// scalar passes over a number or a literal and returns it.
func (w *walker) scalar() []byte {
	start := w.pos
	for w.pos < len(w.data) && w.data[w.pos] > ' ' && w.data[w.pos] != ',' && w.data[w.pos] != ']' && w.data[w.pos] != '}' {
		w.pos++
	}
	return w.data[start:w.pos]
}

package scan

// A Walker visits the members of an object or the elements of an array in the
// order of the text:
//
//	w := scan.Walk(data, i, depth)
//	for w.Next() {
//		use(w.Key(), w.Value())
//	}
//	if err := w.Err(); err != nil { ... }
//
// Key and Value are slices of the text, a key with its quotes.
type Walker struct {
	data       []byte
	pos        int
	depth      int
	closer     byte
	begun      bool
	key, value []byte
	err        error
}

// Walk begins at data[i], which must be '{' or '['. Depth is how many arrays and
// objects may still be opened, this one included.
func Walk(data []byte, i, depth int) Walker {
	w := Walker{data: data, pos: i + 1, depth: depth - 1, closer: data[i] + 2}
	if depth <= 0 {
		w.err = fail(i, "nested too deeply")
	}
	return w
}

// Next moves to the next member or element. It returns false behind the last one
// and at the first error.
func (w *Walker) Next() bool {
	if w.err != nil {
		return false
	}
	i := Space(w.data, w.pos)
	switch {
	case i >= len(w.data):
		return w.stop(i, "unexpected end of JSON")
	case w.data[i] == w.closer:
		w.pos = i + 1
		return false
	case w.begun && w.data[i] != ',':
		return w.stop(i, "expected a comma or the end of the "+w.kind())
	case w.begun:
		i = Space(w.data, i+1)
	}
	w.begun = true
	if w.closer == '}' {
		if i = w.readKey(i); i < 0 {
			return false
		}
	}
	end, err := Value(w.data, i, w.depth)
	if err != nil {
		w.err = err
		return false
	}
	w.value, w.pos = w.data[i:end:end], end
	return true
}

// readKey reads the key at i and the colon, and returns where the value begins,
// or -1 after an error.
func (w *Walker) readKey(i int) int {
	if i >= len(w.data) {
		w.stop(i, "unexpected end of JSON")
		return -1
	}
	if w.data[i] != '"' {
		w.stop(i, "expected a key in quotes")
		return -1
	}
	end, err := text(w.data, i)
	if err != nil {
		w.err = err
		return -1
	}
	w.key = w.data[i:end]
	i = Space(w.data, end)
	if i >= len(w.data) {
		w.stop(i, "unexpected end of JSON")
		return -1
	}
	if w.data[i] != ':' {
		w.stop(i, "expected a colon after the key")
		return -1
	}
	return Space(w.data, i+1)
}

// Key is the present member's key in quotes, nil in an array.
func (w *Walker) Key() []byte { return w.key }

// Value is the present member's value or the present element. Its capacity ends
// with it, so that appending to it copies.
func (w *Walker) Value() []byte { return w.value }

// End is the position behind the container once Next has returned false.
func (w *Walker) End() int { return w.pos }

// Err is the error that ended the walk, nil after a whole container.
func (w *Walker) Err() error { return w.err }

func (w *Walker) stop(i int, problem string) bool {
	w.pos, w.err = i, fail(i, problem)
	return false
}

func (w *Walker) kind() string {
	if w.closer == '}' {
		return "object"
	}
	return "array"
}

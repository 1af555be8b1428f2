package schema

import (
	"bytes"

	"github.com/evoke-rpc/evoke/internal/scan"
)

// maxDeclared is how many properties an acceptor of objects can tell apart.
const maxDeclared = 256

// members are what a rule says of an object's members.
type members struct {
	declared   []declared // in the order of the schema
	required   indices
	additional *acceptor // for members that are not declared
	named      bool      // additionalProperties is given, so that no member is unknown
	names      *acceptor // what keys must be; nil allows all
	min, max   int
}

type declared struct {
	key  []byte // in quotes
	name []byte
	*acceptor
}

// indices is a set of indices of declared members.
type indices [maxDeclared / 64]uint64

func (s *indices) has(i int) bool { return s[i/64]&(1<<(i%64)) != 0 }
func (s *indices) add(i int)      { s[i/64] |= 1 << (i % 64) }

func (s *indices) contain(others *indices) bool {
	for i, word := range others {
		if word&^s[i] != 0 {
			return false
		}
	}
	return true
}

// An objectVisit tells what has been seen of it.
type objectVisit struct {
	*members
	seen   indices
	next   int // the declared member that is expected
	around int // how many undeclared members the objects around this one have
}

func (r *reading) object(a *acceptor, i, depth int) int {
	if a.kinds&objects == 0 || depth == 0 {
		return refused
	}
	v := objectVisit{members: a.object, around: r.used}
	i = scan.Space(r.data, i+1)
	if i < len(r.data) && r.data[i] == '}' {
		return v.whole(0, i+1)
	}
	for n := 1; ; n++ {
		value, end := r.key(&v, i)
		if end == refused {
			return refused
		}
		i = scan.Space(r.data, end)
		if i == len(r.data) || r.data[i] != ':' {
			return refused
		}
		if i = r.value(value, scan.Space(r.data, i+1), depth-1); i == refused {
			return refused
		}
		if i = scan.Space(r.data, i); i == len(r.data) {
			return refused
		}
		switch r.data[i] {
		case ',':
			i = scan.Space(r.data, i+1)
		case '}':
			r.used = v.around
			return v.whole(n, i+1)
		default:
			return refused
		}
	}
}

// key reads a member's key and returns what its value must be.
func (r *reading) key(v *objectVisit, i int) (value *acceptor, end int) {
	found := v.next
	if !v.begins(r.data[i:], found) {
		found = v.find(r.data[i:], found)
	}
	if found < 0 {
		return v.additional, r.undeclaredKey(v, i)
	}
	if v.seen.has(found) {
		return nil, refused
	}
	v.seen.add(found)
	v.next = found + 1
	return v.declared[found].acceptor, i + len(v.declared[found].key)
}

// begins reports whether text begins with the key of the i-th declared member.
func (m *members) begins(text []byte, i int) bool {
	return i < len(m.declared) && bytes.HasPrefix(text, m.declared[i].key)
}

// find returns the declared member whose key begins text, or -1. Members mostly
// come in the order of the schema, so the search begins with the one expected.
func (m *members) find(text []byte, expected int) int {
	for i := expected; i < len(m.declared); i++ {
		if bytes.HasPrefix(text, m.declared[i].key) {
			return i
		}
	}
	for i := range expected {
		if bytes.HasPrefix(text, m.declared[i].key) {
			return i
		}
	}
	return -1
}

// undeclaredKey reads the key of a member that is not declared, and compares it with
// the others of the object.
func (r *reading) undeclaredKey(v *objectVisit, i int) int {
	if i == len(r.data) || r.data[i] != '"' {
		return refused
	}
	end := r.skipText(i)
	if end == refused {
		return refused
	}
	key := r.data[i:end]
	if bytes.IndexByte(key, '\\') >= 0 || !v.named && r.doubtful(v.members, key[1:len(key)-1]) {
		return refused
	}
	if v.names != nil && r.text(v.names, i) == refused {
		return refused
	}
	for _, at := range r.undeclared[v.around:r.used] {
		if bytes.HasPrefix(r.data[at:], key) {
			return refused
		}
	}
	if r.used == maxUndeclared {
		return refused
	}
	r.undeclared[r.used] = i
	r.used++
	return end
}

// doubtful reports whether a check finds fault with a member that nothing declares.
func (r *reading) doubtful(m *members, name []byte) bool {
	if r.checks&Unknown != 0 && len(m.declared) > 0 {
		return true
	}
	if r.checks&Case != 0 {
		for i := range m.declared {
			if bytes.EqualFold(m.declared[i].name, name) {
				return true
			}
		}
	}
	return false
}

// whole checks what is known of an object only when all of its n members are read.
func (v *objectVisit) whole(n, end int) int {
	if n < v.min || n > v.max || !v.seen.contain(&v.required) {
		return refused
	}
	return end
}

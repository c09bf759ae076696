package graphtest

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"strings"
)

// mailKey is what the ids of one mailbox have in common.
type mailKey [16]byte

func newMailKey(owner string) mailKey { return mailKey(digest("mailbox", owner)[:16]) }

// idKind is how an id begins, by what it names.
type idKind [4]byte

var (
	idOfMessage      = idKind{0, 3, 0x24, 0}
	idOfFolder       = idKind{0, 3, 0x24, 1}
	idImmutable      = idKind{0, 9, 0, 0x2e}
	idOfConversation = idKind{0, 4, 0x24, 0}
)

// idSize is that of an id's bytes; their base64 ends in "=", as ids of
// Exchange's often do.
const idSize = 38

// id spells an id: readable to the mailbox, so that it need keep none.
func (k mailKey) id(kind idKind, number, moves uint32) string {
	var b [idSize]byte
	copy(b[:], kind[:])
	copy(b[4:], k[:])
	binary.BigEndian.PutUint32(b[20:], number)
	binary.BigEndian.PutUint32(b[24:], moves)
	binary.BigEndian.PutUint64(b[28:], scatter(binary.BigEndian.Uint64(k[:8])^binary.BigEndian.Uint64(b[20:])))
	var text [64]byte
	return string(base64.URLEncoding.AppendEncode(text[:0], b[:]))
}

// scatter mixes the bits of x, so that ids of neighbours look unlike.
func scatter(x uint64) uint64 {
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// number reads an id of the mailbox's making; ok if id is one.
func (k mailKey) number(id string) (kind idKind, number, moves uint32, ok bool) {
	b, err := base64.URLEncoding.DecodeString(id)
	if err != nil || len(b) != idSize {
		return kind, 0, 0, false
	}
	kind = idKind(b[:4])
	number, moves = binary.BigEndian.Uint32(b[20:]), binary.BigEndian.Uint32(b[24:])
	return kind, number, moves, k.id(kind, number, moves) == id
}

// folderID is the id of the next folder.
func (m *mailbox) folderID() string {
	m.made++
	return m.key.id(idOfFolder, uint32(m.made), 0)
}

// message finds a message by either of its ids; nil if there is none.
func (m *mailbox) message(id string) *message {
	if n := m.given[id]; n != 0 {
		if msg := m.messages[n-1]; msg != nil && msg.moves == 0 {
			return msg
		}
		return nil
	}
	kind, n, moves, ok := m.key.number(id)
	if !ok || n == 0 || int(n) > len(m.messages) {
		return nil
	}
	msg := m.messages[n-1]
	if msg == nil || kind == idOfMessage && (moves != msg.moves || msg.id() != id) || kind != idOfMessage && kind != idImmutable {
		return nil
	}
	return msg
}

// immutable is the immutable id for another id that a message has or had.
func (m *mailbox) immutable(id string) string {
	if n := m.given[id]; n != 0 {
		return m.key.id(idImmutable, n, 0)
	}
	_, n, _, ok := m.key.number(id)
	if !ok {
		return id
	}
	return m.key.id(idImmutable, n, 0)
}

// id is the one that changes when the message moves.
func (m *message) id() string {
	if m.ID != "" && m.moves == 0 {
		return m.ID
	}
	return m.folder.box.key.id(idOfMessage, m.number, m.moves)
}

// idFor is the id in the form that a request asks for.
func (m *message) idFor(c *call) string {
	if c.immutableIDs() {
		return m.folder.box.key.id(idImmutable, m.number, 0)
	}
	return m.id()
}

// changeKey names a version of a message.
func (m *message) changeKey() string {
	var text [32]byte
	return string(m.appendChangeKey(text[:0]))
}

func (m *message) appendChangeKey(dst []byte) []byte {
	b := append(make([]byte, 0, 24), 9, 0, 0, 0, 22, 0, 0, 0)
	b = binary.BigEndian.AppendUint64(b, scatter(binary.BigEndian.Uint64(m.folder.box.key[:8])^uint64(m.number)))
	b = binary.BigEndian.AppendUint64(b, uint64(m.version)<<32|uint64(m.moves))
	return base64.StdEncoding.AppendEncode(dst, b)
}

// internetID is the message's Message-ID.
func (m *message) internetID() string {
	if m.InternetMessageID != "" {
		return m.InternetMessageID
	}
	return m.folder.box.internetID(m.number)
}

// internetID is the Message-ID of a message that was made here.
func (m *mailbox) internetID(number uint32) string {
	var b [20]byte
	copy(b[:], m.key[:])
	binary.BigEndian.PutUint32(b[16:], number)
	return "<" + strings.ToUpper(hex.EncodeToString(b[:])) + "@" + domain(m.owner.Mail) + ">"
}

// byInternetID finds a message by its Message-ID; nil if there is none.
func (m *mailbox) byInternetID(id string) *message {
	if msg := m.known[id]; msg != nil {
		return msg
	}
	local, _, _ := strings.Cut(strings.TrimPrefix(id, "<"), "@")
	b, err := hex.DecodeString(local)
	if err != nil || len(b) != 20 || mailKey(b[:16]) != m.key {
		return nil
	}
	n := binary.BigEndian.Uint32(b[16:])
	if n == 0 || int(n) > len(m.messages) || m.internetID(n) != id {
		return nil
	}
	return m.messages[n-1]
}

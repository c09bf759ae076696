package agenttool

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash"
	"maps"
	"slices"
	"time"
)

// Plan is a write, resolved but not sent: data that a person can read, a store
// can keep and Apply can send, and nothing besides.
type Plan struct {
	// Tool and ToolVersion say who made the plan; a [Guard] fills them.
	Tool        string `json:"tool"`
	ToolVersion string `json:"tool_version"`
	// Summary is one line: "Send a message to 2 people outside the company".
	Summary string `json:"summary"`
	// Shown is all that a person must see before they agree: every raw address
	// with Bcc and the effective Reply-To, the full text, names and hashes.
	Shown []Field `json:"shown,omitempty"`
	// Steps are the requests, in the order in which they are sent.
	Steps []Step `json:"steps,omitempty"`
	// Files are what is uploaded or attached.
	Files []File `json:"files,omitempty"`
}

// Field is one thing that a person sees of a plan.
type Field struct {
	Label string `json:"label"`
	Value string `json:"value"`
}

// Step is one request of a plan.
type Step struct {
	Method string `json:"method"`
	// Path is relative to Graph's version, with every element escaped.
	Path string `json:"path"`
	// IfMatch is the eTag that the thing had when the plan was made, so that
	// the request fails if it has changed since.
	IfMatch string `json:"if_match,omitempty"`
	// Body is a JSON value, nil for none.
	Body json.RawMessage `json:"body,omitempty"`
}

// File is one local file of a plan.
type File struct {
	// Name is relative to the host's allow-listed folder.
	Name string `json:"name"`
	Size int64  `json:"size"`
	// SHA256 is the content's, as 64 hexadecimal digits.
	SHA256 string `json:"sha256"`
}

// Hash returns the SHA-256, as 64 hexadecimal digits, of the caller and the
// whole plan: what an approval is bound to. The bodies count by their JSON
// value, so that a store which reformats JSON does not change the hash. A body
// that is not JSON, or names a key twice, is an error.
func (p Plan) Hash(who Caller) (string, error) {
	h := &planHash{sha256.New()}
	h.str("agenttool plan 1", who.Company, who.User, who.Session, who.Account)
	h.str(p.Tool, p.ToolVersion, p.Summary)
	h.num(len(p.Shown))
	for _, f := range p.Shown {
		h.str(f.Label, f.Value)
	}
	h.num(len(p.Steps))
	for i, s := range p.Steps {
		h.str(s.Method, s.Path, s.IfMatch)
		if err := h.json(s.Body); err != nil {
			return "", fmt.Errorf("agenttool: hash the body of step %d: %w", i+1, err)
		}
	}
	h.num(len(p.Files))
	for _, f := range p.Files {
		h.str(f.Name, f.SHA256)
		h.num(int(f.Size))
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// planHash writes values with their lengths, so that no two different plans
// write the same bytes.
type planHash struct{ hash.Hash }

func (h *planHash) num(n int) {
	_ = binary.Write(h, binary.BigEndian, int64(n)) // a hash never fails
}

func (h *planHash) str(values ...string) {
	for _, s := range values {
		h.num(len(s))
		h.Write([]byte(s))
	}
}

func (h *planHash) json(raw json.RawMessage) error {
	if len(raw) == 0 {
		h.str("none")
		return nil
	}
	if err := checkJSON(raw, nil); err != nil {
		return err
	}
	v, err := decodeAny(raw)
	if err != nil {
		return err
	}
	h.value(v)
	return nil
}

func (h *planHash) value(v any) {
	switch v := v.(type) {
	case map[string]any:
		h.str("object")
		h.num(len(v))
		for _, key := range slices.Sorted(maps.Keys(v)) {
			h.str(key)
			h.value(v[key])
		}
	case []any:
		h.str("array")
		h.num(len(v))
		for _, item := range v {
			h.value(item)
		}
	case string:
		h.str("string", v)
	default: // json.Number, bool, nil
		h.str("literal", fmt.Sprint(v))
	}
}

// Ticket stands for a plan that a person has been asked about.
type Ticket struct {
	// ID is the approval's own, unguessable.
	ID string `json:"id"`
	// Hash is the [Plan.Hash] that the person sees and approves.
	Hash string `json:"hash"`
	// ExpiresOn is when an answer comes too late.
	ExpiresOn time.Time `json:"expires_on"`
}

// Outcome is how an approved write ended.
type Outcome struct {
	// Code is empty if the write happened, [CodeStateUnknown] if nobody can
	// tell, and else why it did not happen.
	Code Code `json:"code,omitempty"`
	// RequestIDs find the requests in Graph's log.
	RequestIDs []string  `json:"request_ids,omitempty"`
	At         time.Time `json:"at"`
}

// Approvals asks people. An implementation serves many callers at once, takes
// the caller from the context, and compares it with the one that asked.
type Approvals interface {
	// Request records the plan and asks a person; it does not wait for them.
	Request(ctx context.Context, p Plan) (Ticket, error)
	// Claim takes an approved ticket, once: of two callers one succeeds. It
	// fails with an [*Error] whose code is APPROVAL_PENDING, APPROVAL_DECLINED
	// or APPROVAL_EXPIRED.
	Claim(ctx context.Context, t Ticket) error
	// Settle records how the write of a claimed ticket ended.
	Settle(ctx context.Context, t Ticket, o Outcome) error
}

// AuditEvent is one decision about one call. It holds no argument and no
// content.
type AuditEvent struct {
	At     time.Time `json:"at"`
	Caller Caller    `json:"caller"`
	Tool   string    `json:"tool"`
	// Effect and Permissions are what the call asked for.
	Effect      Effect   `json:"effect"`
	Permissions []string `json:"permissions,omitempty"`
	// Code is why the call was refused; empty if it was let through.
	Code Code `json:"code,omitempty"`
	// Ticket and PlanHash name the approval of a write.
	Ticket   string `json:"ticket,omitempty"`
	PlanHash string `json:"plan_hash,omitempty"`
}

// Audit keeps decisions. A call whose decision cannot be kept is refused.
type Audit interface {
	Record(ctx context.Context, e AuditEvent) error
}

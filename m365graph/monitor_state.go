package m365graph

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/m365go/sdk/m365auth"
)

// OperationError is a long operation that was begun and did not succeed. It
// matches the sentinels that its codes stand for, such as [ErrConflict] where a
// name was taken.
type OperationError struct {
	// Status is the server's word: "failed", "cancelled".
	Status string
	// Code and Message say why, where the server does.
	Code, Message string
	// Inner are the nested codes, outermost first.
	Inner []string
	// RequestID is what Microsoft's support asks for.
	RequestID string
}

// Error returns one line with the status, the codes and the id.
func (e *OperationError) Error() string {
	text := "m365graph: the operation ended as " + e.Status
	if codes := strings.Join(append([]string{e.Code}, e.Inner...), "/"); codes != "" {
		text += ", " + codes
	}
	if e.Message != "" {
		text += ": " + e.Message
	}
	if e.RequestID != "" {
		text += " (request-id " + e.RequestID + ")"
	}
	return text
}

// operationSentinel is for failures that come without a status of HTTP's.
var operationSentinel = map[string]error{
	"accessdenied": ErrForbidden, "itemnotfound": ErrNotFound, "namealreadyexists": ErrConflict,
	"resourcelocked": ErrLocked, "resourcemodified": ErrPrecondition, "unauthenticated": ErrUnauthenticated,
}

// Is reports whether target is a sentinel that one of the codes stands for.
// OneDrive refines them behind an underscore: AccessDenied_ItemIsLocked.
func (e *OperationError) Is(target error) bool {
	says := func(code string) bool {
		code, _, _ = strings.Cut(strings.ToLower(code), "_")
		return operationSentinel[code] == target || codeSentinel[code] == target
	}
	return target != nil && (says(e.Code) || slices.ContainsFunc(e.Inner, says))
}

// operationState is one answer of a monitor.
type operationState struct {
	op      Operation
	percent float64 // -1 if the answer does not say
	done    bool
}

// readOperation reads what a monitor says, of which there are several dialects:
// OneDrive's, Teams', OneNote's, and the resource itself when it is there. A
// word that is not known may be one of tomorrow's for an operation under way.
func readOperation(resp *Response) (operationState, error) {
	s := operationState{percent: -1}
	if resp.Status == http.StatusSeeOther {
		return operationState{Operation{"completed", "", m365auth.NewSecret(resp.Header.Get("Location"))}, 100, true}, nil
	}
	var m members
	err := decodeJSON(resp.Body, &m)
	s.op.Status = m.text("status")
	switch word := strings.ToLower(s.op.Status); {
	case word == "" && resp.Status == http.StatusAccepted:
		return s, nil
	case resp.Status >= http.StatusMultipleChoices || err != nil || m == nil:
		return s, unreadableState(resp)
	case word == "" && m.text("id") == "":
		return s, unreadableState(resp)
	case word == "":
		s.op.Status, s.op.ResourceID = "completed", m.text("id")
		s.percent, s.done = 100, true
		return s, nil
	case word == "failed", word == "deletefailed", word == "cancelled", word == "canceled", word == "skipped":
		return s, newOperationError(resp, m)
	case word == "completed", word == "succeeded":
		s.percent, s.done = 100, true
	default:
		s.percent = m.percent("percentageComplete")
	}
	s.op.ResourceID = cmp.Or(m.text("resourceId"), m.text("targetResourceId"))
	s.op.ResourceLocation = m365auth.NewSecret(cmp.Or(m.whole("resourceLocation"), m.whole("targetResourceLocation")))
	return s, nil
}

func unreadableState(resp *Response) error {
	return fmt.Errorf("m365graph: the answer %d says nothing of the operation (request-id %s)", resp.Status, resp.RequestID())
}

// whole is a text as it came.
func (m members) whole(name string) string {
	var s string
	_ = decodeJSON(m[name], &s)
	return s
}

// percent is a share from 0 to 100, or -1.
func (m members) percent(name string) float64 {
	var f *float64
	if decodeJSON(m[name], &f) != nil || f == nil {
		return -1
	}
	return max(0, min(*f, 100))
}

// newOperationError reads both places of a failure's cause.
func newOperationError(resp *Response, m members) error {
	var e Error
	e.readEnvelope(resp.Body)
	o := &OperationError{
		Status: m.text("status"), Code: cmp.Or(e.Code, m.text("errorCode")), Inner: e.Inner,
		Message: cmp.Or(e.Message, m.text("statusDescription")), RequestID: cmp.Or(resp.RequestID(), e.RequestID),
	}
	withoutLinks(resp.url, &o.Status, &o.Code, &o.Message, &o.RequestID)
	for i := range o.Inner {
		withoutLinks(resp.url, &o.Inner[i])
	}
	return o
}

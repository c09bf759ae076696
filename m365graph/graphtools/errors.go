package graphtools

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net/http"
	"slices"
	"strings"

	"github.com/m365go/sdk/m365auth/agenttool"
	"github.com/m365go/sdk/m365graph"
)

const hintTell = "tell the person; calling again does not help"

// statuses is how each refusal of Graph's reads to a model.
var statuses = map[int]struct {
	code    agenttool.Code
	message string
	hint    string
}{
	http.StatusBadRequest:            {agenttool.CodeInvalidArgument, "Graph does not understand the request", "mend the endpoint or the params and call again"},
	http.StatusUnauthorized:          {agenttool.CodeNotConnected, "the sign-in has ended", agenttool.HintLogin},
	http.StatusForbidden:             {agenttool.CodePolicyBlocked, "this person may not see it", hintTell},
	http.StatusNotFound:              {agenttool.CodeNotFound, "there is no such thing, or this person may not see it", "look for it in the list it should be in"},
	http.StatusMethodNotAllowed:      {agenttool.CodeInvalidArgument, "the endpoint cannot be read", "mend the endpoint"},
	http.StatusConflict:              {agenttool.CodeConflict, "it is in conflict with what is there", "read it again"},
	http.StatusGone:                  {agenttool.CodeConflict, "this place in the list has lapsed", "leave cursor out and start again"},
	http.StatusPreconditionFailed:    {agenttool.CodeConflict, "it has changed meanwhile", "read it again"},
	http.StatusRequestEntityTooLarge: {agenttool.CodeInvalidArgument, "the request is too large", "ask for less"},
	http.StatusRequestURITooLong:     {agenttool.CodeInvalidArgument, "the params are too long", "shorten them"},
	http.StatusLocked:                {agenttool.CodeConflict, "somebody else holds it", agenttool.HintLater},
	http.StatusTooManyRequests:       {agenttool.CodeThrottled, "Graph asks to slow down", agenttool.HintLater},
	statusBandwidthExceeded:          {agenttool.CodeThrottled, "Graph asks to slow down", agenttool.HintLater},
	http.StatusInsufficientStorage:   {agenttool.CodeConflict, "the mailbox or the drive is full", hintTell},
}

// statusBandwidthExceeded is SharePoint's 509.
const statusBandwidthExceeded = 509

// explain turns a failure into what a model may know of it.
func (g *graphTool) explain(ctx context.Context, err error, t target) *agenttool.Error {
	var own *agenttool.Error
	var graph *m365graph.Error
	switch {
	case errors.As(err, &own):
		return own
	case errors.Is(err, m365graph.ErrAmbiguous):
		return &agenttool.Error{Code: agenttool.CodeStateUnknown, Message: "the change may or may not have happened", Hint: "look before you try again"}
	case errors.Is(err, m365graph.ErrHostNotAllowed):
		return &agenttool.Error{Code: agenttool.CodeUnavailable, Message: "Graph pointed to a host outside of it, which was not asked", Hint: hintTell}
	case errors.As(err, &graph) && graph.Status/100 == 3:
		return errNotJSON // contents lie elsewhere, and are not fetched
	case errors.As(err, &graph):
		return g.refused(ctx, graph, t)
	}
	return agenttool.FromError(err)
}

// refused explains an answer of Graph's.
func (g *graphTool) refused(ctx context.Context, graph *m365graph.Error, t target) *agenttool.Error {
	e := &agenttool.Error{Code: agenttool.CodeUnavailable, Message: "Graph failed for now", Hint: agenttool.HintLater, Details: details(graph)}
	if row, ok := statuses[graph.Status]; ok {
		e.Code, e.Message, e.Hint = row.code, row.message, row.hint
	}
	switch {
	case graph.Claims != "":
		e.Code, e.Message, e.Hint = agenttool.CodeNotConnected, "the tenant wants the person to sign in again", agenttool.HintLogin
	case graph.Status == http.StatusForbidden:
		if missing := g.missing(ctx, t); len(missing) > 0 {
			e.Code, e.Message, e.Hint = agenttool.CodeScopeMissing, "the sign-in does not cover this", agenttool.HintLogin
			e.Details["scopes"] = missing
		}
	case graph.Status == http.StatusBadRequest && graph.Message != "":
		// In quotes: these words are not ours, and may repeat anybody's.
		e.Message += fmt.Sprintf(" and says %q", agenttool.Clip(visible(graph.Message), 300))
	}
	return e
}

func details(graph *m365graph.Error) map[string]any {
	d := map[string]any{"status": graph.Status}
	if graph.Code != "" {
		d["graph_code"] = agenttool.Clip(visible(graph.Code), 100)
	}
	if len(graph.Inner) > 0 {
		d["graph_inner_code"] = agenttool.Clip(visible(graph.Inner[len(graph.Inner)-1]), 100)
	}
	if graph.RequestID != "" {
		d["request_id"] = agenttool.Clip(visible(graph.RequestID), 100)
	}
	if graph.RetryAfter > 0 {
		d["retry_after_seconds"] = int(math.Ceil(graph.RetryAfter.Seconds()))
	}
	return d
}

// missing returns the scopes that the target wants and the token does not have.
// If the token's are unknown, all that the target wants may be missing.
func (g *graphTool) missing(ctx context.Context, t target) []string {
	granted, err := g.scopes(ctx)
	if err != nil {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(t.scopes), func(want string) bool {
		return slices.ContainsFunc(granted, func(have string) bool { return includes(have, want) })
	})
}

// includes reports whether the scope have allows all that want does: Mail.Read
// is in Mail.ReadWrite and in Mail.Read.All.
func includes(have, want string) bool {
	h := strings.Split(strings.ToLower(have[strings.LastIndexByte(have, '/')+1:]), ".")
	w := strings.Split(strings.ToLower(want), ".")
	if len(h) < 2 || len(w) < 2 || h[0] != w[0] {
		return false
	}
	rank := []string{"readbasic", "read", "readwrite"}
	if h[1] != w[1] && slices.Index(rank, h[1]) < slices.Index(rank, w[1]) {
		return false
	}
	if h[1] != w[1] && !slices.Contains(rank, w[1]) {
		return false
	}
	return len(w) < 3 || len(h) > 2 && h[2] == w[2]
}

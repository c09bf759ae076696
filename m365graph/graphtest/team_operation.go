package graphtest

import (
	"net/http"
	"strings"
	"time"
)

// teamOperation is https://learn.microsoft.com/graph/api/resources/teamsasyncoperation.
type teamOperation struct {
	id     string
	kind   string
	at     time.Time
	target string
}

var teamOperationSchema = &schema[*teamOperation]{
	name: "teamsAsyncOperation", page: 20, maxPage: 50,
	props: []property[*teamOperation]{
		{name: "id", typ: "Edm.String", get: func(_ *call, o *teamOperation) any { return o.id }},
		{name: "operationType", typ: "teamsAsyncOperationType", get: func(_ *call, o *teamOperation) any { return o.kind }},
		{name: "createdDateTime", typ: "Edm.DateTimeOffset", get: func(_ *call, o *teamOperation) any { return o.at }},
		{name: "status", typ: "teamsAsyncOperationStatus", get: func(*call, *teamOperation) any { return "succeeded" }},
		{name: "lastActionDateTime", typ: "Edm.DateTimeOffset", get: func(_ *call, o *teamOperation) any { return o.at }},
		{name: "attemptsCount", typ: "Edm.Int32", get: func(*call, *teamOperation) any { return 1 }},
		{name: "targetResourceId", typ: "Edm.String", get: func(_ *call, o *teamOperation) any { return o.target }},
		{name: "targetResourceLocation", typ: "Edm.String", get: func(_ *call, o *teamOperation) any { return "/teams('" + o.target + "')" }},
		{name: "error", typ: "operationError"},
	},
}

// start answers what goes on in the background.
func (t *teamState) start(c *call, kind string) *reply {
	o := &teamOperation{id: guid("operation", t.ID, len(t.operations)), kind: kind, at: c.now, target: t.ID}
	t.operations = append(t.operations, o)
	rep := accepted()
	rep.header = http.Header{
		"Location":         {"/teams('" + t.ID + "')/operations('" + o.id + "')"},
		"Content-Location": {"/teams('" + t.ID + "')"},
	}
	return rep
}

func getTeamOperation(c *call) (*reply, error) {
	t, err := c.team()
	if err != nil {
		return nil, err
	}
	for _, o := range t.operations {
		if strings.EqualFold(o.id, c.vars["operation"]) {
			return one(c, teamOperationSchema, o, "teams('"+t.ID+"')/operations")
		}
	}
	return nil, failf(codeNotFound, "NotFound: no operation '%s'.", c.vars["operation"])
}

func archiveTeam(c *call) (*reply, error)   { return setArchived(c, true, "archiveTeam") }
func unarchiveTeam(c *call) (*reply, error) { return setArchived(c, false, "unarchiveTeam") }

func setArchived(c *call, archived bool, kind string) (*reply, error) {
	t, err := c.ownTeam()
	if err != nil {
		return nil, err
	}
	t.IsArchived = archived
	c.s.tenant.journal.record("teams", t.ID, itemUpdated)
	return t.start(c, kind), nil
}

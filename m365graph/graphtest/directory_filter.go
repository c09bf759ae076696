package graphtest

import (
	"slices"
	"strings"

	"github.com/m365go/sdk/m365graph/internal/odata"
)

// filterable says which operators a property of the directory takes: at once,
// and in advanced queries alone. Whatever takes eq takes ne and not in advanced
// queries; "null" is a comparison to null.
type filterable struct{ always, advanced string }

var (
	textFilter     = filterable{"eq ge le in startswith", "null"}
	advancedFilter = filterable{"", "eq ge le in startswith null"}
	flagFilter     = filterable{"eq in", "null"}
	timeFilter     = filterable{"eq ge le", "in"}
	licenseFilter  = filterable{"eq any", "$count"}
)

// userFilters and groupFilters are the tables of
// https://learn.microsoft.com/graph/aad-advanced-queries and of the resources'
// pages. A property that is in neither cannot be filtered by.
var userFilters = map[string]filterable{
	"accountenabled": {"eq in", "ge le"}, "agegroup": flagFilter, "assignedlicenses": licenseFilter, "assignedplans": licenseFilter,
	"businessphones": {"eq startswith any", "$count"}, "city": {"eq ge in startswith", "le null"}, "companyname": advancedFilter,
	"consentprovidedforminor": flagFilter, "country": textFilter, "createddatetime": timeFilter, "creationtype": flagFilter,
	"deleteddatetime": timeFilter, "department": textFilter, "displayname": {"eq in startswith", "ge le null"},
	"employeehiredate": {"", "eq ge le in"}, "employeeid": {"eq startswith", "ge le in null"}, "employeeorgdata": {"", "eq ge le in"},
	"employeetype": advancedFilter, "externaluserstate": flagFilter, "externaluserstatechangedatetime": flagFilter, "faxnumber": advancedFilter,
	"givenname": textFilter, "id": flagFilter, "identities": {"eq any", ""}, "imaddresses": {"eq ge le startswith any", "$count"},
	"isresourceaccount": {"eq", ""}, "jobtitle": {"eq ge le in", "startswith null"}, "mail": {"eq ge le in startswith", "endswith null"},
	"mailnickname": textFilter, "mobilephone": advancedFilter, "officelocation": advancedFilter,
	"onpremisesextensionattributes": {"", "eq ge le in null"}, "onpremisesimmutableid": {"", "eq ge le in"},
	"onpremiseslastsyncdatetime": {"", "eq ge le in"}, "onpremisesprovisioningerrors": licenseFilter, "onpremisessamaccountname": advancedFilter,
	"onpremisessecurityidentifier": flagFilter, "onpremisessyncenabled": {"eq in", "ge le null"}, "onpremisesuserprincipalname": textFilter,
	"othermails": {"eq ge le in startswith any", "endswith $count"}, "passwordpolicies": {"", "eq null"}, "postalcode": advancedFilter,
	"preferredlanguage": advancedFilter, "provisionedplans": licenseFilter, "proxyaddresses": {"eq ge le startswith any", "endswith null $count"},
	"showinaddresslist": {"", "eq ge le in"}, "signinactivity": {"eq ge le", ""}, "state": textFilter, "streetaddress": advancedFilter,
	"surname": textFilter, "usagelocation": textFilter, "userprincipalname": {"eq le in startswith", "ge endswith null"}, "usertype": flagFilter,
	"@odata.type": {"eq", ""},
}

var groupFilters = map[string]filterable{
	"assignedlicenses": licenseFilter, "classification": {"eq ge le startswith", ""}, "createddatetime": {"eq ge le in", ""},
	"description": {"eq ge le startswith", "null"}, "displayname": {"eq ge le in startswith", "null"}, "expirationdatetime": {"eq ge le in", ""},
	"grouptypes": {"eq any", "$count"}, "hasmemberswithlicenseerrors": {"eq", ""}, "id": flagFilter, "isassignabletorole": {"eq", ""},
	"mail": textFilter, "mailenabled": {"eq", ""}, "mailnickname": textFilter, "membershiprule": {"eq ge le startswith", ""},
	"membershipruleprocessingstate": flagFilter, "onpremiseslastsyncdatetime": {"eq ge le in", ""}, "onpremisesprovisioningerrors": licenseFilter,
	"onpremisessamaccountname": textFilter, "onpremisessecurityidentifier": {"null", ""}, "onpremisessyncenabled": flagFilter,
	"preferredlanguage": textFilter, "proxyaddresses": {"eq ge le startswith any", "endswith $count"}, "reneweddatetime": {"eq ge le in", ""},
	"resourceprovisioningoptions": {"eq any", ""}, "securityenabled": {"eq in", ""}, "visibility": {"eq", ""}, "uniquename": textFilter,
}

// sortable tells whether a property orders people or groups, and whether at
// once or in advanced queries alone.
var sortable = map[string]bool{"displayname": true, "userprincipalname": true, "createddatetime": false, "deleteddatetime": false}

// need is what a query asks of the request.
type need int

const (
	needNothing need = iota
	needAdvanced
	needMiracle // no request will do
)

// needs tells what a use of a property asks for.
func (f filterable) needs(u odata.Use) need {
	has := func(list, operator string) bool { return slices.Contains(strings.Fields(list), operator) }
	takes := func(operator string) need {
		switch {
		case has(f.always, operator):
			return needNothing
		case has(f.advanced, operator):
			return needAdvanced
		}
		return needMiracle
	}
	least := needNothing
	operator := u.Operator
	switch operator {
	case "ne":
		operator, least = "eq", needAdvanced
	case "gt":
		operator, least = "ge", needAdvanced
	case "lt":
		operator, least = "le", needAdvanced
	}
	if u.Not {
		least = needAdvanced
	}
	if u.Null && (operator == "eq" || operator == "in") {
		operator = "null"
		if u.Operator == "ne" && takes("eq") != needMiracle {
			return needAdvanced
		}
	}
	return max(least, takes(operator))
}

// directoryOperators are those that a filter of the directory can use.
var directoryOperators = []string{
	"eq", "ne", "gt", "ge", "lt", "le", "in", "and", "or", "not", "any", "startswith", "endswith", "$count", "isof",
}

// maxClauses is how many values an in or an or may list in a query that is not
// advanced.
const maxClauses = 15

// directoryRules holds what
// https://learn.microsoft.com/graph/aad-advanced-queries says of a collection:
// some queries need ConsistencyLevel and $count, and without the former $count
// is ignored.
func directoryRules(resource string, filters map[string]filterable) func(*call, *query) error {
	return func(c *call, q *query) error {
		counted := q.count || q.next || strings.HasSuffix(c.route.pattern, "/$count")
		advanced := c.eventual() && counted
		q.count = q.count && c.eventual()
		if q.search != nil && !c.eventual() {
			return failf(codeRequestQuery, "Request with $search query parameter only works through MSGraph with a special request header: 'ConsistencyLevel: eventual'")
		}
		if err := filterRules(q.filter, resource, filters, advanced); err != nil {
			return err
		}
		for _, key := range q.order {
			plain, ok := sortable[strings.ToLower(key.Path)]
			switch {
			case !ok:
				return failf(codeRequestQuery, "Sorting not supported for current query. The property '%s' cannot be sorted by.", key.Path)
			case (!plain || q.filter != nil) && !advanced, q.search != nil && !counted:
				return failf(codeRequestQuery, "Sorting not supported for current query.")
			}
		}
		if c.param("$expand") != "" && (q.search != nil || q.count && len(q.order) > 0) {
			return failf(codeRequestQuery, "The $expand query option is not supported in advanced queries.")
		}
		return nil
	}
}

// filterRules holds a filter against the table.
func filterRules(f *odata.Filter, resource string, filters map[string]filterable, advanced bool) error {
	if f == nil {
		return nil
	}
	for _, u := range f.Uses {
		root, rest, nested := strings.Cut(strings.ToLower(u.Path), "/")
		if nested && rest == "$count" {
			u.Operator, u.Null = "$count", false
		}
		n := needMiracle
		if rule, ok := filters[root]; ok {
			n = rule.needs(u)
		}
		switch {
		case n == needMiracle:
			property, _, _ := strings.Cut(u.Path, "/")
			return failf(codeRequestQuery, "Unsupported or invalid query filter clause specified for property '%s' of resource '%s'.", property, resource)
		case n == needAdvanced && !advanced:
			return failf(codeRequestQuery, "Operator '%s' is not supported because the required parameters might be missing. Try adding $count=true query parameter and ConsistencyLevel:eventual header. Refer to https://aka.ms/graph-docs/advanced-queries for more information", advancedOperator(u))
		}
	}
	for operator := range f.Operators {
		if !slices.Contains(directoryOperators, operator) {
			return failf(codeRequestQuery, "Unsupported Query. The operator or function '%s' is not supported on resource '%s'.", operator, resource)
		}
	}
	if n := max(f.Alternatives, f.Listed); n > maxClauses && !advanced {
		return failf(codeRequestQuery, "Too many child clauses specified in search filter expression containing 'OR' operators: %d. Max allowed: %d.", n, maxClauses)
	}
	return nil
}

// advancedOperator spells the operator of a use as Graph does.
func advancedOperator(u odata.Use) string {
	if u.Not && u.Operator != "ne" {
		return "not"
	}
	switch u.Operator {
	case "startswith":
		return "startsWith"
	case "endswith":
		return "endsWith"
	}
	return u.Operator
}

// eventual tells whether the request accepts the directory's slower index,
// which advanced queries need.
func (c *call) eventual() bool {
	return strings.EqualFold(c.r.Header.Get("ConsistencyLevel"), "eventual")
}

// tokenised are the properties that $search takes apart into words; all others
// have to begin with what is searched. See
// https://learn.microsoft.com/graph/search-query-parameter, "Using $search on
// directory object collections".
var tokenised = []string{"displayname", "description"}

// directorySearch is $search on people and groups.
func directorySearch[T any](s *schema[T], filters map[string]filterable) *searching[T] {
	return &searching[T]{
		parse: func(text string) (*odata.Search, error) {
			search, err := odata.ParseSearch(text)
			if err != nil {
				return nil, err
			}
			for _, t := range search.Terms {
				p, ok := s.find(t.Property)
				if !ok {
					return nil, odata.UnknownProperty(t.Property, s.name)
				}
				if _, known := filters[t.Property]; !known && !slices.Contains(tokenised, t.Property) || !strings.HasSuffix(p.typ, "Edm.String") {
					return nil, odata.SyntaxError("Unsupported or invalid search clause specified for property '" + p.name + "'.")
				}
			}
			return search, nil
		},
		fits: func(c *call, v T, t odata.Term) bool {
			p, _ := s.find(t.Property)
			fits := odata.Term.MatchPrefix
			if slices.Contains(tokenised, t.Property) {
				fits = odata.Term.MatchTokens
			}
			switch value := p.value(c, v).(type) {
			case string:
				return fits(t, value)
			case []string:
				return slices.ContainsFunc(value, func(s string) bool { return fits(t, s) })
			}
			return false
		},
	}
}

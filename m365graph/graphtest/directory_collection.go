package graphtest

import (
	"net/url"
	"slices"
	"strings"
)

// collectionRoutes are the ways to a mixed collection: all of it, its size, its
// references, and what in it is a person or a group.
func collectionRoutes(pattern, page string, scopes []string, items func(*call) ([]directoryItem, error)) []route {
	get := func(suffix string, o options, answer func(*call, []directoryItem) (*reply, error)) route {
		return directoryRoute("GET", pattern+suffix, page, scopes, o, func(c *call) (*reply, error) {
			all, err := items(c)
			if err != nil {
				return nil, err
			}
			return answer(c, all)
		})
	}
	return []route{
		get("", objectOptions, func(c *call, all []directoryItem) (*reply, error) { return list(c, itemsOf(all)) }),
		get("/$count", objectCount, func(c *call, all []directoryItem) (*reply, error) { return countItems(c, itemsOf(all)) }),
		get("/$ref", refOptions, listRefs),
		get("/~user", objectOptions, func(c *call, all []directoryItem) (*reply, error) {
			return list(c, usersOf(castItems[*userState](all)))
		}),
		get("/~user/$count", objectCount, func(c *call, all []directoryItem) (*reply, error) {
			return countItems(c, usersOf(castItems[*userState](all)))
		}),
		get("/~group", objectOptions, func(c *call, all []directoryItem) (*reply, error) {
			return list(c, groupsIn(castItems[*groupState](all)))
		}),
		get("/~group/$count", objectCount, func(c *call, all []directoryItem) (*reply, error) {
			return countItems(c, groupsIn(castItems[*groupState](all)))
		}),
	}
}

func itemsOf(items []directoryItem) listing[directoryItem] {
	return listing[directoryItem]{
		schema: directorySchema, items: items, context: "directoryObjects",
		check: directoryRules("DirectoryObject", userFilters), search: directorySearch(directorySchema, userFilters),
	}
}

// listRefs answers with the addresses alone.
func listRefs(c *call, all []directoryItem) (*reply, error) {
	l := itemsOf(all)
	q, err := readQuery(c, &l)
	if err != nil {
		return nil, err
	}
	page, _, more := newMatcher(c, &l, q).page()
	refs := make([]object, len(page))
	for i, item := range page {
		refs[i] = object{{"@odata.id", c.reference(item)}}
	}
	out := object{{"@odata.context", c.metadata("Collection($ref)")}}
	if more {
		out = append(out, member{"@odata.nextLink", c.nextLink(q.skip+q.size, q.size)})
	}
	return jsonReply(append(out, member{"value", refs})), nil
}

// listNothing answers for a collection that this tenant has nothing of.
func listNothing(context string) func(*call) (*reply, error) {
	return func(c *call) (*reply, error) {
		return jsonReply(object{{"@odata.context", c.metadata(context)}, {"value", []object{}}}), nil
	}
}

// readRef reads the object that a body refers to by its address.
func (c *call) readRef() (directoryItem, error) {
	var body struct {
		ID string `json:"@odata.id"`
	}
	if err := c.decode(&body); err != nil {
		return nil, err
	}
	return c.referred(body.ID)
}

// referred finds the object at an address such as
// https://graph.microsoft.com/v1.0/directoryObjects/{id}.
func (c *call) referred(address string) (directoryItem, error) {
	u, err := url.Parse(address)
	if err != nil || address == "" {
		return nil, failf(codeRequestBad, "Invalid value specified for property '@odata.id' of resource 'DirectoryObject'.")
	}
	segments, err := splitPath(u.EscapedPath())
	if err != nil || len(segments) < 2 || !slices.Contains([]string{"directoryobjects", "users", "groups"}, strings.ToLower(segments[len(segments)-2].text)) {
		return nil, failf(codeRequestBad, "Invalid value specified for property '@odata.id' of resource 'DirectoryObject'.")
	}
	id := segments[len(segments)-1].text
	item := c.s.tenant.directoryItem(id)
	if item == nil {
		return nil, resourceNotFound(id)
	}
	return item, nil
}

// checked is whose groups are asked for, and with which scopes one may.
type checked struct {
	scopes []string
	item   func(*call) (directoryItem, error)
}

// memberChecks are the actions that tell which groups an object is in, as in
// https://learn.microsoft.com/graph/api/directoryobject-checkmembergroups. Those
// that are about all kinds of objects have permissions of their own.
func memberChecks(pattern string, groups, objects checked) []route {
	post := func(action string, of checked, answer func(*call, []string) (*reply, error)) route {
		return directoryRoute("POST", pattern+"/"+action, "directoryobject-"+strings.ToLower(action), of.scopes, optNone, func(c *call) (*reply, error) {
			i, err := of.item(c)
			if err != nil {
				return nil, err
			}
			var ids []string
			for _, g := range c.s.tenant.groupsOf(i.objectID(), true) {
				ids = append(ids, g.objectID())
			}
			return answer(c, ids)
		})
	}
	return []route{
		post("checkMemberGroups", groups, checkMembers("groupIds")), post("checkMemberObjects", objects, checkMembers("ids")),
		post("getMemberGroups", groups, getMembers), post("getMemberObjects", objects, getMembers),
	}
}

// maxChecked is how many groups can be asked about at once.
const maxChecked = 20

// checkMembers answers with those of the ids in the body that are in.
func checkMembers(property string) func(*call, []string) (*reply, error) {
	return func(c *call, in []string) (*reply, error) {
		var body map[string][]string
		if err := c.decode(&body); err != nil {
			return nil, err
		}
		asked, ok := body[property]
		if !ok || len(asked) > maxChecked {
			return nil, failf(codeRequestBad, "Invalid value specified for property '%s' of resource 'DirectoryObject': at most %d ids are taken.", property, maxChecked)
		}
		return stringsReply(c, slices.DeleteFunc(asked, func(id string) bool { return !containsFold(in, id) })), nil
	}
}

func getMembers(c *call, in []string) (*reply, error) {
	var body struct {
		SecurityEnabledOnly *bool `json:"securityEnabledOnly"`
	}
	if err := c.decode(&body); err != nil {
		return nil, err
	}
	if body.SecurityEnabledOnly == nil {
		return nil, failf(codeRequestBad, "Parameter 'securityEnabledOnly' is required.")
	}
	return stringsReply(c, slices.DeleteFunc(in, func(id string) bool {
		return *body.SecurityEnabledOnly && !c.s.tenant.groupByID[strings.ToLower(id)].SecurityEnabled
	})), nil
}

func stringsReply(c *call, values []string) *reply {
	return jsonReply(object{{"@odata.context", c.metadata("Collection(Edm.String)")}, {"value", nonNil(values)}})
}

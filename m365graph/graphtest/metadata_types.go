package graphtest

import (
	"slices"
	"strings"
	"sync"

	"github.com/m365go/sdk/m365graph/internal/odata"
)

// structured is a type as a schema has it, whatever the resource behind it.
type structured interface {
	typeName() string
	properties() []typedProperty
}

// typedProperty is a property without the way to read it.
type typedProperty struct {
	name, typ, cast string
	navigation      bool
}

func (s *schema[T]) typeName() string { return s.name }

func (s *schema[T]) properties() []typedProperty {
	var all []typedProperty
	for _, p := range s.props {
		if !strings.HasPrefix(p.name, "@") {
			all = append(all, typedProperty{p.name, p.typ, p.cast, p.show == expanded})
		}
	}
	return all
}

// allTypes are the resources that are served. Two may be of one type, such as
// an event and an event of a calendar view.
func allTypes() []structured {
	return []structured{
		userSchema, groupSchema, personSchema, photoSchema, organizationSchema, domainSchema,
		messageSchema, folderSchema, attachmentSchema, categorySchema, overrideSchema, ruleSchema, settingsSchema,
		contactSchema, contactFolderSchema, taskListSchema, taskSchema, checklistSchema, linkedSchema,
		oneEventSchema, eventSchema, calendarSchema, calendarGroupSchema, calendarPermissionSchema, reminderSchema,
		driveSchema, driveItemSchema, sharedSchema, permissionSchema, versionSchema,
		siteSchema, siteListSchema, listItemSchema, columnSchema, contentTypeSchema, sitePermissionSchema, listItemVersionSchema,
		teamSchema, associatedTeamSchema, channelSchema, memberSchema, teamOperationSchema,
		chatSchema, chatMessageSchema, hostedContentSchema, presenceSchema, subscriptionSchema,
	}
}

// modelType is a type of the metadata document.
type modelType struct {
	name       string
	base       string // "": none
	entity     bool
	open       bool // more members may be there than are listed
	properties []typedProperty
}

func (t *modelType) add(p typedProperty) {
	known := func(other typedProperty) bool { return strings.EqualFold(other.name, p.name) }
	if !slices.ContainsFunc(t.properties, known) {
		t.properties = append(t.properties, p)
	}
}

// model is all that the metadata document tells, by the name of the type.
var model = sync.OnceValue(func() map[string]*modelType {
	m := map[string]*modelType{"entity": {name: "entity", entity: true, properties: []typedProperty{{name: "id", typ: "Edm.String"}}}}
	for _, s := range allTypes() {
		addResource(m, s)
	}
	for name, members := range complexTypes() {
		if m[name] != nil {
			continue
		}
		t := &modelType{name: name}
		for member, typ := range members {
			t.properties = append(t.properties, typedProperty{name: member, typ: typ})
		}
		slices.SortFunc(t.properties, func(a, b typedProperty) int { return strings.Compare(a.name, b.name) })
		m[name] = t
	}
	for _, name := range []string{"user", "group"} {
		m[name].base = "directoryObject"
	}
	addReferred(m)
	return m
})

// addResource adds the type of a schema, and the types derived from it.
func addResource(m map[string]*modelType, s structured) {
	name, all := s.typeName(), s.properties()
	entity := slices.ContainsFunc(all, func(p typedProperty) bool { return p.name == "id" })
	of := func(name, base string) *modelType {
		if m[name] == nil {
			m[name] = &modelType{name: name, base: base, entity: entity}
		}
		return m[name]
	}
	base := ""
	if entity {
		base = "entity"
	}
	t := of(name, base)
	for _, p := range all {
		switch {
		case p.cast != "":
			of(p.cast, name).add(p)
		case p.name != "id":
			t.add(p)
		}
	}
}

// addReferred adds the types that properties have and nobody describes.
func addReferred(m map[string]*modelType) {
	referred := map[string]*modelType{}
	for _, t := range m {
		for _, p := range t.properties {
			name := strings.TrimPrefix(p.typ, "[]")
			if m[name] != nil || enumTypes[name] != nil || strings.HasPrefix(name, "Edm.") {
				continue
			}
			if referred[name] == nil {
				referred[name] = &modelType{name: name, open: true}
			}
			if p.navigation {
				referred[name].entity, referred[name].base = true, "entity"
			}
		}
	}
	referred["directoryObject"] = &modelType{name: "directoryObject", base: "entity", entity: true}
	for name, t := range referred {
		m[name] = t
	}
}

// modelMembers gives the members of a type, by the metadata document; nil if
// that does not tell them all.
func modelMembers(name string) odata.Members {
	t := model()[name]
	if t == nil || t.open || t.name == "directoryObject" {
		return nil
	}
	return func(member string) (string, bool) {
		for at := t; at != nil; at = model()[at.base] {
			for _, p := range at.properties {
				if strings.EqualFold(p.name, member) {
					return p.typ, true
				}
			}
		}
		return "", false
	}
}

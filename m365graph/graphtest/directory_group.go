package graphtest

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"
)

// groupState is a group with its owners and members, by directory id.
type groupState struct {
	Group
	tenant  *tenantState
	owners  []string
	members []string
}

// groupTexts are the texts of a group, which a client may read and write.
var groupTexts = map[string]func(*Group) *string{
	"displayName": func(g *Group) *string { return &g.DisplayName }, "description": func(g *Group) *string { return &g.Description },
	"mail": func(g *Group) *string { return &g.Mail }, "mailNickname": func(g *Group) *string { return &g.MailNickname },
	"visibility": func(g *Group) *string { return &g.Visibility }, "classification": func(g *Group) *string { return &g.Classification },
}

func groupText(name string) property[*groupState] {
	of := groupTexts[name]
	return property[*groupState]{name: name, typ: "Edm.String", get: func(_ *call, g *groupState) any { return orNull(*of(&g.Group)) }}
}

func groupGet(name, typ string, s show, get func(*groupState) any) property[*groupState] {
	return property[*groupState]{name: name, typ: typ, show: s, get: func(_ *call, g *groupState) any { return get(g) }}
}

// groupSchema is https://learn.microsoft.com/graph/api/resources/group.
var groupSchema = &schema[*groupState]{
	name: "group", page: 100, maxPage: 999,
	props: veiled(slices.Concat([]property[*groupState]{
		groupGet("id", "Edm.String", always, func(g *groupState) any { return g.ID }),
		{name: "deletedDateTime", typ: "Edm.DateTimeOffset"},
		groupText("classification"),
		groupGet("createdDateTime", "Edm.DateTimeOffset", always, func(g *groupState) any { return g.CreatedDateTime }),
		groupText("description"), groupText("displayName"),
		{name: "expirationDateTime", typ: "Edm.DateTimeOffset"},
		groupGet("groupTypes", "[]Edm.String", always, func(g *groupState) any { return nonNil(g.GroupTypes) }),
		{name: "isAssignableToRole", typ: "Edm.Boolean"},
		groupText("mail"),
		groupGet("mailEnabled", "Edm.Boolean", always, func(g *groupState) any { return g.unified() }),
		groupText("mailNickname"),
		{name: "membershipRule", typ: "Edm.String"}, {name: "membershipRuleProcessingState", typ: "Edm.String"},
		{name: "onPremisesDomainName", typ: "Edm.String"}, {name: "onPremisesLastSyncDateTime", typ: "Edm.DateTimeOffset"},
		{name: "onPremisesNetBiosName", typ: "Edm.String"}, {name: "onPremisesSamAccountName", typ: "Edm.String"},
		{name: "onPremisesSecurityIdentifier", typ: "Edm.String"}, {name: "onPremisesSyncEnabled", typ: "Edm.Boolean"},
		{name: "preferredDataLocation", typ: "Edm.String"}, {name: "preferredLanguage", typ: "Edm.String"},
		groupGet("proxyAddresses", "[]Edm.String", always, func(g *groupState) any {
			if g.Mail == "" {
				return []string{}
			}
			return []string{"SMTP:" + g.Mail}
		}),
		groupGet("renewedDateTime", "Edm.DateTimeOffset", always, func(g *groupState) any { return g.CreatedDateTime }),
		groupGet("resourceBehaviorOptions", "[]Edm.String", always, func(*groupState) any { return []string{} }),
		groupGet("resourceProvisioningOptions", "[]Edm.String", always, func(g *groupState) any {
			if g.tenant.teams.teamByID[strings.ToLower(g.ID)] == nil {
				return []string{}
			}
			return []string{"Team"}
		}),
		groupGet("securityEnabled", "Edm.Boolean", always, func(g *groupState) any { return g.SecurityEnabled }),
		groupGet("securityIdentifier", "Edm.String", always, func(g *groupState) any { return securityID(g.ID) }),
		{name: "theme", typ: "Edm.String"}, {name: "uniqueName", typ: "Edm.String"},
		groupText("visibility"),
		groupGet("onPremisesProvisioningErrors", "[]onPremisesProvisioningError", always, func(*groupState) any { return []object{} }),
		groupGet("serviceProvisioningErrors", "[]serviceProvisioningError", always, func(*groupState) any { return []object{} }),
		groupGet("assignedLicenses", "[]assignedLicense", selected, func(*groupState) any { return []object{} }),
		groupGet("infoCatalogs", "[]Edm.String", selected, func(*groupState) any { return []string{} }),
		groupGet("assignedLabels", "[]assignedLabel", selected, func(*groupState) any { return []object{} }),
		groupGet("hasMembersWithLicenseErrors", "Edm.Boolean", selected, func(*groupState) any { return nil }),
	},
		noProps[*groupState]("Edm.Boolean", "allowExternalSenders", "autoSubscribeNewMembers", "hideFromAddressLists", "hideFromOutlookClients",
			"isFavorite", "isManagementRestricted", "isSubscribedByMail", "isArchived", "welcomeMessageEnabled"),
		noProps[*groupState]("Edm.Int32", "unseenConversationsCount", "unseenCount", "unseenMessagesCount"),
		noProps[*groupState]("licenseProcessingState", "licenseProcessingState"), noProps[*groupState]("groupAccessType", "accessType"),
		noProps[*groupState]("Edm.String", "organizationId"),
		noProps[*groupState]("onPremisesExtensionAttributes", "onPremisesExtensionAttributes")), seesGroup),
}

// unified tells whether it is a Microsoft 365 group.
func (g *groupState) unified() bool {
	return slices.ContainsFunc(g.GroupTypes, func(t string) bool { return strings.EqualFold(t, "Unified") })
}

// complete fills in what a new group was not given.
func (g *groupState) complete(now time.Time) {
	if g.MailNickname == "" {
		g.MailNickname = strings.ReplaceAll(g.DisplayName, " ", "")
	}
	if g.CreatedDateTime.IsZero() {
		g.CreatedDateTime = now.Truncate(time.Second)
	}
	if !g.unified() {
		g.SecurityEnabled = true
		return
	}
	if g.Visibility == "" {
		g.Visibility = "Public"
	}
	if g.Mail == "" {
		g.Mail = g.MailNickname + "@" + g.tenant.domain()
	}
}

// loadGroups copies the groups, and finds their members once all are there.
func (t *tenantState) loadGroups(now time.Time) error {
	t.groupByID = map[string]*groupState{}
	for _, from := range t.Groups {
		g := &groupState{Group: *from, tenant: t}
		if g.DisplayName == "" {
			return fmt.Errorf("group %q: DisplayName is required", g.ID)
		}
		if g.ID == "" {
			g.ID = guid("group", t.ID, g.DisplayName)
		}
		if t.directoryItem(g.ID) != nil {
			return fmt.Errorf("group %s: there are two of this name or id", g.DisplayName)
		}
		g.complete(now)
		t.groups = append(t.groups, g)
		t.groupByID[strings.ToLower(g.ID)] = g
	}
	for _, g := range t.groups {
		for _, list := range []struct {
			names []string
			ids   *[]string
		}{{g.Owners, &g.owners}, {g.Members, &g.members}} {
			for _, name := range list.names {
				item := t.directoryItem(name)
				if item == nil {
					return fmt.Errorf("group %s: there is no user or group %q", g.DisplayName, name)
				}
				*list.ids = append(*list.ids, item.objectID())
			}
		}
	}
	return t.loadManagers()
}

// loadManagers finds the people that others name as their managers.
func (t *tenantState) loadManagers() error {
	for _, u := range t.users {
		if u.Manager == "" {
			continue
		}
		m := t.user(u.Manager)
		if m == nil || m == u {
			return fmt.Errorf("user %s: there is no other user %q to be the manager", u.UserPrincipalName, u.Manager)
		}
		u.Manager = m.ID
	}
	return nil
}

// domain is that of the first person.
func (t *tenantState) domain() string {
	if len(t.users) == 0 {
		return "contoso.example"
	}
	return t.users[0].domain()
}

// securityID writes an object id as the directory's security identifier.
func securityID(id string) any {
	b, err := hex.DecodeString(strings.ReplaceAll(id, "-", ""))
	if err != nil || len(b) != 16 {
		return nil
	}
	return fmt.Sprintf("S-1-12-1-%d-%d-%d-%d", binary.BigEndian.Uint32(b), binary.LittleEndian.Uint32([]byte{b[5], b[4], b[7], b[6]}),
		binary.LittleEndian.Uint32(b[8:]), binary.LittleEndian.Uint32(b[12:]))
}

package graphtest

import "strings"

// directoryRoutes are the tenant itself, and objects by id alone.
func directoryRoutes() []route {
	tenantScopes := joined(readOwnUser[:1], readTenant)
	return []route{
		directoryRoute("GET", "/organization", "organization-list", tenantScopes, listOptions, func(c *call) (*reply, error) {
			return list(c, listing[*tenantState]{schema: organizationSchema, items: []*tenantState{c.s.tenant}, context: "organization"})
		}),
		directoryRoute("GET", "/organization/{organization}", "organization-get", tenantScopes, directoryOne, getOrganization),
		directoryRoute("GET", "/domains", "domain-list", readDomains, listOptions, func(c *call) (*reply, error) {
			return list(c, listing[string]{schema: domainSchema, items: c.s.tenant.domains(), context: "domains"})
		}),
		directoryRoute("GET", "/domains/{domain}", "domain-get", readDomains, directoryOne, getDomain),
		directoryRoute("GET", "/subscribedSkus", "subscribedsku-list", readLicenses, listOptions, listNothing("subscribedSkus")),
		directoryRoute("GET", "/contacts", "orgcontact-list", readContacts, directoryOptions, listNothing("contacts")),
		directoryRoute("GET", "/directoryObjects/{object}", "directoryobject-get", readDirectory, directoryOne&^optExpand, getDirectoryObject),
		directoryRoute("POST", "/directoryObjects/getByIds", "directoryobject-getbyids", readDirectory, optNone, getByIDs),
	}
}

// organizationSchema is https://learn.microsoft.com/graph/api/resources/organization.
var organizationSchema = &schema[*tenantState]{
	name: "organization", page: 100, maxPage: 999,
	props: []property[*tenantState]{
		{name: "id", typ: "Edm.String", get: func(_ *call, t *tenantState) any { return t.ID }},
		{name: "deletedDateTime", typ: "Edm.DateTimeOffset"},
		{name: "businessPhones", typ: "[]Edm.String", get: func(*call, *tenantState) any { return []string{} }},
		{name: "city", typ: "Edm.String"}, {name: "country", typ: "Edm.String"}, {name: "countryLetterCode", typ: "Edm.String"},
		{name: "createdDateTime", typ: "Edm.DateTimeOffset", get: func(_ *call, t *tenantState) any { return orNoTime(t.createdAt()) }},
		{name: "defaultUsageLocation", typ: "Edm.String"},
		{name: "displayName", typ: "Edm.String", get: func(_ *call, t *tenantState) any { return orNull(t.DisplayName) }},
		{name: "marketingNotificationEmails", typ: "[]Edm.String", get: func(*call, *tenantState) any { return []string{} }},
		{name: "onPremisesLastSyncDateTime", typ: "Edm.DateTimeOffset"}, {name: "onPremisesSyncEnabled", typ: "Edm.Boolean"},
		{name: "postalCode", typ: "Edm.String"},
		{name: "preferredLanguage", typ: "Edm.String", get: func(*call, *tenantState) any { return "en" }},
		{name: "securityComplianceNotificationMails", typ: "[]Edm.String", get: func(*call, *tenantState) any { return []string{} }},
		{name: "securityComplianceNotificationPhones", typ: "[]Edm.String", get: func(*call, *tenantState) any { return []string{} }},
		{name: "state", typ: "Edm.String"}, {name: "street", typ: "Edm.String"},
		{name: "privacyProfile", typ: "privacyProfile"}, {name: "partnerTenantType", typ: "partnerTenantType"},
		{name: "mobileDeviceManagementAuthority", typ: "mdmAuthority", show: selected, get: func(*call, *tenantState) any { return "unknown" }},
		{name: "technicalNotificationMails", typ: "[]Edm.String", get: func(*call, *tenantState) any { return []string{} }},
		{name: "tenantType", typ: "Edm.String", get: func(*call, *tenantState) any { return "AAD" }},
		{name: "assignedPlans", typ: "[]assignedPlan", get: func(*call, *tenantState) any { return []object{} }},
		{name: "provisionedPlans", typ: "[]provisionedPlan", get: func(*call, *tenantState) any { return []object{} }},
		{name: "verifiedDomains", typ: "[]verifiedDomain", get: func(_ *call, t *tenantState) any {
			var all []object
			for i, d := range t.domains() {
				all = append(all, object{{"capabilities", "Email, OfficeCommunicationsOnline"}, {"isDefault", i == 0}, {"isInitial", d == t.initialDomain()}, {"name", d}, {"type", "Managed"}})
			}
			return all
		}},
	},
}

func getOrganization(c *call) (*reply, error) {
	if !strings.EqualFold(c.vars["organization"], c.s.tenant.ID) {
		return nil, resourceNotFound(c.vars["organization"])
	}
	return one(c, organizationSchema, c.s.tenant, "organization")
}

// domainSchema is https://learn.microsoft.com/graph/api/resources/domain.
var domainSchema = &schema[string]{
	name: "domain", page: 100, maxPage: 999,
	props: []property[string]{
		{name: "authenticationType", typ: "Edm.String", get: func(*call, string) any { return "Managed" }},
		{name: "availabilityStatus", typ: "Edm.String"},
		{name: "id", typ: "Edm.String", get: func(_ *call, d string) any { return d }},
		{name: "isAdminManaged", typ: "Edm.Boolean", get: func(*call, string) any { return true }},
		{name: "isDefault", typ: "Edm.Boolean", get: func(c *call, d string) any { return c.s.tenant.domains()[0] == d }},
		{name: "isInitial", typ: "Edm.Boolean", get: func(c *call, d string) any { return c.s.tenant.initialDomain() == d }},
		{name: "isRoot", typ: "Edm.Boolean", get: func(*call, string) any { return true }},
		{name: "isVerified", typ: "Edm.Boolean", get: func(*call, string) any { return true }},
		{name: "supportedServices", typ: "[]Edm.String", get: func(*call, string) any { return []string{"Email", "OfficeCommunicationsOnline"} }},
		{name: "passwordValidityPeriodInDays", typ: "Edm.Int32"}, {name: "passwordNotificationWindowInDays", typ: "Edm.Int32"},
		{name: "state", typ: "domainState"},
	},
}

func getDomain(c *call) (*reply, error) {
	for _, d := range c.s.tenant.domains() {
		if strings.EqualFold(d, c.vars["domain"]) {
			return one(c, domainSchema, d, "domains")
		}
	}
	return nil, resourceNotFound(c.vars["domain"])
}

func getDirectoryObject(c *call) (*reply, error) {
	item := c.s.tenant.directoryItem(c.vars["object"])
	if item == nil {
		return nil, resourceNotFound(c.vars["object"])
	}
	return one(c, directorySchema, item, "directoryObjects")
}

// maxIDs is how many objects can be asked for at once.
const maxIDs = 1000

// getByIDs is https://learn.microsoft.com/graph/api/directoryobject-getbyids.
// Objects that are not there are left out.
func getByIDs(c *call) (*reply, error) {
	var body struct {
		IDs   []string `json:"ids"`
		Types []string `json:"types"`
	}
	if err := c.decode(&body); err != nil {
		return nil, err
	}
	if len(body.IDs) == 0 || len(body.IDs) > maxIDs {
		return nil, failf(codeRequestBad, "Invalid value specified for property 'ids' of resource 'DirectoryObject': between 1 and %d ids are taken.", maxIDs)
	}
	values := []object{}
	seen := map[string]bool{}
	for _, id := range body.IDs {
		item := c.s.tenant.directoryItem(id)
		if item == nil || seen[item.objectID()] || !strings.EqualFold(item.objectID(), id) ||
			len(body.Types) > 0 && !containsFold(body.Types, item.kind()) && !containsFold(body.Types, "directoryObject") {
			continue
		}
		seen[item.objectID()] = true
		values = append(values, plainItemOf(c, item, nil))
	}
	return jsonReply(object{{"@odata.context", c.metadata("directoryObjects")}, {"value", values}}), nil
}

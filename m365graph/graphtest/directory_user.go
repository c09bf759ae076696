package graphtest

import (
	"slices"
	"strings"
	"time"
)

// userTexts are the texts of a person, which a client may read and write.
var userTexts = map[string]func(*User) *string{
	"displayName": func(u *User) *string { return &u.DisplayName }, "givenName": func(u *User) *string { return &u.GivenName },
	"surname": func(u *User) *string { return &u.Surname }, "jobTitle": func(u *User) *string { return &u.JobTitle },
	"mail": func(u *User) *string { return &u.Mail }, "mobilePhone": func(u *User) *string { return &u.MobilePhone },
	"department": func(u *User) *string { return &u.Department }, "officeLocation": func(u *User) *string { return &u.OfficeLocation },
	"preferredLanguage": func(u *User) *string { return &u.PreferredLanguage },
	"mailNickname":      func(u *User) *string { return &u.Profile.MailNickname }, "userType": func(u *User) *string { return &u.Profile.UserType },
	"companyName": func(u *User) *string { return &u.Profile.CompanyName }, "employeeId": func(u *User) *string { return &u.Profile.EmployeeID },
	"employeeType": func(u *User) *string { return &u.Profile.EmployeeType }, "streetAddress": func(u *User) *string { return &u.Profile.StreetAddress },
	"city": func(u *User) *string { return &u.Profile.City }, "state": func(u *User) *string { return &u.Profile.State },
	"postalCode": func(u *User) *string { return &u.Profile.PostalCode }, "country": func(u *User) *string { return &u.Profile.Country },
	"usageLocation": func(u *User) *string { return &u.Profile.UsageLocation }, "faxNumber": func(u *User) *string { return &u.Profile.FaxNumber },
	"aboutMe": func(u *User) *string { return &u.Profile.AboutMe }, "ageGroup": func(u *User) *string { return &u.Profile.AgeGroup },
	"consentProvidedForMinor": func(u *User) *string { return &u.Profile.Consent },
	"passwordPolicies":        func(u *User) *string { return &u.Profile.PasswordPolicies },
	"onPremisesImmutableId":   func(u *User) *string { return &u.Profile.ImmutableID },
	"preferredDataLocation":   func(u *User) *string { return &u.Profile.PreferredLocation },
}

// userText is a property of userTexts.
func userText(name string, s show) property[*userState] {
	of := userTexts[name]
	return property[*userState]{name: name, typ: "Edm.String", show: s, get: func(_ *call, u *userState) any { return orNull(*of(&u.User)) }}
}

// userGet is a property that is made of others.
func userGet(name, typ string, s show, get func(*userState) any) property[*userState] {
	return property[*userState]{name: name, typ: typ, show: s, get: func(_ *call, u *userState) any { return get(u) }}
}

// userSchema is https://learn.microsoft.com/graph/api/resources/user.
var userSchema = &schema[*userState]{
	name: "user", page: 100, maxPage: 999,
	props: veiled(append([]property[*userState]{
		userGet("businessPhones", "[]Edm.String", always, func(u *userState) any { return nonNil(u.BusinessPhones) }),
		userText("displayName", always), userText("givenName", always), userText("jobTitle", always), userText("mail", always),
		userText("mobilePhone", always), userText("officeLocation", always), userText("preferredLanguage", always), userText("surname", always),
		userGet("userPrincipalName", "Edm.String", always, func(u *userState) any { return u.UserPrincipalName }),
		userGet("id", "Edm.String", always, func(u *userState) any { return u.ID }),
	}, selectedUserProps()...), seesUser),
}

// selectedUserProps are the properties that only $select shows.
func selectedUserProps() []property[*userState] {
	props := []property[*userState]{
		userGet("accountEnabled", "Edm.Boolean", selected, func(u *userState) any { return !u.Profile.Disabled }),
		userGet("createdDateTime", "Edm.DateTimeOffset", selected, func(u *userState) any { return orNoTime(u.Profile.CreatedDateTime) }),
		userGet("employeeHireDate", "Edm.DateTimeOffset", selected, func(u *userState) any { return orNoTime(u.Profile.EmployeeHireDate) }),
		userGet("otherMails", "[]Edm.String", selected, func(u *userState) any { return nonNil(u.Profile.OtherMails) }),
		userGet("proxyAddresses", "[]Edm.String", selected, func(u *userState) any { return u.proxyAddresses() }),
		userGet("imAddresses", "[]Edm.String", selected, func(u *userState) any { return []string{strings.ToLower(u.UserPrincipalName)} }),
		userGet("identities", "[]objectIdentity", selected, func(u *userState) any {
			return []object{{{"signInType", "userPrincipalName"}, {"issuer", u.domain()}, {"issuerAssignedId", u.UserPrincipalName}}}
		}),
		userGet("onPremisesExtensionAttributes", "onPremisesExtensionAttributes", selected, func(*userState) any { return noExtensionAttributes() }),
		userGet("passwordProfile", "passwordProfile", selected, func(*userState) any { return nil }),
		userGet("signInSessionsValidFromDateTime", "Edm.DateTimeOffset", selected, func(u *userState) any { return orNoTime(u.Profile.CreatedDateTime) }),
		userGet("lastPasswordChangeDateTime", "Edm.DateTimeOffset", selected, func(u *userState) any { return orNoTime(u.Profile.CreatedDateTime) }),
		userGet("birthday", "Edm.DateTimeOffset", selected, func(*userState) any { return time.Time{} }),
		userGet("hireDate", "Edm.DateTimeOffset", selected, func(*userState) any { return time.Time{} }),
		userGet("securityIdentifier", "Edm.String", selected, func(u *userState) any { return securityID(u.ID) }),
		{name: "mailboxSettings", typ: "mailboxSettings", show: selected, get: func(c *call, u *userState) any { return plainly(c, settingsSchema, u) }},
	}
	for _, name := range []string{"department", "mailNickname", "userType", "companyName", "employeeId", "employeeType", "streetAddress", "city", "state",
		"postalCode", "country", "usageLocation", "faxNumber", "aboutMe", "ageGroup", "consentProvidedForMinor", "passwordPolicies",
		"onPremisesImmutableId", "preferredDataLocation"} {
		props = append(props, userText(name, selected))
	}
	for _, name := range []string{"assignedLicenses", "assignedPlans", "provisionedPlans", "licenseAssignmentStates", "onPremisesProvisioningErrors", "serviceProvisioningErrors"} {
		props = append(props, userGet(name, "[]"+strings.TrimSuffix(name, "s"), selected, func(*userState) any { return []object{} }))
	}
	for _, name := range []string{"interests", "skills", "schools", "responsibilities", "pastProjects"} {
		props = append(props, userGet(name, "[]Edm.String", selected, func(*userState) any { return []string{} }))
	}
	return slices.Concat(props,
		noProps[*userState]("Edm.String", "creationType", "externalUserState", "legalAgeGroupClassification", "mySite", "onPremisesDistinguishedName",
			"onPremisesDomainName", "onPremisesSamAccountName", "onPremisesSecurityIdentifier", "onPremisesUserPrincipalName", "preferredName", "identityParentId"),
		noProps[*userState]("Edm.DateTimeOffset", "deletedDateTime", "employeeLeaveDateTime", "externalUserStateChangeDateTime", "onPremisesLastSyncDateTime"),
		noProps[*userState]("Edm.Boolean", "isManagementRestricted", "isResourceAccount", "onPremisesSyncEnabled", "showInAddressList"),
		noProps[*userState]("employeeOrgData", "employeeOrgData"), noProps[*userState]("signInActivity", "signInActivity"),
		noProps[*userState]("authorizationInfo", "authorizationInfo"), noProps[*userState]("customSecurityAttributeValue", "customSecurityAttributes"),
		noProps[*userState]("userPrint", "print"), noProps[*userState]("Edm.Int32", "deviceEnrollmentLimit"))
}

// noProps are properties of a type that are null for everybody.
func noProps[T any](typ string, names ...string) []property[T] {
	var props []property[T]
	for _, name := range names {
		props = append(props, property[T]{name: name, typ: typ, show: selected})
	}
	return props
}

// directoryTypes are the types within people and groups.
var directoryTypes = types{
	"objectIdentity":         {"signInType": "Edm.String", "issuer": "Edm.String", "issuerAssignedId": "Edm.String"},
	"assignedLicense":        {"skuId": "Edm.Guid", "disabledPlans": "[]Edm.Guid"},
	"assignedPlan":           {"assignedDateTime": "Edm.DateTimeOffset", "capabilityStatus": "Edm.String", "service": "Edm.String", "servicePlanId": "Edm.Guid"},
	"provisionedPlan":        {"capabilityStatus": "Edm.String", "provisioningStatus": "Edm.String", "service": "Edm.String"},
	"licenseAssignmentState": {"skuId": "Edm.Guid", "state": "Edm.String", "error": "Edm.String", "assignedByGroup": "Edm.String"},
	"onPremisesProvisioningError": {
		"category": "Edm.String", "occurredDateTime": "Edm.DateTimeOffset", "propertyCausingError": "Edm.String", "value": "Edm.String",
	},
	"serviceProvisioningError": {"isResolved": "Edm.Boolean", "serviceInstance": "Edm.String"},
	"passwordProfile":          {"forceChangePasswordNextSignIn": "Edm.Boolean", "forceChangePasswordNextSignInWithMfa": "Edm.Boolean", "password": "Edm.String"},
	"employeeOrgData":          {"costCenter": "Edm.String", "division": "Edm.String"},
	"signInActivity":           {"lastSignInDateTime": "Edm.DateTimeOffset", "lastNonInteractiveSignInDateTime": "Edm.DateTimeOffset"},
	"authorizationInfo":        {"certificateUserIds": "[]Edm.String"},
	"licenseProcessingState":   {"state": "Edm.String"},
	"mailboxSettings":          {"timeZone": "Edm.String"},
	"scoredEmailAddress":       {"address": "Edm.String", "relevanceScore": "Edm.Double"},
	"personType":               {"class": "Edm.String", "subclass": "Edm.String"},
	"phone":                    {"type": "Edm.String", "number": "Edm.String"},
	"verifiedDomain":           {"name": "Edm.String", "isDefault": "Edm.Boolean", "isInitial": "Edm.Boolean"},
	"onPremisesExtensionAttributes": func() map[string]string {
		members := map[string]string{}
		for i := range 15 {
			members["extensionAttribute"+itoa(i+1)] = "Edm.String"
		}
		return members
	}(),
}

func noExtensionAttributes() object {
	var o object
	for i := range 15 {
		o = append(o, member{"extensionAttribute" + itoa(i+1), nil})
	}
	return o
}

// domain is the part of the principal name after the @.
func (u *userState) domain() string {
	_, domain, _ := strings.Cut(u.UserPrincipalName, "@")
	return domain
}

// proxyAddresses are the addresses of the mailbox, the primary one in capitals.
func (u *userState) proxyAddresses() []string {
	all := []string{}
	if u.Mail != "" {
		all = append(all, "SMTP:"+u.Mail)
	}
	for _, alias := range u.Profile.Aliases {
		all = append(all, "smtp:"+alias)
	}
	return all
}

// orNull shows an unset string as null.
func orNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// orNoTime shows an unset time as null.
func orNoTime(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t
}

// nonNil shows no strings as [].
func nonNil(s []string) any {
	if s == nil {
		return []string{}
	}
	return s
}

package m365auth

// Account is a signed-in person, as the token cache knows them. None of it is
// secret; all of it is personal data.
type Account struct {
	// ID is MSAL's home account id, "objectid.tenantid", which is the same in
	// every tenant where the person is a guest. Where an id is asked for, the
	// object id alone is accepted as an alias.
	ID string `json:"account_id"`
	// Username is the user principal name, such as "user@contoso.com". People
	// are renamed; do not use it as a key.
	Username string `json:"username"`
	// TenantID is the GUID of the tenant that issued the token.
	TenantID string `json:"tenant_id"`
}

// IsZero reports whether no account is named.
func (a Account) IsZero() bool { return a == Account{} }

// Matches reports whether id names the account: its ID, or the object id that
// its ID begins with.
func (a Account) Matches(id string) bool {
	if id == "" {
		return false
	}
	return a.ID == id || len(a.ID) > len(id) && a.ID[:len(id)] == id && a.ID[len(id)] == '.'
}

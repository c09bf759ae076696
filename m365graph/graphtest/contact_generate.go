package graphtest

import "strings"

// companiesOfContacts are the outsiders whom people keep, and their trades.
var companiesOfContacts = []struct{ name, domain, trade string }{
	{"Fabrikam", "fabrikam.example", "Freight"}, {"Northwind Traders", "northwind.example", "Wholesale"}, {"Adventure Works", "adventure-works.example", "Retail"},
	{"Litware", "litware.example", "Software"}, {"Proseware", "proseware.example", "Printing"},
}

const (
	contactsEach  = 3 // in the default folder, beside a colleague
	suppliersEach = 2 // in a folder below
)

// makeContacts gives people a few outsiders and a colleague to keep. It draws nothing, so that whatever else is generated stays as
// it is.
func (g *generator) makeContacts() {
	for i, p := range g.people {
		for k := range contactsEach {
			p.Contacts = append(p.Contacts, g.outsider(i+k, "Desk"))
		}
		if other := g.people[(i+1)%len(g.people)]; other != p {
			p.Contacts = append(p.Contacts, &Contact{
				DisplayName: other.DisplayName, GivenName: other.GivenName, Surname: other.Surname, CompanyName: "Contoso", Department: other.Department,
				JobTitle: other.JobTitle, EmailAddresses: []Recipient{*other.self}, BusinessPhones: other.BusinessPhones, CreatedDateTime: g.now.AddDate(-1, 0, 0),
			})
		}
		suppliers := &ContactFolder{DisplayName: "Suppliers"}
		for k := range suppliersEach {
			suppliers.Contacts = append(suppliers.Contacts, g.outsider(i+contactsEach+k, "Orders"))
		}
		p.ContactFolders = []*ContactFolder{suppliers}
	}
}

// outsider is a desk of another company.
func (g *generator) outsider(number int, desk string) *Contact {
	company := companiesOfContacts[number%len(companiesOfContacts)]
	office := offices[number%len(offices)].name
	return &Contact{
		GivenName: company.trade, Surname: desk, DisplayName: company.trade + " " + desk, CompanyName: company.name, JobTitle: desk, Department: company.trade,
		OfficeLocation: office, BusinessHomePage: "https://www." + company.domain, BusinessPhones: []string{"+1 555 01" + itoa(10+number%90)},
		EmailAddresses:  []Recipient{{company.trade + " " + desk, strings.ToLower(company.trade+"."+desk) + "@" + company.domain}},
		BusinessAddress: PhysicalAddress{City: office}, Categories: []string{"Blue category"}, CreatedDateTime: g.now.AddDate(-1, 0, number%28),
	}
}

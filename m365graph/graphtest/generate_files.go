package graphtest

import (
	"strings"
	"sync"
	"time"

	"github.com/m365go/sdk/m365graph/internal/prose"
)

// document is a file as generated drives and mails have it.
type document struct {
	name, contentType string
	content           []byte
}

// documents are the contents that generated files share.
var documents = sync.OnceValue(func() []document {
	kinds := []struct{ extension, contentType, line string }{
		{".txt", "text/plain", "item;pieces;place\r\n"}, {".csv", "text/csv", "pallets,40,Lyon\r\n"}, {".md", "text/markdown", "- count the crates\n"},
		{".html", "text/html", "<p>count the crates</p>\n"}, {".json", "application/json", "[40, 41, 42]\n"},
	}
	var all []document
	for i, paper := range prose.Papers {
		k := kinds[i%len(kinds)]
		name := strings.ToUpper(paper[:1]) + paper[1:] + k.extension
		all = append(all, document{name, k.contentType, []byte(strings.Repeat(k.line, 20*(i+1)))})
	}
	return all
})

// papersOnFile are the documents as attachments, which copies of a mail share.
var papersOnFile = sync.OnceValue(func() []*Attachment {
	var all []*Attachment
	for _, d := range documents() {
		all = append(all, &Attachment{Name: d.name, ContentType: d.contentType, Content: d.content})
	}
	return all
})

// file is a document in a drive.
func (g *generator) file(d document, name string, by *Recipient, days int) *DriveItem {
	at := g.before(days)
	return &DriveItem{Name: name, ContentType: d.contentType, Content: d.content, CreatedBy: by, LastModifiedBy: by,
		CreatedDateTime: at.AddDate(0, 0, -g.IntN(90)), LastModifiedDateTime: at}
}

// folder is a folder of so many documents.
func (g *generator) folder(name string, files int, by *Recipient) *DriveItem {
	f := &DriveItem{Name: name, Folder: true, CreatedBy: by, LastModifiedBy: by, CreatedDateTime: g.before(400)}
	f.LastModifiedDateTime = f.CreatedDateTime.Add(time.Hour)
	for i := range files {
		d := documents()[i%len(documents())]
		stem, extension, _ := strings.Cut(d.name, ".")
		if i >= len(documents()) {
			stem += " " + itoa(i/len(documents())+1)
		}
		f.Children = append(f.Children, g.file(d, stem+"."+extension, by, 300))
	}
	return f
}

// makeDrives gives everybody a few folders.
func (g *generator) makeDrives() {
	for _, p := range g.people {
		work := g.folder("Work", 3+g.IntN(12), p.self)
		for _, name := range prose.Projects[:1+g.IntN(3)] {
			work.Children = append(work.Children, g.folder(name, 1+g.IntN(5), p.self))
		}
		p.Drive = &Drive{Items: []*DriveItem{work, g.folder("Scans", g.IntN(6), p.self), g.file(documents()[0], "Notes.txt", p.self, 30)}}
	}
}

// makeSites gives each department a site with files and a list of stock.
func (g *generator) makeSites() {
	for _, d := range g.departments {
		lead := d.people[0].self
		shared := g.folder("Shared", 4+g.IntN(10), lead)
		site := &Site{
			Path: "sites/" + d.nick, Group: d.team, DisplayName: d.name, Description: "Files and lists of " + d.name,
			CreatedDateTime: g.now.AddDate(-2, 0, 0), LastModifiedDateTime: g.before(60),
			Drives: []*Drive{{Items: []*DriveItem{shared, g.folder("Templates", 3, lead)}}},
			Lists:  []*List{g.stock(lead)},
		}
		for _, p := range d.people {
			site.Members = append(site.Members, p.UserPrincipalName)
		}
		g.tenant.Sites = append(g.tenant.Sites, site)
	}
}

// stock is a list of goods.
func (g *generator) stock(by *Recipient) *List {
	l := &List{
		DisplayName: "Stock", Description: "What lies where", CreatedDateTime: g.now.AddDate(-1, 0, 0),
		Columns: []*Column{
			{Name: "Place", Type: "choice", Choices: prose.Places}, {Name: "Pieces", Type: "number", Indexed: true}, {Name: "Checked", Type: "boolean"}, {Name: "Due", Type: "dateTime"},
		},
	}
	for range 10 + g.IntN(20) {
		at := g.before(200)
		l.Items = append(l.Items, &ListItem{CreatedBy: by, CreatedDateTime: at, LastModifiedDateTime: at, Fields: map[string]any{
			"Title": g.Say("{g} of {j}"), "Place": prose.Pick(g.Writer, prose.Places), "Pieces": float64(g.IntN(500)), "Checked": g.Chance(2), "Due": at.AddDate(0, 1, 0),
		}})
	}
	return l
}

package graphtest

import (
	"strings"
	"time"
)

// filesFolderRoute is where the files of a channel are.
func filesFolderRoute() route {
	return route{method: "GET", pattern: "/teams/{team}/channels/{channel}/filesFolder", doc: teamsDoc + "channel-get-filesfolder",
		scopes: []string{"Files.Read.All", "Files.ReadWrite.All", "Group.Read.All", "Group.ReadWrite.All"}, options: noOptions, handle: getFilesFolder,
		differs: "Private channels keep theirs in the library of the team."}
}

// library is where the files of a team are: the first of its group's site; nil
// if there is none.
func (t *teamState) library(of *tenantState) *driveStore {
	for _, s := range of.sites {
		if strings.EqualFold(s.group, t.ID) && len(s.drives) > 0 {
			return s.drives[0]
		}
	}
	return nil
}

// makeFolder gives a channel its folder in the library of the team, if there is
// one. It keeps its name when the channel takes another.
func (ch *channelState) makeFolder(of *tenantState, now time.Time) {
	d := ch.team.library(of)
	if d == nil {
		return
	}
	n := d.root.child(ch.DisplayName)
	if n == nil {
		n = d.newNode(systemAccount, now)
		n.name, n.byName = ch.DisplayName, map[string]*driveNode{}
		d.attach(d.root, n)
	}
	ch.folder = n.id
}

// getFilesFolder is https://learn.microsoft.com/graph/api/channel-get-filesfolder.
func getFilesFolder(c *call) (*reply, error) {
	ch, err := c.channel()
	if err != nil {
		return nil, err
	}
	d := ch.team.library(c.s.tenant)
	var n *driveNode
	if d != nil && ch.folder != "" {
		n = d.find(ch.folder)
	}
	if n == nil {
		return nil, failf(codeNotFound, "Folder location for this channel is not ready yet, please try again later.")
	}
	return one(c, driveItemSchema, driveItem{driveNode: n, drive: d}, ch.context()+"/filesFolder")
}

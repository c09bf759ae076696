package graphtools

import (
	"fmt"
	"slices"
	"strings"

	"github.com/m365go/sdk/m365auth/agenttool"
)

// The presets stand for several permissions.
const (
	// PresetNone is none of them.
	PresetNone = "none"
	// PresetRead is every permission that looks only.
	PresetRead = "read"
	// PresetAll is every permission there is.
	PresetAll = "all"
)

// Catalogue returns every permission that an administrator of a host can switch
// on, in the order of a settings page. The slice is the caller's own.
func Catalogue() []agenttool.Permission {
	entry := func(id, en, fr string, scopes ...string) agenttool.Permission {
		return agenttool.Permission{ID: id, Labels: map[string]string{"en": en, "fr": fr}, Scopes: scopes}
	}
	all := []agenttool.Permission{
		entry("outlook.read", "Outlook: read mail", "Outlook — Lire les emails", "Mail.Read"),
		entry("outlook.send", "Outlook: send mail (approved each time)", "Outlook — Envoyer des emails (HITL)", "Mail.Send"),
		entry("outlook.manage", "Outlook: draft, move and flag mail (approved each time)", "Outlook — Gérer les emails (HITL)", "Mail.ReadWrite"),
		entry("calendar.read", "Calendar: read events", "Calendrier — Lire les événements", "Calendars.Read"),
		entry("calendar.write", "Calendar: create, change and answer events (approved each time)", "Calendrier — Modifier les événements (HITL)", "Calendars.ReadWrite"),
		entry("onedrive.read", "OneDrive: read files", "OneDrive — Lire les fichiers", "Files.Read"),
		entry("onedrive.upload", "OneDrive: upload files (approved each time)", "OneDrive — Uploader des fichiers (HITL)", "Files.ReadWrite"),
		entry("onedrive.manage", "OneDrive: create folders, move and share (approved each time)", "OneDrive — Gérer les fichiers (HITL)", "Files.ReadWrite"),
		entry("sharepoint.read", "SharePoint: read sites and files", "SharePoint — Lire les sites/fichiers", "Sites.Read.All"),
		entry("sharepoint.upload", "SharePoint: upload files (approved each time)", "SharePoint — Uploader des fichiers (HITL)", "Sites.ReadWrite.All"),
		entry("teams.read", "Teams: read messages", "Teams — Lire les messages", "Chat.Read", "Channel.ReadBasic.All", "Team.ReadBasic.All", "ChannelMessage.Read.All"),
		entry("teams.send", "Teams: send messages (approved each time)", "Teams — Envoyer des messages (HITL)", "ChatMessage.Send", "ChannelMessage.Send"),
		entry("people.read", "People: find people", "Annuaire — Rechercher des personnes", "User.Read", "User.ReadBasic.All"),
		entry("graph.read", "Microsoft Graph: read whatever else is on", "Microsoft Graph — Lire ce qui est autorisé"),
		entry("graph.write", "Microsoft Graph: change whatever else is on (approved each time)", "Microsoft Graph — Modifier ce qui est autorisé (HITL)"),
	}
	for i, p := range all {
		all[i].Approval = !strings.HasSuffix(p.ID, ".read")
		all[i].AdminConsent = slices.Contains([]string{"sharepoint.read", "sharepoint.upload", "teams.read"}, p.ID)
	}
	return all
}

// Permissions returns the set that a list of ids and presets stands for. No name
// at all is the empty set. An unknown name is an error, and so is "none" beside
// another.
func Permissions(names ...string) (agenttool.PermissionSet, error) {
	if slices.Contains(names, PresetNone) && len(names) > 1 {
		return nil, fmt.Errorf("graphtools: permissions: %q stands beside others", PresetNone)
	}
	on := map[string]bool{}
	for _, name := range names {
		known := name == PresetNone
		for _, p := range Catalogue() {
			if name == p.ID || name == PresetAll || name == PresetRead && !p.Approval {
				on[p.ID], known = true, true
			}
		}
		if !known {
			return nil, fmt.Errorf("graphtools: permissions: %q is unknown; use none, read, all or ids: %s", name, strings.Join(ids(Catalogue()), ", "))
		}
	}
	var set agenttool.PermissionSet
	for _, id := range ids(Catalogue()) {
		if on[id] {
			set = append(set, id)
		}
	}
	return set, nil
}

// Scopes returns the Graph permissions that a set needs, sorted: what a host
// should ask for at sign-in, and no more.
func Scopes(set agenttool.PermissionSet) []string {
	var scopes []string
	for _, p := range Catalogue() {
		if slices.Contains(set, p.ID) {
			scopes = append(scopes, p.Scopes...)
		}
	}
	slices.Sort(scopes)
	return slices.Compact(scopes)
}

func ids(permissions []agenttool.Permission) []string {
	list := make([]string, len(permissions))
	for i, p := range permissions {
		list[i] = p.ID
	}
	return list
}

// readOnly leaves out what writes.
func readOnly(set agenttool.PermissionSet) agenttool.PermissionSet {
	return slices.DeleteFunc(slices.Clone(set), func(id string) bool {
		return slices.ContainsFunc(Catalogue(), func(p agenttool.Permission) bool { return p.ID == id && p.Approval })
	})
}

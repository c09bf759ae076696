package graphtest

import (
	"regexp"
	"strings"
	"unicode/utf8"
)

const (
	maxName = 255
	maxPath = 400 // characters of a whole path
)

// reservedNames are those that SharePoint keeps for itself, or Windows.
var reservedNames = regexp.MustCompile(`(?i)^(\.lock|con|prn|aux|nul|com[0-9]|lpt[0-9]|desktop\.ini|~\$.*|.*_vti_.*)$`)

// validName holds the rules of
// https://support.microsoft.com/office/restrictions-and-limitations-in-onedrive-and-sharepoint-64883a5d-228e-48f5-b3d2-eb39e07630fa
// that hold for every name.
func validName(name string) bool {
	if name == "" || utf8.RuneCountInString(name) > maxName || !utf8.ValidString(name) {
		return false
	}
	if name != strings.TrimSpace(name) || strings.HasSuffix(name, ".") || reservedNames.MatchString(name) {
		return false
	}
	return !strings.ContainsFunc(name, func(r rune) bool { return r < ' ' || strings.ContainsRune(`"*:<>?/\|`, r) })
}

// checkName refuses a name that OneDrive does not take.
func checkName(name string) error {
	if !validName(name) {
		return failf(codeDriveBad, "The provided name cannot contain characters or endings that OneDrive does not take.")
	}
	return nil
}

// checkPath refuses a path that is too long for OneDrive.
func checkPath(folder *driveNode, names ...string) error {
	length := utf8.RuneCountInString(folder.path())
	for _, name := range names {
		length += 1 + utf8.RuneCountInString(name)
	}
	if length > maxPath {
		return &graphError{code: codeDriveBad, inner: []code{"pathIsTooLong"}, message: "The specified path is too long."}
	}
	return nil
}

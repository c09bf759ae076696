// Command goonedrive keeps files with go-onedrive, signed in by the msauth of msgraph.go.
package main

import (
	"bytes"
	"cmp"
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/goh-chunlin/go-onedrive/onedrive"
	"github.com/yaegashi/msgraph.go/msauth"
	"golang.org/x/oauth2"
)

func main() {
	if err := run(context.Background()); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context) error {
	person, err := signIn(ctx)
	if err != nil {
		return fmt.Errorf("sign in: %w", err)
	}
	c := onedrive.NewClient(oauth2.NewClient(ctx, person))
	drive, err := c.Drives.Get(ctx, "")
	if err != nil {
		return err
	}
	folder, err := c.DriveItems.CreateNewFolder(ctx, drive.Id, "root", "Über & co #1")
	if err != nil {
		return err
	}
	item, content, err := store(ctx, c, drive.Id, folder.Id)
	if err != nil {
		return fmt.Errorf("store a file: %w", err)
	}
	if err := find(ctx, c, folder.Id, content); err != nil {
		return fmt.Errorf("find the files: %w", err)
	}
	if err := share(ctx, c, drive.Id, item); err != nil {
		return fmt.Errorf("share a file: %w", err)
	}
	if _, err := c.DriveItems.Get(ctx, "01AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"); err == nil || !strings.HasPrefix(err.Error(), "itemNotFound") {
		return fmt.Errorf("an id that nothing has: %v, want itemNotFound", err)
	}
	return nil
}

// signIn signs in by three grants, and gives what the device code brought.
func signIn(ctx context.Context) (oauth2.TokenSource, error) {
	env := func(name string) string { return os.Getenv("M365_EMULATOR_" + name) }
	scopes := []string{"offline_access", "https://graph.microsoft.com/Files.ReadWrite.All"}
	m := msauth.NewManager()
	if _, err := m.ClientCredentialsGrant(ctx, env("TENANT_ID"), env("CLIENT_ID"), env("CLIENT_SECRET"), []string{msauth.DefaultMSGraphScope}); err != nil {
		return nil, err
	}
	if _, err := msauth.NewManager().ResourceOwnerPasswordGrant(ctx, env("TENANT_ID"), env("CLIENT_ID"), "", env("USER"), env("PASSWORD"), scopes); err != nil {
		return nil, err
	}
	return m.DeviceAuthorizationGrant(ctx, env("TENANT_ID"), env("CLIENT_ID"), scopes, nil)
}

// store uploads a file, replaces its content, renames and copies it.
func store(ctx context.Context, c *onedrive.Client, drive, folder string) (id string, content []byte, err error) {
	dir, err := os.MkdirTemp("", "goonedrive-")
	if err != nil {
		return "", nil, err
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "chart ä.png")
	var item *onedrive.DriveItem
	for _, put := range []func() (*onedrive.DriveItem, error){
		func() (*onedrive.DriveItem, error) { return c.DriveItems.UploadNewFile(ctx, drive, folder, file) },
		func() (*onedrive.DriveItem, error) {
			return c.DriveItems.UploadToReplaceFile(ctx, drive, file, item.Id)
		},
	} {
		content = append([]byte("\x89PNG\r\n\x1a\n"), make([]byte, 3<<20)...)
		rand.Read(content[8:])
		if err := os.WriteFile(file, content, 0o600); err != nil {
			return "", nil, err
		}
		if item, err = put(); err != nil {
			return "", nil, err
		}
	}
	if _, err := c.DriveItems.Rename(ctx, drive, item.Id, "renamed.png"); err != nil {
		return "", nil, err
	}
	_, err = c.DriveItems.Copy(ctx, drive, item.Id, drive, folder, "copied.png")
	return item.Id, content, err
}

// find lists and searches the folder, and downloads what it holds.
func find(ctx context.Context, c *onedrive.Client, folder string, content []byte) error {
	list, err := c.DriveItems.List(ctx, folder)
	if err != nil {
		return err
	}
	var names []string
	for _, item := range list.DriveItems {
		names = append(names, item.Name)
		res, err := http.Get(item.DownloadURL)
		if err != nil {
			return err
		}
		got, err := io.ReadAll(res.Body)
		if err := cmp.Or(err, res.Body.Close()); err != nil {
			return err
		}
		if !bytes.Equal(got, content) {
			return fmt.Errorf("%s came back as %d other bytes", item.Name, len(got))
		}
	}
	if slices.Sort(names); !slices.Equal(names, []string{"copied.png", "renamed.png"}) {
		return fmt.Errorf("the folder has %q", names)
	}
	found, err := c.DriveSearch.SearchAll(ctx, "renamed")
	if err != nil {
		return err
	}
	if len(found.DriveItems) != 1 || found.DriveItems[0].Name != "renamed.png" {
		return fmt.Errorf("the search found %d items, want renamed.png", len(found.DriveItems))
	}
	documents, err := c.DriveItems.GetSpecial(ctx, onedrive.Documents)
	if err == nil && documents.Name != "Documents" {
		err = fmt.Errorf("the special folder is %q", documents.Name)
	}
	return err
}

// share makes a link, and takes it back.
func share(ctx context.Context, c *onedrive.Client, drive, item string) error {
	link, err := c.DrivePermissions.CreateShareLink(ctx, item, onedrive.View, onedrive.Organization)
	if err != nil {
		return err
	}
	shared := func() (bool, error) {
		all, err := c.DrivePermissions.List(ctx, item)
		return slices.ContainsFunc(all, func(p onedrive.Permission) bool { return p.ID == link.ID }), err
	}
	if is, err := shared(); err != nil || !is {
		return fmt.Errorf("the link %s is not listed: %w", link.ID, err)
	}
	if err := c.DrivePermissions.Delete(ctx, drive, item, link.ID); err != nil {
		return err
	}
	if is, err := shared(); err != nil || is {
		return fmt.Errorf("the link %s is still listed: %w", link.ID, err)
	}
	return nil
}

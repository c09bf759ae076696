package graphtest

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"net/url"
	"strings"
)

// thumbnailSizes are those of https://learn.microsoft.com/graph/api/resources/thumbnailset,
// by the length of a side.
var thumbnailSizes = map[string]int{"large": 800, "medium": 176, "small": 96}

// thumbnailSets are the previews of an image; other items have none.
func (i driveItem) thumbnailSets(c *call) []object {
	if i.isFolder() || !strings.HasPrefix(i.mimeType(), "image/") {
		return []object{}
	}
	set := object{{"id", "0"}}
	for _, size := range []string{"large", "medium", "small"} {
		set = append(set, member{size, i.thumbnail(c, size)})
	}
	return []object{set}
}

// thumbnail is https://learn.microsoft.com/graph/api/resources/thumbnail.
func (i driveItem) thumbnail(c *call, size string) object {
	side := thumbnailSizes[size]
	query := url.Values{signedBy: {c.s.signer.sign("thumbnail", i.drive.id, i.id, size)}, "drive": {i.drive.id}}
	address := "https://" + c.filesHost(i.drive.owner.user == nil) + "/thumbnail/" + url.PathEscape(i.id) + "/" + size + "?" + query.Encode()
	return object{{"height", side}, {"url", address}, {"width", side}}
}

func listThumbnails(c *call) (*reply, error) {
	item, err := itemOf(c)
	if err != nil {
		return nil, err
	}
	return jsonReply(object{{"@odata.context", c.metadata("Collection(thumbnailSet)")}, {"value", item.thumbnailSets(c)}}), nil
}

// thumbnailOf gives one size of an item's preview.
func thumbnailOf(c *call) (object, error) {
	item, err := itemOf(c)
	if err != nil {
		return nil, err
	}
	size := strings.ToLower(c.vars["size"])
	if len(item.thumbnailSets(c)) == 0 || c.vars["thumbnail"] != "0" || thumbnailSizes[size] == 0 {
		return nil, fail(codeDriveNotFound)
	}
	return item.thumbnail(c, size), nil
}

func getThumbnail(c *call) (*reply, error) {
	picture, err := thumbnailOf(c)
	if err != nil {
		return nil, err
	}
	return jsonReply(append(object{{"@odata.context", c.metadata("thumbnail")}}, picture...)), nil
}

// getThumbnailContent sends a client to the picture.
func getThumbnailContent(c *call) (*reply, error) {
	picture, err := thumbnailOf(c)
	if err != nil {
		return nil, err
	}
	address, _ := picture.get("url")
	return redirectReply(address.(string)), nil
}

// drawThumbnail serves a plain picture in a colour of the item's own.
func drawThumbnail(c *call) (*reply, error) {
	drive, size := c.s.tenant.drive(c.param("drive")), c.vars["size"]
	if drive == nil || !c.s.signer.valid(c.param(signedBy), "thumbnail", drive.id, c.vars["item"], size) {
		return nil, failf(codeUnauthenticated, "The signature of the URL is missing or wrong.")
	}
	n := drive.items[c.vars["item"]]
	if n == nil {
		return nil, fail(codeDriveNotFound)
	}
	tint := digest("thumbnail", n.id)
	plain := color.RGBA{tint[0], tint[1], tint[2], 255}
	picture := image.NewPaletted(image.Rect(0, 0, thumbnailSizes[size], thumbnailSizes[size]), color.Palette{plain})
	var b bytes.Buffer
	if err := png.Encode(&b, picture); err != nil {
		return nil, err
	}
	return rawReply("image/png", b.Bytes(), n.modified), nil
}

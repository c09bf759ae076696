package graphtest

import (
	"bytes"
	"encoding/hex"
	"image"
	_ "image/jpeg" // a photo tells its size
	_ "image/png"
	"net/http"
	"slices"
	"strings"
	"time"
)

// maxPhoto is how large a photo may be.
const maxPhoto = 4 << 20

// photoRoutes are people's pictures, in the one size in which they were given.
func photoRoutes() []route {
	get := func(pattern string, o options, handle func(*call) (*reply, error)) route {
		return directoryRoute("GET", pattern, "profilephoto-get", joined(readOwnUser, readPhotos), o, ownOr(readPhotos, handle))
	}
	set := func(method string) route {
		return directoryRoute(method, "/~/photo/$value", "profilephoto-update", joined(readOwnUser[1:], writePhotos), optNone, ownOr(writePhotos, setPhoto))
	}
	sizes := get("/~/photos", optSelect|optFormat, listPhotos)
	sizes.differs = "A photo is there in the size in which it was given, and is not scaled to others."
	return []route{
		sizes, set("PUT"), set("PATCH"),
		get("/~/photo", optSelect|optFormat, getPhoto), get("/~/photo/$value", optNone, getPhotoContent),
		get("/~/photos/{size}", optSelect|optFormat, getPhoto), get("/~/photos/{size}/$value", optNone, getPhotoContent),
		directoryRoute("DELETE", "/~/photo", "profilephoto-delete", joined(readOwnUser[1:], writePhotos), optNone, ownOr(writePhotos, deletePhoto)),
		directoryRoute("DELETE", "/~/photo/$value", "profilephoto-delete", joined(readOwnUser[1:], writePhotos), optNone, ownOr(writePhotos, deletePhoto)),
	}
}

// photo is somebody's picture, with what it says of itself.
type photo struct {
	content       []byte
	kind          string
	width, height int
}

// readPhoto looks into a picture; !ok if it is none.
func readPhoto(b []byte) (*photo, bool) {
	config, format, err := image.DecodeConfig(bytes.NewReader(b))
	if err != nil {
		return nil, false
	}
	return &photo{b, "image/" + format, config.Width, config.Height}, true
}

// id is the size, as in 240x240.
func (p *photo) id() string { return itoa(p.width) + "x" + itoa(p.height) }

func (p *photo) etag() string {
	return `"` + strings.ToUpper(hex.EncodeToString(digest(string(p.content))[:4])) + `"`
}

// photo is that of the person in the path, which must be of the size in the
// path, if there is one.
func (c *call) photo() (*photo, error) {
	p, ok := readPhoto(c.user.Photo)
	if size := c.vars["size"]; !ok || size != "" && !strings.EqualFold(size, p.id()) {
		return nil, fail(codeImageNotFound)
	}
	return p, nil
}

// photoSchema is https://learn.microsoft.com/graph/api/resources/profilephoto.
var photoSchema = &schema[*photo]{
	name: "profilePhoto", page: 100, maxPage: 100, keep: []string{"id"},
	annotate: func(p *photo) object {
		return object{{"@odata.mediaContentType", p.kind}, {"@odata.mediaEtag", p.etag()}}
	},
	props: []property[*photo]{
		{name: "id", typ: "Edm.String", get: func(_ *call, p *photo) any { return p.id() }},
		{name: "height", typ: "Edm.Int32", get: func(_ *call, p *photo) any { return p.height }},
		{name: "width", typ: "Edm.Int32", get: func(_ *call, p *photo) any { return p.width }},
	},
}

func getPhoto(c *call) (*reply, error) {
	p, err := c.photo()
	if err != nil {
		return nil, err
	}
	return one(c, photoSchema, p, "users('"+escapeValue(c.user.ID)+"')/photo")
}

func listPhotos(c *call) (*reply, error) {
	var all []*photo
	if p, ok := readPhoto(c.user.Photo); ok {
		all = append(all, p)
	}
	return list(c, listing[*photo]{schema: photoSchema, items: all, context: "users('" + escapeValue(c.user.ID) + "')/photos"})
}

func getPhotoContent(c *call) (*reply, error) {
	p, err := c.photo()
	if err != nil {
		return nil, err
	}
	return p.reply(c.user.Profile.CreatedDateTime), nil
}

// reply answers with the picture itself.
func (p *photo) reply(modified time.Time) *reply {
	rep := rawReply(p.kind, p.content, modified)
	rep.raw.etag = p.etag()
	return rep
}

// setPhoto is https://learn.microsoft.com/graph/api/profilephoto-update.
func setPhoto(c *call) (*reply, error) {
	var err error
	if c.user.Photo, err = sentPhoto(c, c.user.Photo); err != nil {
		return nil, err
	}
	c.s.tenant.journal.record("users", c.user.ID, itemUpdated)
	return emptyReply(http.StatusOK), nil
}

// sentPhoto is the picture in the body, or the old one if that is none.
func sentPhoto(c *call, old []byte) ([]byte, error) {
	media, _, _ := strings.Cut(c.r.Header.Get("Content-Type"), ";")
	if !strings.HasPrefix(media, "image/") {
		return old, failf(codeUnsupportedMedia, "A photo is sent as image/jpeg.")
	}
	if _, ok := readPhoto(c.body); !ok || len(c.body) > maxPhoto {
		return old, failf(codeRequestBad, "The image is not valid.")
	}
	return slices.Clone(c.body), nil
}

func deletePhoto(c *call) (*reply, error) {
	if len(c.user.Photo) == 0 {
		return nil, fail(codeImageNotFound)
	}
	c.user.Photo = nil
	c.s.tenant.journal.record("users", c.user.ID, itemUpdated)
	return emptyReply(http.StatusNoContent), nil
}

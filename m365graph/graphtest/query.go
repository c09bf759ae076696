package graphtest

import (
	"slices"
	"strconv"
	"strings"

	"github.com/m365go/sdk/m365graph/internal/odata"
)

// options are the query options that a route honours; any other is an error.
type options uint

const (
	optSelect options = 1 << iota
	optExpand
	optFilter
	optOrder
	optTop
	optSkip
	optCount
	optSearch
	optSkipToken
	optDeltaToken
	optFormat
	optNone // no option at all

	oneOptions  = optSelect | optExpand | optFormat
	listOptions = oneOptions | optFilter | optOrder | optTop | optSkip | optCount | optSkipToken
	// directoryOptions are those of a list of the directory, which pages by
	// token alone.
	directoryOptions = (listOptions | optSearch) &^ optSkip
	deltaOptions     = oneOptions | optFilter | optOrder | optTop | optSkipToken | optDeltaToken
)

// optionNames spells each option, in the order of their bits.
var optionNames = []string{
	"$select", "$expand", "$filter", "$orderby", "$top", "$skip", "$count", "$search", "$skiptoken", "$deltatoken", "$format",
}

// names lists the options.
func (o options) names() []string {
	var names []string
	for i, name := range optionNames {
		if o&(1<<i) != 0 {
			names = append(names, name)
		}
	}
	return names
}

// checkOptions refuses unknown and repeated system options, and puts known
// ones into one spelling. On beta the $ may be left out, and so it may in
// OneDrive and SharePoint, where format is an option of its own.
func (c *call) checkOptions() error {
	honoured := c.route.options
	if c.property != nil {
		honoured &= optFormat
	}
	seen := map[string]bool{}
	for i := range c.params {
		p := &c.params[i]
		name := strings.ToLower(p.name)
		bare := c.version == "beta" || c.route.service.bare && name != "format"
		if bare && slices.Contains(optionNames, "$"+name) {
			name = "$" + name
		}
		if !strings.HasPrefix(name, "$") {
			continue
		}
		switch {
		case !slices.Contains(optionNames, name):
			return failf(c.route.service.badQuery, "The query parameter '%s' is not supported.", p.name)
		case !slices.Contains(honoured.names(), name):
			return failf(c.route.service.badQuery, "'%s' is not supported by the service.", name)
		}
		if seen[name] {
			return failf(c.route.service.badQuery, "Query option '%s' was specified more than once, but it must be specified at most once.", name)
		}
		seen[name], p.name = true, name
	}
	return c.checkFormat()
}

// checkFormat lets JSON be asked for, which is what there is.
func (c *call) checkFormat() error {
	format, _, _ := strings.Cut(strings.ToLower(c.param("$format")), ";")
	if format = strings.TrimSpace(format); format != "" && format != "json" && format != "application/json" {
		return failf(codeUnsupportedMedia, "A supported MIME type could not be found that matches the content type of the response. None of the supported type(s) 'application/json' matches the content type '%s'.", format)
	}
	return nil
}

// query is how a request wants a collection.
type query struct {
	filter *odata.Filter // nil: all
	search *odata.Search // nil: all
	order  []odata.Key
	skip   int
	size   int // of a page
	count  bool
	next   bool // a page after the first
}

// readQuery reads all options but the shape.
func readQuery[T any](c *call, l *listing[T]) (*query, error) {
	q := &query{}
	var err error
	if q.count, err = readFlag(c.param("$count"), "$count"); err != nil {
		return nil, failf(c.route.service.badQuery, "%v", err)
	}
	if text := c.param("$filter"); text != "" {
		if q.filter, err = odata.Parse(text, l.schema.name, l.types()); err != nil {
			return nil, failf(c.route.service.badQuery, "Invalid filter clause: %v", err)
		}
	}
	if text := c.param("$orderby"); text != "" {
		if q.order, err = odata.ParseOrder(text, l.schema.name, l.types()); err != nil {
			return nil, failf(c.route.service.badQuery, "Invalid $orderby clause: %v", err)
		}
	}
	if text := c.param("$search"); text != "" && l.search != nil {
		if q.search, err = l.search.parse(text); err != nil {
			return nil, failf(codeBadRequest, "%v", err)
		}
	}
	if err := q.readPage(c, l.schema.page, l.schema.maxPage); err != nil {
		return nil, err
	}
	if l.check != nil {
		return q, l.check(c, q)
	}
	return q, nil
}

// readFlag reads true or false; nothing is false.
func readFlag(text, option string) (bool, error) {
	switch strings.ToLower(text) {
	case "true":
		return true, nil
	case "", "false":
		return false, nil
	}
	return false, odata.SyntaxError("Invalid value '" + text + "' for " + option + " query option found. Valid values are 'true' or 'false'.")
}

// maxSkip is further than any collection goes.
const maxSkip = 1 << 30

// readPage reads $top, $skip, the preferred page size and the page token.
func (q *query) readPage(c *call, size, maxSize int) error {
	if q.size = size; c.route.options&(optTop|optSkipToken) == 0 {
		q.size = maxSkip // no link could lead to a second page
		return nil
	}
	if text := c.param("$top"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 0 {
			return failf(c.route.service.badQuery, "Invalid value '%s' for $top query option found. The $top query option requires a non-negative integer value.", text)
		}
		service := c.route.service
		if service.topTooLarge != "" && (n > maxSize || n < service.minTop) {
			return failf(service.badQuery, service.topTooLarge, n, maxSize)
		}
		q.size = min(n, maxSize)
	} else if n, err := strconv.Atoi(c.prefer["odata.maxpagesize"]); err == nil && n > 0 {
		q.size = min(n, maxSize)
		c.apply("odata.maxpagesize=" + itoa(q.size))
	}
	if text := c.param("$skip"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 0 {
			return failf(c.route.service.badQuery, "Invalid value '%s' for $skip query option found. The $skip query option requires a non-negative integer value.", text)
		}
		q.skip = min(n, maxSkip)
	}
	if c.param("$skiptoken") != "" {
		return q.readSkipToken(c)
	}
	return nil
}

// shapeOf reads $select and $expand.
func shapeOf[T any](c *call, s *schema[T]) (*shape[T], error) {
	sh := &shape[T]{schema: s, expand: map[string]*expansion{}, full: c.wantsFull()}
	if err := sh.readSelect(c); err != nil {
		return nil, err
	}
	if err := sh.readExpand(c); err != nil {
		return nil, err
	}
	return sh, nil
}

func (sh *shape[T]) readSelect(c *call) error {
	named := map[string]bool{}
	text := strings.TrimSpace(c.param("$select"))
	all := text == ""
	for name := range strings.SplitSeq(text, ",") {
		name = strings.TrimSpace(name)
		if name == "" {
			continue
		}
		if name == "*" {
			all = true
			continue
		}
		cast, bare := cutCast(name)
		p, ok := sh.schema.find(bare)
		if !ok || p.cast != cast {
			return failf(codeBadRequest, "Parsing OData Select and Expand failed: %v", odata.UnknownProperty(name, sh.schema.name))
		}
		if named[p.name] {
			continue
		}
		named[p.name] = true
		sh.names = append(sh.names, p.name)
	}
	for i := range sh.schema.props {
		p := &sh.schema.props[i]
		shown := all && (p.show == always || p.show == unlessNil) || named[p.name] || containsFold(sh.schema.keep, p.name)
		if shown && p.show != expanded {
			sh.props = append(sh.props, p)
		}
	}
	return nil
}

// cutCast takes microsoft.graph.fileAttachment/contentBytes apart.
func cutCast(name string) (cast, bare string) {
	if typed, ok := strings.CutPrefix(name, "microsoft.graph."); ok {
		if cast, bare, ok := strings.Cut(typed, "/"); ok {
			return cast, bare
		}
	}
	return "", name
}

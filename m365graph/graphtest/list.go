package graphtest

// listing is a collection to be shown as the request's query options say.
type listing[T any] struct {
	schema  *schema[T]
	items   []T    // in the order that holds without $orderby
	context string // after $metadata#, such as users('…')/messages
}

// list answers with a page of a collection.
func list[T any](c *call, l listing[T]) (*reply, error) {
	sh, err := shapeOf(c, l.schema)
	if err != nil {
		return nil, err
	}
	values := []object{}
	for _, v := range l.items {
		values = append(values, sh.render(c, v))
	}
	return jsonReply(object{{"@odata.context", c.metadata(l.context)}, {"value", values}}), nil
}

// one answers with a single resource.
func one[T any](c *call, s *schema[T], v T, context string) (*reply, error) {
	sh, err := shapeOf(c, s)
	if err != nil {
		return nil, err
	}
	return jsonReply(sh.render(c, v, member{"@odata.context", c.metadata(context + "/$entity")})), nil
}

// shapeOf reads $select and $expand.
func shapeOf[T any](c *call, s *schema[T]) (*shape[T], error) {
	sh := &shape[T]{schema: s}
	for i := range s.props {
		if p := &s.props[i]; p.show == always || p.show == unlessNil {
			sh.props = append(sh.props, p)
		}
	}
	return sh, nil
}

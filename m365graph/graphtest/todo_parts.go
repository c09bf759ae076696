package graphtest

import (
	"encoding/json"
	"net/http"
	"slices"
	"time"
)

// taskPart is a kind of thing that a task has several of. A round of tasks
// tells of the task when one of them changes.
type taskPart[T any] struct {
	name   string // in paths
	pages  string // ends the names of Microsoft's pages
	schema *schema[*T]
	inputs inputs[T]
	of     func(*taskState) *[]T
	id     func(*T) *string
	settle func(*T, time.Time) error // checks and completes what a request left
}

var checklist = &taskPart[ChecklistItem]{
	name: "checklistItems", pages: "checklistitem", schema: checklistSchema,
	of: func(x *taskState) *[]ChecklistItem { return &x.ChecklistItems }, id: func(i *ChecklistItem) *string { return &i.ID },
	inputs: inputs[ChecklistItem]{
		"displayname":     into(func(i *ChecklistItem) *string { return &i.DisplayName }),
		"ischecked":       into(func(i *ChecklistItem) *bool { return &i.IsChecked }),
		"checkeddatetime": into(func(i *ChecklistItem) *time.Time { return &i.CheckedDateTime }),
		"createddatetime": into(func(i *ChecklistItem) *time.Time { return &i.CreatedDateTime }),
	},
	settle: func(i *ChecklistItem, now time.Time) error {
		i.CreatedDateTime = orTime(i.CreatedDateTime, now)
		switch {
		case i.DisplayName == "":
			return failf(codeInvalidRequest, "The checklist item needs a displayName.")
		case !i.IsChecked:
			i.CheckedDateTime = time.Time{}
		default:
			i.CheckedDateTime = orTime(i.CheckedDateTime, now)
		}
		return nil
	},
}

var linked = &taskPart[LinkedResource]{
	name: "linkedResources", pages: "linkedresource", schema: linkedSchema,
	of: func(x *taskState) *[]LinkedResource { return &x.LinkedResources }, id: func(l *LinkedResource) *string { return &l.ID },
	inputs: inputs[LinkedResource]{
		"displayname":     into(func(l *LinkedResource) *string { return &l.DisplayName }),
		"applicationname": into(func(l *LinkedResource) *string { return &l.ApplicationName }),
		"externalid":      into(func(l *LinkedResource) *string { return &l.ExternalID }),
		"weburl":          into(func(l *LinkedResource) *string { return &l.WebURL }),
	},
	settle: func(l *LinkedResource, _ time.Time) error {
		if l.DisplayName == "" || l.ApplicationName == "" {
			return failf(codeInvalidRequest, "The linked resource needs a displayName and an applicationName.")
		}
		return nil
	},
}

// load completes the parts of a task that the tenant was given.
func (p *taskPart[T]) load(x *taskState, now time.Time) error {
	all := slices.Clone(*p.of(x))
	for i := range all {
		id := p.id(&all[i])
		*id = orElse(*id, guid(p.name, x.ID, i))
		if err := p.settle(&all[i], now); err != nil {
			return err
		}
	}
	*p.of(x) = all
	return nil
}

// routes are those of the parts, below the path of their task.
func (p *taskPart[T]) routes() []route {
	const at = "/{list}/tasks/{task}/"
	return []route{
		readTasksAt(at+p.name, "todotask-list-"+p.pages+"s", listOptions, p.list),
		writeTasksAt("POST", at+p.name, "todotask-post-"+p.pages+"s", p.post),
		readTasksAt(at+p.name+"/{part}", p.pages+"-get", oneOptions, p.get),
		writeTasksAt("PATCH", at+p.name+"/{part}", p.pages+"-update", p.patch),
		writeTasksAt("DELETE", at+p.name+"/{part}", p.pages+"-delete", p.delete),
	}
}

func (p *taskPart[T]) context(c *call) string {
	return taskContext(c) + "('" + escapeValue(c.vars["task"]) + "')/" + p.name
}

// find gives the task that the path names, and where in it the part is.
func (p *taskPart[T]) find(c *call) (*taskState, int, error) {
	x, err := c.task()
	if err != nil {
		return nil, 0, err
	}
	i := slices.IndexFunc(*p.of(x), func(v T) bool { return *p.id(&v) == c.vars["part"] })
	if i < 0 {
		return nil, 0, noSuchItem(c.vars["part"])
	}
	return x, i, nil
}

// read lays the body of a request over a part.
func (p *taskPart[T]) read(c *call, v *T) error {
	g, err := readGiven(c, p.schema, p.inputs)
	if err != nil {
		return err
	}
	if err := p.inputs.apply(g, v); err != nil {
		return err
	}
	return p.settle(v, c.now)
}

// replace gives a task other parts. The old ones stay as they were, for whoever still reads them.
func (p *taskPart[T]) replace(c *call, x *taskState, all []T) {
	*p.of(x) = all
	x.version++
	x.LastModifiedDateTime = c.now
	c.user.todo.recordTask(x, itemUpdated)
}

func (p *taskPart[T]) all(x *taskState) []*T {
	items := make([]*T, len(*p.of(x)))
	for i := range items {
		items[i] = &(*p.of(x))[i]
	}
	return items
}

func (p *taskPart[T]) list(c *call) (*reply, error) {
	x, err := c.task()
	if err != nil {
		return nil, err
	}
	return list(c, listing[*T]{schema: p.schema, items: p.all(x), context: p.context(c)})
}

func (p *taskPart[T]) get(c *call) (*reply, error) {
	x, i, err := p.find(c)
	if err != nil {
		return nil, err
	}
	return one(c, p.schema, &(*p.of(x))[i], p.context(c))
}

func (p *taskPart[T]) post(c *call) (*reply, error) {
	x, err := c.task()
	if err != nil {
		return nil, err
	}
	v := new(T)
	if err := p.read(c, v); err != nil {
		return nil, err
	}
	*p.id(v) = guid(p.name+" made", x.ID, c.user.todo.made)
	c.user.todo.made++
	p.replace(c, x, append(slices.Clone(*p.of(x)), *v))
	return created(c, p.schema, v, p.context(c))
}

func (p *taskPart[T]) patch(c *call) (*reply, error) {
	x, i, err := p.find(c)
	if err != nil {
		return nil, err
	}
	all := slices.Clone(*p.of(x))
	if err := p.read(c, &all[i]); err != nil {
		return nil, err
	}
	p.replace(c, x, all)
	return one(c, p.schema, &all[i], p.context(c))
}

func (p *taskPart[T]) delete(c *call) (*reply, error) {
	x, i, err := p.find(c)
	if err != nil {
		return nil, err
	}
	p.replace(c, x, slices.Delete(slices.Clone(*p.of(x)), i, i+1))
	return emptyReply(http.StatusNoContent), nil
}

// intoParts sets all parts of a new task.
func (p *taskPart[T]) intoParts(x *taskState, value json.RawMessage) error {
	var sent []map[string]json.RawMessage
	if err := read(value, &sent); err != nil {
		return err
	}
	var all []T
	for i, raw := range sent {
		g, err := lowered(raw, p.schema, p.inputs)
		if err != nil {
			return err
		}
		v := new(T)
		if err := p.inputs.apply(g, v); err != nil {
			return err
		}
		if err := p.settle(v, x.LastModifiedDateTime); err != nil {
			return err
		}
		*p.id(v) = guid(p.name+" sent", x.ID, i)
		all = append(all, *v)
	}
	*p.of(x) = all
	return nil
}

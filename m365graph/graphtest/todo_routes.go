package graphtest

import (
	"net/http"
	"slices"
	"strings"
	"time"
)

// Scopes of tasks.
var (
	readTasks  = []string{"Tasks.Read", "Tasks.ReadWrite"}
	writeTasks = readTasks[1:]
)

// deltaTaskOptions are what rounds of tasks take.
const deltaTaskOptions = optSelect | optTop | optFormat | optSkipToken | optDeltaToken

// todoRoutes are the ways to a person's tasks.
func todoRoutes() []route {
	post := writeTasksAt("POST", "/{list}/tasks", "todotasklist-post-tasks", postTask)
	post.differs = "Recurrence and attachments are not kept, and refused."
	return ofExchange(slices.Concat([]route{
		readTasksAt("", "todo-list-lists", listOptions, listTaskLists),
		writeTasksAt("POST", "", "todo-post-lists", postTaskList),
		readTasksAt("/delta", "todotasklist-delta", deltaTaskOptions, deltaTaskLists),
		readTasksAt("/{list}", "todotasklist-get", oneOptions, getTaskList),
		writeTasksAt("PATCH", "/{list}", "todotasklist-update", patchTaskList),
		writeTasksAt("DELETE", "/{list}", "todotasklist-delete", deleteTaskList),
		readTasksAt("/{list}/tasks", "todotasklist-list-tasks", listOptions, listTasks),
		readTasksAt("/{list}/tasks/delta", "todotask-delta", deltaTaskOptions, deltaTasks),
		post,
		readTasksAt("/{list}/tasks/{task}", "todotask-get", oneOptions, getTask),
		writeTasksAt("PATCH", "/{list}/tasks/{task}", "todotask-update", patchTask),
		writeTasksAt("DELETE", "/{list}/tasks/{task}", "todotask-delete", deleteTask),
	}, checklist.routes(), linked.routes()))
}

const todoPages = "https://learn.microsoft.com/graph/api/"

func readTasksAt(path, page string, o options, handle func(*call) (*reply, error)) route {
	return route{method: "GET", pattern: "/~/todo/lists" + path, doc: todoPages + page, scopes: readTasks, roles: forAll(readTasks), options: o, handle: handle}
}

func writeTasksAt(method, path, page string, handle func(*call) (*reply, error)) route {
	return route{method: method, pattern: "/~/todo/lists" + path, doc: todoPages + page, scopes: writeTasks, roles: forAll(writeTasks), options: optNone, handle: handle}
}

func taskListContext(c *call) string { return userContext(c) + "/todo/lists" }

func taskContext(c *call) string {
	return taskListContext(c) + "('" + escapeValue(c.vars["list"]) + "')/tasks"
}

// taskList finds the list that the path names.
func (c *call) taskList() (*taskList, error) {
	if l := c.user.todo.list(c.vars["list"]); l != nil {
		return l, nil
	}
	return nil, noSuchItem(c.vars["list"])
}

// task finds the task that the path names.
func (c *call) task() (*taskState, error) {
	l, err := c.taskList()
	if err != nil {
		return nil, err
	}
	if x := l.task(c.vars["task"]); x != nil {
		return x, nil
	}
	return nil, noSuchItem(c.vars["task"])
}

func listTaskLists(c *call) (*reply, error) {
	return list(c, listing[*taskList]{schema: taskListSchema, items: c.user.todo.lists, context: taskListContext(c)})
}

func getTaskList(c *call) (*reply, error) {
	l, err := c.taskList()
	if err != nil {
		return nil, err
	}
	return one(c, taskListSchema, l, taskListContext(c))
}

// readTaskList lays the body of a request over a list.
func readTaskList(c *call, l *taskList) error {
	g, err := readGiven(c, taskListSchema, taskListInputs)
	if err != nil {
		return err
	}
	if err := taskListInputs.apply(g, l); err != nil {
		return err
	}
	if strings.TrimSpace(l.DisplayName) == "" {
		return failf(codeInvalidRequest, "The list needs a displayName.")
	}
	return nil
}

func postTaskList(c *call) (*reply, error) {
	store := c.user.todo
	l := &taskList{TaskList: TaskList{ID: outlookID("task list made", c.user.ID, store.made), WellKnownName: "none"}}
	if err := readTaskList(c, l); err != nil {
		return nil, err
	}
	store.made++
	store.lists = append(store.lists, l)
	store.record(l, itemCreated)
	return created(c, taskListSchema, l, taskListContext(c))
}

// ownTaskList finds the list that the path names, which must be none that everybody has.
func (c *call) ownTaskList() (*taskList, error) {
	l, err := c.taskList()
	if err == nil && l.WellKnownName != "none" {
		return nil, failf(codeInvalidRequest, "The list '%s' can be neither renamed nor deleted.", l.DisplayName)
	}
	return l, err
}

func patchTaskList(c *call) (*reply, error) {
	l, err := c.ownTaskList()
	if err != nil {
		return nil, err
	}
	changed := *l
	if err := readTaskList(c, &changed); err != nil {
		return nil, err
	}
	l.DisplayName = changed.DisplayName
	l.version++
	c.user.todo.record(l, itemUpdated)
	return one(c, taskListSchema, l, taskListContext(c))
}

// deleteTaskList takes a list away with all that is in it.
func deleteTaskList(c *call) (*reply, error) {
	l, err := c.ownTaskList()
	if err != nil {
		return nil, err
	}
	store := c.user.todo
	for _, x := range l.tasks {
		store.recordTask(x, itemDeleted)
	}
	store.lists = slices.DeleteFunc(slices.Clone(store.lists), func(o *taskList) bool { return o == l })
	store.record(l, itemDeleted)
	return emptyReply(http.StatusNoContent), nil
}

func listTasks(c *call) (*reply, error) {
	l, err := c.taskList()
	if err != nil {
		return nil, err
	}
	return list(c, listing[*taskState]{schema: taskSchema, items: l.tasks, context: taskContext(c)})
}

func getTask(c *call) (*reply, error) {
	x, err := c.task()
	if err != nil {
		return nil, err
	}
	return one(c, taskSchema, x, taskContext(c))
}

// readTask lays the body of a request over a task. One that is completed says since when.
func readTask(c *call, x *taskState, in inputs[taskState]) error {
	g, err := readGiven(c, taskSchema, in)
	if err != nil {
		return err
	}
	x.LastModifiedDateTime = c.now
	if err := in.apply(g, x); err != nil {
		return err
	}
	switch {
	case x.Status != "completed":
		x.Completed = time.Time{}
	case x.Completed.IsZero():
		x.Completed = c.now
	}
	return nil
}

func postTask(c *call) (*reply, error) {
	l, err := c.taskList()
	if err != nil {
		return nil, err
	}
	store := c.user.todo
	x := &taskState{list: l, Task: Task{ID: outlookID("task made", c.user.ID, store.made), Status: "notStarted", Importance: "normal", CreatedDateTime: c.now}}
	if err := readTask(c, x, newTaskInputs); err != nil {
		return nil, err
	}
	if x.Title == "" {
		return nil, failf(codeInvalidRequest, "The task needs a title.")
	}
	store.made++
	l.tasks = append(l.tasks, x)
	store.recordTask(x, itemCreated)
	return created(c, taskSchema, x, taskContext(c))
}

func patchTask(c *call) (*reply, error) {
	x, err := c.task()
	if err != nil {
		return nil, err
	}
	changed := *x // kept only if all of it is good
	if err := readTask(c, &changed, taskInputs); err != nil {
		return nil, err
	}
	changed.version++
	*x = changed
	c.user.todo.recordTask(x, itemUpdated)
	return one(c, taskSchema, x, taskContext(c))
}

func deleteTask(c *call) (*reply, error) {
	x, err := c.task()
	if err != nil {
		return nil, err
	}
	x.list.tasks = slices.DeleteFunc(x.list.tasks, func(o *taskState) bool { return o == x })
	c.user.todo.recordTask(x, itemDeleted)
	return emptyReply(http.StatusNoContent), nil
}

// deltaTaskLists tells which lists changed.
func deltaTaskLists(c *call) (*reply, error) {
	store := c.user.todo
	t := tracked[*taskList]{collection: store.collection(), dialect: outlookDelta}
	t.listing = listing[*taskList]{schema: taskListSchema, context: "Collection(todoTaskList)"}
	t.first = func() (ids []string) {
		for _, l := range store.lists {
			ids = append(ids, l.ID)
		}
		return ids
	}
	t.find = func(id string) (*taskList, bool) { l := store.list(id); return l, l != nil }
	t.gone = func(id string) object { return removedObject("todoTaskList", id) }
	return delta(c, t)
}

// deltaTasks tells which tasks of a list changed.
func deltaTasks(c *call) (*reply, error) {
	l, err := c.taskList()
	if err != nil {
		return nil, err
	}
	t := tracked[*taskState]{collection: c.user.todo.taskCollection(l), dialect: outlookDelta}
	t.listing = listing[*taskState]{schema: taskSchema, context: "Collection(todoTask)"}
	t.first = func() (ids []string) {
		for _, x := range l.tasks {
			ids = append(ids, x.ID)
		}
		return ids
	}
	t.find = func(id string) (*taskState, bool) { x := l.task(id); return x, x != nil }
	t.gone = func(id string) object { return removedObject("todoTask", id) }
	return delta(c, t)
}

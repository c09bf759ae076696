package graphtest

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// todoStore is what a person has to do.
type todoStore struct {
	owner *userState
	lists []*taskList
	made  int // what requests have made, for ids
}

// taskList is a list of tasks as it is now.
type taskList struct {
	TaskList
	tasks   []*taskState
	version int // counts changes
}

// taskState is a task as it is now.
type taskState struct {
	Task
	list    *taskList
	version int // counts changes
}

// knownLists are those that everybody has.
var knownLists = []struct{ name, display string }{{"defaultList", "Tasks"}, {"flaggedEmails", "Flagged Emails"}}

var (
	taskStatuses    = []string{"notStarted", "inProgress", "completed", "waitingOnOthers", "deferred"}
	taskImportances = []string{"low", "normal", "high"}
)

// newTodoStore copies a person's lists; the known ones come first.
func newTodoStore(u *userState, now time.Time) (*todoStore, error) {
	s := &todoStore{owner: u}
	for _, known := range knownLists {
		given := &TaskList{DisplayName: known.display, WellKnownName: known.name}
		if i := slices.IndexFunc(u.TaskLists, func(l *TaskList) bool { return strings.EqualFold(l.WellKnownName, known.name) }); i >= 0 {
			given = u.TaskLists[i]
		}
		if err := s.load(given, known.name, now); err != nil {
			return nil, err
		}
	}
	for _, given := range u.TaskLists {
		if given.WellKnownName == "" {
			if err := s.load(given, "none", now); err != nil {
				return nil, err
			}
		}
	}
	return s, nil
}

// load copies a list of the tenant's data and what is in it.
func (s *todoStore) load(given *TaskList, known string, now time.Time) error {
	l := &taskList{TaskList: *given}
	l.WellKnownName, l.Tasks = known, nil
	l.ID = orElse(l.ID, outlookID("task list", s.owner.ID, known, len(s.lists)))
	if l.DisplayName == "" || s.list(l.ID) != nil {
		return fmt.Errorf("list %q: it has no DisplayName, or the id of another", l.DisplayName)
	}
	for i, task := range given.Tasks {
		x := &taskState{Task: *task, list: l}
		x.ID = orElse(x.ID, outlookID("task", l.ID, i))
		x.Status, x.Importance = oneOf(orElse(x.Status, "notStarted"), taskStatuses), oneOf(orElse(x.Importance, "normal"), taskImportances)
		if x.Status == "" || x.Importance == "" || l.task(x.ID) != nil {
			return fmt.Errorf("task %q: its status or importance is unknown, or its id is another's", x.Title)
		}
		if x.CreatedDateTime.IsZero() {
			x.CreatedDateTime = now
		}
		if x.LastModifiedDateTime.IsZero() {
			x.LastModifiedDateTime = x.CreatedDateTime
		}
		if err := errors.Join(checklist.load(x, now), linked.load(x, now)); err != nil {
			return fmt.Errorf("task %q: %w", x.Title, err)
		}
		l.tasks = append(l.tasks, x)
	}
	s.lists = append(s.lists, l)
	return nil
}

// list finds a list by id; nil if there is none.
func (s *todoStore) list(id string) *taskList {
	for _, l := range s.lists {
		if l.ID == id {
			return l
		}
	}
	return nil
}

// task finds a task by id; nil if there is none.
func (l *taskList) task(id string) *taskState {
	for _, x := range l.tasks {
		if x.ID == id {
			return x
		}
	}
	return nil
}

// collection is what the journal calls the lists.
func (s *todoStore) collection() string { return "users/" + s.owner.ID + "/todo/lists" }

// taskCollection is what the journal calls the tasks of a list.
func (s *todoStore) taskCollection(l *taskList) string { return s.collection() + "/" + l.ID + "/tasks" }

func (s *todoStore) record(l *taskList, kind changeKind) {
	s.owner.tenant.journal.record(s.collection(), l.ID, kind)
}

func (s *todoStore) recordTask(x *taskState, kind changeKind) {
	s.owner.tenant.journal.record(s.taskCollection(x.list), x.ID, kind)
}

package graphtest

import (
	"time"

	"github.com/m365go/sdk/m365graph/internal/prose"
)

// tasksEach is how much people have to do, beside what is done.
const tasksEach = 4

// makeTasks gives people something to do. It draws nothing, so that whatever
// else is generated stays as it is.
func (g *generator) makeTasks() {
	for i, p := range g.people {
		known := &TaskList{DisplayName: "Tasks", WellKnownName: "defaultList"}
		for k := range tasksEach {
			known.Tasks = append(known.Tasks, g.task(i+k))
		}
		project := &TaskList{DisplayName: prose.Projects[i%len(prose.Projects)]}
		for k := range tasksEach / 2 {
			project.Tasks = append(project.Tasks, g.task(i+tasksEach+k))
		}
		p.TaskLists = []*TaskList{known, project}
	}
}

// task is something to do about one of the papers. Every third is done.
func (g *generator) task(number int) *Task {
	at := g.now.AddDate(0, 0, -1-number%20)
	x := &Task{
		Title: "Check the " + prose.Papers[number%len(prose.Papers)], Importance: taskImportances[number%len(taskImportances)],
		Due: at.AddDate(0, 0, 30).Truncate(24 * time.Hour), CreatedDateTime: at,
		ChecklistItems: []ChecklistItem{{DisplayName: "Read it", IsChecked: number%2 == 0, CreatedDateTime: at}, {DisplayName: "Answer", CreatedDateTime: at}},
	}
	if number%3 == 0 {
		x.Status, x.Completed = "completed", at.Add(time.Hour)
	}
	return x
}

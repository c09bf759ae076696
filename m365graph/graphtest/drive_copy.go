package graphtest

import (
	"net/http"
	"sync/atomic"
	"time"
)

// A copy takes a moment: it is done after so long by the server's clock, or
// once it was asked about so often.
const (
	copyTakes = 500 * time.Millisecond
	copyPolls = 3
	// monitorIn is how long the monitor of a copy answers.
	monitorIn = time.Hour
)

// copyJob is what its monitor tells of a copy, as
// https://learn.microsoft.com/graph/long-running-actions-overview.
type copyJob struct {
	id      string
	token   string // in the monitor's URL, which is good for everybody who has it
	started time.Time
	polls   atomic.Int32
	made    string // id of the copy; "": it failed
	failure code
}

// copyItem copies a file, or a folder with all that is in it.
func copyItem(c *call) (*reply, error) {
	item, err := itemOf(c)
	if err != nil {
		return nil, err
	}
	var in itemInput
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	behavior, err := in.behavior(c, conflictFail)
	if err != nil {
		return nil, err
	}
	folder := driveItem{driveNode: item.parent, drive: item.drive}
	if in.Parent != nil {
		if folder, err = in.Parent.folder(c, item.drive); err != nil {
			return nil, err
		}
	}
	name := item.name
	if in.Name != nil {
		name = *in.Name
	}
	switch {
	case item.parent == nil:
		return nil, failf(codeDriveBad, "The root of a drive cannot be copied.")
	case folder.within(item.driveNode):
		return nil, failf(codeDriveBad, "A folder cannot be copied into itself.")
	}
	if err := checkName(name); err != nil {
		return nil, err
	}
	if err := checkPath(folder.driveNode, name); err != nil {
		return nil, err
	}
	job := item.copy(c, folder, name, behavior)
	s := folder.drive
	s.created++
	job.id, job.token = guid("copy", s.id, s.created), c.s.signer.sign("monitor", s.id, s.created)
	for id, old := range c.s.tenant.copies {
		if c.now.Sub(old.started) > monitorIn {
			delete(c.s.tenant.copies, id)
		}
	}
	c.s.tenant.copies[job.id] = job
	rep := emptyReply(http.StatusAccepted)
	rep.header = http.Header{"Location": {c.signedURL(s, "/monitor/"+job.id, job.token)}}
	return rep, nil
}

// copy makes the copy, unless something is in its way.
func (i driveItem) copy(c *call, folder driveItem, name string, behavior conflict) *copyJob {
	job := &copyJob{started: c.now}
	s := folder.drive
	taken := folder.child(name)
	switch {
	case i.size > s.free():
		job.failure = codeQuota
		return job
	case taken == nil:
	case behavior == conflictRename:
		name = folder.freeName(name)
	case behavior == conflictReplace && taken != i.driveNode && !i.within(taken) && taken.checkLock(c.person()) == nil:
		s.recycle(taken, c.now)
	default:
		job.failure = codeNameExists
		return job
	}
	job.made = s.duplicate(i.driveNode, folder.driveNode, name, s.actor(c), c.now).id
	return job
}

// duplicate copies an item into a folder. Contents do not change, so that both
// share one.
func (s *driveStore) duplicate(n, folder *driveNode, name string, by object, now time.Time) *driveNode {
	made := s.newNode(by, now)
	made.name, made.description, made.blob, made.contentType, made.facets = name, n.description, n.blob, n.contentType, n.facets
	if n.isFolder() {
		made.byName = map[string]*driveNode{}
	} else {
		made.size = n.size
	}
	s.attach(folder, made)
	s.tell(made, itemCreated)
	for _, child := range n.children {
		s.duplicate(child, made, child.name, by, now)
	}
	return made
}

// getMonitor tells how far a copy is. Whoever knows the address may ask.
func getMonitor(c *call) (*reply, error) {
	job := c.s.tenant.copies[c.vars["job"]]
	if job == nil || c.now.Sub(job.started) > monitorIn {
		return nil, fail(codeDriveNotFound)
	}
	if err := c.checkSigned(job.token); err != nil {
		return nil, err
	}
	polls, elapsed := job.polls.Add(1), c.now.Sub(job.started)
	switch {
	case polls < copyPolls && elapsed < copyTakes:
		status, percent := "notStarted", 0.0
		if polls > 1 || elapsed > 0 {
			status, percent = "inProgress", max(float64(elapsed)/float64(copyTakes), float64(polls)/(copyPolls+1))*100
		}
		return &reply{status: http.StatusAccepted, json: appendJSON(nil, object{
			{"operation", "ItemCopy"}, {"percentageComplete", percent}, {"status", status},
		})}, nil
	case job.failure != "":
		return jsonReply(object{
			{"operation", "ItemCopy"}, {"percentageComplete", 0}, {"status", "failed"}, {"errorCode", string(job.failure)},
			{"error", object{{"code", string(job.failure)}, {"message", codes[job.failure].message}}},
		}), nil
	}
	return jsonReply(object{
		{"operation", "ItemCopy"}, {"percentageComplete", 100.0}, {"resourceId", job.made}, {"status", "completed"},
	}), nil
}

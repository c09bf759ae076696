// Package tour walks through a mailbox, a calendar and a drive on a terminal. It
// is what the quick start shows, each stop in a file of its own: who am I, unread
// mail, the next seven days, the newest files, and, with [Tour.Write], a mail
// sent and a file uploaded and downloaded again.
package tour

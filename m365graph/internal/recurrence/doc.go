// Package recurrence counts out the meetings of a series as Outlook does: a
// [Rule] names the days of a pattern, and a [Series] lays them over the clock
// of a time zone. Whatever the window, the work grows with what lies within
// it and never with the distance from the start.
package recurrence

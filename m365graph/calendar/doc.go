// Package calendar reads and creates Outlook events through Microsoft Graph.
//
//	cal := calendar.New(client)
//	week := &calendar.ViewOptions{TimeZone: "Europe/Paris"}
//	for e, err := range cal.View(ctx, now, now.AddDate(0, 0, 7), week) {
//		if err != nil {
//			return err
//		}
//		start, err := e.Start.Time() // an instant; prints in Paris time
//		...
//	}
//
// [Client.View] lists what takes place: recurring meetings are expanded to their
// occurrences. [Client.List] lists what is stored: each series once. A time in
// an event is a wall clock and the zone it is read in; Time turns it into an
// instant.
package calendar

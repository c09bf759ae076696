// Package mail reads and sends Outlook mail through Microsoft Graph.
//
//	inbox := mail.New(client)
//	for m, err := range inbox.List(ctx, &mail.ListOptions{Folder: mail.Inbox, Unread: true, MaxItems: 20}) {
//		if errors.Is(err, m365graph.ErrTruncated) {
//			break // there is more; the error's Cursor resumes it
//		}
//		if err != nil {
//			return err
//		}
//		fmt.Println(m.ReceivedDateTime, m.Subject)
//	}
//
// Lists leave bodies out and carry a preview; [Client.Get] brings the body, as
// plain text where asked. Times are UTC. Sending is never repeated when it may
// have happened: the error then matches m365graph.ErrAmbiguous, and the mail may
// stand in Sent Items.
package mail

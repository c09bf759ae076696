// Package demo turns a folder of real files into a Microsoft 365 tenant, and
// runs Entra ID and Microsoft Graph in this process to serve it.
//
// [Start] does both. Without a folder it takes the one that is built in:
//
//	cloud, err := demo.Start(ctx, &demo.Options{Dir: dir})
//	if err != nil {
//		return err
//	}
//	defer cloud.Close()
//	for _, p := range cloud.Problems {
//		fmt.Fprintln(os.Stderr, p) // mail/Inbox/7.eml: left out: the file is empty
//	}
//	cfg := cloud.Config()      // for entra.New
//	client := cloud.HTTPClient() // trusts both emulators
//
// [Load] alone reads the files. The folder has three parts, each of which may be
// missing:
//
//   - mail: messages as .eml files (RFC 5322), each sub-folder a mail folder,
//     or a Maildir, whose messages lie in cur and new, with its hidden
//     sub-folders (.Sent, .Archive.2025);
//   - calendar: events in .ics files (RFC 5545), each sub-folder a calendar;
//   - drive: any files, which become a OneDrive.
//
// A file that cannot be read becomes a [Problem], which names it and the reason,
// and the rest is loaded. The same goes for a part of a message or an event:
// what Graph cannot express is told, not passed over. A Problem says whether the
// file was left out or loaded without something.
//
// # Whose mailbox it is
//
// Nothing but the files says whose mailbox it is: the owner is the address that
// most received messages were delivered or addressed to, and most sent ones come
// from. The tenant has a second person, so that a message sent within it is
// delivered to somebody: the owner's most frequent correspondent of the same
// domain. The mailbox's time zone is the one that the calendars name
// (X-WR-TIMEZONE), else the one that most events are in. [LoadOptions] overrides
// all of it.
//
// # What is read
//
// Whether a message is read, flagged or a draft is taken from its Maildir name
// (":2,FS", or "!2,FS" where a colon is not allowed), else from Thunderbird's
// X-Mozilla-Status, else from Status and X-Status, which mbox programs write, and
// X-Unsent; else from its folder: what lies in sent, archive, drafts, deleted and
// junk folders is read, all else is not.
//
// A recurrence rule becomes Graph's patternedRecurrence. A rule that Graph cannot
// express (by hour, on the fifth Monday, on the 1st and the 15th) leaves the event
// as a single one, with a Problem. Times without a zone are in the mailbox's. A
// zone that is neither IANA's nor one of Windows' is recognized by the offsets of
// its VTIMEZONE.
//
// Mail and calendar are read into memory. A file of the drive is opened when it is
// downloaded, and never held. Symbolic links are not followed and hidden files are
// skipped, except drive/.modified, which says when files were changed, one per
// line: "2026-11-13T16:45:00Z Projects/plan.md".
//
// Letters in a message's fields that are not UTF-8 are read as windows-1252. A zone
// of letters that RFC 5322 does not know is UTC, and a message without a date has
// that of its file. All of it is told.
//
// Bounds: a message 32 MiB, 8 multiparts in one another and 5,000 parts; all mail
// 1 GiB and 50,000 messages; an .ics file 16 MiB, and 20,000 events in all; a drive
// of 100,000 items; folders 32 deep. What is beyond is a Problem.
package demo

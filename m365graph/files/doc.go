// Package files reads and writes OneDrive and SharePoint files through Microsoft
// Graph.
//
//	drive := files.New(client)
//	f, err := os.Open("report.pdf")
//	...
//	item, err := drive.Upload(ctx, files.ByPath("Reports/report.pdf"), f, size, nil)
//
// A file is named by its id, which survives renaming, or by its path from the
// root of the drive ([ByID], [ByPath]). Names are compared without regard to
// case. Uploads go in slices and can be resumed after a crash; downloads are
// streams, whole or by range. Memory stays flat whatever the size.
package files

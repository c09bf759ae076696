module independent/goonedrive

go 1.26.0

require (
	github.com/goh-chunlin/go-onedrive v1.1.1
	github.com/yaegashi/msgraph.go v0.1.4
	golang.org/x/oauth2 v0.16.0
)

require (
	github.com/golang/protobuf v1.5.3 // indirect
	github.com/h2non/filetype v1.1.1 // indirect
	golang.org/x/net v0.20.0 // indirect
	google.golang.org/appengine v1.6.7 // indirect
	google.golang.org/protobuf v1.31.0 // indirect
)

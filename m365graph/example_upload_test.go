package m365graph_test

import (
	"context"
	"fmt"
	"io"
	"log"
	"strings"

	"github.com/m365go/sdk/m365auth"
	"github.com/m365go/sdk/m365graph"
)

// A process saves its session before it sends anything; another one goes on.
func ExampleClient_Upload() {
	client, _ := emulated()
	ctx, file := context.Background(), strings.NewReader("a;b\n1;2\n")
	path := m365graph.P("me", "drive", "root").At("report.csv").Join("createUploadSession")
	session, err := client.CreateUploadSession(ctx, path, nil, "")
	if err != nil {
		log.Fatal(err)
	}
	var saved m365auth.Secret // keep it sealed
	_, err = client.Upload(ctx, session, file, file.Size(), &m365graph.UploadOptions{
		Began: func(s *m365graph.UploadSession) error {
			saved = s.Save()
			return io.ErrUnexpectedEOF // here the first process ends
		},
	})
	fmt.Println(err)

	session, err = m365graph.ResumeUploadSession(saved)
	if err != nil {
		log.Fatal(err)
	}
	resp, err := client.Upload(ctx, session, file, file.Size(), &m365graph.UploadOptions{
		Progress: func(sent, total int64) {
			if sent == total {
				fmt.Println("all", total, "bytes are sent")
			}
		},
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(resp.Status, saved)
	// Output:
	// m365graph: upload: Began: unexpected EOF
	// all 8 bytes are sent
	// 201 REDACTED
}

// A stream has no size until it was read.
func ExampleSpool() {
	stream := io.MultiReader(strings.NewReader("of unknown "), strings.NewReader("length"))
	spooled, err := m365graph.Spool(context.Background(), stream, 0)
	if err != nil {
		log.Fatal(err)
	}
	defer spooled.Close()
	fmt.Println(spooled.Size())
	// client.Upload(ctx, session, spooled, spooled.Size(), nil)

	// Output: 17
}

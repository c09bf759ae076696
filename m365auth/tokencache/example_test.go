package tokencache_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/m365go/sdk/m365auth/tokencache"
)

func ExampleFileStore() {
	dir, err := os.MkdirTemp("", "cache")
	if err != nil {
		log.Fatal(err)
	}
	defer func() { _ = os.RemoveAll(dir) }()

	store, err := tokencache.NewFileStore(filepath.Join(dir, "token_cache.bin"), nil)
	if err != nil {
		log.Fatal(err)
	}
	ctx := context.Background()
	slot := tokencache.Slot{
		Partition: tokencache.Partition{ClientID: "client", Authority: "https://login.microsoftonline.com/common"},
		Account:   "objectid.tenantid",
	}
	ctx, unlock, err := store.Lock(ctx, slot)
	if err != nil {
		log.Fatal(err)
	}
	defer unlock()
	blob, err := store.Load(ctx, slot)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("before:", len(blob.Data), "bytes")
	if _, err := store.Save(ctx, slot, []byte("a refresh token"), blob.Version); err != nil {
		log.Fatal(err)
	}
	blob, err = store.Load(ctx, slot)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("after: %s\n", blob.Data)
	// Output:
	// before: 0 bytes
	// after: a refresh token
}

func ExampleSealer() {
	key, err := tokencache.GenerateKey()
	if err != nil {
		log.Fatal(err)
	}
	sealer := tokencache.NewSealer(tokencache.FixedKeys(key))
	ctx := context.Background()
	sealed, err := sealer.Seal(ctx, []byte("page 2"), "cursor", "sales@contoso.example")
	if err != nil {
		log.Fatal(err)
	}
	plain, err := sealer.Open(ctx, sealed, "cursor", "sales@contoso.example")
	fmt.Printf("%s %v\n", plain, err)
	_, err = sealer.Open(ctx, sealed, "cursor", "support@contoso.example")
	fmt.Println(err)
	// Output:
	// page 2 <nil>
	// tokencache: sealed data is damaged or belongs elsewhere
}

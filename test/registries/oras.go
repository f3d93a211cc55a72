// Pushes or pulls a small artifact with the library of oras and Helm, over containerd's resolver.
package main

import (
	"context"
	"fmt"
	"os"

	"oras.land/oras-go/pkg/content"
	"oras.land/oras-go/pkg/oras"
)

func main() {
	verb, ref, user, password := os.Args[1], os.Args[2], os.Args[3], os.Args[4]
	registry, err := content.NewRegistry(content.RegistryOptions{Username: user, Password: password, Insecure: true, PlainHTTP: true})
	if err != nil {
		fail(err)
	}
	memory := content.NewMemory()
	if verb == "push" {
		layer, err := memory.Add("hello.txt", "application/vnd.acme.hello", []byte("hello "+ref+"\n"))
		if err != nil {
			fail(err)
		}
		manifest, manifestDescriptor, config, configDescriptor, err := content.GenerateManifestAndConfig(nil, nil, layer)
		if err != nil {
			fail(err)
		}
		memory.Set(configDescriptor, config)
		if err := memory.StoreManifest(ref, manifestDescriptor, manifest); err != nil {
			fail(err)
		}
		if _, err := oras.Copy(context.Background(), memory, ref, registry, ""); err != nil {
			fail(err)
		}
	} else if _, err := oras.Copy(context.Background(), registry, ref, memory, ""); err != nil {
		fail(err)
	}
	fmt.Println("done")
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

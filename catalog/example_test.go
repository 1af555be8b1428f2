package catalog_test

import (
	"fmt"

	"github.com/evoke-rpc/evoke/catalog"
	"github.com/evoke-rpc/evoke/events"
)

func ExampleRegular() {
	fmt.Println(catalog.Regular("catalog:product:get"), catalog.Regular("getProduct"))
	// Output: true false
}

// A catalogue is data: here it becomes a list of what can go wrong.
func ExampleCatalog() {
	c := catalog.Catalog{Events: []catalog.Event{{
		Name: "catalog:product:get", Version: 2,
		Errors: []catalog.Error{{Kind: events.KindNotFound, Code: "PRODUCT_NOT_FOUND", Description: "there is no such product"}},
	}}}
	for _, e := range c.Events {
		for _, failure := range e.Errors {
			fmt.Printf("%s v%d: %s %s, %s\n", e.Name, e.Version, failure.Kind, failure.Code, failure.Description)
		}
	}
	// Output: catalog:product:get v2: notFound PRODUCT_NOT_FOUND, there is no such product
}

package load_test

import (
	"context"
	"fmt"
	"time"

	"github.com/evoke-rpc/evoke/internal/load"
)

func ExampleRun() {
	result, err := load.Run(context.Background(), load.Config{
		Call: func(ctx context.Context, worker, n int) error {
			return nil // call the service
		},
		Concurrency: 4,
		Rate:        1000,
		Duration:    100 * time.Millisecond,
	})
	if err != nil {
		panic(err)
	}
	fmt.Println(result.Calls+result.Missed, "calls were due,", result.Failed, "failed")
	fmt.Println("99 % within a second:", result.Latency.Quantile(0.99) < time.Second)
	// Output:
	// 100 calls were due, 0 failed
	// 99 % within a second: true
}

# What a contributor runs. `make` alone lists the targets.

PEERS := internal/jspeer internal/browser internal/tspeer

.PHONY: help
help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' $(MAKEFILE_LIST) | expand -t 18

.PHONY: test
test: deps ## all tests, with the race detector and the real peers
	EVOKE_PEERS=1 go test -race -timeout 8m ./...
	cd bench && go test -race ./...

.PHONY: lint
lint: ## gofmt, go vet, staticcheck, go mod tidy, the size of the API
	@unformatted=$$(gofmt -s -l $$(git ls-files '*.go')); \
	  test -z "$$unformatted" || { echo "not formatted, run gofmt -s -w:"; echo "$$unformatted"; exit 1; }
	go vet ./...
	go tool staticcheck ./...
	go mod tidy -diff
	cd bench && go vet ./... && go tool staticcheck ./... && go mod tidy -diff
	./.ci/api-size

.PHONY: cover
cover: ## coverage of the core packages
	go test -coverprofile=coverage.out -coverpkg=./events,./mux,./client,./batch,./tracker/...,./catalog,./internal/scan,./internal/guard ./...
	go tool cover -func=coverage.out | ./.ci/coverage

FUZZTIME ?= 10m
.PHONY: fuzz
fuzz: ## each fuzz target for FUZZTIME (10m)
	@for package in $$(git grep -l '^func Fuzz' -- '*_test.go' | xargs -n1 dirname | sort -u); do \
	  for target in $$(sed -n 's/^func \(Fuzz[A-Za-z]*\).*/\1/p' $$package/*_test.go); do \
	    echo "== $$package $$target"; \
	    go test ./$$package -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 5x || exit 1; \
	  done; done

.PHONY: bench
bench: ## what a call costs beside other frameworks and hand-written code: one table, in 3 minutes
	@cd bench && go run . $(BENCHFLAGS)

.PHONY: microbench
microbench: ## benchmarks of the packages
	go test -run '^$$' -bench . -benchmem ./events ./mux ./schema ./internal/load

.PHONY: deps
deps: ## what the tests need besides Go: Node.js, Chromium and the packages of PEERS
	@missing=; \
	  command -v node >/dev/null && command -v npm >/dev/null || missing="nodejs npm"; \
	  command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null || missing="$$missing chromium"; \
	  if [ -n "$$missing" ]; then \
	    if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	      apt-get -qq update && apt-get -qq install -y $$missing; \
	    else \
	      echo "make test needs Node.js (18 or later, with npm) and Chromium; install what is missing of them: $$missing" >&2; exit 1; \
	    fi; \
	  fi
	@for peer in $(PEERS); do \
	  test $$peer/node_modules/.package-lock.json -nt $$peer/package-lock.json || \
	    npm ci --prefix $$peer --ignore-scripts --no-audit --no-fund --silent || exit 1; \
	done

# m365 for Go. `make demo` and `make test` need git, make and Go, and nothing else.

MODULES   := m365auth m365graph examples
LIBRARIES := m365auth m365graph
PACKAGES  := $(MODULES:%=./%/...)
FUZZTIME  ?= 60s
BENCH     ?= .

LINT_VERSION := v2.15.0
LINT         := $(CURDIR)/.cache/golangci-lint-$(LINT_VERSION)

.DEFAULT_GOAL := help

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: demo
demo: ## sign in and read and write mail, calendar and files, with no tenant; DATA=folder for your own export
	@go run ./examples/quickstart $(if $(DATA),-data "$(DATA)")

.PHONY: test
test: ## run all tests
	go test $(PACKAGES)

.PHONY: race
race: ## run all tests under the race detector (needs a C compiler)
	go test -race $(PACKAGES)

.PHONY: standalone
standalone: ## test each library outside the workspace, as its users build it
	@for m in $(LIBRARIES); do echo "GOWORK=off go test ./... in $$m"; (cd $$m && GOWORK=off go test ./...) || exit 1; done

.PHONY: jsonv2
jsonv2: ## run all tests with the encoding/json of Go's future
	GOEXPERIMENT=jsonv2 go test $(PACKAGES)

.PHONY: lint
lint: $(LINT) walls tidy ## check format, style, imports and module files
	@for m in $(MODULES); do echo "golangci-lint in $$m"; (cd $$m && $(LINT) run ./...) || exit 1; done

$(LINT):
	@mkdir -p $(@D)
	GOBIN=$(@D) go install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(LINT_VERSION)
	@mv $(@D)/golangci-lint $@

# What a package reaches by way of others, which no linter of imports sees.
.PHONY: walls
walls: ## check that no package reaches what it must not
	@./.ci/walls

.PHONY: tidy
tidy: ## check that go.mod and go.sum are what the code needs
	@for m in $(MODULES); do echo "go mod tidy -diff in $$m"; (cd $$m && GOWORK=off go mod tidy -diff) || exit 1; done

.PHONY: cross
cross: ## build for the other systems, without cgo
	@for os in darwin windows; do echo "GOOS=$$os go vet"; GOOS=$$os CGO_ENABLED=0 go vet $(PACKAGES) || exit 1; done

.PHONY: fuzz
fuzz: ## fuzz every parser, FUZZTIME each
	@./.ci/fuzz $(FUZZTIME) $(MODULES)

.PHONY: test-live
test-live: ## sign in once at the real Entra ID; needs M365_LIVE_CLIENT_ID, takes M365_LIVE_TENANT_ID
	go test -tags live -run '^TestLive' -count 1 -v -timeout 15m ./m365auth/entra

.PHONY: independent
independent: ## run programs by others against the emulator; installs them (npm, Go modules, as root Debian's)
	@go run ./examples/emulator/independent

.PHONY: bench
bench: ## hold m365graph's speed against net/http's; BENCH=list for one row
	@go run ./examples/bench -run '$(BENCH)'

.PHONY: microbench
microbench: ## run the Go benchmarks, those that match BENCH
	go test -run '^$$' -bench '$(BENCH)' -benchmem $(PACKAGES)

.PHONY: cover
cover: ## print the coverage of the libraries by their tests
	@mkdir -p .cache
	go test -coverprofile .cache/cover.out -coverpkg ./m365auth/...,./m365graph/... $(LIBRARIES:%=./%/...)
	@go tool cover -func .cache/cover.out | tail -n 1

.PHONY: clean-tree
clean-tree: ## check that nothing is left uncommitted
	@test -z "$$(git status --porcelain)" || { echo "the tree is not clean:"; git status --short; exit 1; }

.PHONY: check
check: test lint standalone race jsonv2 cross demo clean-tree ## everything that must be true of main

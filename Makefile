# Sentral: `make run` opens a demo centre, `make test` runs every test. Everything they need beyond Go, Node, npm and make is installed by them.

GO      ?= go
LISTEN  ?= 127.0.0.1:8080
DATA    ?= data
SIP     ?= 127.0.0.1:5060
LINT    := $(shell $(GO) env GOPATH)/bin/golangci-lint
LINT_VERSION := v2.15.0
# Rooms whose tests carry sound in real time: one after the other, so that they hear each other and not their neighbours.
SOUND   := /internal/(telephony|channel/phone|app|demo|load|cli)
WEB_SOURCES := $(shell find web/src web/widget web/messages web/public web/tools -type f 2>/dev/null) $(wildcard web/*.ts web/*.html web/package*.json)

.PHONY: run test check ui build generate fmt lint tools browsers counterparts dev soak soak-calls fuzz bench bench-calls crash clean

run: build ## build the web and open a demo centre
	./bin/sentral demo --listen $(LISTEN) --sip $(SIP) --data $(DATA)

build: ui ## one static binary
	CGO_ENABLED=0 $(GO) build -trimpath -o bin/sentral ./cmd/sentral

ui: web/dist/app/index.html

web/node_modules/.ok: web/package.json web/package-lock.json
	cd web && npm ci --no-audit --no-fund
	touch $@

web/dist/app/index.html: web/node_modules/.ok $(WEB_SOURCES)
	cd web && npm run --silent build
	touch $@

generate: ## docs/openapi.json, web/src/gen/api.gen.ts, docs/dependencies.md
	mkdir -p docs web/src/gen
	$(GO) test ./internal/httpapi -run TestDescriptionAndTypesAreCurrent -update -count=1
	$(GO) test ./internal/tidy -run TestDependencyListIsCurrent -update -count=1

test: tools ui ## everything: lint, tidy, Go, web, browsers
	$(GO) vet ./...
	$(LINT) run --allow-parallel-runners ./...
	$(GO) test -timeout 12m $$($(GO) list ./... | grep -v -E '$(SOUND)')
	$(GO) test -timeout 12m -p 1 $$($(GO) list ./... | grep -E '$(SOUND)')
	cd web && npm run --silent check && npm run --silent budgets && npm test --silent
	$(MAKE) --no-print-directory browsers

browsers: build ## the whole product in Chromium
	cd web && npm run --silent e2e

counterparts: build ## baresip and sipp call real browsers: every case with both, some ten minutes
	cd web && SENTRAL_COUNTERPARTS=1 npx playwright test counterparts line.spec

check: ## what is quick: vet, lint, tidy
	$(GO) vet ./... && $(LINT) run --allow-parallel-runners ./... && $(GO) test ./internal/tidy/...

tools: ## what the tests need
	@.ci/tools

fmt:
	gofmt -w cmd internal web/*.go

dev: ## Vite with hot reload behind the Go server
	(cd web && npx vite --port 5173 --strictPort) & $(GO) run ./cmd/sentral demo --listen $(LISTEN) --sip $(SIP) --data $(DATA) --dev-ui http://127.0.0.1:5173

soak: ## an hour of simulated years, faults on
	$(GO) run ./cmd/sentral simulate --agents 700 --faults --runs 1000 --days 1 --seed 1 --progress

soak-calls: ui ## 100,000 calls that hang up at every moment: nothing may be left behind
	CGO_ENABLED=0 $(GO) build -trimpath -o bin/sentral ./cmd/sentral
	./bin/sentral load calls --calls 100000 --agents 100 --rate 200 --talk 300ms --accept 50ms --hang-up 600ms --patience 2s

bench-calls: ui ## bridged, mixed and recorded calls: the server on one core, the callers and headsets on the other
	CGO_ENABLED=0 $(GO) build -trimpath -o bin/sentral ./cmd/sentral
	for n in 300 450; do taskset -c 1 ./bin/sentral load calls --calls $$n --rate 20 --talk 40s --server-core 0 || exit 1; done

fuzz: ## every fuzz target for a minute
	@for p in $$($(GO) list ./...); do for f in $$($(GO) test -list '^Fuzz' $$p | grep ^Fuzz); do $(GO) test -run '^$$' -fuzz "^$$f$$" -fuzztime 60s $$p || exit 1; done; done

bench:
	$(GO) test -run '^$$' -bench . -benchmem -count 5 ./internal/engine/... ./internal/store/... ./internal/plan/... ./internal/desk/knowledge/...

crash: ## kill -9 at random points, both databases, the long version
	SENTRAL_CRASH=1000 $(GO) test -timeout 2h -run Crash ./internal/...

clean:
	rm -rf bin web/dist/app web/dist/widget web/node_modules

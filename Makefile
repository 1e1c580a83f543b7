# Two commands matter: make run and make test. On Debian and Ubuntu they install what is missing; elsewhere they say what is.

PROGRAM := dist/dakokubridge$(if $(filter Windows_NT,$(OS)),.exe)

PREFIX ?= /usr/local

.PHONY: bench packages-bench install uninstall deb deb-test macos run test race build check screenshots fuzz board board-full packages-run packages-test

# The desktop app on the demo where there is a screen, otherwise three days of the demo in the terminal.
run: build
	@if [ -n "$$DISPLAY$$WAYLAND_DISPLAY" ] || [ "$(OS)" = Windows_NT ] || [ "$$(uname -s)" = Darwin ]; then \
		$(PROGRAM) demo; \
	else \
		$(PROGRAM) demo --headless --days 3; \
	fi

build: packages-run
	go build -o $(PROGRAM) ./app

# SQLite is C translated into Go that works in memory of its own under locks of its own: instrumenting it finds nothing of ours and makes
# every test of the store three times as long. All else is instrumented.
RACE := -race -gcflags=modernc.org/...=-race=false

# Long runs: over much data (TestVolume…), and the tables that play days of one kind of trouble after the other through code that the other
# tests play as well. With the race detector each takes ten times as long: "make race" is for that.
LONG := ^Test(Volume.*|Variants|UnknownOutcomes|ServerTrouble|NoServerTime|RetryAfter|RightsLostWhileRunning|UselessSignIns|LateRows|Offline|DatabaseLost|BatchOff|WrongClock)$$

# Everything with the race detector; the long runs and the real window without it.
test: packages-test
	go test $(RACE) -timeout 60m -skip '$(LONG)' ./...
	go test -timeout 60m -run '$(LONG)' ./connector $$(grep -rl --include='*_test.go' '^func TestVolume' app connector ui | xargs -n 1 dirname | sort -u | sed 's|^|./|')
	bash .ci/fuzz 10s
	@# A real window, a real browser and xdotool: a second try tells a slow machine from a fault.
	go test -timeout 20m ./app/window || go test -count 1 -timeout 20m ./app/window
	go test -run '^TestScreenshots$$' ./ui

# The tests that "make test" runs with the race detector, and the tables that it runs without it.
race: packages-test
	go test $(RACE) -timeout 120m -skip '^TestVolume' ./...

# Every screen in both languages, light and dark, into docs/screenshots.
screenshots: packages-run
	DAKOKUBRIDGE_SCREENSHOTS=$(CURDIR)/docs/screenshots go test -count 1 -timeout 20m -run '^TestScreenshots$$' ./ui

# The board of faults: how many of its cases are survived, and how many of the engines that are wrong on purpose the swarm notices.
BOARD_TIME := 60m
board: packages-test
	@mkdir -p dist
	@go test -json -timeout $(BOARD_TIME) ./app/... ./connector/... > dist/board.json || true
	@go test -tags mutants -count 1 -timeout 60m -run '^TestMutants$$' ./connector/proof/swarm > dist/mutants.txt 2>&1 || true
	@go run ./connector/proof/board -mutants dist/mutants.txt $(BOARD_FLAGS) < dist/board.json

# The same in full size, an hour or more, and its table into the README.
board-full:
	DAKOKUBRIDGE_SEEDS=300 DAKOKUBRIDGE_CORE_SEEDS=20000 DAKOKUBRIDGE_CUTS=2000 DAKOKUBRIDGE_TEST_LONG=1 $(MAKE) board BOARD_TIME=180m BOARD_FLAGS='-readme README.md'

# Every fuzz target for FUZZTIME on one core.
FUZZTIME := 10m
fuzz:
	bash .ci/fuzz $(FUZZTIME)

# Into PREFIX (/usr/local), below DESTDIR where it is set; Linux.
install: build
	install -Dm755 $(PROGRAM) $(DESTDIR)$(PREFIX)/bin/dakokubridge
	install -Dm644 assets/linux/jp.dakokubridge.app.desktop $(DESTDIR)$(PREFIX)/share/applications/jp.dakokubridge.app.desktop
	install -Dm644 assets/icon.svg $(DESTDIR)$(PREFIX)/share/icons/hicolor/scalable/apps/dakokubridge.svg

uninstall:
	rm -f $(DESTDIR)$(PREFIX)/bin/dakokubridge $(DESTDIR)$(PREFIX)/share/applications/jp.dakokubridge.app.desktop \
		$(DESTDIR)$(PREFIX)/share/icons/hicolor/scalable/apps/dakokubridge.svg

# A package for Debian and Ubuntu in dist, and the same installed into an empty system of its own, started and removed.
deb: packages-run
	bash .ci/deb

deb-test: packages-run
	bash .ci/deb-test

# The signed bundle in dist; on a Mac only.
macos:
	bash .ci/macos

# How fast, small and sparing the program is, against yardsticks measured in the same run (docs/performance.md). BENCH=P3,P5 chooses rows,
# BENCH_JSON=FILE writes them as JSON.
bench: packages-bench
	@mkdir -p dist
	go build -o $(PROGRAM) ./app
	go build -o dist/blankwindow ./ui/bench/blankwindow
	go build -o dist/bench ./connector/proof/bench
	@dist/bench -rows '$(BENCH)' -app $(PROGRAM) -window dist/blankwindow

# What .ci/run checks beside the tests.
check:
	bash .ci/check

packages-run:
	@bash .ci/packages run

packages-test:
	@bash .ci/packages test

packages-bench:
	@bash .ci/packages bench
